// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The hub: admits clients, limits them, and disconnects them.
 *
 * @module
 */
import { checkTime, every, type Timer } from "@wirekit/internal/clock";
import { checkLimits, Gauge } from "@wirekit/internal/limits";
import { CalmLogger, type Logger } from "@wirekit/internal/logger";
import {
  type Admission,
  type Place,
  type RequestInfo,
  wantsWebSocket,
} from "@wirekit/transport/admission";
import { isLoopback, PageAdmission } from "@wirekit/transport/pages";
import { CloseError, type Transport } from "@wirekit/transport/transport";
import { HttpRates } from "./access/_http_rates.ts";
import { Lock } from "./access/_lock.ts";
import type { Pass } from "./access/pass.ts";
import type { Rule } from "./access/rules.ts";
import type { Token } from "./access/tokens.ts";
import type { Door, Visitor } from "./door.ts";
import { Connection, type ConnectionLimits, FAREWELL } from "./_connection.ts";
import { DEFAULTS } from "./watch/_defaults.ts";
import { Watch } from "./watch/_watch.ts";
import type { Backplane } from "./cluster/backplane.ts";
import * as Text from "./exchange/_text.ts";
import { fault } from "./exchange/fault.ts";
import { Router } from "./winerp/_router.ts";
import type { LimitReport } from "./watch/report.ts";
import type { Exchange } from "./exchange/exchange.ts";
import type { ExchangeOptions } from "./exchange/options.ts";
import type { Connected, Flow, Receiver } from "./exchange/participant.ts";

export type { Logger, RequestInfo };

/** Options of {@linkcode Hub}. */
export interface HubOptions
  extends Omit<ExchangeOptions, "onName" | "onDenial"> {
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
   * The one secret that allows everything. Without it and without `tokens`,
   * {@linkcode Hub.fetch} admits only programs on this machine.
   */
  token?: string;
  /**
   * Secrets for some names or rights each. {@linkcode Hub.setTokens} takes
   * others.
   *
   * @default None.
   */
  tokens?: readonly Token[];
  /**
   * What clients may do under their names. {@linkcode Hub.setRules} takes
   * others.
   *
   * @default Everybody may ask and inform everybody.
   */
  rules?: readonly Rule[];
  /**
   * Decides, in addition to the tokens, who may connect by HTTP: returns the
   * response that refuses the client, what it may do, or nothing to leave it at
   * what its token allows. It is asked about clients with a valid token; if
   * there are no tokens about all, and those from other machines need a
   * {@linkcode Pass} from it. It has `handshakeTimeout` to decide.
   *
   * @default Everybody may.
   */
  authorize?: (
    request: Request,
    info: RequestInfo,
  ) =>
    | Response
    | Pass
    | undefined
    | Promise<Response | Pass | undefined>;
  /**
   * The origins whose pages may connect, such as `"https://example.org"`; `"*"`
   * allows all. Other requests with an `Origin`, which is to say other pages in
   * a browser, are refused; pages of the hub itself are not.
   *
   * @default {[]}
   */
  allowedOrigins?: readonly string[];
  /**
   * The names by which requests may call the hub besides `localhost` and
   * addresses, such as `"hub.example.org"`; `"*.example.org"` allows all below
   * it, `"*"` all. Others are refused, because a stranger's name that points to
   * this machine makes a browser take the hub for the stranger's server.
   * Programs that open a WebSocket, and requests that show a valid token, may
   * call it what they like.
   *
   * @default {[]}
   */
  allowedHosts?: readonly string[];
  /**
   * The maximum number of connections, over all carriers. Further ones are
   * refused, with status 503 where HTTP allows it.
   *
   * @default {10000}
   */
  maxConnections?: number;
  /**
   * The maximum number of connections from one address; of IPv6, from one
   * network (64 bits). This machine's own may have any number, because a proxy
   * on it has them all. Further ones are refused as those over
   * `maxConnections`.
   *
   * @default {1000}
   */
  maxConnectionsPerAddress?: number;
  /**
   * The addresses that may connect, such as `"192.0.2.7"`, `"192.0.2.0/24"` or
   * `"2001:db8::/32"`. Others are refused, with status 403 where HTTP allows it;
   * Unix sockets have none and are not affected.
   *
   * @default All.
   */
  allowedAddresses?: readonly string[];
  /**
   * The most bytes that may wait for one client to read them. A client that
   * exceeds it is dropped with code 1013.
   *
   * @default {16777216} 16 MiB
   */
  maxOutboxBytes?: number;
  /**
   * How many messages one client may send in a second, and as many more at
   * once. From one that sends more, the hub reads more slowly: its messages
   * wait at its own end. One address may send as many requests over HTTP;
   * further ones are answered with status 429.
   *
   * @default {Infinity}
   */
  maxMessagesPerSecond?: number;
  /**
   * How many bytes one client may send in a second, in the same way.
   *
   * @default {Infinity}
   */
  maxBytesPerSecond?: number;
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
   * Whether the hub tells of itself: to those who ask `@hub`, and at `/healthz`,
   * `/readyz`, `/metrics` and `/api/`.
   *
   * @default {true}
   */
  watch?: boolean;
  /**
   * Other ways in than winerp. The first that takes a request or a client has
   * it.
   *
   * @default {[]}
   */
  doors?: readonly Door[];
  /**
   * Where to log events: of each kind, at most 20 lines a second and how many
   * more there were.
   *
   * @default Nowhere.
   */
  logger?: Logger;
}

