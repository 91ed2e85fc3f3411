// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The hub: what lets clients in, bounds them, and lets them go.
 *
 * @module
 */
import { CloseError, type Transport } from "@wirekit/transport/transport";
import { acceptWebSocket } from "@wirekit/transport/accept-websocket";
import { hasSecret, isLoopback, isSecret } from "./_access.ts";
import { Outbox } from "./_outbox.ts";
import { composeMessage } from "./message.ts";
import type { Participant, Receiver } from "./participant.ts";
import { Router, type RouterOptions } from "./router.ts";

/** Where a hub writes what happens: `console` is one. */
export interface Logger {
  /** Takes what is as it should be: a name came, went, or waits. */
  info(line: string): void;
  /** Takes what someone should look at: a client was refused or dropped. */
  warn(line: string): void;
}

/** Options of {@linkcode Hub}. */
export interface HubOptions extends Omit<RouterOptions, "onName"> {
  /**
   * The secret that every client has to send. Without one, {@linkcode Hub.fetch}
   * lets in programs on this machine only.
   */
  token?: string;
  /**
   * The origins whose pages may connect, such as `"https://example.org"`. Other
   * requests with an `Origin`, so other pages in a browser, are refused.
   *
   * @default {[]}
   */
  allowedOrigins?: readonly string[];
  /**
   * Most connections at a time. One more is refused with status 503.
   *
   * @default {10000}
   */
  maxConnections?: number;
  /**
   * Most bytes that may wait for one client to read them. A client that is
   * slower is dropped with code 1013.
   *
   * @default {16777216} 16 MiB
   */
  maxOutboxBytes?: number;
  /**
   * Seconds after which a WebSocket client that does not answer a ping is gone.
   *
   * @default {30}
   */
  idleTimeout?: number;
  /**
   * Where to write what happens.
   *
   * @default Nowhere.
   */
  logger?: Logger;
}

/** What an HTTP server knows of a request: the second argument of its handler. */
export interface RequestInfo {
  /** Who sent it. */
  remoteAddr?: {
    /** The carrier below HTTP. */
    transport?: string;
    /** The address, of a TCP connection. */
    hostname?: string;
  };
}

/** Options of {@linkcode Hub.accept}. */
export interface AcceptOptions {
  /**
   * Whether the client has shown the token already, as it does when it comes by
   * HTTP. Otherwise it has to send it as `token` in its verification.
   *
   * @default {false}
   */
  trusted?: boolean;
}

/** One client: where the router's messages for it go, and the ways to end it. */
class Connection implements Receiver {
  readonly transport: Transport<Uint8Array<ArrayBuffer>>;
  readonly participant: Participant;
  readonly #outbox: Outbox;
  readonly #limits: ConnectionLimits;

  constructor(
    transport: Transport<Uint8Array<ArrayBuffer>>,
    limits: ConnectionLimits,
    connect: (receiver: Receiver) => Participant,
  ) {
    this.transport = transport;
    this.#outbox = new Outbox(transport);
    this.#limits = limits;
    this.participant = connect(this);
  }

  send(message: Uint8Array<ArrayBuffer>): void {
    const outbox = this.#outbox;
    const { maxOutboxBytes, logger } = this.#limits;
    outbox.push(message);
    if (outbox.bytes <= maxOutboxBytes) return;
    logger?.warn(
      `Dropped ${this.participant.name ?? "a client without a name"}: ` +
        `it has not read ${outbox.bytes} bytes`,
    );
    this.participant.leave();
    this.transport.close(new CloseError(1013, { reason: "Too slow a reader" }));
  }

  close(error: CloseError): void {
    this.#limits.logger?.warn(`Dropped a client: ${error.reason}`);
    this.#outbox.push(FAREWELL);
    this.transport.close(error);
  }
}

/** What all connections of a hub have in common. */
interface ConnectionLimits {
  readonly maxOutboxBytes: number;
  readonly logger: Logger | undefined;
}

/** What a proxy adds to the requests that it passes on. */
const PROXY_HEADERS = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/**
 * A message that says nothing. A stock client that reconnects runs the last
 * message again that it has got: this one, if it is the last, harms nobody.
 */
const FAREWELL = composeMessage({ type: "6" });

