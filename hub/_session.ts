// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { reconnect } from "@wirekit/transport/reconnect";
import type { Transport } from "@wirekit/transport/transport";
import { checkTime, every, later } from "@wirekit/internal/clock";
import { type Asked, AskedCalls, UUID_LENGTH } from "./_calls.ts";
import { parse, quote, stringify } from "./_json.ts";
import { Link } from "./_link.ts";
import { type OpenOptions, openTransport } from "./_open.ts";
import { makePath, type Path, RequestPaths } from "./_path.ts";
import {
  BEFORE_UUID,
  type Message,
  readMessage,
  writeEnd,
  writeMessage,
  writeTail,
} from "./_wire.ts";
import type {
  ClientConnectOptions,
  ClientOptions,
  ClientState,
} from "./client_options.ts";
import {
  LimitError,
  NotConnectedError,
  OnHoldError,
  RemoteError,
  TimeoutError,
} from "./errors.ts";
import type { ClientEvents, ClientEventType } from "./events.ts";
import { MessageType, Text } from "./message.ts";

/** The options that a session uses, with nothing left out. */
export interface SessionOptions extends
  OpenOptions,
  Required<
    Pick<
      ClientOptions,
      | "reconnect"
      | "timeout"
      | "heartbeatInterval"
      | "heartbeatTimeout"
      | "holdTimeout"
      | "maxInFlight"
      | "maxMessageBytes"
    >
  > {
  /** The name of the client, as JSON text. */
  readonly id: string;
}

/** Who a session works for. */
export interface SessionOwner {
  /** Takes an event. */
  emit<K extends ClientEventType>(type: K, detail: ClientEvents[K]): void;
  /** Takes a request that stands as our hub relays it; says whether it is one. */
  receiveInOrder(link: Link, text: string): boolean;
  /** Takes a message that is neither about the session nor an answer. */
  receive(link: Link, message: Message, size: number): void;
  /** Takes an answer; returns what the call resolves with. */
  answered(path: Path, data: unknown, isObject: boolean): unknown;
  /** Tidies up, now and then. */
  tidy(): void;
}

/** How long to wait for the answer to a question, in milliseconds. */
export interface Wait {
  timeout: number;
  /** Ends it with its reason. */
  signal?: AbortSignal | undefined;
}

