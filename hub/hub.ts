// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The hub: admits clients, limits them, and disconnects them.
 *
 * @module
 */
import { checkTime, every, type Timer } from "@wirekit/internal/clock";
import { checkLimits } from "@wirekit/internal/limits";
import type { Logger } from "@wirekit/internal/logger";
import {
  Admission,
  type RequestInfo,
  wantsWebSocket,
} from "@wirekit/transport/admission";
import { CloseError, type Transport } from "@wirekit/transport/transport";
import { hasSecret, isLoopback, isSecret } from "./access/_secrets.ts";
import { fullPass, type Pass } from "./access/pass.ts";
import type { Door, Visitor } from "./door.ts";
import { Connection, type ConnectionLimits, FAREWELL } from "./_connection.ts";
import { Router } from "./exchange/_router.ts";
import type { Exchange, ExchangeOptions } from "./exchange/exchange.ts";

export type { Logger, RequestInfo };

/** Options of {@linkcode Hub}. */
export interface HubOptions extends Omit<ExchangeOptions, "onName"> {
  /**
   * The largest message to pass on, in bytes. A larger one is answered with an
   * error. The default is what a stock winerp client accepts: a larger message
   * would cost it its connection.
   *
   * @default {2097152} 2 MiB
   */
  maxMessageBytes?: number;
  /**
   * How long a client may take, in milliseconds, for its TLS and HTTP handshake
   * and its verification. A client that takes longer is told so, with status
   * 408 where HTTP allows it.
   *
   * @default {10000}
   */
  handshakeTimeout?: number;
  /**
   * The secret that every client must send. Without one, {@linkcode Hub.fetch}
   * admits only programs on this machine.
   */
  token?: string;
  /**
   * Decides, in addition to the token, who may connect by HTTP: returns the
   * response that refuses the client, or nothing. It has `handshakeTimeout` to
   * decide.
   *
   * @default Everybody may.
   */
  authorize?: (
    request: Request,
    info: RequestInfo,
  ) => Response | undefined | Promise<Response | undefined>;
  /**
   * The origins whose pages may connect, such as `"https://example.org"`. Other
   * requests with an `Origin`, which is to say other pages in a browser, are
   * refused.
   *
   * @default {[]}
   */
  allowedOrigins?: readonly string[];
  /**
   * The maximum number of connections, over all carriers. Further ones are
   * refused, with status 503 where HTTP allows it.
   *
   * @default {10000}
   */
  maxConnections?: number;
  /**
   * The most bytes that may wait for one client to read them. A client that
   * exceeds it is dropped with code 1013.
   *
   * @default {16777216} 16 MiB
   */
  maxOutboxBytes?: number;
  /**
   * How long a client may be silent, in milliseconds, before its connection
   * ends. It is asked for a sign of life after half of that time. A bot may
   * block its event loop for minutes and still be alive, so do not set this too
   * low.
   *
   * @default {300000} Five minutes
   */
  idleTimeout?: number;
  /**
   * Other ways in than winerp. The first that takes a request or a client has
   * it.
   *
   * @default {[]}
   */
  doors?: readonly Door[];
  /**
   * Where to log events.
   *
   * @default Nowhere.
   */
  logger?: Logger;
}

/** Options of {@linkcode Hub.accept}. */
export interface AcceptOptions {
  /**
   * Whether the client has already sent the token, as it does over HTTP.
   * Otherwise it must send it as `token` in its verification.
   *
   * @default {false}
   */
  trusted?: boolean;
  /**
   * How the client is connected, for the log.
   *
   * @default {"transport"}
   */
  carrier?: string;
  /**
   * Whether the transport itself ends when the client gives no sign of life.
   * Otherwise the hub asks for one, with a message that every client answers.
   *
   * @default {false}
   */
  watched?: boolean;
}

/** Headers that a proxy adds to the requests that it passes on. */
const PROXY_HEADERS = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/**
 * The largest message that is read. Messages that are too large to relay are
 * still read and answered with an error, because a disconnect would cost the
 * sender more than that one message.
 */
const MAX_INBOUND_BYTES = 64 * 1024 * 1024;

