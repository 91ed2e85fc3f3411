// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Call } from "./_call.ts";
import type { Batch, CallOptions } from "./caller.ts";
import type { Params } from "../wire/message.ts";

/** A call that is entered and encoded, or an encoded notification. */
export interface Prepared<T> {
  readonly wire: T;
  readonly call: Call | undefined;
}

/** Takes what is prepared, to send it. */
export type Put<T> = (wire: T, call?: Call) => Promise<void> | void;

/** What a {@linkcode MessageBatch} needs of its caller. */
export interface BatchOwner<T> {
  /** Makes a call of which `put` gets the message. */
  request(
    method: string,
    params: Params | undefined,
    options: CallOptions,
    onLost: undefined,
    put: Put<T>,
  ): Promise<unknown>;
  /** Writes a notification of which `put` gets the message. */
  notify(
    method: string,
    params: Params | undefined,
    put: Put<T>,
  ): Promise<void>;
  /** Sends what was gathered. */
  sendBatch(items: readonly Prepared<T>[]): unknown;
  /** Ends a call. */
  end(call: Call, error: unknown): void;
}

/** Gathers calls and sends them as one message. */
export class MessageBatch<T> implements Batch {
  readonly calls: Promise<unknown>[] = [];
  readonly #owner: BatchOwner<T>;
  #items: Prepared<T>[] = [];
  #over = false;
  #cancelled = false;

  /** Makes an empty batch. */
  constructor(owner: BatchOwner<T>) {
    this.#owner = owner;
  }

  request<R>(
    method: string,
    params?: Params,
    options: CallOptions = {},
  ): Promise<R> {
    this.#check();
    const call = this.#owner
      .request(method, params, options, undefined, this.#put);
    call.catch(() => {}); // Seen by the promise's owner, or through send().
    this.calls.push(call);
    return call as Promise<R>;
  }

  notify(method: string, params?: Params): void {
    this.#check();
    this.#owner.notify(method, params, this.#put).catch(() => {});
  }

  send(): Promise<PromiseSettledResult<unknown>[]> {
    this.#check();
    this.#flush();
    return outcomes(this.calls);
  }

  cancel(): void {
    this.#over = true;
    this.#cancelled = true;
    for (const item of this.#items) this.#drop(item);
    this.#items = [];
  }

  [Symbol.dispose](): void {
    if (!this.#over) this.#flush();
  }

  #flush(): void {
    this.#over = true;
    const items = this.#items;
    this.#items = [];
    if (items.length > 0) this.#owner.sendBatch(items);
  }

  readonly #put = (wire: T, call?: Call): void => {
    const item = { wire, call };
    if (this.#cancelled) this.#drop(item);
    // A middleware that took its time comes after the batch: it goes alone.
    else if (this.#over) this.#owner.sendBatch([item]);
    else this.#items.push(item);
  };

  #drop({ call }: Prepared<T>): void {
    if (!call) return;
    this.#owner.end(call, cancelled());
  }

  #check(): void {
    if (this.#over) {
      throw new TypeError("Cannot use batch: it was sent or cancelled");
    }
  }
}

/** Why the calls of a batch that was cancelled reject. */
export function cancelled(): DOMException {
  return new DOMException("The batch was cancelled", "AbortError");
}

/** As `Promise.allSettled()`, at a third of its price. */
async function outcomes(
  calls: readonly Promise<unknown>[],
): Promise<PromiseSettledResult<unknown>[]> {
  const results: PromiseSettledResult<unknown>[] = [];
  for (const call of calls) {
    try {
      results.push({ status: "fulfilled", value: await call });
    } catch (reason) {
      results.push({ status: "rejected", reason });
    }
  }
  return results;
}
