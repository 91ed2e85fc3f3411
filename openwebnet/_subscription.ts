// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { LimitError } from "@wirekit/internal/errors";
import type { Message } from "./wire/message.ts";

/** The messages that wait for one reader, up to a limit. */
export class Subscription implements AsyncIterableIterator<Message> {
  readonly #matches: (message: Message) => boolean;
  readonly #limit: number;
  readonly #onEnd: (subscription: Subscription) => void;
  #queue: Message[] = [];
  #end: { error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(
    matches: (message: Message) => boolean,
    limit: number,
    onEnd: (subscription: Subscription) => void,
  ) {
    this.#matches = matches;
    this.#limit = limit;
    this.#onEnd = onEnd;
  }

  push(message: Message): void {
    if (this.#end !== undefined || !this.#matches(message)) return;
    if (this.#queue.length >= this.#limit) {
      this.end({
        error: new LimitError(
          `Reader of events is too slow: ${this.#limit} events are waiting ` +
            "(see maxEvents)",
        ),
      });
      return;
    }
    this.#queue.push(message);
    this.#wake?.();
  }

  end(end: { error?: unknown } = {}): void {
    this.#end ??= end;
    this.#wake?.();
    this.#onEnd(this);
  }

  async next(): Promise<IteratorResult<Message, undefined>> {
    while (this.#queue.length === 0) {
      if (this.#end !== undefined) {
        const end = this.#end;
        this.#end = {}; // An error is thrown only once.
        if ("error" in end) throw end.error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
    return { done: false, value: this.#queue.shift()! };
  }

  return(): Promise<IteratorResult<Message, undefined>> {
    this.#queue = [];
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
