// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Decides who may connect: one set of rules for a listener of this package and
 * for the HTTP handler of another server.
 *
 * ```ts
 * import { Admission } from "@wirekit/transport/admission";
 *
 * const admission = new Admission({
 *   allowedOrigins: ["https://example.org"],
 *   authorize: ({ headers }) =>
 *     headers.get("authorization") === "Bearer s3cret"
 *       ? { user: "zoë" }
 *       : new Response("Who are you?\n", { status: 401 }),
 * });
 * await using server = Deno.serve({ port: 0, onListen() {} }, async (request, info) => {
 *   const accepted = await admission.accept(request, info);
 *   if (accepted instanceof Response) return accepted;
 *   accepted.transport.send(`Welcome, ${accepted.state.user}`);
 *   return accepted.response;
 * });
 * ```
 *
 * @module
 */

import { checkTime, within } from "@wirekit/internal/clock";
import { described, readable, TimeoutError } from "@wirekit/internal/errors";
import { checkLimits, Gauge } from "@wirekit/internal/limits";
import { CalmLogger, type Logger } from "@wirekit/internal/logger";
import {
  acceptWebSocket,
  type AcceptWebSocketOptions,
} from "./accept_websocket.ts";
import type {
  AdmissionOptions,
  Admitted,
  AdmittedWebSocket,
  AdmittedWebSocketOptions,
  RequestHead,
  RequestInfo,
} from "./admission_options.ts";
import { bytesOf, isIn, type Range, toRange } from "./server/_address.ts";
import {
  asksForWebSocket,
  checkUpgrade,
  listOf,
} from "./server/_http_rules.ts";
import { Origins } from "./server/_origins.ts";
import type { Place } from "./server/_places.ts";
import { refusal, Refusals } from "./server/_refusal.ts";
import { Room } from "./server/_room.ts";
import type { Format } from "./transport.ts";

export type * from "./admission_options.ts";
export type { Logger, Place };

/**
 * Returns whether a request asks for a WebSocket, even one that would be
 * refused.
 *
 * @param request The request.
 * @returns Whether it does.
 *
 * @category Listening
 */
export function wantsWebSocket({ headers }: RequestHead): boolean {
  return asksForWebSocket(headers);
}

/**
 * Decides who may connect, and how many at a time.
 *
 * @typeParam State What is kept of a connection.
 *
 * @example Refuse pages of other origins
 * ```ts
 * import { Admission } from "@wirekit/transport/admission";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const admission = new Admission();
 * const refused = await admission.admit(
 *   new Request("http://127.0.0.1", {
 *     headers: { origin: "https://evil.example" },
 *   }),
 * );
 * assert(refused instanceof Response);
 * assertEquals(refused.status, 403);
 * ```
 *
 * @category Listening
 */
export class Admission<State = undefined> {
  /** How long a client may take to come in, in milliseconds. */
  readonly handshakeTimeout: number;
  /** Most connections at a time. */
  readonly maxConnections: number;
  readonly #options: AdmissionOptions<State>;
  readonly #origins: Origins;
  readonly #addresses: readonly Range[] | undefined;
  readonly #room: Room;
  readonly #log: CalmLogger;
  readonly #refusals: Refusals;

  /**
   * Makes the rules.
   *
   * @param options Who may connect.
   * @throws {TypeError} If one of `allowedOrigins` is not an origin, or one of
   * `allowedAddresses` not an address.
   * @throws {RangeError} If a time or a number is not valid.
   */
  constructor(options: AdmissionOptions<State> = {}) {
    const {
      handshakeTimeout = 10_000,
      maxConnections = 10_000,
      maxConnectionsPerAddress = Infinity,
    } = options;
    this.handshakeTimeout = checkTime("handshakeTimeout", handshakeTimeout);
    if (!(maxConnections > 0)) {
      throw new RangeError(
        `maxConnections must be more than 0: got ${maxConnections}`,
      );
    }
    checkLimits(options);
    this.maxConnections = maxConnections;
    this.#options = options;
    this.#addresses = options.allowedAddresses?.map(toRange);
    this.#room = new Room(maxConnections, maxConnectionsPerAddress);
    this.#log = CalmLogger.of(options.logger);
    this.#refusals = new Refusals(this.#log);
    this.#origins = new Origins(options.allowedOrigins ?? []);
  }

