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
import { TimeoutError } from "@wirekit/internal/errors";
import { checkLimits, Gauge } from "@wirekit/internal/limits";
import { CalmLogger, type Logger } from "@wirekit/internal/logger";
import {
  bytesOf,
  isIn,
  isOwn,
  machineAt,
  type Range,
  toRange,
} from "./_address.ts";
import {
  asksForWebSocket,
  checkUpgrade,
  listOf,
} from "./server/_http_rules.ts";
import { type Place, Places } from "./server/_places.ts";
import {
  acceptWebSocket,
  type AcceptWebSocketOptions,
} from "./accept_websocket.ts";
import type { Format, MessageOf, WebSocketTransport } from "./transport.ts";

export type { Logger, Place };

/**
 * The sender of a request, in the shape that `Deno.serve` gives to its handler.
 */
export interface RemoteAddr {
  /** The carrier below HTTP, such as `"tcp"`. */
  readonly transport?: string;
  /** The address of the machine. */
  readonly hostname?: string;
  /** The port there. */
  readonly port?: number;
}

/** What a hook gets in addition to the request. */
export interface RequestInfo {
  /** The address of the sender; an empty object if it is not known. */
  readonly remoteAddr: RemoteAddr;
  /** Aborts when the client is gone or the time is up. */
  readonly signal: AbortSignal;
}

/**
 * Options of {@linkcode Admission}.
 *
 * @typeParam State What `authorize` returns.
 */
export interface AdmissionOptions<State = undefined> {
  /**
   * The origins whose pages may connect, such as `"https://example.org"`; `"*"`
   * allows all. Other requests with an `Origin`, which is to say other pages in
   * a browser, are refused with status 403, because they would act in the name
   * of their visitor. Programs do not send an `Origin`.
   *
   * @default {[]}
   */
  allowedOrigins?: readonly string[];
  /**
   * Decides who may connect, before the upgrade. Returns the state to keep for
   * the connection, or the response that refuses it; `false` refuses it with
   * status 403. If it throws, the request is refused with status 500. It has
   * `handshakeTimeout` to decide.
   *
   * @default Everybody may.
   */
  authorize?: (
    request: Request,
    info: RequestInfo,
  ) => State | Response | Promise<State | Response>;
  /**
   * Chooses one of the subprotocols that a client offers, or none.
   *
   * @default None.
   */
  chooseProtocol?: (
    offered: string[],
    request: Request,
  ) => string | undefined;
  /**
   * How long a client may take to connect, in milliseconds: its TLS handshake,
   * its headers and the answer of `authorize`.
   *
   * @default {10000}
   */
  handshakeTimeout?: number;
  /**
   * The maximum number of connections. Further ones are refused, with status
   * 503 where HTTP allows it. But over TLS without HTTP, a further one takes the
   * place of one that is still in its handshake: of the address with the most,
   * the oldest. Another 1,024 may be in their HTTP requests, where the same
   * holds.
   *
   * @default {10000}
   */
  maxConnections?: number;
  /**
   * The maximum number of connections from one address; of IPv6, from one
   * network (64 bits). This machine's own may have any number, because a proxy
   * on it has them all.
   *
   * @default {Infinity}
   */
  maxConnectionsPerAddress?: number;
  /**
   * The addresses that may connect, such as `"192.0.2.7"`, `"192.0.2.0/24"` or
   * `"2001:db8::/32"`. Others are refused, with status 403 where HTTP allows it,
   * and so are those that are not known; Unix sockets have none and are not
   * affected.
   *
   * @default All.
   */
  allowedAddresses?: readonly string[];
  /**
   * Where to log refusals and failures: of each kind, at most 20 lines a second
   * and how many more there were.
   *
   * @default Nowhere.
   */
  logger?: Logger;
}

/**
 * A request that was admitted.
 *
 * @typeParam State What `authorize` has returned.
 */
export interface Admitted<State = undefined> {
  /** What `authorize` has returned. */
  readonly state: State;
  /** The subprotocol that was chosen. */
  readonly protocol: string | undefined;
}

/**
 * A WebSocket client of an HTTP handler.
 *
 * @typeParam State What `authorize` has returned.
 * @typeParam F What a message is.
 */
export interface AdmittedWebSocket<State = undefined, F extends Format = "text">
  extends Admitted<State> {
  /**
   * The response that the HTTP handler must return. The connection opens only
   * then.
   */
  readonly response: Response;
  /** The transport. It can be used at once. */
  readonly transport: WebSocketTransport<MessageOf<F>>;
}

