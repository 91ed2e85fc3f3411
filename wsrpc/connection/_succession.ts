// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime, within } from "@wirekit/internal/clock";
import { errorOf, shownUrl } from "@wirekit/internal/errors";
import { connect } from "@wirekit/transport/connect";
import {
  reconnect,
  type Reconnection,
  type ReconnectOptions,
  type ReconnectState,
} from "@wirekit/transport/reconnect";
import type { Transport } from "@wirekit/transport/transport";
import { announceBy } from "./_announcing.ts";
import { checkOptions } from "../_check_options.ts";
import type { CallerLine, Listener } from "../caller.ts";
import type {
  ClientOptions,
  ClientState,
  ReadyOptions,
} from "../client_options.ts";
import type { CallOptions, Contract, JsonObject } from "../contract.ts";
import { NotConnectedError, TimeoutError } from "../errors.ts";
import { Peer } from "../peer.ts";
import type { Router } from "../routes/router.ts";

// deno-lint-ignore no-explicit-any -- it may have any contract
type AnyRouter = Router<any, any>;

/** The connections of a client, one after another. */
export class Succession<Remote extends Contract<Remote>> implements CallerLine {
  /** Resolves at the end of all connections, with the reason if it gave up. */
  closed: Promise<Error | undefined> = Promise.resolve(undefined);
  readonly #url: string;
  readonly #options: ClientOptions<Remote>;
  readonly #router: AnyRouter;
  readonly #connectTimeout: number;
  readonly #connections: Reconnection<string>;
  readonly #first = newPromise<void>();
  readonly #listeners = new Set<Listener>();
  /** The connection that is open or about to be. */
  #current: Peer<Remote> | undefined;
  #state: ClientState = "connecting";
  #ready = newPromise<Peer<Remote>>();
  #nextId = 1;
  #failure: Error | undefined;
  /** Whether no attempt can succeed with what the user gave. */
  #isMistaken = false;

  /** Starts to connect. */
  constructor(
    url: string | URL,
    options: ClientOptions<Remote>,
    router: AnyRouter,
  ) {
    checkOptions(options);
    const { connectTimeout = 10_000, reconnect: again = {} } = options;
    this.#connectTimeout = connectTimeout;
    this.#url = shownUrl(url);
    this.#options = options;
    this.#router = router;
    this.#connections = reconnect(
      (signal) => this.#open(url, signal),
      again === false
        ? { maxAttempts: 1 }
        : { ...again, onState: (change) => this.#turn(change, again) },
    );
    this.closed = this.#run();
  }

  /** Resolves when it is open; rejects as soon as the first attempt fails. */
  get first(): Promise<void> {
    return this.#first.promise;
  }

  /** The state. */
  get state(): ClientState {
    return this.#state;
  }

  /** The connection, if it is open. */
  get peer(): Peer<Remote> | undefined {
    return this.#state === "open" ? this.#current : undefined;
  }