  /**
   * How often pages were refused because of their origin: of the last 100
   * origins.
   */
  get refusedOrigins(): ReadonlyMap<string, number> {
    return this.#origins.refused;
  }

  /** The number of connections, including those in their handshake. */
  get connections(): number {
    return this.#room.connections;
  }

  /** The limits, and how near the connections came to them. */
  get limits(): readonly Gauge[] {
    return this.#room.limits;
  }

  /**
   * Takes a place for a connection.
   *
   * @param info Who it is.
   * @returns The place, or the response that refuses it.
   */
  enter(info: Partial<RequestInfo> = {}): Place | Response {
    const refused = this.checkAddress(info);
    if (refused) return refused;
    const place = this.#room.enter(info);
    if (!(place instanceof Gauge)) return place;
    const { option, limit } = place;
    const isTotal = option === "maxConnections";
    this.#refusals.warn(
      info,
      `${isTotal ? "there are" : "it has"} ${limit} connections already`,
    );
    return refusal(
      503,
      isTotal
        ? "There is no room for another connection."
        : "There is no room for another of your connections.",
    );
  }

  /** Says now how many lines the log has kept back, as the server ends. */
  flushLog(): void {
    this.#log.flush();
  }

  /**
   * Refuses addresses that are not allowed.
   *
   * @param info Who it is.
   * @returns The response that refuses it, or `undefined` if it may connect.
   */
  checkAddress(info: Partial<RequestInfo> = {}): Response | undefined {
    const ranges = this.#addresses;
    const { transport, hostname = "" } = info.remoteAddr ?? {};
    if (!ranges || transport === "unix") return undefined;
    const address = bytesOf(hostname);
    if (address && ranges.some((range) => isIn(address, range))) {
      return undefined;
    }
    this.#refusals.warn(
      info,
      "its address is not among allowedAddresses (--allow-from for a command)",
    );
    return refusal(403, "Your address is not allowed.");
  }

  /**
   * Decides about a request, whether it is for a WebSocket or anything else.
   * Does not take a place.
   *
   * @param request The request.
   * @param info Who sends it.
   * @returns The admitted request, or the response that refuses it. Never
   * rejects.
   */
  async admit(
    request: Request,
    info: Partial<RequestInfo> = {},
  ): Promise<Admitted<State> | Response> {
    return await this.decide(request, info);
  }

  /**
   * Does what {@linkcode admit} does, at once unless `authorize` waits for
   * something.
   *
   * @param request The request.
   * @param info Who sends it.
   * @returns The admitted request, or the response that refuses it. Neither throws
   * nor rejects.
   */
  decide(
    request: Request,
    info: Partial<RequestInfo> = {},
  ): Admitted<State> | Response | Promise<Admitted<State> | Response> {
    const { headers } = request;
    const stranger = this.checkAddress(info);
    if (stranger) return stranger;
    const isUpgrade = asksForWebSocket(headers);
    const bad = isUpgrade && checkUpgrade(request.method, headers);
    if (bad) return this.refuse(bad.status, bad.reason, info);
    const refused = this.checkOrigin(request, info);
    if (refused) return refused;
    const { authorize, chooseProtocol } = this.#options;
    const admitted = (
      state: State | Response | false,
    ): Admitted<State> | Response => {
      if (state instanceof Response) return state;
      // A condition that is false must never let anybody in.
      if (state === false) return this.refuse(403, "You are refused.", info);
      const offered = listOf(headers.get("sec-websocket-protocol"));
      const protocol = isUpgrade
        ? chooseProtocol?.(offered, request)
        : undefined;
      if (protocol === undefined || offered.includes(protocol)) {
        return { state, protocol };
      }
      throw new TypeError(
        `chooseProtocol() returned "${protocol}", which the client does not offer`,
      );
    };
    const failed = (error: unknown) => {
      if (info.signal?.aborted) return refusal(400, "You are gone.");
      this.#refusals.fail(info, error);
      return readable(error) instanceof TimeoutError
        ? refusal(503, "The server took too long to decide.")
        : refusal(500, "Nobody can come in now.");
    };
    try {
      const state = authorize
        ? this.#within(info, (known) => authorize(request, known))
        : undefined as State;
      return state instanceof Promise
        ? state.then(admitted).catch(failed)
        : admitted(state);
    } catch (error) {
      return failed(error);
    }
  }

  /**
   * Returns whether pages of an origin may come in.
   *
   * @param origin The origin, as a browser writes it.
   * @returns Whether they may.
   */
  allowsOrigin(origin: string): boolean {
    return this.#origins.allows(origin);
  }

  /**
   * Refuses pages of other origins.
   *
   * @param request The request.
   * @param info Who sends it, for the log.
   * @returns The response that refuses it, or `undefined` if it may connect.
   */
  checkOrigin(
    { headers }: RequestHead,
    info: Partial<RequestInfo> = {},
  ): Response | undefined {
    const origin = headers.get("origin");
    if (origin === null || this.allowsOrigin(origin)) return undefined;
    const logged = this.#origins.refuse(origin);
    if (logged !== undefined) this.#refusals.warn(info, logged);
    return refusal(403, "This origin is not allowed.");
  }

  /**
   * Admits a WebSocket client of an HTTP handler, on Deno and Deno Deploy.
   *
   * @typeParam F What a message is.
   * @param request The request. It cannot be read afterwards.
   * @param info Who sends it, as `Deno.serve` tells the handler.
   * @param options The format and the limits.
   * @returns The client, or the response that refuses it. Never rejects.
   */
  async accept<F extends Format = "text">(
    request: Request,
    info: Partial<RequestInfo> = {},
    options: AdmittedWebSocketOptions<F> = {},
  ): Promise<AdmittedWebSocket<State, F> | Response> {
    if (!asksForWebSocket(request.headers)) {
      return refusal(426, "Connect by WebSocket.");
    }
    const place = this.enter(info);
    if (place instanceof Response) return place;
    try {
      const admitted = await this.admit(request, info);
      if (admitted instanceof Response) {
        place.leave();
        return admitted;
      }
      const { protocol } = admitted;
      const { format = "text" as F } = options;
      const accepted = acceptWebSocket(request, {
        ...options,
        format: typeof format === "function" ? format(protocol) : format,
        ...(protocol !== undefined && { protocol }),
        onGone: () => place.leave(),
      } as AcceptWebSocketOptions<F>);
      return { ...accepted, ...admitted };
    } catch (error) {
      place.leave();
      return this.refuse(400, `The upgrade failed: ${described(error)}`, info);
    }
  }

  /**
   * Makes the response that refuses a request, and writes it to the log.
   *
   * @param status The HTTP status.
   * @param reason Why, for the client and the log.
   * @param info Who sends it.
   * @returns The response.
   */
  refuse(
    status: number,
    reason: string,
    info: Partial<RequestInfo> = {},
  ): Response {
    return this.#refusals.refuse(status, reason, info);
  }

  /** Waits for a hook until its time is up or the client is gone. */
  #within<T>(
    info: Partial<RequestInfo>,
    hook: (info: RequestInfo) => T | Promise<T>,
  ): T | Promise<T> {
    let ending: AbortController | undefined;
    let both: AbortSignal | undefined;
    const given = hook({
      remoteAddr: info.remoteAddr ?? {},
      // Most hooks do not look at it, and decide at once.
      get signal() {
        ending ??= new AbortController();
        const { signal } = info;
        return both ??= signal
          ? AbortSignal.any([signal, ending.signal])
          : ending.signal;
      },
    });
    if (!(given instanceof Promise)) return given;
    const { signal } = info;
    const late = () => {
      const error = new TimeoutError(
        `authorize() took longer than ${this.handshakeTimeout} ms`,
      );
      ending?.abort(error);
      return error;
    };
    return within(given, this.handshakeTimeout, late, {
      ...(signal && { signal }),
    });
  }
}