/** Options of {@linkcode Hub.accept}. */
export interface AcceptOptions {
  /**
   * What the client may do, if that is known already, as over HTTP. Otherwise
   * it must send a token as `token` in its verification.
   */
  pass?: Pass;
  /**
   * How the client is connected, for the log.
   *
   * @default {"transport"}
   */
  carrier?: string;
  /**
   * The address that the client comes from, for those who watch the hub.
   *
   * @default {""}
   */
  address?: string;
  /**
   * Whether the transport itself ends when the client gives no sign of life.
   * Otherwise the hub asks for one, with a message that every client answers.
   *
   * @default {false}
   */
  watched?: boolean;
  /**
   * Adds the client to the hub, for another protocol than winerp.
   *
   * @param receiver Receives the messages for the client, and counts.
   * @returns The client.
   * @default A winerp client.
   */
  connect?: (receiver: Receiver & Flow) => Connected;
  /**
   * A message that makes a client of another protocol answer, for one whose
   * transport does not ask for a sign of life.
   *
   * @default A call of a function that no winerp client has.
   */
  ping?: Uint8Array<ArrayBuffer>;
  /**
   * The place of {@linkcode Hub.admission} that the carrier has taken for it;
   * `true` if the carrier looks after it. Until the client has a name, another
   * one may take the place over.
   *
   * @default The hub takes one; with `connect`, `true`.
   */
  place?: Place | true | undefined;
}

