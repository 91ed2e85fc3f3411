// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { cancelled } from "./_batch.ts";
import type { Batch, Caller, CallOptions } from "./caller.ts";
import { encodeCall, type Params } from "../wire/message.ts";

/** A batch that looks for its connection when it is sent. */
export class QueuedBatch implements Batch {
  readonly calls: Promise<unknown>[] = [];
  readonly #connect: (size: number, options: CallOptions) => Promise<Caller>;
  /** The batch of the connection. */
  readonly #batch = Promise.withResolvers<Batch>();
  /** The longest timeout of a call, if one has a timeout. */
  #timeout: number | undefined;
  #size = 0;
  #over = false;

  /** Makes an empty batch; `connect` waits for a connection. */
  constructor(
    connect: (size: number, options: CallOptions) => Promise<Caller>,
  ) {
    this.#connect = connect;
    this.#batch.promise.catch(() => {}); // Seen through the calls.
  }

  request<T>(
    method: string,
    params?: Params,
    options: CallOptions = {},
  ): Promise<T> {
    this.#add(method, params);
    const { timeout } = options;
    if (timeout !== undefined) {
      this.#timeout = Math.max(this.#timeout ?? timeout, timeout);
    }
    const call = this.#batch.promise
      .then((batch) => batch.request<T>(method, params, options));
    call.catch(() => {}); // Seen by the promise's owner.
    this.calls.push(call);
    return call;
  }

  notify(method: string, params?: Params): void {
    this.#add(method, params);
    this.#batch.promise.then((batch) => batch.notify(method, params), () => {});
  }

  send(): Promise<PromiseSettledResult<unknown>[]> {
    this.#check();
    this.#flush();
    return Promise.allSettled(this.calls);
  }

  cancel(): void {
    this.#over = true;
    this.#batch.reject(cancelled());
  }

  [Symbol.dispose](): void {
    if (!this.#over) this.#flush();
  }

  #flush(): void {
    this.#over = true;
    if (this.#size === 0) return;
    const { promise, resolve, reject } = this.#batch;
    const timeout = this.#timeout;
    this.#connect(this.#size, timeout === undefined ? {} : { timeout })
      .then((caller) => resolve(caller.batch())).catch(reject);
    // Comes after all that was added.
    promise.then((batch) => batch[Symbol.dispose](), () => {});
  }

  #add(method: string, params: Params | undefined): void {
    this.#check();
    this.#size += encodeCall({ method, params }).length;
  }

  #check(): void {
    if (this.#over) {
      throw new TypeError("Cannot use batch: it was sent or cancelled");
    }
  }
}