/**
 * Lets programs call each other by name, like winerp's server.
 *
 * Everything has a limit, no client can harm another, and no other machine can
 * connect without a token.
 *
 * @example Serve a hub inside any app
 * ```ts
 * import { Client } from "@wirekit/hub/client";
 * import { Hub } from "@wirekit/hub/hub";
 * import { assert } from "@std/assert";
 *
 * await using hub = new Hub();
 * await using server = Deno.serve({ port: 0, onListen() {} }, hub.fetch);
 *
 * await using client = new Client("me", {
 *   url: `ws://127.0.0.1:${server.addr.port}`,
 * });
 * await client.connect();
 * assert(await client.ping());
 * assert(hub.names.includes("me"));
 * ```
 */
export class Hub implements AsyncDisposable {
  /** Decides who may connect, for the hub's own port and for `fetch` alike. */
  readonly admission: Admission<Pass>;
  readonly #doors: Door[];
  readonly #token: string | undefined;
  readonly #authorizes: HubOptions["authorize"];
  readonly #limits: ConnectionLimits;
  readonly #maxInboundBytes: number;
  readonly #logger: Logger | undefined;
  readonly #router: Router;
  readonly #connections = new Set<Connection>();
  #clock: Timer | undefined;
  #closing = false;

  /**
   * Makes a hub without clients.
   *
   * @param options Limits, and who may connect.
   * @throws {TypeError} If the token is empty.
   */
  constructor(options: HubOptions = {}) {
    const {
      token,
      authorize,
      allowedOrigins,
      maxConnections,
      maxOutboxBytes = 16 * 1024 * 1024,
      idleTimeout = 300_000,
      doors = [],
      logger,
      ...limits
    } = options;
    checkLimits(options);
    if (token === "") throw new TypeError("Cannot use an empty token");
    this.#doors = [...doors];
    this.#token = token;
    this.#authorizes = authorize;
    this.admission = new Admission({
      authorize: (request, info) => this.#authorize(request, info),
      ...(allowedOrigins && { allowedOrigins }),
      ...(maxConnections !== undefined && { maxConnections }),
      ...(limits.handshakeTimeout !== undefined &&
        { handshakeTimeout: limits.handshakeTimeout }),
      ...(logger && { logger }),
    });
    checkTime("idleTimeout", idleTimeout);
    this.#limits = { maxOutboxBytes, idleTimeout, logger };
    this.#maxInboundBytes = Math.max(
      MAX_INBOUND_BYTES,
      2 * (limits.maxMessageBytes ?? 0),
    );
    this.#logger = logger;
    this.#router = new Router({
      ...limits,
      onName: (event, name) => {
        if (event === "join") logger?.info?.(`${name} joined`);
        else if (event === "hold") {
          logger?.info?.(`${name} is on hold: the name is taken`);
        }
      },
    });
  }

  /**
   * Passes messages between participants. Participants that are not winerp
   * clients may enter here.
   */
  get exchange(): Exchange {
    return this.#router.exchange;
  }

  /** The names that are taken, in the order in which they were taken. */
  get names(): string[] {
    return this.#router.names.map((name) => String(JSON.parse(name)));
  }

  /** The number of connections, verified or not. */
  get connections(): number {
    return this.#connections.size;
  }

  /**
   * The largest message that a carrier should accept for this hub, in bytes.
   */
  get maxInboundBytes(): number {
    return this.#maxInboundBytes;
  }

  /**
   * Answers an HTTP request: upgrades it to a WebSocket, or refuses it and says
   * why. Use it as a handler for `Deno.serve` and `export default { fetch }`.
   *
   * @param request The request.
   * @param info The sender. Without a token it must be given and must be on
   * this machine: all other senders are refused.
   * @returns The response.
   */
  readonly fetch = async (
    request: Request,
    info?: Partial<RequestInfo>,
  ): Promise<Response> => {
    if (!wantsWebSocket(request)) {
      for (const door of this.#doors) {
        const response = await door.fetch?.(request, info ?? {});
        if (response) return response;
      }
    }
    const accepted = await this.admission.accept(request, info, {
      format: "utf8",
      farewell: FAREWELL,
      idleTimeout: this.#limits.idleTimeout,
      maxMessageBytes: this.#maxInboundBytes,
    });
    if (accepted instanceof Response) return accepted;
    const { transport, state: pass } = accepted;
    this.welcome({ transport, request, pass });
    return accepted.response;
  };

  /**
   * Serves a WebSocket client that was let in: at the door that takes it, or as
   * a winerp client. Neither throws nor rejects.
   *
   * @param visitor The client.
   */
  welcome(visitor: Visitor): Promise<void> {
    for (const door of this.#doors) {
      const end = door.accept?.(visitor);
      if (end) return end;
    }
    const carrier = "WebSocket";
    const { transport } = visitor;
    return this.accept(transport, { trusted: true, watched: true, carrier });
  }

  /**
   * Adds another way in.
   *
   * @param door The way in.
   */
  open(door: Door): void {
    this.#doors.push(door);
  }

  /**
   * Decides about an HTTP request: its origin, and the secret in it.
   *
   * @param request The request.
   * @param info Who sends it.
   * @returns What the sender may do, or the response that refuses it.
   */
  async admit(
    request: Request,
    info: Partial<RequestInfo> = {},
  ): Promise<Pass | Response> {
    const admitted = await this.admission.admit(request, info);
    return admitted instanceof Response ? admitted : admitted.state;
  }

  /**
   * Refuses requests before the upgrade to a WebSocket. After it, it would be
   * too late: a stock client that is accepted and then closed comes back at
   * once, hundreds of times a second.
   */
  async #authorize(
    request: Request,
    info: RequestInfo,
  ): Promise<Pass | Response> {
    if (this.#closing) return this.#refuse(503, "The hub is closing.", info);
    if (this.#full) return this.#refuse(503, "The hub has no room.", info);
    const token = this.#token;
    if (token === undefined && !isLocal(request, info)) {
      return this.#refuse(
        403,
        "Only programs on this machine may connect to a hub without a token.",
        info,
      );
    }
    if (token !== undefined && !hasSecret(request, token)) {
      const refused = this.#refuse(401, "The token is missing or wrong.", info);
      refused.headers.set("www-authenticate", "Bearer, Basic");
      return refused;
    }
    const refused = await this.#authorizes?.(request, info);
    return refused ?? fullPass(token === undefined ? "open" : "token");
  }

  #refuse(status: number, text: string, info: RequestInfo): Response {
    return this.admission.refuse(status, text, info);
  }

  /**
   * Serves one client over any transport until it ends. Neither throws nor
   * rejects: the log says what ended a client.
   *
   * @param transport The client.
   * @param options What is known about it.
   */
  accept(
    transport: Transport<Uint8Array<ArrayBuffer>>,
    options: AcceptOptions = {},
  ): Promise<void> {
    if (
      this.#closing || this.#connections.size >= this.admission.maxConnections
    ) {
      const reason = "The hub has no room for another connection.";
      this.#logger?.warn?.(`Refused a connection: ${reason}`);
      return transport.close(new CloseError(1013, { reason }));
    }
    if (this.#clock === undefined) {
      // The clock was stopped while there were no clients.
      const tick = () => this.#router.tick(performance.now());
      tick();
      this.#clock = every(1000, tick);
    }
    const connection = this.#connect(transport, options);
    this.#connections.add(connection);
    return this.#serve(connection);
  }

  get #full(): boolean {
    return this.#connections.size >= this.admission.maxConnections;
  }

  async #serve(connection: Connection): Promise<void> {
    await connection.serve();
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    this.#clock?.stop();
    this.#clock = undefined;
  }

  #connect(
    transport: Transport<Uint8Array<ArrayBuffer>>,
    { trusted = false, watched = false, carrier = "transport" }: AcceptOptions,
  ): Connection {
    const token = trusted ? undefined : this.#token;
    const admit = token === undefined
      ? {}
      : { admit: (given?: string) => isSecret(given ?? "", token) };
    return new Connection(
      transport,
      this.#limits,
      { carrier, watched },
      (receiver) => this.#router.connect(receiver, admit),
    );
  }

  /**
   * Ends all connections within a second. Stock winerp clients survive it: they
   * run nothing twice, and reconnect when a hub is there again.
   */
  async close(): Promise<void> {
    this.#closing = true;
    // 1000 and 1001 would leave a stock client dead for good.
    const error = new CloseError(1012, { reason: "The hub is closing" });
    await Promise.all(
      Array.from(this.#connections, (each) => each.shutDown(error)),
    );
  }

  /** Closes the hub. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function isLocal(request: Request, { remoteAddr }: RequestInfo): boolean {
  // Behind a proxy on this machine, every client has an address of this
  // machine.
  const { headers } = request;
  if (PROXY_HEADERS.some((name) => headers.has(name))) return false;
  const { transport, hostname } = remoteAddr;
  return transport === "unix" ||
    hostname !== undefined && isLoopback(hostname);
}
