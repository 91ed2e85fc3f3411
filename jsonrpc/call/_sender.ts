// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { MessageBatch, type Prepared, type Put } from "./_batch.ts";
import { Call, type CallBatch, type OnLost } from "./_call.ts";
import { checkTime } from "@wirekit/internal/clock";
import { Calls, closedError, TIMEOUT } from "./_calls.ts";
import type { Decoded, Link } from "../wire/_link.ts";
import type { Batch, Caller, CallOptions } from "./caller.ts";
import type { Codec, Wire } from "../wire/codec.ts";
import type { Params } from "../wire/message.ts";
import {
  type CallMiddleware,
  composeCalls,
  type OutgoingCall,
} from "../answer/middleware.ts";
import type { PeerOptions } from "../peer_options.ts";
import { Turns } from "./_turns.ts";

const NO_OPTIONS: CallOptions = {};

/** The calling half of a connection. */
export class Sender implements Caller {
  readonly #codec: Codec<Wire>;
  readonly #link: Link;
  readonly #calls: Calls;
  readonly #turns: Turns<Wire>;
  readonly #middleware: CallMiddleware | undefined;
  readonly #autoBatch: boolean;
  #ended = false;
  #isHeard = true;
  #cause: Error | undefined;
  #tick: Prepared<Wire>[] | undefined;
  #flushed: Promise<void> | undefined;

