// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { Call, Calls } from "@wirekit/internal/calls";
import { checkTime } from "@wirekit/internal/clock";
import { Heartbeat, type HeartbeatLink } from "@wirekit/internal/heartbeat";
import { oneLine } from "@wirekit/internal/logger";
import {
  CloseError,
  forEachMessage,
  type Transport,
} from "@wirekit/transport/transport";
import { checkOptions } from "../_check_options.ts";
import { Reports, whyOf } from "./_reports.ts";
import { Responder } from "./_responder.ts";
import { Sender } from "./_sender.ts";
import type { AnyPeer, CallerLine, Listener } from "../caller.ts";
import type { CallOptions, JsonObject } from "../contract.ts";
import {
  LimitError,
  NotConnectedError,
  RemoteError,
  TimeoutError,
  WsrpcError,
} from "../errors.ts";
import type { PeerHooks, PeerOptions } from "../peer_options.ts";
import type { RouteTable } from "../routes/_table.ts";
import {
  type EventMessage,
  type InvalidMessage,
  parseMessage,
} from "../wire/_read.ts";
import { idOf, MAX_MESSAGE_BYTES, numberOf } from "../wire/_ids.ts";
import { formatEvent, formatRequest } from "../wire/_write.ts";

/** The `type` of messages of the protocol that preceded this one. */
const OLD_TYPES: readonly unknown[] = ["call", "callback", "error"];

/** A call of a route of the other end. */
class RouteCall extends Call {
  readonly method: string;
  readonly timeout: number;

  constructor(number: number, method: string, timeout: number) {
    super();
    this.number = number;
    this.method = method;
    this.timeout = timeout;
  }
}

const CALLS = {
  late: ({ method, timeout, reject }: RouteCall) =>
    reject(
      new TimeoutError(
        `No answer to ${JSON.stringify(method)} within ${timeout} ms`,
      ),
    ),
};

/** The core of a peer: the calls both ways over one transport. */
export class Connection implements CallerLine, HeartbeatLink {
  /** Resolves at the end, with the reason if it was not clean. */
  closed: Promise<Error | undefined> = Promise.resolve(undefined);
  #peer!: AnyPeer;
  readonly #options: PeerOptions;
  readonly #transport: Transport;
  readonly #timeout: number;
  readonly #pingTimeout: number;
  readonly #maxInFlight: number;
  readonly #reports: Reports<AnyPeer, PeerHooks>;
  readonly #calls: Calls<RouteCall>;
  readonly #sender: Sender;
  #responder!: Responder;
  readonly #heartbeat: Heartbeat;
  readonly #gone = new AbortController();
  /** Made when first used, to keep idle peers small. */
  #listeners: Set<Listener> | undefined;
  #received = 0;
  #end: NotConnectedError | undefined;
  #disposed: Promise<void> | undefined;

