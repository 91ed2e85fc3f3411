// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime, now, within } from "@wirekit/internal/clock";
import { readable } from "@wirekit/internal/errors";
import { Heartbeat } from "@wirekit/internal/heartbeat";
import { random } from "@wirekit/internal/json";
import { reconnect } from "@wirekit/transport/reconnect";
import type { Transport } from "@wirekit/transport/transport";
import {
  HandshakeError,
  NotConnectedError,
  OnHoldError,
  RemoteError,
  TimeoutError,
} from "../errors.ts";
import * as MessageType from "../winerp/_message_type.ts";
import * as Text from "../exchange/_text.ts";
import type { Asker } from "./_asker.ts";
import { quote, textOf } from "./_json.ts";
import { Link } from "./_link.ts";
import { type OpenOptions, openTransport, placeOf } from "./_open.ts";
import { type Message, readMessage, writeMessage, writeTail } from "./_wire.ts";
import type { ClientEvents, ClientEventType } from "./events.ts";
import type { ClientOptions, ClientState, ReadyOptions } from "./options.ts";

/** The options that a session uses, with all defaults. */
export interface SessionOptions extends
  OpenOptions,
  Required<
    Pick<
      ClientOptions,
      "timeout" | "connectTimeout" | "holdTimeout" | "maxSentBytes"
    >
  > {
  readonly reconnect: ClientOptions["reconnect"];
  readonly heartbeat: { readonly interval: number; readonly timeout: number };
  /** The name of the client, as JSON text. */
  readonly id: string;
}

/** The client of a session. */
export interface SessionOwner {
  /** Takes an event. */
  emit<K extends ClientEventType>(type: K, detail: ClientEvents[K]): void;
  /** The hub has accepted the name. */
  accepted(link: Link): void;
  /**
   * Takes a request in the form in which this package's hub relays it; returns
   * whether it is one.
   */
  receiveInOrder(link: Link, text: string): boolean;
  /** Takes a message that is neither about the session nor an answer. */
  receive(link: Link, message: Message, size: number): void;
}

/** Identifies the answer to a sign of life; it is not a uuid of a call. */
const HEARTBEAT = "heartbeat";

/** Who waits for the name. */
interface Waiting {
  readonly done: PromiseWithResolvers<void>;
  /** Whether a failed attempt ends the wait. */
  readonly once: boolean;
}

