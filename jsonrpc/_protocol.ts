// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Caller } from "./caller.ts";
import type { Connection, Context } from "./context.ts";
import type { ErrorAbout } from "./answer.ts";
import type { Subscribe } from "./_dispatcher.ts";
import type { Params } from "./message.ts";
import type { Handler } from "./methods.ts";
import type { PeerOptions } from "./peer_options.ts";
import { Publisher } from "./_publisher.ts";
import { Streams } from "./_streams.ts";
import { Subscriptions } from "./_subscriptions.ts";

/** What a {@linkcode Protocol} needs of its peer. */
export interface ProtocolHooks {
  /** Cancels a call that is answered here. */
  cancel(id: unknown): void;
  /** Passes progress on. Returns whether a call wants it. */
  progress(token: unknown, value: unknown): boolean;
  /** Passes an event on, of the size of the message that is read. */
  event(params: Params | undefined): boolean;
  /** Tells of an error that no caller sees. */
  report(error: unknown, about: ErrorAbout): void;
}

/**
 * The methods that are no application's: cancellation, progress, streams that
 * are read from here, and subscriptions to what is pushed from here.
 */
export class Protocol<State> {
  readonly #connection: Connection<State> & Caller;
  // deno-lint-ignore no-explicit-any -- The contract is for its user alone.
  readonly #options: PeerOptions<any, State>;
  readonly #hooks: ProtocolHooks;
  #publisher: Publisher<State> | undefined;
  #streams: Streams | undefined;
  #subscriptions: Subscriptions | undefined;

  /** Makes the protocol's part of a connection. */
  constructor(
    connection: Connection<State>,
    // deno-lint-ignore no-explicit-any -- The contract is for its user alone.
    options: PeerOptions<any, State>,
    hooks: ProtocolHooks,
  ) {
    this.#connection = connection;
    this.#options = options;
    this.#hooks = hooks;
  }

  /** Whether nothing is pushed either way. */
  get idle(): boolean {
    return !this.#publisher?.size && !this.#subscriptions?.size;
  }

  /** The streams that the other end reads. */
  get streams(): Streams {
    const { maxSubscriptions = 1_024, readAhead = 16 } = this.#options;
    return this.#streams ??= new Streams(maxSubscriptions, readAhead);
  }

  /** The subscriptions that this end made. */
  get subscriptions(): Subscriptions {
    return this.#subscriptions ??= new Subscriptions(this.#connection);
  }

  /** Finds what answers one of the protocol's own methods, at once. */
  internal(method: string): Handler<State> | undefined {
    switch (method) {
      case "$/cancelRequest":
        return ({ params }) => this.#hooks.cancel(member(params, "id", 0));
      case "$/progress":
        return (call) => this.#progress(call);
      case "$/enumerator/next":
        return ({ params }) => this.streams.next(member(params, "token", 0));
      case "$/enumerator/abort":
        return ({ params }) => this.streams.abort(member(params, "token", 0));
    }
    return method.endsWith("_subscription") && this.#subscriptions
      ? (call) => this.#event(call)
      : undefined;
  }

  /** Finds what answers `<namespace>_subscribe` and `<namespace>_unsubscribe`. */
  subscribe(method: string): Subscribe<State> | undefined {
    const [, namespace, verb] = /^(.+)_(un)?subscribe$/.exec(method) ?? [];
    const { methods } = this.#options;
    if (!methods || !namespace || !methods.hasNamespace(namespace)) {
      return undefined;
    }
    const publisher = this.#publisher ??= new Publisher<State>({
      methods,
      connection: this.#connection,
      maxSubscriptions: this.#options.maxSubscriptions ?? 1_024,
      endMarker: this.#options.subscriptionEnd ?? false,
      onError: (error, method) => this.#hooks.report(error, { method }),
    });
    return {
      handler: verb
        ? (_call, id) => publisher.unsubscribe(id)
        : (call, ...params) => publisher.subscribe(call, namespace, params),
      start: (call) => publisher.start(call),
    };
  }

  /** Ends it all: the connection is gone. */
  close(reason: Error, lost: Error): void {
    this.#publisher?.close(reason);
    this.#streams?.close();
    this.#subscriptions?.close(lost);
  }

  #progress({ method, params, message }: Context<State>): void {
    const token = member(params, "token", 0);
    if (this.#hooks.progress(token, member(params, "value", 1))) return;
    const stray = new Error("Progress of no call of ours");
    this.#hooks.report(stray, { method, message });
  }

  #event({ method, params, message }: Context<State>): void {
    if (this.#hooks.event(params)) return;
    const stray = new Error("Event of no subscription of ours");
    this.#hooks.report(stray, { method, message });
  }
}

/** Reads a param that vscode-jsonrpc also takes by position. */
function member(
  params: Params | undefined,
  name: string,
  index: number,
): unknown {
  if (params === undefined) return undefined;
  return Array.isArray(params)
    ? params[index]
    : (params as Record<string, unknown>)[name];
}