/**
 * Options of {@linkcode Admission.accept}.
 *
 * @typeParam F What a message is.
 */
export interface AdmittedWebSocketOptions<F extends Format = "text">
  extends Omit<AcceptWebSocketOptions<F>, "protocol" | "format"> {
  /**
   * What a message is, for all clients or by the chosen subprotocol.
   *
   * @default {"text"}
   */
  format?: F | ((protocol: string | undefined) => F);
}

/**
 * Returns whether a request asks for a WebSocket, even one that would be
 * refused.
 *
 * @param request The request.
 * @returns Whether it does.
 */
export function wantsWebSocket({ headers }: Request): boolean {
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
 */
export class Admission<State = undefined> {
  /** How long a client may take to come in, in milliseconds. */
  readonly handshakeTimeout: number;
  /** Most connections at a time. */
  readonly maxConnections: number;
  readonly #options: AdmissionOptions<State>;
  readonly #origins: ReadonlySet<string>;
  /** How often each origin was refused: it is logged the first time only. */
  readonly #refusedOrigins = new Map<string, number>();
  readonly #log: CalmLogger;
  readonly #addresses: readonly Range[] | undefined;
  readonly #places: Places;
  /** How many connections each machine has, if that is limited. */
  readonly #machines = new Map<string, number>();
  readonly #total: Gauge;
  readonly #each: Gauge;

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
    this.#total = new Gauge("maxConnections", maxConnections);
    this.#each = new Gauge(
      "maxConnectionsPerAddress",
      maxConnectionsPerAddress,
    );
    this.#addresses = options.allowedAddresses?.map(toRange);
    this.#options = options;
    this.#log = CalmLogger.of(options.logger);
    this.#places = new Places(maxConnections);
    this.#origins = new Set((options.allowedOrigins ?? []).map(toOrigin));
  }

  /**
   * How often pages were refused because of their origin: of the last 100
   * origins.
   */
  get refusedOrigins(): ReadonlyMap<string, number> {
    return this.#refusedOrigins;
  }

  /** The number of connections, including those in their handshake. */
  get connections(): number {
    return this.#total.now;
  }

  /** The limits, and how near the connections came to them. */
  get limits(): readonly Gauge[] {
    this.#each.now = 0;
    for (const count of this.#machines.values()) {
      this.#each.set(Math.max(count, this.#each.now));
    }
    return [this.#total, this.#each];
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
    const each = this.#each;
    const machine = each.limit === Infinity ? undefined : machineOf(info);
    const before = this.#machines.get(machine ?? "") ?? 0;
    if (machine !== undefined && before >= each.limit) {
      each.hit();
      this.#warn(info, `it has ${each.limit} connections already`);
      return refusal(503, "There is no room for another of your connections.");
    }
    const total = this.#total;
    const hostname = info.remoteAddr?.hostname ?? "";
    const place = this.#places.enter(hostname, () => this.#leave(machine));
    if (!place) {
      total.hit();
      this.#warn(info, `there are ${total.limit} connections already`);
      return refusal(503, "There is no room for another connection.");
    }
    total.set(total.now + 1);
    if (machine !== undefined) {
      this.#machines.set(machine, before + 1);
      each.set(before + 1);
    }
    return place;
  }

  /** Says now how many lines the log has kept back, as the server ends. */
  flushLog(): void {
    this.#log.flush();
  }

  #leave(machine: string | undefined): void {
    this.#total.set(this.#total.now - 1);
    if (machine === undefined) return;
    const left = this.#machines.get(machine)! - 1;
    if (left > 0) this.#machines.set(machine, left);
    else this.#machines.delete(machine);
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
    this.#warn(
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
    const { headers } = request;
    const stranger = this.checkAddress(info);
    if (stranger) return stranger;
    const isUpgrade = asksForWebSocket(headers);
    const bad = isUpgrade && checkUpgrade(request.method, headers);
    if (bad) return this.refuse(bad.status, bad.reason, info);
    const refused = this.checkOrigin(request, info);
    if (refused) return refused;
    const { authorize, chooseProtocol } = this.#options;
    try {
      const state = authorize
        ? await this.#within(info, (known) => authorize(request, known))
        : undefined as State;
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
    } catch (error) {
      if (info.signal?.aborted) return refusal(400, "You are gone.");
      const { name, message } = Object(error) as Partial<Error>;
      this.#log.error(
        printable(`Refused a connection from ${of(info)}: ${name}: ${message}`),
        "authorize",
      );
      return error instanceof TimeoutError
        ? refusal(503, "The server took too long to decide.")
        : refusal(500, "Nobody can come in now.");
    }
  }

  /**
   * Returns whether pages of an origin may come in.
   *
   * @param origin The origin, as a browser writes it.
   * @returns Whether they may.
   */
  allowsOrigin(origin: string): boolean {
    return this.#origins.has("*") || this.#origins.has(origin);
  }

  /**
   * Refuses pages of other origins.
   *
   * @param request The request.
   * @param info Who sends it, for the log.
   * @returns The response that refuses it, or `undefined` if it may connect.
   */
  checkOrigin(
    { headers }: Request,
    info: Partial<RequestInfo> = {},
  ): Response | undefined {
    const origin = headers.get("origin");
    if (origin === null || this.allowsOrigin(origin)) return undefined;
    const key = origin.slice(0, 200);
    const before = this.#refusedOrigins.get(key);
    if (before !== undefined) this.#refusedOrigins.set(key, before + 1);
    else {
      if (this.#refusedOrigins.size >= 100) {
        const [oldest = ""] = this.#refusedOrigins.keys();
        this.#refusedOrigins.delete(oldest);
      }
      this.#refusedOrigins.set(key, 1);
      // "null" stands for every file and every sandboxed frame at once.
      const known = origin !== "" && origin !== "null";
      this.#warn(
        info,
        known
          ? `its page is of ${key}. To let the pages of this ` +
            `origin in, set allowedOrigins: [${quoted(origin)}], or ` +
            "--allow-origin for a command"
          : "its page has no origin, such as a file or a sandboxed frame",
      );
    }
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
        onGone: place.leave,
      } as AcceptWebSocketOptions<F>);
      return { ...accepted, ...admitted };
    } catch (error) {
      place.leave();
      const { name, message } = Object(error) as Partial<Error>;
      return this.refuse(400, `The upgrade failed: ${name}: ${message}`, info);
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
    this.#warn(info, reason);
    return refusal(status, reason);
  }

  #warn(info: Partial<RequestInfo>, reason: string): void {
    const line = `Refused a connection from ${of(info)}: ${reason}`;
    this.#log.warn(printable(line), reason);
  }

  /** Waits for a hook until its time is up or the client is gone. */
  async #within<T>(
    { remoteAddr = {}, signal }: Partial<RequestInfo>,
    hook: (info: RequestInfo) => T | Promise<T>,
  ): Promise<T> {
    const ending = new AbortController();
    const late = () => {
      const error = new TimeoutError(
        `authorize() took longer than ${this.handshakeTimeout} ms`,
      );
      ending.abort(error);
      return error;
    };
    const both = signal
      ? AbortSignal.any([signal, ending.signal])
      : ending.signal;
    const given = hook({ remoteAddr, signal: both });
    return await within(Promise.resolve(given), this.handshakeTimeout, late, {
      ...(signal && { signal }),
    });
  }
}