  /** Waits until it is open. */
  async ready({ timeout, signal }: ReadyOptions = {}): Promise<void> {
    timeout ??= this.#options.timeout ?? 60_000;
    checkTime("timeout", timeout);
    signal?.throwIfAborted();
    await within(
      this.#ready.promise,
      timeout,
      () => {
        const text = `No connection within ${timeout} ms${this.#why()}`;
        return new TimeoutError(text, { cause: this.#failure });
      },
      { signal },
    );
  }

  /** Calls a route. */
  call(
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    const peer: Peer | undefined = this.peer;
    return peer
      ? peer.call(method, params, options)
      : Promise.reject(this.#notConnected());
  }

  /** Sends an event. */
  async emit(event: JsonObject): Promise<void> {
    const { peer } = this;
    if (!peer) throw this.#notConnected();
    await peer.emit(event);
  }

  /** Listens to events on all connections. */
  listen(listener: Listener): void {
    this.#listeners.add(listener);
    this.#current?.addEventListener(listener);
  }

  /** Stops listening. */
  unlisten(listener: Listener): boolean {
    this.#current?.removeEventListener(listener);
    return this.#listeners.delete(listener);
  }

  /** Closes all permanently. */
  async close(): Promise<void> {
    if (this.#state !== "closed") this.#failure = undefined;
    this.#finish();
    const closing = this.#connections.close();
    await this.#current?.close();
    await closing;
    await this.closed;
  }

  async #run(): Promise<Error | undefined> {
    try {
      for await (const _ of this.#connections) {
        const peer = this.#current!;
        if (this.#state !== "closed") this.#become(peer);
        this.#failure = await peer.closed;
        this.#forget(peer);
        if (this.#options.reconnect === false) break;
      }
    } catch (error) {
      this.#failure = errorOf(error);
    }
    await this.#connections.close();
    const gaveUp = this.#state !== "closed";
    this.#finish();
    return gaveUp ? this.#failure : undefined;
  }

  /** Opens the client until the connection ends. */
  #become(peer: Peer<Remote>): void {
    this.#first.resolve();
    if (peer.signal.aborted) return;
    this.#state = "open";
    this.#ready.resolve(peer);
    peer.signal.addEventListener("abort", () => {
      if (this.#state !== "open") return;
      this.#state = "waiting";
      this.#ready = newPromise();
    });
  }

  #turn(change: ReconnectState, { onState }: ReconnectOptions): void {
    const { state } = change;
    const rests = this.#state === "connecting" || this.#state === "waiting";
    if (rests && (state === "connecting" || state === "waiting")) {
      this.#state = state;
    }
    onState?.(change);
  }

  /** Makes one attempt. */
  async #open(url: string | URL, signal: AbortSignal): Promise<Transport> {
    const ms = this.#connectTimeout;
    const stop = new AbortController();
    const late = () => {
      const error = new TimeoutError(
        `Cannot connect to ${this.#url}: no connection within ${ms} ms`,
      );
      stop.abort(error);
      return error;
    };
    try {
      const both = AbortSignal.any([signal, stop.signal]);
      return await within(this.#connect(url, both), ms, late);
    } catch (error) {
      if (!signal.aborted) this.#first.reject(this.#failed(errorOf(error)));
      if (this.#isMistaken) this.#connections.close();
      throw error;
    }
  }

  /** Notes why an attempt failed; returns the error that says so. */
  #failed(cause: Error): Error {
    const known = this.#isMistaken || cause instanceof NotConnectedError ||
      cause instanceof TimeoutError;
    return this.#failure = known ? cause : new NotConnectedError(
      `Cannot connect to ${this.#url}: ${cause.message}`,
      { cause },
    );
  }

  /** Opens a transport: by the user's own function, or to the URL. */
  async #transport(url: string | URL, signal: AbortSignal): Promise<Transport> {
    const { headers, tls, transport } = this.#options;
    if (transport) return await transport(signal);
    try {
      return await connect(url, {
        signal,
        connectTimeout: Infinity, // That of the client covers all.
        ...(headers && { headers }),
        ...(tls && { tls }),
      });
    } catch (error) {
      // The URL or the headers are not valid: another attempt would fail too.
      if (error instanceof TypeError || error instanceof SyntaxError) {
        this.#isMistaken = true;
      }
      throw error;
    }
  }

  async #connect(url: string | URL, signal: AbortSignal): Promise<Transport> {
    const transport = await this.#transport(url, signal);
    if (signal.aborted) {
      await transport.close();
      throw signal.reason;
    }
    const { onOpen, routes: _, ...options } = this.#options;
    const peer = new Peer<Remote>(transport, {
      ...options,
      router: this.#router,
      firstId: this.#nextId,
    });
    announceBy(peer, this.#router);
    for (const listener of this.#listeners) peer.addEventListener(listener);
    this.#current = peer;
    const abort = () => void peer.close();
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      await onOpen?.(peer);
      signal.throwIfAborted();
    } catch (error) {
      await peer.close();
      this.#forget(peer);
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
    return transport;
  }

  /** Makes sure that the next connection repeats no id of this one. */
  #forget(peer: Peer<Remote>): void {
    this.#nextId = peer.nextId;
    if (this.#current === peer) this.#current = undefined;
  }

  #finish(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    const error = this.#notConnected();
    this.#first.reject(error);
    this.#ready.reject(error);
    this.#ready = newPromise();
    this.#ready.reject(error);
  }

  #notConnected(): NotConnectedError {
    const cause = this.#failure;
    const isClosed = this.#state === "closed" && !cause;
    const why = isClosed ? ": the client is closed" : this.#why();
    return new NotConnectedError(`Not connected${why}`, cause && { cause });
  }

  /** Says why there is no connection, or at least to which server. */
  #why(): string {
    const cause = this.#failure;
    if (!cause) return ` to ${this.#url}`;
    const namesIt = cause instanceof NotConnectedError ||
      cause instanceof TimeoutError;
    return `${namesIt ? "" : ` to ${this.#url}`}: ${cause.message}`;
  }
}

/** Marks a promise that nobody has to await. */
function newPromise<T>(): PromiseWithResolvers<T> {
  const made = Promise.withResolvers<T>();
  made.promise.catch(() => {});
  return made;
}
