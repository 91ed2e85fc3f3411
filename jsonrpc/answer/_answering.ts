// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { REQUEST_CANCELLED } from "../wire/_codes.ts";
import type { Wire } from "../wire/codec.ts";
import type { Reply } from "./_answerer.ts";
import type { Context } from "./context.ts";
import { JsonRpcError } from "../wire/error.ts";
import type { Id } from "../wire/message.ts";

/** A call that is being answered. */
export interface Answering<T extends Wire, State> {
  readonly call: Context<State>;
  readonly reply: Reply<T>;
  /** Where it is in the list. */
  at: number;
  /** Ends one that waits for its turn; `undefined` once its handler runs. */
  drop: ((reason: Error) => void) | undefined;
}

/** The calls that are being answered, so that they can be cancelled. */
export class AnsweringCalls<T extends Wire, State> {
  /** No set: one that always changes keeps its past alive. */
  readonly #calls: Answering<T, State>[] = [];

  /** How many there are. */
  get size(): number {
    return this.#calls.length;
  }

  /** Adds a call whose handler runs, or that waits if it can be dropped. */
  add(
    call: Context<State>,
    reply: Reply<T>,
    drop?: (reason: Error) => void,
  ): Answering<T, State> {
    const answering = { call, reply, at: this.#calls.length, drop };
    this.#calls.push(answering);
    return answering;
  }

  /** Removes a call. Returns whether it was there. */
  delete(answering: Answering<T, State>): boolean {
    if (this.#calls[answering.at] !== answering) return false;
    const last = this.#calls.pop()!;
    if (last !== answering) {
      last.at = answering.at;
      this.#calls[last.at] = last;
    }
    return true;
  }

  /** Removes those that were cancelled and still run. */
  takeCancelled(): Answering<T, State>[] {
    const cancelled = this.#calls.filter(({ call }) => call.aborted);
    for (const each of cancelled) this.delete(each);
    return cancelled;
  }

  /** Cancels the call of an id. Returns whether there is one. */
  cancel(id: unknown): boolean {
    const answering = this.#calls.find(({ call }) => call.id === id as Id);
    if (!answering || id === undefined) return false;
    const reason = new JsonRpcError(
      REQUEST_CANCELLED,
      "Request cancelled",
      { reserved: true },
    );
    if (answering.drop) answering.drop(reason);
    else answering.call.abort(reason);
    return true;
  }

  /** Aborts all: the connection is gone. */
  close(reason: Error): void {
    for (const { call } of [...this.#calls]) call.abort(reason);
  }
}
