// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import {
  BATCH_RESPONSE_TOO_LARGE,
  RESPONSE_TOO_LARGE,
  SERVER_BUSY,
  STREAM_NOT_SUPPORTED,
} from "../wire/_codes.ts";
import { LimitError, readable } from "@wirekit/internal/errors";
import { DEFAULTS } from "./_defaults.ts";
import type { Answerer, AnsweringOptions, Reply } from "./_answerer.ts";
import { type Answering, AnsweringCalls } from "./_answering.ts";
import type { Codec, Wire } from "../wire/codec.ts";
import { Context, type ContextOptions } from "./context.ts";
import { JsonRpcError, MethodNotFoundError } from "../wire/error.ts";
import { shownError } from "../wire/_shown_error.ts";
import { exceeds } from "../wire/_size.ts";
import { type Id, idOf, type Kind } from "../wire/message.ts";
import type { Handler } from "./handler.ts";
import type { Decoded, Link } from "../wire/_link.ts";
import { composeHandlers, type HandlerMiddleware } from "./middleware.ts";
import type { Protocol } from "./_protocol.ts";

interface Waiting<T extends Wire, State> {
  call: Context<State>;
  handler: Handler<State>;
  reply: Reply<T>;
  answering?: Answering<T, State>;
}

/** Answers the calls of one connection, or of one HTTP request. */
export class Dispatcher<T extends Wire, State> implements Answerer<T> {
  readonly #options: AnsweringOptions<State>;
  readonly #codec: Codec<T>;
  readonly #context: ContextOptions<State>;
  readonly #report: Link["report"];
  readonly #protocol: Protocol<State> | undefined;
  readonly #middleware: HandlerMiddleware<State> | undefined;
  readonly #maxHandlers: number;
  readonly #maxQueuedCalls: number;
  readonly #answering = new AnsweringCalls<T, State>();
  readonly #waiting: Waiting<T, State>[] = [];
  #isClosed = false;

  /** Makes the answering half of a connection. */
  constructor(
    codec: Codec<T>,
    options: AnsweringOptions<State>,
    context: ContextOptions<State>,
    report: Link["report"],
    protocol?: Protocol<State>,
  ) {
    this.#codec = codec;
    this.#options = options;
    this.#context = context;
    this.#report = report;
    this.#protocol = protocol;
    this.#maxHandlers = options.maxHandlers ?? DEFAULTS.maxHandlers;
    this.#maxQueuedCalls = options.maxQueuedCalls ?? DEFAULTS.maxQueuedCalls;
    if (options.handlerMiddleware?.length) {
      this.#middleware = composeHandlers(options.handlerMiddleware);
    }
  }

  /** Whether nothing is being answered, and nothing is pushed. */
  get idle(): boolean {
    return this.#answering.size === 0 && (this.#protocol?.idle ?? true);
  }

  /** See {@linkcode Answerer}. */
  get busy(): boolean {
    return this.#answering.size > 0;
  }

  /** See {@linkcode Answerer}. */
  abandon(): void {
    for (const { call, reply } of this.#answering.takeCancelled()) {
      this.#fail(call, call.aborted, reply);
    }
    if (this.#waiting.length > 0) this.#runNext();
  }

  /** Tells all handlers that the connection is gone, and starts no other. */
  close(reason: Error): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
    this.#answering.close(reason);
    this.#protocol?.close(reason);
  }

  /** Gathers the answers to a batch in the order of its items. */
  collect(count: number, reply: Reply<T>): (index: number) => Reply<T> {
    const wires = new Array<T | undefined>(count);
    const afters: (() => void)[] = [];
    let open = count;
    return (index) => (wire, after) => {
      wires[index] = wire;
      if (after) afters.push(after);
      if (--open > 0) return;
      const answers = wires.filter((wire) => wire !== undefined);
      reply(
        answers.length > 0 ? this.#join(answers) : undefined,
        () => afters.forEach((after) => after()),
      );
    };
  }