  /** Makes the calling half of a connection. */
  constructor(
    codec: Codec<Wire>,
    // deno-lint-ignore no-explicit-any -- The types are for its user alone.
    options: PeerOptions<any, any>,
    link: Link,
    onEnd?: (call: Call) => void,
  ) {
    this.#codec = codec;
    this.#link = link;
    this.#autoBatch = options.autoBatch ?? false;
    this.#calls = new Calls({
      timeout: checkTime("timeout", options.timeout ?? TIMEOUT),
      tolerant: options.tolerant ?? false,
      onEnd: (call) => {
        this.#turns.end(call);
        onEnd?.(call);
      },
      onCancel: ({ number }) => this.#ended || link.cancel?.(number),
      answersCancelled: link.convention?.answersCancelled ?? true,
    });
    this.#turns = new Turns({
      calls: this.#calls,
      maxInFlight: options.maxInFlight ?? 1_024,
      maxWaitingBytes: options.maxWaitingBytes ?? 16_777_216,
      send: (wire) => this.#link.send(wire),
    });
    if (options.callMiddleware?.length) {
      this.#middleware = composeCalls(options.callMiddleware);
    }
  }

  /** Whether no call can be answered any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether no call waits for its end. */
  get idle(): boolean {
    return this.#calls.size === 0;
  }

  /**
   * Makes a call, of which `put` gets the message. If the connection is gone,
   * `onLost` decides what becomes of it.
   */
  request<T = unknown>(
    method: string,
    params?: Params,
    options: CallOptions = NO_OPTIONS,
    onLost?: OnLost,
    put: Put<Wire> = this.#put,
  ): Promise<T> {
    if (!this.#middleware) {
      return this.#call(method, params, options, put, onLost) as Promise<T>;
    }
    const begin = performance.now();
    const ended = this.#middleware(
      { method, params, options },
      (call) =>
        this.#call(
          call.method,
          call.params,
          call.options ?? {},
          (wire, entered) => {
            if (entered) call.id = entered.number;
            return put(wire, entered);
          },
        ),
    );
    const result = onLost
      ? ended.catch((error) => {
        if (!this.#ended) throw error;
        return onLost(error, { method, params, options, begin });
      })
      : ended;
    return result as Promise<T>;
  }

  /** Makes a notification, of which `put` gets the message. */
  notify(
    method: string,
    params?: Params,
    put: Put<Wire> = this.#put,
  ): Promise<void> {
    const sent = this.#notify(method, params, put);
    sent.catch(() => {}); // Nobody has to wait for a notification.
    return sent;
  }

  async #notify(
    method: string,
    params: Params | undefined,
    put: Put<Wire>,
  ): Promise<void> {
    const next = async (call: OutgoingCall): Promise<void> => {
      if (!this.#isHeard) throw closedError(call.method, false, this.#cause);
      const wire = this.#codec.encode({
        method: call.method,
        params: present(call.params),
        extra: call.options?.extra,
      });
      await put(wire);
    };
    const call = { method, params, options: undefined };
    await (this.#middleware ? this.#middleware(call, next) : next(call));
  }

  /** Starts a batch. */
  batch(): Batch {
    return new MessageBatch<Wire>(this);
  }

  /** Takes a response. */
  respond(message: Decoded): Call | undefined {
    const call = this.#calls.receive(message);
    if (!call) {
      const stray = new Error("Response to an unknown call");
      this.#link.report(stray, { message });
    }
    return call;
  }

  /** Takes the responses of one message. */
  respondAll(messages: readonly Decoded[]): void {
    const batches: CallBatch[] = [];
    for (const message of messages) {
      const batch = this.respond(message)?.batch;
      if (batch && !batches.includes(batch)) batches.push(batch);
    }
    for (const batch of batches) this.#calls.endBatch(batch);
  }

  /** The call with this id, if it waits. */
  get(id: unknown): Call | undefined {
    return this.#calls.get(id);
  }

  /** Ends a call with an error, if it still waits. */
  end(call: Call, error: unknown): void {
    this.#calls.fail(call, error);
  }

  /** Stops the timer if no call waits. */
  rest(): void {
    this.#calls.rest();
  }

  /** Tells the other end that it need not go on with any call. */
  cancelAll(): void {
    this.#calls.cancelAll();
  }

  /**
   * Ends all calls: the connection is gone, or at least what comes from the
   * other end, which still hears what it is told.
   */
  close(cause?: Error, isHeard = false): void {
    this.#ended = true;
    this.#isHeard = isHeard;
    this.#cause = cause;
    this.#turns.close();
    this.#calls.close(cause);
  }

  #call(
    method: string,
    params: Params | undefined,
    options: CallOptions,
    put: Put<Wire>,
    onLost?: OnLost,
  ): Promise<unknown> {
    const call = new Call(method, params, options, onLost);
    try {
      this.#enter(call, put);
    } catch (error) {
      call.reject(error);
    }
    return call.promise;
  }

  #enter(call: Call, put: Put<Wire>): void {
    const { method, params, options, onLost } = call;
    const { convention } = this.#link;
    if (this.#ended) {
      const error = closedError(method, false, this.#cause);
      if (!onLost) throw error;
      call.begin = performance.now();
      return call.resolve(onLost(error, call));
    }
    const { signal, extra, onProgress, progressMember } = options;
    if (signal?.aborted) throw signal.reason;
    const { timeout, totalTimeout } = options;
    if (timeout !== undefined) checkTime("timeout", timeout);
    if (totalTimeout !== undefined) checkTime("totalTimeout", totalTimeout);
    const id = call.number = this.#calls.nextId();
    const wire = this.#codec.encode({
      method,
      id,
      params: onProgress && convention
        ? convention.withToken(params, id, progressMember)
        : present(params),
      extra,
    });
    this.#calls.open(call);
    if (!call.over) put(wire, call);
  }

  /** Sends a message, or puts it into the batch of this tick. */
  readonly #put = (wire: Wire, call?: Call): Promise<void> | void => {
    if (this.#autoBatch) return this.#gather({ wire, call });
    return this.#send(wire, call);
  };

  #send(wire: Wire, call: Call | undefined): Promise<void> | void {
    return call ? this.#turns.submit(call, wire) : this.#turns.notify(wire);
  }

  #gather(item: Prepared<Wire>): Promise<void> {
    if (this.#tick) {
      this.#tick.push(item);
      return this.#flushed!;
    }
    const tick = [item];
    this.#tick = tick;
    this.#flushed = Promise.resolve().then(() => {
      this.#tick = undefined;
      return this.sendBatch(tick);
    });
    return this.#flushed;
  }

  /** Sends what was gathered as one message. */
  sendBatch(items: readonly Prepared<Wire>[]): Promise<void> | void {
    const calls: Call[] = [];
    for (const { call } of items) if (call) calls.push(call);
    if (items.length === 1 && this.#autoBatch) {
      return this.#send(items[0]!.wire, calls[0]);
    }
    const wire = this.#codec.join(items.map(({ wire }) => wire));
    if (calls.length === 0) {
      this.#link.expectEmptyAnswer?.();
      return this.#turns.notify(wire);
    }
    this.#calls.group(calls);
    this.#turns.submitAll(calls, wire);
  }
}

/** wsjsonrpc leaves empty params out too. */
function present(params: Params | undefined): Params | undefined {
  return Array.isArray(params) && params.length === 0 ? undefined : params;
}