  /** Takes over a transport. */
  constructor(transport: Transport, options: PeerOptions) {
    checkOptions(options);
    const {
      timeout = 60_000,
      heartbeat: { interval = 30_000, timeout: pingTimeout = 10_000 } = {},
      firstId = 1,
    } = options;
    if (!Number.isSafeInteger(firstId) || firstId < 1 || firstId % 2 === 0) {
      throw new RangeError(
        `firstId must be an odd positive integer: got ${firstId}`,
      );
    }
    this.#heartbeat = new Heartbeat({ interval, timeout: pingTimeout }, this);
    this.#timeout = timeout;
    this.#pingTimeout = pingTimeout;
    this.#maxInFlight = options.maxInFlight ?? 4096;
    this.#options = options;
    this.#transport = transport;
    this.#reports = new Reports(options.hooks, options.logger);
    this.#calls = new Calls(CALLS, numberOf(firstId) - 1);
    this.#sender = new Sender(
      transport,
      options.maxSentBytes ?? MAX_MESSAGE_BYTES,
      () => this.#responder.pump(),
    );
  }

  /** Starts to read, for a peer with these routes. */
  start(peer: AnyPeer, table: RouteTable): void {
    const { exposeErrors = false, maxHandlers = 1024, pingFirst } =
      this.#options;
    this.#peer = peer;
    this.#responder = new Responder({
      peer,
      table,
      reports: this.#reports,
      sender: this.#sender,
      exposeErrors,
      maxHandlers,
      maxQueuedBytes: this.#options.maxQueuedBytes ?? 4 * 1024 * 1024,
    });
    if (pingFirst) this.#heartbeat.ask();
    else this.#heartbeat.start();
    this.closed = this.#run();
  }

  /** Fires at the end. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** The number of calls that wait for an answer of the other end. */
  get calls(): number {
    return this.#calls.size;
  }

  /** The number of calls of the other end that run or wait here. */
  get handlers(): number {
    return this.#responder.size;
  }

  /** The id of the next call. */
  get nextId(): number {
    return idOf(this.#calls.last + 1);
  }

  /** Calls a route. */
  call(
    method: string,
    params: unknown,
    { timeout = this.#timeout, signal }: CallOptions = {},
  ): Promise<unknown> {
    if (this.#calls.size < this.#maxInFlight) {
      return this.#ask(method, params, timeout, signal);
    }
    return Promise.reject(
      new LimitError(
        `Cannot call: ${this.#maxInFlight} calls wait already (maxInFlight)`,
      ),
    );
  }

  /** Sends an event. */
  async emit(event: JsonObject): Promise<void> {
    const text = formatEvent(event);
    if (this.#end) throw this.#end;
    const sent = this.#sender.offer(text);
    try {
      await sent;
    } catch (cause) {
      throw this.#end ?? lost(cause as Error);
    }
  }

  /** Listens to events. */
  listen(listener: Listener): void {
    (this.#listeners ??= new Set()).add(listener);
  }

  /** Stops listening. */
  unlisten(listener: Listener): boolean {
    return this.#listeners?.delete(listener) ?? false;
  }

  /** The number of received messages. */
  received(): number {
    return this.#received;
  }

  /** Pings regardless of all limits: there is only one ping at a time. */
  ping(): void {
    const seq = performance.now() / 1000;
    this.#ask("ping", { seq }, this.#pingTimeout).catch(() => {});
  }

  /** Drops a peer that is silent for too long. */
  lost(): void {
    const reason = `no sign of life within ${this.#pingTimeout} ms of a ping`;
    this.close(new CloseError(1011, { reason }));
  }

  /** Ends the connection. */
  async close(error?: Error): Promise<void> {
    this.#finish(error);
    await this.#transport.close(error);
    await this.closed;
  }

  async #run(): Promise<Error | undefined> {
    await Promise.resolve(); // The maker of the peer gets it before its hooks do.
    const { hooks } = this.#reports;
    this.#guard(() => hooks.open?.(this.#peer));
    this.#reports.log("info", `${this.#peer.id} has connected`, "connected");
    let reason: Error | undefined;
    try {
      await forEachMessage(this.#transport, (text) => {
        // After the end nothing waits for what was still under way.
        if (!this.#end) this.#receive(text);
      });
    } catch (error) {
      reason = error as Error;
    }
    this.#finish(reason);
    await this.#transport.close();
    await this.#disposed;
    reason = this.#end!.cause as Error | undefined;
    this.#reports.log(
      "info",
      `${this.#peer.id} has gone${reason ? `: ${oneLine(whyOf(reason))}` : ""}`,
      "gone",
    );
    this.#guard(() => hooks.close?.(this.#peer, reason));
    return reason;
  }

  #finish(reason: Error | undefined): void {
    if (this.#end) return;
    const end = this.#end = lost(reason);
    this.#heartbeat.stop();
    this.#calls.endAll((call) => call.reject(end));
    this.#disposed = this.#responder.end();
    this.#gone.abort(end);
  }

  #receive(text: string): void {
    this.#received++;
    const message = parseMessage(text);
    switch (message.kind) {
      case "request":
        return this.#responder.take(message, text.length);
      case "result":
        return this.#take(message.id)?.resolve(message.result);
      case "error":
        return this.#take(message.id)?.reject(new WsrpcError(message.error));
      case "event":
        return this.#event(message);
      case "invalid":
        return this.#invalid(message);
    }
  }

  /** Takes the call to which an answer belongs. */
  #take(id: number): RouteCall | undefined {
    const call = this.#calls.get(numberOf(id));
    if (call) this.#calls.take(call);
    // Never answered: two Python peers that do so echo each other endlessly.
    else this.#ignored(`No call waits for the answer ${id}`);
    return call;
  }

  #event({ event }: EventMessage): void {
    if (typeof event.serial === "number" && OLD_TYPES.includes(event.type)) {
      this.#ignored(
        "It looks like the protocol of wsrpc-tornado and of wsrpc-aiohttp " +
          "before 2.1, which this is not: the peer has to be updated",
      );
    }
    this.#guard(() => this.#reports.hooks.event?.(this.#peer, event));
    for (const listener of this.#listeners ?? []) {
      this.#guard(() => listener(event));
    }
  }

  #invalid({ reason, request, response }: InvalidMessage): void {
    if (request !== undefined) {
      this.#responder.refuse(request, {
        type: "TypeError",
        message: `Cannot read the call: ${reason}`,
      });
    }
    const call = response === undefined
      ? undefined
      : this.#calls.get(numberOf(response));
    if (call && this.#calls.take(call)) {
      call.reject(new RemoteError(`Cannot read the answer: ${reason}`));
    }
    this.#ignored(`Cannot read a message: ${reason}`);
  }

  #ignored(reason: string): void {
    const { hooks, logger } = this.#reports;
    logger?.debug?.(`A message of ${this.#peer.id} is passed over: ${reason}`);
    this.#guard(() => hooks.ignored?.(this.#peer, reason));
  }

  #guard(run: () => void): void {
    this.#reports.guard(this.#peer, run);
  }

  #ask(
    method: string,
    params: unknown,
    timeout: number,
    signal?: AbortSignal,
  ): Promise<unknown> {
    try {
      checkTime("timeout", timeout);
      signal?.throwIfAborted();
      const number = this.#calls.next();
      const text = formatRequest(idOf(number), method, params);
      if (this.#end) throw this.#end;
      // The answer cannot come before the call is entered: this all happens in
      // one turn.
      this.#sender.offer(text);
      const call = new RouteCall(number, method, timeout);
      this.#calls.open(call, timeout, signal);
      return call.promise;
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

/** Makes the error of everything that needs the connection, after its end. */
function lost(cause: Error | undefined): NotConnectedError {
  return cause
    ? new NotConnectedError(`The connection has ended: ${whyOf(cause)}`, {
      cause,
    })
    : new NotConnectedError("The connection has ended");
}
