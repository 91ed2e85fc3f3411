// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { AnsweringCalls } from "./_answering.ts";
import type { Context } from "./context.ts";
import { type Convention, memberOf } from "../wire/_conventions.ts";
import type { Link } from "../wire/_link.ts";
import type { Handler } from "./methods.ts";
import type { PeerOptions } from "../peer_options.ts";
import { Publisher } from "../push/_publisher.ts";
import type { Sender } from "../call/_sender.ts";
import { Streams } from "../push/_streams.ts";
import { Subscriptions } from "../push/_subscriptions.ts";

/** What answers a method of the protocol's own. */
export interface OwnMethod<State> {
  readonly handler: Handler<State>;
  /** Whether it neither waits for its turn nor passes through middleware. */
  readonly atOnce: boolean;
  /** Is called once the answer is on its way. */
  readonly after?: (call: Context<State>) => void;
}

/** What the protocol's own methods work on. */
export interface ProtocolParts<State> {
  readonly link: Link;
  readonly convention: Convention;
  readonly sender: Sender;
  readonly answering: AnsweringCalls<State>;
}

/**
 * The methods that are no application's: cancellation, progress, streams that
 * are read from here, and subscriptions to what is pushed from here. The
 * application's methods come first, so it may handle the rest under these names.
 */
export class Protocol<State> {
  // deno-lint-ignore no-explicit-any -- The contract is for its user alone.
  readonly #options: PeerOptions<any, State>;
  readonly #parts: ProtocolParts<State>;
  #publisher: Publisher<State> | undefined;
  #streams: Streams | undefined;
  #subscriptions: Subscriptions | undefined;
  /** The size of the message that is read. */
  size = 0;
  /** What a reader of events asks to wait for. */
  pause: Promise<void> | undefined;

  /** Makes the protocol's part of a connection. */
  constructor(
    // deno-lint-ignore no-explicit-any -- The contract is for its user alone.
    options: PeerOptions<any, State>,
    parts: ProtocolParts<State>,
  ) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Whether nothing is pushed either way. */
  get idle(): boolean {
    return !this.#publisher?.size && !this.#subscriptions?.size;
  }

  /** The subscriptions that this end made. */
  get subscriptions(): Subscriptions {
    return this.#subscriptions ??= new Subscriptions(this.#parts.sender);
  }

  /** Makes a stream of a result that is one; returns what stands for it. */
  stream(iterable: AsyncIterable<unknown>): unknown {
    return this.#openStreams.open(iterable);
  }

  /**
   * Takes a notification that is about something of ours: a call that is
   * answered, the progress of a call, the event of a subscription.
   */
  hear({ method, params }: Context<State>): boolean {
    const { convention, sender, answering } = this.#parts;
    switch (method) {
      case convention.cancel:
        return answering.cancel(convention.cancelled(params));
      case convention.progress: {
        const { token, value } = convention.progressOf(params);
        return sender.progress(token, value);
      }
    }
    if (!this.#subscriptions || !method.endsWith("_subscription")) return false;
    const taken = this.#subscriptions.receive(params, this.size);
    if (taken instanceof Promise) this.pause = taken;
    return !!taken;
  }

  /** Finds what answers a method of the protocol's own. */
  get(method: string): OwnMethod<State> | undefined {
    const { convention } = this.#parts;
    switch (method) {
      case convention.cancel:
        return { atOnce: true, handler: () => {} };
      case convention.progress:
        return this.#stray("Progress of no call of ours");
      case "ping":
        if (convention.ping !== method) return undefined;
        return { atOnce: true, handler: () => ({}) };
      case "$/enumerator/next":
        return this.#own((token) => this.#openStreams.next(token));
      case "$/enumerator/abort":
        return this.#own((token) => this.#openStreams.abort(token));
    }
    return this.#subscriptions && method.endsWith("_subscription")
      ? this.#stray("Event of no subscription of ours")
      : this.#publish(method);
  }

  /** Ends it all: the connection is gone. */
  close(reason: Error, lost: Error): void {
    this.#publisher?.close(reason);
    this.#streams?.close();
    this.#subscriptions?.close(lost);
  }

  get #openStreams(): Streams {
    const { maxSubscriptions = 1_024, readAhead = 16 } = this.#options;
    return this.#streams ??= new Streams(maxSubscriptions, readAhead);
  }

  #own(action: (token: unknown) => unknown): OwnMethod<State> {
    const handler: Handler<State> = ({ params }) =>
      action(memberOf(params, "token"));
    return { atOnce: true, handler };
  }

  #stray(text: string): OwnMethod<State> {
    const handler: Handler<State> = ({ method, message }) =>
      this.#parts.link.report(new Error(text), { method, message });
    return { atOnce: true, handler };
  }

  /** What answers `<namespace>_subscribe` and `<namespace>_unsubscribe`. */
  #publish(method: string): OwnMethod<State> | undefined {
    const [, namespace, verb] = /^(.+)_(un)?subscribe$/.exec(method) ?? [];
    const {
      methods,
      maxSubscriptions = 1_024,
      subscriptionEnd = false,
      exposeErrors = false,
    } = this.#options;
    if (!methods || !namespace || !methods.hasNamespace(namespace)) {
      return undefined;
    }
    const { link, sender } = this.#parts;
    const publisher = this.#publisher ??= new Publisher<State>({
      methods,
      sender,
      maxSubscriptions,
      endMarker: subscriptionEnd,
      exposeErrors,
      onError: (error, method) => link.report(error, { method }),
    });
    return {
      atOnce: false,
      handler: verb
        ? (_call, id) => publisher.unsubscribe(id)
        : (call, ...params) => publisher.subscribe(call, namespace, params),
      after: (call) => publisher.start(call),
    };
  }
}