/**
 * Lets programs call each other by name, as winerp's server does.
 *
 * Everything has a limit, no client can harm another, and nobody from elsewhere
 * gets in without a token.
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
  readonly #token: string | undefined;
  readonly #allowedOrigins: ReadonlySet<string>;
  readonly #maxConnections: number;
  readonly #limits: ConnectionLimits;
  readonly #maxInboundBytes: number;
  readonly #idleTimeout: number;
  readonly #logger: Logger | undefined;
  readonly #router: Router;
  readonly #connections = new Set<Connection>();
  #clock: ReturnType<typeof setInterval> | undefined;
  #closing = false;

  /**
   * Makes a hub without clients.
   *
   * @param options Limits, and who may come in.
   * @throws {TypeError} If the token is empty.
   */
  constructor(options: HubOptions = {}) {
    const {
      token,
      allowedOrigins = [],
      maxConnections = 10_000,
      maxOutboxBytes = 16 * 1024 * 1024,
      idleTimeout = 30,
      logger,
      ...limits
    } = options;
    if (token === "") throw new TypeError("Cannot use an empty token");
    this.#token = token;
    this.#allowedOrigins = new Set(allowedOrigins);
    this.#maxConnections = maxConnections;
    this.#limits = { maxOutboxBytes, logger };
    // A message somewhat too large is answered; one far too large is not read.
    this.#maxInboundBytes = 4 * (limits.maxMessageBytes ?? 2 * 1024 * 1024);
    this.#idleTimeout = idleTimeout;
    this.#logger = logger;
    this.#router = new Router({
      ...limits,
      onName: (event, name) => logger?.info(`${name} ${EVENT_WORDS[event]}`),
    });
  }

  /** The names that are taken, in the order they were. */
  get names(): string[] {
    return this.#router.names.map((name) => String(JSON.parse(name)));
  }

  /** How many connections there are, verified or not. */
  get connections(): number {
    return this.#connections.size;
  }

  /** The largest message that a carrier should take for this hub, in bytes. */
  get maxInboundBytes(): number {
    return this.#maxInboundBytes;
  }

  /**
   * Answers an HTTP request: upgrades it to a WebSocket, or says why not. It is
   * a handler for `Deno.serve` and `export default { fetch }`.
   *
   * @param request The request.
   * @param info Who sent it. Without a token it has to be given, and to be this
   * machine: nobody else gets in.
   * @returns The response.
   */
  readonly fetch = (request: Request, info?: RequestInfo): Response => {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return refusal(426, "This is a hub: connect to it by WebSocket.", {
        upgrade: "websocket",
      });
    }
    const refused = this.refuse(request, info);
    if (refused) return refused;
    const { transport, response: upgrade } = acceptWebSocket(request, {
      format: "utf8",
      idleTimeout: this.#idleTimeout,
      maxMessageBytes: this.#maxInboundBytes,
    });
    this.accept(transport, { trusted: true });
    return upgrade;
  };

  /**
   * Says whether a client may come in, before its upgrade to a WebSocket. After
   * it, it would be too late: a stock client that is accepted and then closed
   * comes back at once, hundreds of times a second.
   *
   * @param request The request for the upgrade.
   * @param info Who sent it.
   * @returns The response that refuses it, or `undefined` if it may come in.
   */
  refuse(request: Request, info?: RequestInfo): Response | undefined {
    const origin = request.headers.get("origin");
    if (origin !== null && !this.#allowedOrigins.has(origin)) {
      return this.#warn(403, "This origin is not allowed.");
    }
    if (this.#token === undefined) {
      if (!isLocal(request, info)) {
        return this.#warn(
          403,
          "Only programs on this machine may connect to a hub without a token.",
        );
      }
    } else if (!hasSecret(request, this.#token)) {
      return this.#warn(401, "The token is missing or wrong.", {
        "www-authenticate": "Bearer, Basic",
      });
    }
    if (this.#closing) return this.#warn(503, "The hub is closing.");
    if (this.#connections.size >= this.#maxConnections) {
      return this.#warn(503, "The hub has no room for another connection.");
    }
    return undefined;
  }

  #warn(
    status: number,
    text: string,
    headers?: Record<string, string>,
  ): Response {
    this.#logger?.warn(`Refused a connection: ${text}`);
    return refusal(status, text, headers);
  }

  /**
   * Serves one client over any transport, until it ends. Neither throws nor
   * rejects: what ends a client is in the log.
   *
   * @param transport The client.
   * @param options What is known of it.
   */
  accept(
    transport: Transport<Uint8Array<ArrayBuffer>>,
    options: AcceptOptions = {},
  ): Promise<void> {
    if (this.#closing || this.#connections.size >= this.#maxConnections) {
      const reason = "The hub has no room for another connection.";
      this.#logger?.warn(`Refused a connection: ${reason}`);
      return transport.close(new CloseError(1013, { reason }));
    }
    if (this.#clock === undefined) {
      // The clock stood still while nobody was here.
      const tick = () => this.#router.tick(performance.now());
      tick();
      this.#clock = setInterval(tick, 1000);
    }
    const connection = this.#connect(transport, options.trusted ?? false);
    this.#connections.add(connection);
    return this.#serve(connection);
  }

  async #serve(connection: Connection): Promise<void> {
    const { transport, participant } = connection;
    try {
      for await (const message of transport) participant.receive(message);
    } catch {
      // Stock clients never say goodbye: an end that is not clean is no news.
    }
    participant.leave();
    await transport.close();
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    clearInterval(this.#clock);
    this.#clock = undefined;
  }

  #connect(
    transport: Transport<Uint8Array<ArrayBuffer>>,
    trusted: boolean,
  ): Connection {
    const token = trusted ? undefined : this.#token;
    return new Connection(
      transport,
      this.#limits,
      (receiver) =>
        this.#router.connect(
          receiver,
          token === undefined
            ? {}
            : { admit: (given) => isSecret(given ?? "", token) },
        ),
    );
  }

  /**
   * Ends all connections, within a second. Stock winerp clients survive it: they
   * run nothing twice, and come back when there is a hub again.
   */
  async close(): Promise<void> {
    this.#closing = true;
    // 1000 and 1001 would leave a stock client dead for ever.
    const error = new CloseError(1012, { reason: "The hub is closing" });
    await Promise.all(
      Array.from(this.#connections, async ({ participant, transport }) => {
        participant.leave();
        transport.send(FAREWELL).catch(() => {});
        await transport.close(error);
      }),
    );
  }

  /** Closes the hub. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const EVENT_WORDS = {
  join: "joined",
  hold: "is on hold: the name is taken",
  leave: "left",
};

function isLocal(request: Request, info: RequestInfo | undefined): boolean {
  // Behind a proxy on this machine, everybody has an address of this machine.
  const { headers } = request;
  if (PROXY_HEADERS.some((name) => headers.has(name))) return false;
  const { transport, hostname } = info?.remoteAddr ?? {};
  return transport === "unix" ||
    hostname !== undefined && isLoopback(hostname);
}

function refusal(
  status: number,
  text: string,
  headers: Record<string, string> = {},
): Response {
  return new Response(`${text}\n`, { status, headers });
}
