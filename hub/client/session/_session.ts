// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime, now } from "@wirekit/internal/clock";
import { readable } from "@wirekit/internal/errors";
import { Heartbeat } from "@wirekit/internal/heartbeat";
import { reconnect } from "@wirekit/transport/reconnect";
import type { Transport } from "@wirekit/transport/transport";
import {
  HandshakeError,
  type NotConnectedError,
  OnHoldError,
  TimeoutError,
} from "../../errors.ts";
import { Link } from "../_link.ts";
import type { ClientState, ReadyOptions } from "../options.ts";
import {
  closedError,
  lostError,
  notConnectedError,
  tooLateError,
  unacceptedError,
} from "./_errors.ts";
import { type Opened, openWithin } from "./_open.ts";
import type { SessionOptions } from "./_options.ts";
import { Registration, writePing } from "./_registration.ts";
import { Waits } from "./_waits.ts";

/**
 * A name in the hub: the connection under it, one after the other, registered
 * each time, and watched.
 */
export class Session {
  readonly #options: SessionOptions;
  /** Watches the connection that is open. */
  readonly #heartbeat: Heartbeat;
  readonly #waits = new Waits();
  /** The name on the connection that is open. */
  #registration: Registration | undefined;
  /** The state while there is no registration. */
  #state: "connecting" | "waiting" | "closed" = "closed";
  /** Whether it was closed permanently. */
  #over = false;
  #stop = new AbortController();
  #running: Promise<void> | undefined;
  /** When the attempt has taken `connectTimeout`. */
  #until = Infinity;
  /** The connection that was opened last. */
  #opened: Opened | undefined;