/**
 * A name in the hub: the connection under it, one after the other, verified each
 * time, watched, and the calls that wait for an answer on it.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #owner: SessionOwner;
  readonly #calls = new AskedCalls();
  readonly #paths: RequestPaths;
  /** What follows the uuid in an answer, if our hub relays it. */
  readonly #answerEnd: string;
  #state: ClientState = "idle";
  #link: Link | undefined;
  #verification: string | undefined;
  #starting: { settle(error?: unknown): void; retry: boolean } | undefined;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /** Makes a session that is idle. */
  constructor(options: SessionOptions, owner: SessionOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#paths = new RequestPaths(options.id);
    this.#answerEnd = writeEnd(options.id);
    checkTime("timeout", options.timeout);
    checkTime("heartbeatInterval", options.heartbeatInterval);
    checkTime("heartbeatTimeout", options.heartbeatTimeout);
    checkTime("holdTimeout", options.holdTimeout);
  }

  /** What it is doing. */
  get state(): ClientState {
    return this.#state;
  }

  /** Connects; resolves when the hub has accepted the name. */
  async connect(options: ClientConnectOptions): Promise<void> {
    const { timeout = this.#options.timeout, signal, retry = false } = options;
    checkTime("timeout", timeout);
    signal?.throwIfAborted();
    if (this.#state === "closed") throw closedError();
    if (this.#state !== "idle") {
      throw new TypeError(`Cannot connect: client is ${this.#state} already`);
    }
    this.#state = "connecting";
    const stop = this.#stop = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#starting = {
      settle: (error) => error === undefined ? resolve() : reject(error),
      retry,
    };
    const abort = () => reject(signal!.reason);
    signal?.addEventListener("abort", abort);
    const timer = later(timeout, () => reject(this.#tooLate()));
    this.#running = this.#run(stop.signal);
    try {
      await promise;
    } catch (error) {
      this.#starting = undefined;
      stop.abort();
      await this.#running;
      throw error;
    } finally {
      timer.stop();
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Closes for ever; resolves when the connection has ended. */
  async close(): Promise<void> {
    if (this.#state !== "closed") {
      this.#state = "closed";
      const reason = closedError();
      this.#starting?.settle(reason);
      this.#calls.endAll((call) => call.reject(reason));
      this.#stop.abort();
    }
    await this.#running;
  }

  /** Returns the connection, if the hub has accepted the name on it. */
  ready(): Link {
    if (this.#state === "ready") return this.#link!;
    if (this.#state === "closed") throw closedError();
    if (this.#state === "hold") throw new OnHoldError();
    throw notConnectedError();
  }

  /** Asks a route; resolves with the answer. */
  request(
    target: string,
    route: string,
    data: string,
    wait: Wait,
  ): Promise<unknown> {
    return this.#ask(this.#paths.to(target, route), data, wait);
  }

  /** Asks for anything but a route; resolves likewise. */
  ask(
    type: number,
    target: string | null,
    data: string,
    wait: Wait,
  ): Promise<unknown> {
    return this.#ask(
      makePath(this.#options.id, type, target, null),
      data,
      wait,
    );
  }

  #ask(path: Path, data: string, { timeout, signal }: Wait): Promise<unknown> {
    const link = this.ready();
    const { maxInFlight } = this.#options;
    if (this.#calls.size >= maxInFlight) {
      throw new LimitError(
        `Cannot ask: ${maxInFlight} calls wait for an answer already`,
      );
    }
    checkTime("timeout", timeout);
    signal?.throwIfAborted();
    const calls = this.#calls;
    const call = calls.make(path);
    const text = path.head + data + calls.uuidOf(call) + path.tail;
    link.check(text);
    calls.open(call, timeout, signal);
    link.post(text);
    return call.promise;
  }

  /** Opens connections and serves them, one after the other, until the end. */
  async #run(stop: AbortSignal): Promise<void> {
    let token: string | undefined;
    const open = async (signal: AbortSignal) => {
      try {
        const opened = await openTransport(this.#options, signal);
        token = opened.token;
        return opened.transport;
      } catch (error) {
        this.#failed(error);
        throw error;
      }
    };
    const { reconnect: options } = this.#options;
    try {
      if (options === false) await this.#serve(await open(stop), token, stop);
      else {
        const rest = options === true ? {} : options;
        for await (
          const transport of reconnect(open, { ...rest, signal: stop })
        ) await this.#serve(transport, token, stop);
      }
    } catch (error) {
      // Who waits for longer than one attempt is told why there is no other.
      this.#starting?.settle(error);
    }
    this.#starting?.settle(notConnectedError());
    if (this.#state !== "closed") this.#state = "idle";
  }

  /** Tells of a connection that never was ready. */
  #failed(error: unknown): void {
    if (this.#starting && !this.#starting.retry) this.#starting.settle(error);
    else if (this.#state !== "closed") this.#owner.emit("error", { error });
  }

  /** Serves one connection from its opening to its end. */
  async #serve(
    transport: Transport,
    token: string | undefined,
    stop: AbortSignal,
  ): Promise<void> {
    const { heartbeatInterval, heartbeatTimeout, maxMessageBytes } =
      this.#options;
    const link = this.#link = new Link(transport, maxMessageBytes);
    const drop = () => link.drop();
    stop.addEventListener("abort", drop);
    if (stop.aborted) drop();
    this.#owner.emit("connect", undefined);
    link.expire(
      heartbeatTimeout,
      () => new TimeoutError("The hub did not accept the name in time"),
    );
    this.#verify(link, token);
    const beat = every(heartbeatInterval, () => this.#beat(link));
    const error = await link.read((text) => this.#receive(link, text));
    beat.stop();
    stop.removeEventListener("abort", drop);
    this.#ended(link, error, stop);
  }

  #ended(link: Link, error: Error | undefined, stop: AbortSignal): void {
    const wasReady = this.#state === "ready";
    this.#link = undefined;
    if (this.#state !== "closed") this.#state = "connecting";
    const reason = this.#state === "closed" ? closedError() : lostError(error);
    link.end(reason);
    this.#calls.endAll((call) => call.reject(reason));
    this.#owner.emit("disconnect", { error });
    // Whoever is held tries again on a new connection; that is no failure.
    const held = error instanceof OnHoldError && this.#options.reconnect;
    if (!wasReady && !held && !stop.aborted) {
      this.#failed(isOurs(error) ? error : reason);
    }
  }

  #verify(link: Link, token: string | undefined): void {
    this.#verification = crypto.randomUUID();
    const text = writeMessage(this.#options.id, {
      type: MessageType.verification,
      tail: writeTail(`"${this.#verification}"`),
    });
    // A key of our own. A real server takes no notice.
    link.post(
      token === undefined
        ? text
        : `${text.slice(0, -1)},"token":${quote(token)}}`,
    );
  }

  /** Asks the hub for a sign of life; anything that comes in is one. */
  #beat(link: Link): void {
    this.#owner.tidy();
    const { id, heartbeatTimeout } = this.#options;
    const { received } = link;
    const call = this.#calls.make(makePath(id, MessageType.ping, null, null));
    this.#calls.open(call, heartbeatTimeout);
    call.promise.catch((error) => {
      if (error instanceof TimeoutError && link.received === received) {
        link.drop(error);
      }
    });
    const { head, tail } = call.path;
    link.post(`${head}{}${this.#calls.uuidOf(call)}${tail}`);
  }

  #receive(link: Link, text: string): void {
    if (this.#state === "closed") return;
    try {
      if (this.#takeAnswer(text)) return;
      if (this.#owner.receiveInOrder(link, text)) return;
      this.#dispatch(link, readMessage(text), text.length);
    } catch (error) {
      this.#owner.emit("error", { error });
    }
  }

  /**
   * Takes an answer that stands as our hub relays it: then nothing but its data
   * needs to be parsed. Returns whether it was one.
   */
  #takeAnswer(text: string): boolean {
    const end = text.length - this.#answerEnd.length;
    if (text.slice(end) !== this.#answerEnd) return false;
    const call = this.#calls.find(text, end);
    if (!call) return false;
    const { path } = call;
    const { answerHead } = path;
    const dataEnd = end - UUID_LENGTH - BEFORE_UUID.length;
    if (text.slice(0, answerHead.length) !== answerHead) return false;
    let data: unknown;
    try {
      data = parse(text.slice(answerHead.length, dataEnd));
    } catch {
      return false; // There is more than data in between.
    }
    this.#calls.take(call);
    call.resolve(this.#owner.answered(path, data, false));
    return true;
  }

  #dispatch(link: Link, message: Message, size: number): void {
    const { type, data = null } = message;
    switch (type) {
      case MessageType.success:
        return this.#accepted(link);
      case MessageType.error:
        return this.#refused(link, message);
      case MessageType.ping:
        return this.#take(message.uuid)?.resolve(data);
      case MessageType.response: {
        const call = this.#take(message.uuid); // none, if it is late
        const isObject = message.pseudo_object === true;
        return call?.resolve(this.#owner.answered(call.path, data, isObject));
      }
      default:
        this.#owner.receive(link, message, size);
    }
  }

  #take(uuid: unknown): Asked | undefined {
    if (typeof uuid !== "string" || uuid.length !== UUID_LENGTH) {
      return undefined;
    }
    const text = BEFORE_UUID + uuid;
    const call = this.#calls.find(text, text.length);
    if (call) this.#calls.take(call);
    return call;
  }

  /** The name is ours, at once or after a hold; then all other keys are null. */
  #accepted(link: Link): void {
    if (this.#state === "ready" || this.#state === "closed") return;
    this.#state = "ready";
    link.keep();
    this.#starting?.settle();
    this.#starting = undefined;
    this.#owner.emit("ready", undefined);
  }

  #refused(link: Link, { data, uuid }: Message): void {
    const text = typeof data === "string" ? data : stringify(data);
    const waiting = this.#state === "connecting" || this.#state === "hold";
    if (waiting && text === Text.alreadyAuthorized) return this.#held(link);
    const error = new RemoteError(text);
    if (waiting && uuid === this.#verification) {
      link.drop(error);
      return;
    }
    const call = this.#take(uuid);
    if (call) call.reject(error);
    else this.#owner.emit("error", { error });
  }

  #held(link: Link): void {
    this.#state = "hold";
    link.expire(this.#options.holdTimeout, () => new OnHoldError());
    this.#owner.emit("hold", undefined);
  }

  #tooLate(): Error {
    return this.#state === "hold"
      ? new OnHoldError()
      : new TimeoutError("Cannot connect to the hub in time");
  }
}

/** What every call ends with once the client is closed. */
export function closedError(): NotConnectedError {
  return new NotConnectedError("Client is closed");
}

/** What open calls end with when the connection ends. */
export function lostError(cause: unknown): NotConnectedError {
  return new NotConnectedError("Connection to the hub was lost", { cause });
}

/** Whether this end has given the connection up, for a reason of its own. */
function isOurs(error: unknown): boolean {
  return error instanceof NotConnectedError || error instanceof TimeoutError ||
    error instanceof RemoteError;
}

function notConnectedError(): NotConnectedError {
  return new NotConnectedError("Not connected to the hub");
}
