// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { Calls as OpenCalls } from "@wirekit/internal/calls";
import type { Call, CallBatch } from "./_call.ts";
import { TimeoutError } from "@wirekit/internal/errors";
import { cannotCall } from "./_cannot_call.ts";
import { ClosedError, MalformedResponseError } from "./call_error.ts";
import { JsonRpcError } from "../wire/error.ts";

/** Default of {@linkcode CallOptions.timeout}. */
export const TIMEOUT = 60_000;

/** Default of {@linkcode CallOptions.totalTimeout}. */
const TOTAL_TIMEOUT = 600_000;

/** What a {@linkcode Calls} tells its owner. */
export interface CallsOptions {
  /** Default of {@linkcode CallOptions.timeout}. */
  timeout: number;
  /** Whether a response may lack the member `jsonrpc`. */
  tolerant: boolean;
  /** A call is over; its promise is settled. */
  onEnd(call: Call): void;
  /** Whether the other end answers a call that was cancelled. */
  answersCancelled: boolean;
  /** The peer need not go on with a call that was sent. */
  onCancel(call: Call): unknown;
}

/**
 * The calls that wait for their end. Each call ends exactly once: by a response,
 * a timeout, an abort, or the close.
 */
export class Calls {
  readonly #calls = new OpenCalls<Call>({
    late: (call) => this.#late(call),
    aborted: (call, reason) => this.#aborted(call, reason),
  });
  readonly #batches: CallBatch[] = [];
  readonly #options: CallsOptions;

  /** Makes an empty table. */
  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /** How many calls wait. */
  get size(): number {
    return this.#calls.size;
  }

  /** The id of the next call. */
  nextId(): number {
    return this.#calls.next();
  }

  /** Enters a call, which from now on will end. */
  open(call: Call): void {
    const { options } = call;
    const { timeout = this.#options.timeout, signal } = options;
    const total = options.totalTimeout ?? Math.max(timeout, TOTAL_TIMEOUT);
    const time = this.#calls.open(call, Math.min(timeout, total), signal);
    call.begin = time;
    call.timeout = timeout;
    call.latest = time + total;
  }

  /** The call with this id, if it waits. */
  get(id: unknown): Call | undefined {
    return typeof id === "number" ? this.#calls.get(id) : undefined;
  }

  /** Notes that calls travel as one message. */
  group(calls: readonly Call[]): void {
    const batch = { calls, open: 0 };
    for (const call of calls) {
      if (call.over) continue;
      call.batch = batch;
      batch.open++;
    }
    if (batch.open > 0) this.#batches.push(batch);
  }

  /**
   * Ends the call that a response belongs to. Returns it, or `undefined` if
   * there is none.
   */
  receive(message: Record<string, unknown>): Call | undefined {
    const { id, result, error } = message;
    const call = this.get(id);
    if (!call) {
      return id === null && error
        ? this.#failBatch(JsonRpcError.from(error))
        : undefined;
    }
    const both = error != null && result != null;
    const neither = error == null && result === undefined;
    if (both || neither) {
      this.malformed(
        call,
        `response has ${both ? "both result and" : "no result or"} error`,
      );
    } else if (message.jsonrpc !== "2.0" && !this.#options.tolerant) {
      this.malformed(call, 'response has no "jsonrpc":"2.0"');
    } else if (error == null) this.#settle(call, result);
    else this.fail(call, JsonRpcError.from(error));
    return call;
  }

  /** Fails a call whose response is malformed. */
  malformed(call: Call, reason: string): void {
    this.fail(call, new MalformedResponseError(call.method, { reason }));
  }

  /** Fails those calls that the answer to their batch left out. */
  endBatch({ calls, open }: CallBatch): void {
    if (open === 0) return;
    for (const call of calls) {
      this.malformed(call, "no response in the answer to its batch");
    }
  }

  /** Ends a call with an error, if it still waits. */
  fail(call: Call, error: unknown): void {
    if (!this.#calls.take(call)) return;
    this.#forget(call);
    call.reject(error);
  }

  /** Tells the other end that none of what was sent is wanted any more. */
  cancelAll(): void {
    for (const call of this.#calls.all) {
      if (call.sent) this.#options.onCancel(call);
    }
  }

  /** Ends all calls: the connection is gone. */
  close(cause: unknown): void {
    this.#calls.endAll((call) => {
      this.#forget(call);
      const error = closedError(call.method, call.sent, cause);
      if (call.onLost) call.resolve(call.onLost(error, call));
      else call.reject(error);
    });
  }

  /** Stops the timer if nothing waits, so that it does not hold the process. */
  rest(): void {
    this.#calls.rest();
  }

  #settle(call: Call, result: unknown): void {
    this.#calls.take(call);
    this.#forget(call);
    call.resolve(result);
  }

  /** Forgets a call that was taken out. */
  #forget(call: Call): void {
    call.over = true;
    const { batch } = call;
    if (batch && --batch.open === 0) {
      this.#batches.splice(this.#batches.indexOf(batch), 1);
    }
    this.#options.onEnd(call);
  }

  /** A whole batch failed with one error, if it is clear which (statement 42). */
  #failBatch(error: JsonRpcError): Call | undefined {
    if (this.#batches.length !== 1) return undefined;
    const [batch] = this.#batches;
    for (const call of batch!.calls) this.fail(call, error);
    return batch!.calls[0];
  }

  #aborted(call: Call, reason: unknown): void {
    const { awaitCancel } = call.options;
    if (call.sent) this.#options.onCancel(call);
    if (call.sent && awaitCancel && this.#options.answersCancelled) return;
    this.fail(call, reason);
  }

  #late(call: Call): void {
    if (call.sent) this.#options.onCancel(call);
    this.#forget(call);
    const time = call.deadline === call.latest
      ? "in all the time it has"
      : `within ${call.timeout} ms`;
    call.reject(timeoutError(call.method, `no response ${time}`));
  }
}

/** The error of a call whose time is up. */
export function timeoutError(
  method: string,
  reason: string,
  cause?: unknown,
): TimeoutError {
  const text = cannotCall(method, reason + whyOf(cause));
  return new TimeoutError(text, causedBy(cause));
}

/** The error of a call on a connection that is gone, and of what ended it. */
export function closedError(
  method: string,
  sent: boolean,
  cause?: unknown,
): ClosedError {
  const reason = `the connection is closed${whyOf(cause)}`;
  return new ClosedError(method, { reason, sent, ...causedBy(cause) });
}

function whyOf(cause: unknown): string {
  return cause instanceof Error && cause.message ? `: ${cause.message}` : "";
}

function causedBy(cause: unknown): ErrorOptions {
  return cause === undefined ? {} : { cause };
}
