// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { REQUEST_CANCELLED } from "../wire/_codes.ts";
import type { Context } from "./context.ts";
import { JsonRpcError } from "../wire/error.ts";
import type { Id } from "../wire/message.ts";

/** A call that is being answered. */
export interface Answering<State> {
  readonly call: Context<State>;
  /** Where it is in the list. */
  at: number;
  /** Ends one that waits for its turn; `undefined` once its handler runs. */
  drop: ((reason: Error) => void) | undefined;
}

/** The calls that are being answered, so that they can be cancelled. */
export class AnsweringCalls<State> {
  /** No set: one that always changes keeps its past alive. */
  readonly #calls: Answering<State>[] = [];

  /** How many there are. */
  get size(): number {
    return this.#calls.length;
  }

  /** Whether there is one that was not cancelled. */
  get isWanted(): boolean {
    return this.#calls.some(({ call }) => call.aborted === undefined);
  }

  /** Adds a call whose handler runs, or that waits if it can be dropped. */
  add(
    call: Context<State>,
    drop?: (reason: Error) => void,
  ): Answering<State> {
    const answering = { call, at: this.#calls.length, drop };
    this.#calls.push(answering);
    return answering;
  }

  /** Removes a call that is there. */
  delete(answering: Answering<State>): void {
    const last = this.#calls.pop()!;
    if (last === answering) return;
    last.at = answering.at;
    this.#calls[last.at] = last;
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