  /** Makes a session without a connection. */
  constructor(options: SessionOptions) {
    this.#options = options;
    const { id, heartbeat } = options;
    const ping = writePing(id);
    this.#heartbeat = new Heartbeat(heartbeat, {
      received: () => this.#registration!.link.received,
      ping: () => this.#registration!.link.post(ping),
      lost: () => {
        const { timeout } = heartbeat;
        const text = `No sign of life from the hub within ${timeout} ms`;
        this.#registration!.link.drop(new TimeoutError(text));
      },
    });
  }

  /** The state. */
  get state(): ClientState {
    return this.#registration?.state ?? this.#state;
  }

  /** Connects; resolves when the hub has accepted the name. */
  async connect(options: ReadyOptions): Promise<void> {
    if (this.#isLeaving) await this.#running;
    if (this.#running && !this.#over) {
      throw new TypeError(`Cannot connect: client is ${this.state} already`);
    }
    await this.#wait(options, true);
  }

  /** Waits until the hub has accepted the name; connects if necessary. */
  async ready(options: ReadyOptions): Promise<void> {
    const { timeout = this.#options.timeout, signal } = options;
    checkTime("timeout", timeout);
    signal?.throwIfAborted();
    if (this.#isLeaving) await this.#running;
    if (this.state !== "open") await this.#wait(options, false);
  }

  /** Returns the connection, if the hub has accepted the name on it. */
  link(): Link {
    const registration = this.#registration;
    if (registration?.state === "open") return registration.link;
    if (this.#over) throw closedError();
    if (registration?.state === "held") throw new OnHoldError();
    throw this.#notConnected();
  }

  /** Closes permanently; resolves when the connection has ended. */
  async close(): Promise<void> {
    if (!this.#over) {
      this.#over = true;
      this.#close();
      const reason = closedError();
      this.#waits.end(reason);
      this.#options.asker.endAll(reason);
      this.#stop.abort();
    }
    await this.#running;
  }

  async #wait(
    { timeout = this.#options.timeout, signal }: ReadyOptions,
    once: boolean,
  ): Promise<void> {
    checkTime("timeout", timeout);
    signal?.throwIfAborted();
    if (this.#over) throw closedError();
    const late = () =>
      this.state === "held"
        ? new OnHoldError()
        : tooLateError(this.#options, timeout, this.#waits.failure);
    const accepted = this.#waits.add(once, timeout, late, signal);
    const begins = !this.#running;
    if (begins) this.#start();
    try {
      await accepted;
    } catch (error) {
      // Nothing else waits for what this started.
      if (begins && this.#waits.size === 0) {
        this.#stop.abort();
        this.#close();
      }
      throw error;
    }
  }

  #notConnected(): NotConnectedError {
    return notConnectedError(this.#options, this.#waits.failure);
  }

  #close(): void {
    this.#state = "closed";
    if (this.#registration) this.#registration.state = "closed";
  }

  /** Whether something may be left of an attempt that was given up. */
  get #isLeaving(): boolean {
    return this.#stop.signal.aborted;
  }

  #start(): void {
    this.#state = "connecting";
    this.#stop = new AbortController();
    this.#running = this.#run(this.#stop.signal);
  }

  /** Opens connections and serves them, one after the other, until the end. */
  async #run(stop: AbortSignal): Promise<void> {
    const options = this.#options.reconnect;
    const open = (signal: AbortSignal) => this.#open(signal);
    try {
      if (options === false) await this.#serve(await open(stop), stop);
      else {
        const signal = options?.signal
          ? AbortSignal.any([stop, options.signal])
          : stop;
        for await (const transport of reconnect(open, { ...options, signal })) {
          await this.#serve(transport, stop);
          // As where HTTP refuses it: no other attempt can succeed.
          if (this.#waits.failure instanceof HandshakeError) break;
        }
      }
    } catch {
      // A failed attempt has already been reported.
    }
    this.#waits.end(this.#over ? closedError() : this.#notConnected());
    this.#close();
    // At once: who waits from now on has to begin.
    this.#running = undefined;
  }

  async #open(signal: AbortSignal): Promise<Transport> {
    this.#become("connecting");
    this.#until = now() + this.#options.connectTimeout;
    const late = () => unacceptedError(this.#options, "no connection");
    try {
      this.#opened = await openWithin(this.#options, late, signal);
      return this.#opened.transport;
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
      this.#become("waiting");
      throw error;
    }
  }

  #become(state: "connecting" | "waiting"): void {
    if (!this.#stop.signal.aborted) this.#state = state;
  }

  /** Reports a connection that never was ready. */
  #failed(thrown: unknown): void {
    const error = readable(thrown);
    if (this.#waits.tell(error) || this.#over) return;
    this.#options.owner.emit("error", { error });
  }

  /** Serves one connection from its opening to its end. */
  async #serve(
    transport: Transport,
    stop: AbortSignal,
  ): Promise<void> {
    const options = this.#options;
    const link = new Link(transport, options.maxSentBytes);
    const registration = this.#registration = new Registration(
      link,
      options,
      this.#opened!,
      this.#waits,
    );
    const drop = () => link.drop();
    stop.addEventListener("abort", drop);
    if (stop.aborted) {
      this.#close();
      drop();
    }
    options.owner.emit("connect", undefined);
    link.expire(Math.max(0, this.#until - now()), () => {
      const what = "it did not accept the name";
      const error = unacceptedError(options, what);
      this.#waits.tell(error); // Now, and not when a silent hub has closed.
      return error;
    });
    registration.ask();
    this.#heartbeat.start();
    const error = await link.read((text) => registration.receive(text));
    this.#heartbeat.stop();
    stop.removeEventListener("abort", drop);
    this.#ended(link, error, stop);
  }

  #ended(link: Link, error: Error | undefined, stop: AbortSignal): void {
    const { asker, owner, reconnect } = this.#options;
    const wasOpen = this.state === "open";
    this.#registration = undefined;
    this.#become("waiting");
    const reason = this.#over
      ? closedError()
      : lostError(error, this.#opened!.place);
    link.end(reason);
    asker.endAll(reason);
    owner.emit("disconnect", { error });
    // A client on hold tries again on a new connection; that is no failure.
    const held = error instanceof OnHoldError && reconnect !== false;
    if (wasOpen || held || stop.aborted) return;
    this.#failed(
      error !== undefined && error === link.dropped ? error : reason,
    );
  }
}
