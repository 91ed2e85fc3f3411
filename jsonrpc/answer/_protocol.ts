// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { AnswererParts } from "./_answerer.ts";
import type { Context } from "./context.ts";
import { type Convention, memberOf } from "../wire/_conventions.ts";
import type { Handler } from "./handler.ts";
import { Publisher } from "../push/_publisher.ts";
import { Streams } from "../push/_streams.ts";

/** What answers a method of the protocol's own. */
export interface OwnMethod<State> {
  readonly handler: Handler<State>;
  /** Whether it neither waits for its turn nor passes through middleware. */
  readonly atOnce: boolean;
  /** Is called once the answer is on its way. */
  readonly after?: (call: Context<State>) => void;
}

/**
 * The methods that are no application's: cancellation, streams that are read
 * from here, and subscriptions to what is pushed from here. The application's
 * methods come first, so it may handle the rest under these names.
 */
export class Protocol<State> {
  readonly #parts: AnswererParts<State>;
  #publisher: Publisher<State> | undefined;
  #streams: Streams | undefined;

  /** Makes the protocol's part of answering a connection. */
  constructor(parts: AnswererParts<State>) {
    this.#parts = parts;
  }

  /** The names of what the protocol itself says. */
  get convention(): Convention {
    return this.#parts.convention;
  }

  /** Whether nothing is pushed from here. */
  get idle(): boolean {
    return !this.#publisher?.size;
  }

  /** Makes a stream of a result that is one; returns what stands for it. */
  stream(iterable: AsyncIterable<unknown>): unknown {
    return this.#openStreams.open(iterable);
  }

  /** Finds what answers a method of the protocol's own. */
  get(method: string): OwnMethod<State> | undefined {
    const { convention, stray } = this.#parts;
    switch (method) {
      case convention.cancel:
        return { atOnce: true, handler: () => {} };
      case "ping":
        if (convention.ping !== method) return undefined;
        return { atOnce: true, handler: () => ({}) };
      case "$/enumerator/next":
        return this.#own((token) => this.#openStreams.next(token));
      case "$/enumerator/abort":
        return this.#own((token) => this.#openStreams.abort(token));
    }
    const wrong = stray(method);
    return wrong ? this.#stray(wrong) : this.#publish(method);
  }

  /** Ends it all: the connection is gone. */
  close(reason: Error): void {
    this.#publisher?.close(reason);
    this.#streams?.close();
  }

  get #openStreams(): Streams {
    const { maxSubscriptions = 1_024, readAhead = 16 } = this.#parts.options;
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
    } = this.#parts.options;
    if (!methods || !namespace || !methods.hasNamespace(namespace)) {
      return undefined;
    }
    const { caller, link } = this.#parts;
    const publisher = this.#publisher ??= new Publisher<State>({
      methods,
      sender: caller,
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