  #join(answers: T[]): T {
    const { maxResponseBytes = DEFAULTS.maxResponseBytes } = this.#options;
    const wire = this.#codec.join(answers);
    if (!exceeds(wire, maxResponseBytes)) return wire;
    const error = new JsonRpcError(
      BATCH_RESPONSE_TOO_LARGE,
      "Batch response too large",
      { reserved: true },
    );
    const ids = answers.map((answer) => idOf(this.#codec.decode(answer)));
    return this.#codec.join(ids.map((id) => this.#writeError(id, error)));
  }

  /** Answers a request, or takes a notification. */
  answer(message: Decoded, _kind: Kind, reply: Reply<T>): void {
    const call = new Context<State>(message, this.#context);
    if (call.id === undefined && this.#cancel(call)) return reply(undefined);
    const handler = this.#options.methods?.get(call.method);
    if (handler) return this.#enqueue(call, handler, reply);
    const own = this.#protocol?.get(call.method);
    if (own?.atOnce) return this.#run(call, own.handler, reply);
    const after = own?.after;
    this.#enqueue(
      call,
      own?.handler ?? unknownMethod,
      after ? (wire) => reply(wire, () => after(call)) : reply,
    );
  }

  /** Cancels a call of the other end, if this notification asks for it. */
  #cancel({ method, params }: Context<State>): boolean {
    const { convention } = this.#protocol ?? {};
    return method === convention?.cancel &&
      this.#answering.cancel(convention.cancelled(params));
  }

  /** Runs a call when it is its turn. */
  #enqueue(
    call: Context<State>,
    handler: Handler<State>,
    reply: Reply<T>,
  ): void {
    const waiting = this.#waiting.length;
    const running = this.#answering.size - waiting;
    if (running < this.#maxHandlers && waiting === 0) {
      return this.#guard(call, handler, reply);
    }
    if (waiting < this.#maxQueuedCalls) {
      return this.#wait({ call, handler, reply });
    }
    const busy = "Too many calls in flight";
    if (call.id === undefined) {
      // It cannot be refused, and waiting would need a queue without limit.
      this.#report(new LimitError(busy), { method: call.method });
      return reply(undefined);
    }
    this.#refuse(call.id, SERVER_BUSY, busy, reply);
  }

