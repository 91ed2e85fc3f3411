// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The hub: admits clients, limits them, and disconnects them.
 *
 * @module
 */
import { checkLimits } from "@wirekit/internal/limits";
import { CalmLogger, type Logger } from "@wirekit/internal/logger";
import type {
  Admission,
  PlainAnswer,
  PlainExchange,
  RequestInfo,
} from "@wirekit/transport/admission";
import { CloseError, type Transport } from "@wirekit/transport/transport";
import { HubClock } from "./_clock.ts";
import { Doors } from "./_doors.ts";
import { Http } from "./_http.ts";
import { Gate } from "./access/_gate.ts";
import type { Pass } from "./access/pass.ts";
import type { Rule } from "./access/rules.ts";
import type { Token } from "./access/tokens.ts";
import type { Backplane } from "./cluster/backplane.ts";
import { Clients } from "./connections/_clients.ts";
import type { Door, DoorPage, Visitor } from "./door.ts";
import * as Text from "./exchange/_text.ts";
import type { Exchange } from "./exchange/exchange.ts";
import { fault } from "./exchange/fault.ts";
import type { AcceptOptions, HubOptions } from "./options.ts";
import { limitReports } from "./watch/_limit_reports.ts";
import { Watch } from "./watch/_watch.ts";
import type { LimitReport } from "./watch/reports/hub.ts";
import { Router } from "./winerp/_router.ts";

export * from "./access/pass.ts";
export type * from "./access/rules.ts";
export type * from "./access/tokens.ts";
export type * from "./door.ts";
export * from "./exchange/fault.ts";
export * from "./exchange/json_slice.ts";
export type { Exchange } from "./exchange/exchange.ts";
export type * from "./exchange/observer.ts";
export type * from "./exchange/participant.ts";
export type * from "./exchange/route_info.ts";
export type * from "./exchange/routes.ts";
export type * from "./exchange/totals.ts";
export type * from "./options.ts";
export type * from "./watch/reports/calls.ts";
export type * from "./watch/reports/clients.ts";
export type * from "./watch/reports/cluster.ts";
export type * from "./watch/reports/events.ts";
export type * from "./watch/reports/figures.ts";
export type * from "./watch/reports/hub.ts";
export type * from "./watch/reports/tail.ts";
export type { Logger, PlainAnswer, PlainExchange, RequestInfo };

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
 *
 * @category Hub
 */