/** The subprotocol that is chosen for pages, which may not offer a token only. */
const PROTOCOL = "winerp";

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
  readonly #admission: PageAdmission<Pass>;
  readonly #lock: Lock;
  /** What has to look at a pass when passes change. */
  readonly #renewals = new Set<() => void>();
  readonly #doors: Door[];
  readonly #authorizes: HubOptions["authorize"];
  readonly #limits: ConnectionLimits;
  readonly #rates: readonly Gauge[];
  readonly #httpRates: HttpRates | undefined;
  /** The largest message that is passed on, in bytes. */
  readonly maxMessageBytes: number;
  readonly #maxInboundBytes: number;
  readonly #log: CalmLogger;
  readonly #router: Router;
  readonly #backplane: Backplane | undefined;
  readonly #connections = new Set<Connection>();
  readonly #watch: Watch | undefined;
  #clock: Timer | undefined;
  /** How many need the clock. */
  #holds = 0;
  #closing = false;
  #draining = false;
  /**
   * Where it listens, as URLs for clients, for those who watch it. `serve()`
   * sets it.
   */
  urls: readonly string[] = [];

  /**
   * Makes a hub without clients.
   *
   * @param options Limits, and who may connect.
   * @throws {TypeError} If the token is empty, or if one of `tokens`, `rules`,
   * `allowedOrigins` or `allowedHosts` is not valid. The message says which.
   */
  constructor(options: HubOptions = {}) {
    const {
      token,
      tokens,
      rules,
      authorize,
      allowedOrigins,
      allowedHosts,
      maxConnections,
      maxConnectionsPerAddress = 1_000,
      allowedAddresses,
      backplane,
      maxOutboxBytes = 16 * 1024 * 1024,
      maxMessagesPerSecond = Infinity,
      maxBytesPerSecond = Infinity,
      idleTimeout = 300_000,
      watch = true,
      doors = [],
      logger,
      ...limits
    } = options;
    checkLimits(options);
    this.#doors = [...doors];
    const lock = this.#lock = new Lock({ token, tokens, rules });
    const log = this.#log = CalmLogger.of(logger);
    this.#authorizes = authorize;
    this.admission = this.#admission = new PageAdmission<Pass>({
      what: "hub",
      authorize: (request, info) => this.#authorize(request, info),
      chooseProtocol: (offered) => offered.find((name) => name === PROTOCOL),
      showsToken: (request) => lock.showsToken(request),
      ...(allowedHosts && { allowedHosts }),
      ...(allowedOrigins && { allowedOrigins }),
      ...(maxConnections !== undefined && { maxConnections }),
      ...(allowedAddresses && { allowedAddresses }),
      maxConnectionsPerAddress,
      ...(limits.handshakeTimeout !== undefined &&
        { handshakeTimeout: limits.handshakeTimeout }),
      logger: log,
    });
    checkTime("idleTimeout", idleTimeout);
    const rates = {
      messages: new Gauge("maxMessagesPerSecond", maxMessagesPerSecond),
      bytes: new Gauge("maxBytesPerSecond", maxBytesPerSecond),
    };
    this.#rates = [rates.messages, rates.bytes];
    for (const { option, limit } of this.#rates) {
      if (limit < 1) {
        throw new RangeError(`${option} must be 1 or more: got ${limit}`);
      }
    }
    const hasRate = this.#rates.some(({ limit }) => limit !== Infinity);
    if (hasRate) this.#httpRates = new HttpRates(rates);
    this.#limits = {
      outbox: new Gauge("maxOutboxBytes", maxOutboxBytes),
      rates: hasRate ? rates : undefined,
      idle: new Gauge("idleTimeout", idleTimeout),
      clock: { now: 0 },
      log,
      left: (connection) => this.#left(connection),
    };
    this.maxMessageBytes = limits.maxMessageBytes ?? 2 * 1024 * 1024;
    this.#maxInboundBytes = Math.max(
      MAX_INBOUND_BYTES,
      2 * this.maxMessageBytes,
    );
    this.#backplane = backplane;
    this.#router = new Router({
      ...limits,
      ...(backplane && { backplane }),
      onName: (event, name) => {
        if (event === "join") log.info(`${name} joined`, "joined");
        else if (event === "hold") {
          log.info(`${name} is on hold: the name is taken`, "held");
        }
      },
      onDenial: (text) => log.warn(`Denied: ${text}`, "denied"),
    });
    this.#tick();
    if (!watch) return;
    this.#watch = new Watch(this, {
      logger,
      hold: () => {
        this.#hold();
        return () => this.#release();
      },
    });
    this.#doors.push(this.#watch.door);
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

  /** Whether it lets in nobody, until {@linkcode Hub.drain} ends that. */
  get isDraining(): boolean {
    return this.#draining;
  }

  /** Why nobody can come in now; `undefined` if clients can. */
  get unready(): string | undefined {
    if (this.#closing) return "The hub is closing.";
    if (this.#draining) return "The hub is draining.";
    return this.#full ? "The hub has no room." : undefined;
  }

  /**
   * Lets in nobody from now on, so that clients go elsewhere when they
   * reconnect; those that are connected stay. `/readyz` says so.
   *
   * @param on Whether to begin or to end that.
   */
  drain(on = true): void {
    this.#draining = on;
  }

  /** Its limits, and how near its clients came to them. */
  get limits(): LimitReport[] {
    const { outbox } = this.#limits;
    outbox.now = 0;
    for (const { outboxBytes } of this.#connections) {
      outbox.set(Math.max(outboxBytes, outbox.now));
    }
    return [
      ...this.#admission.limits,
      ...this.#router.limits,
      outbox,
      this.#limits.idle,
      ...this.#rates,
    ].map(({ option, limit, peak, now, hits }) => ({
      option,
      // JSON has no Infinity.
      limit: limit === Infinity ? null : limit,
      default: DEFAULTS[option] ?? null,
      peak,
      now,
      hits,
    }));
  }

  /** Who may come in: this machine, who has a token, or what rules say. */
  get lock(): "open" | "token" | "rules" {
    return this.#lock.kind;
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
    info: Partial<RequestInfo> = {},
  ): Promise<Response> => {
    const admission = this.#admission;
    if (!wantsWebSocket(request)) {
      const response = admission.checkAddress(info) ??
        admission.checkOrigin(request, info) ??
        this.#httpRates?.refuse(request, info) ??
        admission.preflight(request) ?? await this.#answer(request, info);
      return admission.secured(response, request);
    }
    // After the upgrade, Deno.serve does not know it any more.
    const address = info.remoteAddr?.hostname ?? "";
    const accepted = await this.admission.accept(request, info, {
      format: "utf8",
      farewell: FAREWELL,
      idleTimeout: this.#limits.idle.limit,
      maxMessageBytes: this.#maxInboundBytes,
    });
    if (accepted instanceof Response) return accepted;
    const { transport, state: pass } = accepted;
    this.welcome({ transport, request, pass, address });
    return accepted.response;
  };

  /** Answers a request that is no upgrade, and of no stranger's page. */
  async #answer(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Response> {
    const answered = this.#lock.answer(request, {
      admit: () => this.admit(request, info),
      refused: () =>
        void this.#refuse(401, "It signed in with a wrong token.", info),
      ended: () => this.#renewPasses(),
    });
    if (answered) return await answered;
    for (const door of this.#doors) {
      const response = await door.fetch?.(request, info);
      if (response) return response;
    }
    if (new URL(request.url).pathname.startsWith("/api/")) {
      const message = "There is nothing at this path.";
      return Response.json({ error: { message } }, { status: 404 });
    }
    return new Response("Connect by WebSocket.\n", {
      status: 426,
      headers: { upgrade: "websocket", connection: "Upgrade" },
    });
  }

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
    const { transport, pass, address = "" } = visitor;
    const known = { pass, watched: true, place: true, carrier } as const;
    return this.accept(transport, { ...known, address });
  }

  /**
   * Takes other tokens instead of `tokens`, but not instead of `token`. What
   * came with a token that is not among them is disconnected, and its sessions
   * end.
   *
   * @param tokens The tokens.
   * @throws {TypeError} If one is not valid: then nothing has changed.
   */
  setTokens(tokens: readonly Token[]): void {
    if (this.#lock.isOpen) {
      throw new TypeError(
        "Cannot set tokens of a hub that was made without any: give it " +
          "`tokens`, which may be an empty list",
      );
    }
    this.#lock.setTokens(tokens);
    this.#renewPasses();
  }

  /**
   * Takes other rules. They count at once, for all clients.
   *
   * @param rules The rules; by default everybody may ask and inform everybody.
   * @throws {TypeError} If one is not valid: then nothing has changed.
   */
  setRules(rules?: readonly Rule[]): void {
    this.#lock.setRules(rules);
    this.#renewPasses();
  }

  /**
   * Watches a pass for something that goes on for longer than a request, and is
   * no participant.
   *
   * @param pass The pass, as {@linkcode Hub.admit} returned it.
   * @param gone Aborts when nobody is interested any more.
   * @returns Aborts then, and when the token of the pass is not valid any more.
   */
  whileValid(pass: Pass, gone: AbortSignal): AbortSignal {
    const ended = new AbortController();
    const check = () => {
      if (!this.#lock.renewed(pass)) ended.abort();
    };
    this.#renewals.add(check);
    const forget = () => this.#renewals.delete(check);
    gone.addEventListener("abort", forget, { once: true });
    if (gone.aborted) forget();
    return AbortSignal.any([gone, ended.signal]);
  }

  #renewPasses(): void {
    this.#lock.endSessions();
    for (const check of this.#renewals) check();
    this.exchange.renewPasses((pass) => this.#lock.renewed(pass));
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
   * Decides about an HTTP request: its origin, and the token or the session in
   * it. A request of a page that may change something (any but GET and HEAD)
   * needs the proof of its session, too.
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
    // Who looks after a hub that is full, or drains, has to get in.
    const { unready } = this;
    if (unready !== undefined && !this.#full && wantsWebSocket(request)) {
      return this.#refuse(503, unready, info);
    }
    const lock = this.#lock;
    const pass = lock.open(request);
    if (pass instanceof Response) return pass;
    const isStranger = !pass || lock.isOpen && !isLocal(request, info);
    const asks = !isStranger || lock.isOpen;
    const decided = asks ? await this.#authorizes?.(request, info) : undefined;
    if (decided instanceof Response) return decided;
    if (decided) return lock.given(decided);
    if (!isStranger) return pass;
    if (lock.isOpen) {
      return this.#refuse(
        403,
        "Only programs on this machine may connect to a hub without a token.",
        info,
      );
    }
    const refused = this.#refuse(401, "The token is missing or wrong.", info);
    // A browser would ask for a password by itself.
    const scheme = wantsWebSocket(request) ? "Bearer, Basic" : "Bearer";
    refused.headers.set("www-authenticate", scheme);
    return refused;
  }

  /**
   * Decides about a client that comes without HTTP.
   *
   * @param token The token that it sends, if it does.
   * @returns What it may do; nothing if it may not come in.
   */
  passFor(token: string | undefined): Pass | undefined {
    return this.#lock.passFor(token);
  }

  #refuse(
    status: number,
    text: string,
    info: Partial<RequestInfo>,
  ): Response {
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
    // It has no address, as if it had come by a Unix socket.
    const own = options.place ?? (options.connect && true) ??
      this.admission.enter({ remoteAddr: { transport: "unix" } });
    // Over HTTP it was refused before; a client that was let in stays in.
    const isDraining = this.#draining && !options.pass;
    if (this.#closing || isDraining || own instanceof Response) {
      if (own !== true && !(own instanceof Response)) own.leave();
      const reason = this.#closing
        ? "The hub is closing."
        : isDraining
        ? "The hub takes no new clients."
        : "The hub has no room for another connection.";
      this.#log.warn(`Refused a connection: ${reason}`, reason);
      return transport.close(new CloseError(1013, { reason }));
    }
    this.#hold();
    const place = own === true ? undefined : own;
    const connection = this.#connect(transport, { ...options, place });
    this.#connections.add(connection);
    return connection.serve();
  }

  /** Keeps the clock running until {@linkcode Hub.#release} is called as often. */
  #hold(): void {
    if (this.#holds++ > 0) return;
    this.#tick();
    this.#clock = every(1000, () => {
      this.#tick();
      this.#watch?.tick();
    });
    this.#watch?.start();
  }

  #release(): void {
    if (--this.#holds > 0) return;
    this.#clock?.stop();
    this.#watch?.stop();
  }

  #tick(): void {
    const now = performance.now();
    this.#limits.clock.now = Math.floor(now);
    this.#router.tick(now);
    if (this.#lock.hasExpired()) this.#renewPasses();
  }

  get #full(): boolean {
    return this.#connections.size >= this.admission.maxConnections;
  }

  #left(connection: Connection): void {
    this.#connections.delete(connection);
    this.#release();
    connection.place?.leave();
  }

  #connect(
    transport: Transport<Uint8Array<ArrayBuffer>>,
    options: Omit<AcceptOptions, "place"> & { place: Place | undefined },
  ): Connection {
    const { pass, watched = false, carrier = "transport" } = options;
    const { connect, ping, place, address = "" } = options;
    const admit = admitter(this.#lock, pass);
    const connection = new Connection(
      transport,
      this.#limits,
      {
        carrier,
        watched,
        ...(ping && { ping }),
        // It is winerp's, and harms others.
        farewell: !connect,
        place,
      },
      connect ?? ((flow) =>
        this.#router.connect(flow, {
          about: { protocol: "winerp", carrier, address, flow },
          admit,
          ...(place && { onVerified: () => place.keep() }),
        })),
    );
    if (!connect) place?.offer(() => connection.makeRoom());
    return connection;
  }

  /**
   * Ends all connections within a second, and before that all open requests
   * with an error. Stock winerp clients survive it: they run nothing twice, and
   * reconnect when a hub is there again.
   */
  async close(): Promise<void> {
    this.#closing = true;
    this.#watch?.close();
    // Stock winerp clients let their requests wait through a disconnect.
    this.exchange.failAll(fault("ResponderLeft", Text.closing));
    // 1000 and 1001 would leave a stock client dead for good.
    const error = new CloseError(1012, { reason: "The hub is closing" });
    await Promise.all(
      Array.from(this.#connections, (each) => each.shutDown(error)),
    );
    await this.#backplane?.close();
    this.#log.flush();
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

/** Tells what a client may do once it says its name, and perhaps a token. */
function admitter(lock: Lock, pass: Pass | undefined) {
  return (token?: string): Pass | undefined =>
    pass ? lock.renewed(pass) : lock.passFor(token);
}