/**
 * A name in the hub: the connection under it, one after the other, verified each
 * time, and watched.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #owner: SessionOwner;
  readonly #asker: Asker;
  /** Watches the connection that is open. */
  readonly #heartbeat: Heartbeat;
  #state: ClientState = "closed";
  /** Whether it was closed permanently. */
  #over = false;
  #link: Link | undefined;
  #verification: string | undefined;
  readonly #waiting = new Set<Waiting>();
  #stop = new AbortController();
  #running: Promise<void> | undefined;
  /** Why the last attempt failed. */
  #failure: unknown;
  /** The failure that those who waited for one attempt were told. */
  #told: unknown;
  /** When the attempt has taken `connectTimeout`. */
  #until = Infinity;
  /** Where the last connection leads, for an error. */
  #place = "the hub";

  /** Makes a session without a connection. */
  constructor(options: SessionOptions, asker: Asker, owner: SessionOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#asker = asker;
    const { id, heartbeat } = options;
    const tail = writeTail(`"${HEARTBEAT}"`);
    const ping = writeMessage(id, { type: MessageType.ping, tail });
    this.#heartbeat = new Heartbeat(heartbeat, {
      received: () => this.#link!.received,
      ping: () => this.#link!.post(ping),
      lost: () => {
        const { timeout } = heartbeat;
        const text = `No sign of life from the hub within ${timeout} ms`;
        this.#link!.drop(new TimeoutError(text));
      },
    });
  }

  /** The state. */
  get state(): ClientState {
    return this.#state;
  }

  /** Connects; resolves when the hub has accepted the name. */
  async connect(options: ReadyOptions): Promise<void> {
    await this.#left();
    if (this.#running && !this.#over) {
      throw new TypeError(`Cannot connect: client is ${this.#state} already`);
    }
    await this.#wait(options, true);
  }

  /** Waits until the hub has accepted the name; connects if necessary. */
  async ready(options: ReadyOptions): Promise<void> {
    const { timeout = this.#options.timeout, signal } = options;
    checkTime("timeout", timeout);
    signal?.throwIfAborted();
    await this.#left();
    if (this.#state !== "open") await this.#wait(options, false);
  }

  async #wait(
    { timeout = this.#options.timeout, signal }: ReadyOptions,
    once: boolean,
  ): Promise<void> {
    checkTime("timeout", timeout);
    signal?.throwIfAborted();
    if (this.#over) throw closedError();
    const waiting = { done: Promise.withResolvers<void>(), once };
    this.#waiting.add(waiting);
    const begins = !this.#running;
    if (begins) this.#start();
    try {
      const late = () => this.#tooLate(timeout);
      await within(waiting.done.promise, timeout, late, { signal });
    } catch (error) {
      this.#waiting.delete(waiting);
      // Nothing else waits for what this started.
      if (begins && this.#waiting.size === 0) this.#giveUp();
      throw error;
    }
  }

  /** Ends the attempt, whatever the hub does about it. */
  #giveUp(): void {
    this.#stop.abort();
    this.#state = "closed";
  }

  /** Waits until nothing is left of an attempt that was given up. */
  async #left(): Promise<void> {
    if (this.#stop.signal.aborted) await this.#running;
  }

  /** Closes permanently; resolves when the connection has ended. */
  async close(): Promise<void> {
    if (!this.#over) {
      this.#over = true;
      this.#state = "closed";
      const reason = closedError();
      this.#settle(reason);
      this.#asker.endAll(reason);
      this.#stop.abort();
    }
    await this.#running;
  }

  /** Returns the connection, if the hub has accepted the name on it. */
  link(): Link {
    if (this.#state === "open") return this.#link!;
    if (this.#over) throw closedError();
    if (this.#state === "held") throw new OnHoldError();
    throw this.#notConnected();
  }

  #start(): void {
    this.#state = "connecting";
    this.#stop = new AbortController();
    this.#running = this.#run(this.#stop.signal).finally(() => {
      this.#running = undefined;
    });
  }

  /** Opens connections and serves them, one after the other, until the end. */
  async #run(stop: AbortSignal): Promise<void> {
    let token: string | undefined;
    const { connectTimeout, reconnect: options } = this.#options;
    const open = async (signal: AbortSignal) => {
      this.#become("connecting");
      const over = new AbortController();
      const either = AbortSignal.any([signal, over.signal]);
      this.#until = now() + connectTimeout;
      const opening = openTransport(this.#options, either);
      const late = () => this.#unaccepted("no connection");
      try {
        const opened = await within(opening, connectTimeout, late, { signal });
        token = opened.token;
        this.#place = opened.place;
        return opened.transport;
      } catch (error) {
        over.abort(error);
        // It may still open.
        opening.then(({ transport }) => transport.close(), () => {});
        if (!signal.aborted) this.#failed(error);
        this.#become("waiting");
        throw error;
      }
    };
    try {
      if (options === false) await this.#serve(await open(stop), token, stop);
      else {
        const signal = options?.signal
          ? AbortSignal.any([stop, options.signal])
          : stop;
        for await (const transport of reconnect(open, { ...options, signal })) {
          await this.#serve(transport, token, stop);
          // As where HTTP refuses it: no other attempt can succeed.
          if (this.#failure instanceof HandshakeError) break;
        }
      }
    } catch {
      // A failed attempt has already been reported.
    }
    this.#settle(this.#over ? closedError() : this.#notConnected());
    this.#state = "closed";
  }

  #unaccepted(what: string): TimeoutError {
    const { connectTimeout } = this.#options;
    const place = placeOf(this.#options);
    return new TimeoutError(
      `Cannot connect to ${place}: ${what} within ${connectTimeout} ms`,
    );
  }

  #noHub(cause: unknown): NotConnectedError {
    return new NotConnectedError(
      `Cannot connect to ${this.#place}: what answers there is no hub`,
      { cause },
    );
  }

  #become(state: ClientState): void {
    if (!this.#stop.signal.aborted) this.#state = state;
  }

  /** Ends all waits for the name. */
  #settle(error?: unknown): void {
    for (const { done } of this.#waiting) {
      if (error === undefined) done.resolve();
      else done.reject(error);
    }
    this.#waiting.clear();
  }

  /** Reports a connection that never was ready. */
  #failed(thrown: unknown): void {
    const error = readable(thrown);
    const isTold = this.#tell(error) || error === this.#told;
    if (!isTold && !this.#over) this.#owner.emit("error", { error });
  }

  /** Tells those who wait for this attempt only; returns whether any did. */
  #tell(error: unknown): boolean {
    this.#failure = error;
    const { size } = this.#waiting;
    for (const waiting of this.#waiting) {
      if (!waiting.once) continue;
      waiting.done.reject(error);
      this.#waiting.delete(waiting);
    }
    const isTold = this.#waiting.size < size;
    if (isTold) this.#told = error;
    return isTold;
  }

  /** Serves one connection from its opening to its end. */
  async #serve(
    transport: Transport,
    token: string | undefined,
    stop: AbortSignal,
  ): Promise<void> {
    const { maxSentBytes } = this.#options;
    const link = this.#link = new Link(transport, maxSentBytes);
    const drop = () => link.drop();
    stop.addEventListener("abort", drop);
    if (stop.aborted) drop();
    this.#owner.emit("connect", undefined);
    link.expire(Math.max(0, this.#until - now()), () => {
      const error = this.#unaccepted("it did not accept the name");
      this.#tell(error); // Now, and not when a silent hub has closed.
      return error;
    });
    this.#verify(link, token);
    this.#heartbeat.start();
    const error = await link.read((text) => this.#receive(link, text));
    this.#heartbeat.stop();
    stop.removeEventListener("abort", drop);
    this.#ended(link, error, stop);
  }

  #ended(link: Link, error: Error | undefined, stop: AbortSignal): void {
    const wasOpen = this.#state === "open";
    this.#link = undefined;
    this.#become("waiting");
    const reason = this.#over ? closedError() : lostError(error, this.#place);
    link.end(reason);
    this.#asker.endAll(reason);
    this.#owner.emit("disconnect", { error });
    // A client on hold tries again on a new connection; that is no failure.
    const held = error instanceof OnHoldError &&
      this.#options.reconnect !== false;
    if (wasOpen || held || stop.aborted) return;
    this.#failed(
      error !== undefined && error === link.dropped ? error : reason,
    );
  }

  #verify(link: Link, token: string | undefined): void {
    this.#verification = random();
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

  #receive(link: Link, text: string): void {
    if (this.#stop.signal.aborted) return;
    try {
      if (this.#asker.takeInOrder(text)) return;
      if (this.#owner.receiveInOrder(link, text)) return;
      const message = readMessage(text);
      if (this.#state === "connecting" && typeof message.type !== "number") {
        throw new SyntaxError("Cannot read message: it has no type");
      }
      this.#dispatch(link, message, text.length);
    } catch (error) {
      // As a server of another protocol answers who wants in.
      if (this.#state === "connecting") void link.drop(this.#noHub(error));
      else this.#owner.emit("error", { error });
    }
  }

  #dispatch(link: Link, message: Message, size: number): void {
    const { type, uuid, data = null } = message;
    switch (type) {
      case MessageType.success:
        return this.#accepted(link);
      case MessageType.error:
        return this.#refused(link, message);
      case MessageType.ping:
        return this.#asker.resolve(uuid, data, false);
      case MessageType.response: {
        const isObject = message.pseudo_object === true;
        return this.#asker.resolve(uuid, data, isObject);
      }
      default:
        this.#owner.receive(link, message, size);
    }
  }

  /** The name is ours, at once or after a hold; then all other keys are null. */
  #accepted(link: Link): void {
    if (this.#state === "open") return;
    this.#state = "open";
    this.#failure = undefined;
    link.keep();
    this.#owner.accepted(link);
    this.#settle();
    this.#owner.emit("ready", undefined);
  }

  #refused(link: Link, { data, uuid }: Message): void {
    const text = textOf(data);
    const verifies = this.#state !== "open";
    if (verifies && text === Text.alreadyAuthorized) return this.#held(link);
    if (verifies && uuid === this.#verification) {
      void link.drop(this.#refusal(text));
      return;
    }
    const error = new RemoteError(text);
    // A hub answers who is on hold with an error, which is a sign of life too.
    if (uuid === HEARTBEAT || this.#asker.reject(uuid, error)) return;
    this.#owner.emit("error", { error });
  }

  /** Makes the error of a hub that does not let this client in. */
  #refusal(text: string): HandshakeError {
    const url = this.#place;
    const isToken = text === Text.notAuthorized;
    const why = isToken ? "the token is missing or wrong" : text;
    return new HandshakeError(
      `Cannot connect to ${url}: ${why}`,
      { url, status: isToken ? 401 : undefined },
    );
  }

  #held(link: Link): void {
    this.#state = "held";
    link.expire(this.#options.holdTimeout, () => new OnHoldError());
    this.#owner.emit("hold", undefined);
  }

  #tooLate(timeout: number): Error {
    if (this.#state === "held") return new OnHoldError();
    return new TimeoutError(
      `No connection within ${timeout} ms${this.#why()}`,
      { cause: this.#failure },
    );
  }

  #notConnected(): NotConnectedError {
    return new NotConnectedError(`Not connected${this.#why()}`, {
      cause: this.#failure,
    });
  }

  /** Says why there is no connection, or at least to which hub. */
  #why(): string {
    const failure = this.#failure;
    return failure instanceof Error
      ? `: ${failure.message}`
      : ` to ${placeOf(this.#options)}`;
  }
}

/** Makes the error of every call once the client is closed. */
export function closedError(): NotConnectedError {
  return new NotConnectedError("Not connected: the client is closed");
}

/** Makes the error of open calls when the connection ends. */
export function lostError(
  cause: unknown,
  place = "the hub",
): NotConnectedError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  const text = `The connection to ${place} has ended${why}`;
  return new NotConnectedError(text, { cause });
}