export class Hub implements AsyncDisposable {
  /** Decides who may connect, for the hub's own port and for `fetch` alike. */
  readonly admission: Admission<Pass>;
  /** The largest message that is passed on, in bytes. */
  readonly maxMessageBytes: number;
  /** The largest message that a carrier should accept for this hub, in bytes. */
  readonly maxInboundBytes: number;
  readonly #gate: Gate;
  readonly #http: Http;
  readonly #doors: Doors;
  readonly #log: CalmLogger;
  readonly #router: Router;
  readonly #clients: Clients;
  readonly #backplane: Backplane | undefined;
  readonly #watch: Watch | undefined;
  readonly #clock = new HubClock();
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
    checkLimits(options);
    const { maxMessageBytes = 2 * 1024 * 1024, backplane, logger } = options;
    const { watch = true, doors = [] } = options;
    this.maxMessageBytes = maxMessageBytes;
    this.maxInboundBytes = Math.max(MAX_INBOUND_BYTES, 2 * maxMessageBytes);
    const log = this.#log = CalmLogger.of(logger);
    const gate = this.#gate = new Gate(options, {
      log,
      // An operator gets in at a hub that is full, or drains, too.
      unready: () => this.#full ? undefined : this.unready,
    });
    this.admission = gate.admission;
    const router = this.#router = makeRouter(options, log);
    const clients = this.#clients = new Clients(options, {
      log,
      lock: gate.lock,
      router,
      left: () => this.#clock.release(),
    });
    this.#doors = new Doors(doors);
    this.#http = new Http({
      gate,
      doors: this.#doors,
      rates: clients.rates,
      idleTimeout: clients.idleTimeout,
      maxInboundBytes: this.maxInboundBytes,
      welcome: (visitor) => this.welcome(visitor),
      renewPasses: () => this.#renewPasses(),
    });
    this.#backplane = backplane;
    this.#tick();
    const tick = () => this.#tick();
    this.#clock.add({ start: tick, tick, stop() {} });
    if (watch) {
      this.#watch = new Watch(this, {
        logger,
        hold: () => {
          this.#clock.hold();
          return () => this.#clock.release();
        },
      });
      this.#clock.add(this.#watch);
      this.#doors.add(this.#watch.door);
    }
    // Other hubs are told of it, and asked, while it has no clients too.
    if (backplane) this.#clock.hold();
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
    return this.#clients.size;
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
    return limitReports([
      ...this.admission.limits,
      ...this.#router.limits,
      ...this.#clients.limits,
    ]);
  }

  /** Who may connect: this machine, owners of a token, or as rules say. */
  get lock(): "open" | "token" | "rules" {
    return this.#gate.lock.kind;
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
  readonly fetch = (
    request: Request,
    info: Partial<RequestInfo> = {},
  ): Promise<Response> => this.#http.fetch(request, info);

  /**
   * Answers a small post of a program, if a door does so without a `Request`:
   * the option `plain` of a listener.
   *
   * @param exchange The post.
   * @returns The answer; nothing if `fetch` has to give it.
   */
  readonly plain = (
    exchange: PlainExchange,
  ): Response | Promise<PlainAnswer> | undefined => this.#http.plain(exchange);

  /**
   * Serves a WebSocket client that was let in: at the door that takes it, or as
   * a winerp client. Never throws.
   *
   * @param visitor The client.
   */
  welcome(visitor: Visitor): void {
    if (this.#doors.accept(visitor)) return;
    const carrier = "WebSocket";
    const { transport, pass, address = "" } = visitor;
    const known = { pass, watched: true, place: true, carrier } as const;
    this.#serve(transport, { ...known, address });
  }

  /**
   * Returns what is sent to a WebSocket client before it is pinged or its
   * connection ends: a stock winerp client handles the last message that it got
   * once more.
   *
   * @param request The request of its handshake.
   * @returns An empty message; nothing for the client of a door.
   */
  farewellFor(request: Request): Uint8Array<ArrayBuffer> | undefined {
    return this.#http.farewellFor(request);
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
    if (this.#gate.lock.isOpen) {
      throw new TypeError(
        "Cannot set tokens of a hub that was made without any: give it " +
          "`tokens`, which may be an empty list",
      );
    }
    this.#gate.lock.setTokens(tokens);
    this.#renewPasses();
  }

  /**
   * Takes other rules. They count at once, for all clients.
   *
   * @param rules The rules; by default everybody may ask and inform everybody.
   * @throws {TypeError} If one is not valid: then nothing has changed.
   */
  setRules(rules?: readonly Rule[]): void {
    this.#gate.lock.setRules(rules);
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
    return this.#gate.whileValid(pass, gone);
  }

  #renewPasses(): void {
    this.#gate.renew();
    this.exchange.renewPasses((pass) => this.#gate.lock.renewed(pass));
  }

  /** The pages of its doors, for the tabs of its own page. */
  get pages(): DoorPage[] {
    return this.#doors.pages;
  }

  /**
   * Writes what a door has to say of its clients to the log.
   *
   * @param line One event, such as `"script" (HTTP) left: it has ended`.
   * @param kind What it is in a word: of very many of a kind, a few are written.
   * @param level How much it matters.
   */
  note(line: string, kind: string, level: "info" | "warn" = "info"): void {
    this.#log[level](line, kind);
  }

  /**
   * Counts messages of an address that came in one HTTP request, beside that.
   *
   * @param info Who sends them.
   * @param messages How many more there were than one.
   */
  charge(info: Partial<RequestInfo>, messages: number): void {
    this.#http.charge(info, messages);
  }

  /** The protocols that its clients may speak, such as `"winerp"`. */
  get protocols(): string[] {
    return ["winerp", ...this.#doors.protocols];
  }

  /**
   * Adds another way in.
   *
   * @param door The way in.
   */
  open(door: Door): void {
    this.#doors.add(door);
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
  admit(
    request: Request,
    info: Partial<RequestInfo> = {},
  ): Promise<Pass | Response> {
    return this.#gate.admit(request, info);
  }

  /**
   * Decides about a client that comes without HTTP.
   *
   * @param token The token that it sends, if it does.
   * @returns What it may do; nothing if it may not come in.
   */
  passFor(token: string | undefined): Pass | undefined {
    return this.#gate.lock.passFor(token);
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
    return new Promise((gone) => this.#serve(transport, options, gone));
  }

  /** Serves a client; a promise of its end would be memory for each of them. */
  #serve(
    transport: Transport<Uint8Array<ArrayBuffer>>,
    options: AcceptOptions,
    gone?: () => void,
  ): void {
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
      const closing = transport.close(new CloseError(1013, { reason }));
      return void closing.then(gone);
    }
    this.#clock.hold();
    const place = own === true ? undefined : own;
    this.#clients.serve(transport, options, place, gone);
  }

  #tick(): void {
    const now = performance.now();
    this.#clients.tick(now);
    this.#router.tick(now);
    if (this.#gate.lock.hasExpired()) this.#renewPasses();
  }

  get #full(): boolean {
    return this.#clients.size >= this.admission.maxConnections;
  }

  /**
   * Ends all connections within a second, and before that all open requests
   * with an error. Stock winerp clients survive it: they run nothing twice, and
   * reconnect when a hub is there again.
   */
  async close(): Promise<void> {
    const isFirst = !this.#closing;
    this.#closing = true;
    this.#watch?.close();
    // Stock winerp clients let their requests wait through a disconnect.
    this.exchange.failAll(fault("ResponderLeft", Text.closing));
    // 1000 and 1001 would leave a stock client dead for good.
    const error = new CloseError(1012, { reason: "The hub is closing" });
    await this.#clients.shutDown(error);
    if (this.#backplane && isFirst) {
      this.#watch?.leave();
      await this.#backplane.close();
      this.#clock.release();
    }
    this.#log.flush();
  }

  /** Closes the hub. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Why a client does not get a name now. */
function whyHeld(exchange: Exchange, name: string): string {
  if (exchange.isUndecided(name)) {
    return "nobody can say now whether the name is free";
  }
  const seconds = exchange.freeIn(name);
  return seconds === undefined
    ? "the name is taken"
    : `a hub that gives no sign of life has the name: free within ${seconds} s`;
}

/** Makes what passes on the messages of winerp clients, and of all others. */
function makeRouter(options: HubOptions, log: CalmLogger): Router {
  const router = new Router({
    ...options,
    onName: (event, name) => {
      if (event === "join") log.info(`${name} joined`, "joined");
      else if (event === "hold") {
        log.info(
          `${name} is on hold: ${whyHeld(router.exchange, name)}`,
          "held",
        );
      }
    },
    onDenial: (text) => log.warn(`Denied: ${text}`, "denied"),
    onWarning: (text) => log.warn(text, "cluster"),
  });
  return router;
}