function of({ remoteAddr }: Partial<RequestInfo>): string {
  return remoteAddr?.hostname ?? remoteAddr?.transport ?? "somewhere";
}

/** Returns the machine of a client, if its connections are counted. */
function machineOf({ remoteAddr }: Partial<RequestInfo>): string | undefined {
  const address = bytesOf(remoteAddr?.hostname ?? "");
  return address && !isOwn(address) ? machineAt(address) : undefined;
}

function quoted(origin: string): string {
  return JSON.stringify(origin.slice(0, 200));
}

/** Turns text that a stranger sent into one printable line. */
function printable(line: string): string {
  // deno-lint-ignore no-control-regex -- these are what is not printed
  return line.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, " ");
}

/** Makes a response that refuses. */
function refusal(status: number, reason: string): Response {
  const text = /[.)]$/.test(reason) ? reason : `${reason}.`;
  return new Response(`${text}\n`, {
    status,
    headers: status === 426
      ? {
        upgrade: "websocket",
        connection: "Upgrade",
        "sec-websocket-version": "13",
      }
      : {},
  });
}

/** Writes an origin as a browser does; throws if it is not an origin. */
function toOrigin(text: string): string {
  if (text === "*") return text;
  const url = URL.parse(text);
  const isBare = url && /^\/?$/.test(url.pathname) && url.host !== "" &&
    !/[*@?#\\]/.test(text);
  if (isBare && !/^wss?:$/.test(url.protocol)) {
    return `${url.protocol}//${url.host}`;
  }
  throw new TypeError(
    `allowedOrigins has "${text}", which is not an origin. An origin is the scheme, ` +
      'the name and the port of a page, such as "https://example.org" or ' +
      '"http://localhost:8080"; "*" stands for all',
  );
}
