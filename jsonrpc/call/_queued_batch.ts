// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { cancelled } from "./_batch.ts";
import type { Batch, Caller, CallOptions } from "./caller.ts";
import { jsonCodec } from "../wire/codec.ts";
import type { Params } from "../wire/message.ts";

interface Item {
  readonly method: string;
  readonly params: Params | undefined;
  readonly options?: CallOptions;
  readonly settle?: PromiseWithResolvers<unknown>;
}

/** A batch that looks for its connection when it is sent. */
export class QueuedBatch implements Batch {
  readonly calls: Promise<unknown>[] = [];
  readonly #connect: (size: number, options: CallOptions) => Promise<Caller>;
  readonly #items: Item[] = [];
  #size = 0;
  #over = false;

  /** Makes an empty batch; `connect` waits for a connection. */
  constructor(
    connect: (size: number, options: CallOptions) => Promise<Caller>,
  ) {
    this.#connect = connect;
  }

  request<T>(
    method: string,
    params?: Params,
    options: CallOptions = {},
  ): Promise<T> {
    const settle = Promise.withResolvers<unknown>();
    this.#add({ method, params, options, settle });
    settle.promise.catch(() => {}); // Seen by the promise's owner.
    this.calls.push(settle.promise);
    return settle.promise as Promise<T>;
  }

  notify(method: string, params?: Params): void {
    this.#add({ method, params });
  }

  send(): Promise<PromiseSettledResult<unknown>[]> {
    this.#check();
    void this.#flush();
    return Promise.allSettled(this.calls);
  }

  cancel(): void {
    this.#over = true;
    for (const { settle } of this.#items) settle?.reject(cancelled());
  }

  [Symbol.dispose](): void {
    if (!this.#over) void this.#flush();
  }

  async #flush(): Promise<void> {
    this.#over = true;
    if (this.#items.length === 0) return;
    const timeouts = this.#items.flatMap(({ options }) =>
      options?.timeout === undefined ? [] : [options.timeout]
    );
    try {
      const longest = timeouts.length > 0
        ? { timeout: Math.max(...timeouts) }
        : {};
      const caller = await this.#connect(this.#size, longest);
      const batch = caller.batch();
      try {
        for (const { method, params, options, settle } of this.#items) {
          if (!settle) batch.notify(method, params);
          else {
            batch.request(method, params, options)
              .then(settle.resolve, settle.reject);
          }
        }
      } finally {
        batch[Symbol.dispose]();
      }
    } catch (error) {
      for (const { settle } of this.#items) settle?.reject(error);
    }
  }

  #add(item: Item): void {
    this.#check();
    this.#size += jsonCodec.encode(item).length;
    this.#items.push(item);
  }

  #check(): void {
    if (this.#over) {
      throw new TypeError("Cannot use batch: it was sent or cancelled");
    }
  }
}
