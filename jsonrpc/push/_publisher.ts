// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { readable } from "@wirekit/internal/errors";
import { TOO_MANY_SUBSCRIPTIONS } from "../wire/_codes.ts";
import type { Caller } from "../call/caller.ts";
import type { Context } from "../answer/context.ts";
import { InvalidParamsError, JsonRpcError } from "../wire/error.ts";
import { shownError } from "../wire/_shown_error.ts";
import type { MethodTable } from "../answer/_answerer.ts";

interface Published<State> {
  readonly call: Context<State>;
  readonly namespace: string;
  readonly id: string;
  readonly events: AsyncIterable<unknown>;
}

/** What a {@linkcode Publisher} needs of its peer. */
export interface PublisherOptions<State> {
  methods: MethodTable<State>;
  sender: Pick<Caller, "notify">;
  maxSubscriptions: number;
  /** Whether the other end is told that a subscription is over. */
  endMarker: boolean;
  exposeErrors: boolean;
  onError(error: unknown, method: string): void;
}

/** Pushes the events of the subscriptions that the other end made. */
export class Publisher<State> {
  readonly #options: PublisherOptions<State>;
  readonly #open = new Map<unknown, Published<State>>();
  readonly #starting = new WeakMap<Context<State>, Published<State>>();
  #lastId = 0;

  /** Makes a publisher without subscriptions. */
  constructor(options: PublisherOptions<State>) {
    this.#options = options;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Opens a subscription; it starts after the answer, by `start()`. */
  subscribe(
    call: Context<State>,
    namespace: string,
    [name, ...params]: unknown[],
  ): string {
    const { methods, maxSubscriptions } = this.#options;
    const handler = methods.getSubscription(namespace, String(name));
    if (!handler) {
      throw new InvalidParamsError({ message: "Unknown subscription" });
    }
    if (this.#open.size >= maxSubscriptions) throw tooMany();
    const id = `0x${(++this.#lastId).toString(16)}`;
    const published = {
      call,
      namespace,
      id,
      events: handler(call, ...params),
    };
    this.#open.set(id, published);
    this.#starting.set(call, published);
    return id;
  }

  /** Starts to push, now that the answer is on its way. */
  start(call: Context<State>): void {
    const published = this.#starting.get(call);
    if (published) void this.#push(published);
  }

  /** Ends a subscription. Returns whether there was one. */
  unsubscribe(id: unknown): boolean {
    const published = this.#open.get(id);
    if (!published) return false;
    this.#open.delete(id);
    published.call.abort(new Error("Unsubscribed"));
    return true;
  }

  /** Ends all: the connection is gone. */
  close(error: Error): void {
    for (const { call } of this.#open.values()) call.abort(error);
    this.#open.clear();
  }

  async #push({ namespace, id, events, call }: Published<State>) {
    const { sender, endMarker, exposeErrors, onError } = this.#options;
    const method = `${namespace}_subscription`;
    const tell = (rest: Record<string, unknown>) =>
      sender.notify(method, { subscription: id, ...rest });
    let error: JsonRpcError | null = null;
    try {
      for await (const event of events) {
        if (!this.#open.has(id)) return;
        await tell({ result: event ?? null });
      }
    } catch (thrown) {
      if (call.aborted) return;
      const cause = readable(thrown);
      // `onError` gets what the subscriber is not told.
      const isPlanned = cause instanceof JsonRpcError;
      if (!isPlanned || !endMarker) onError(cause, call.method);
      error = isPlanned ? cause : shownError(cause, { exposeErrors });
    }
    if (!this.#open.delete(id) || !endMarker) return;
    await tell({ error }).catch(() => {});
  }
}

/** The error of one subscription or stream too many. */
export function tooMany(): JsonRpcError {
  return new JsonRpcError(
    TOO_MANY_SUBSCRIPTIONS,
    "Too many subscriptions",
    { reserved: true },
  );
}