  #wait(next: Waiting<T, State>): void {
    this.#waiting.push(next);
    next.answering = this.#answering.add(next.call, next.reply, (reason) => {
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#answering.delete(next.answering!);
      next.call.abort(reason);
      this.#fail(next.call, reason, next.reply);
    });
  }

  #guard(call: Context<State>, handler: Handler<State>, reply: Reply<T>): void {
    const middleware = this.#middleware;
    if (!middleware) return this.#run(call, handler, reply);
    this.#run(
      call,
      () => middleware(call, () => invoke(call, handler)),
      reply,
    );
  }

  #run(call: Context<State>, handler: Handler<State>, reply: Reply<T>): void {
    let result: unknown;
    let later: Promise<unknown> | undefined;
    try {
      result = invoke(call, handler);
      if (isPromiseLike(result)) later = Promise.resolve(result);
    } catch (error) {
      return this.#fail(call, error, reply);
    }
    if (!later) return this.#succeed(call, result, reply);
    const running = this.#answering.add(call, reply);
    later.then((value) => {
      if (!this.#answering.delete(running)) return void endStream(value);
      this.#succeed(call, value, reply);
      if (this.#waiting.length > 0) this.#runNext();
    }, (error) => {
      const isOpen = this.#answering.delete(running);
      this.#fail(call, error, isOpen ? reply : () => {});
      if (this.#waiting.length > 0) this.#runNext();
    });
  }

  #runNext(): void {
    while (this.#answering.size - this.#waiting.length < this.#maxHandlers) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#answering.delete(next.answering!);
      this.#guard(next.call, next.handler, next.reply);
    }
  }

  #succeed(call: Context<State>, value: unknown, reply: Reply<T>): void {
    const { id } = call;
    if (id === undefined || this.#isClosed || this.#isDropped(call)) {
      void endStream(value);
      return reply(undefined);
    }
    let wire: T;
    try {
      const result = isAsyncIterable(value) ? this.#stream(value) : value;
      wire = this.#codec.encode({ id, result });
    } catch (error) {
      void endStream(value);
      return this.#fail(call, error, reply);
    }
    const { maxResponseBytes = DEFAULTS.maxResponseBytes } = this.#options;
    reply(
      exceeds(wire, maxResponseBytes) ? this.#writeError(id, tooLarge()) : wire,
    );
  }

  #stream(iterable: AsyncIterable<unknown>): unknown {
    if (this.#protocol) return this.#protocol.stream(iterable);
    throw new JsonRpcError(
      STREAM_NOT_SUPPORTED,
      "The result is a stream: call over WebSocket, TCP or a Unix socket",
      { reserved: true },
    );
  }

  #fail(call: Context<State>, thrown: unknown, reply: Reply<T>): void {
    const error = readable(thrown);
    // A handler that stops because it was cancelled may throw what it likes.
    const shown = error instanceof JsonRpcError ? error : call.aborted ?? error;
    const isPlanned = shown instanceof JsonRpcError;
    if (call.id === undefined) {
      // Unknown notifications of the protocol are to be ignored.
      const ignore = isPlanned && call.method.startsWith("$/");
      if (!ignore) this.#report(error, { method: call.method });
      return reply(undefined);
    }
    if (this.#isDropped(call)) return reply(undefined);
    if (isPlanned) return reply(this.#encodeError(call.id, shown));
    if (!call.aborted || error !== call.aborted) {
      this.#report(error, { method: call.method });
    }
    reply(this.#encodeError(call.id, shownError(error, this.#options)));
  }

  /** Whether the caller has cancelled it and wants no answer any more. */
  #isDropped({ aborted }: Context<State>): boolean {
    return aborted instanceof JsonRpcError &&
      this.#protocol?.convention.answersCancelled === false;
  }

  #refuse(id: Id, code: number, message: string, reply: Reply<T>): void {
    const error = new JsonRpcError(code, message, { reserved: true });
    reply(this.#encodeError(id, error));
  }

  #encodeError(id: Id, error: JsonRpcError): T {
    const { maxResponseBytes = DEFAULTS.maxResponseBytes } = this.#options;
    const wire = this.#writeError(id, error);
    if (!exceeds(wire, maxResponseBytes)) return wire;
    const instead = this.#writeError(id, tooLarge());
    if (instead.length >= wire.length) return wire;
    this.#report(
      new LimitError(
        `Error ${error.code} is not sent: it is larger than ` +
          `${maxResponseBytes} bytes (maxResponseBytes)`,
      ),
    );
    return instead;
  }

  #writeError(id: Id, error: JsonRpcError): T {
    const { code, message } = error;
    if (this.#options.errorData === false) {
      return this.#codec.encode({ id, error: { code, message } });
    }
    try {
      return this.#codec.encode({ id, error });
    } catch (cause) {
      this.#report(cause);
      return this.#codec.encode({ id, error: { code, message } });
    }
  }
}

function unknownMethod(): never {
  throw new MethodNotFoundError();
}

function invoke<State>(call: Context<State>, handler: Handler<State>): unknown {
  const { params } = call;
  if (params === undefined) return handler(call);
  return Array.isArray(params)
    ? handler(call, ...params)
    : handler(call, params);
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then ===
    "function";
}

/** Ends a result that is a stream, and that nobody will read. */
async function endStream(value: unknown): Promise<void> {
  if (!isAsyncIterable(value)) return;
  try {
    await value[Symbol.asyncIterator]().return?.();
  } catch {
    // Somebody else reads it, or it does not end well: nobody can be told.
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null &&
    Symbol.asyncIterator in value;
}

function tooLarge(): JsonRpcError {
  return new JsonRpcError(RESPONSE_TOO_LARGE, "Response too large", {
    reserved: true,
  });
}
