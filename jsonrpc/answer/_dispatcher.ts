// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { LimitError } from "@wirekit/internal/errors";
import { type AnswerOptions, DEFAULTS } from "./answer.ts";
import { type Answering, AnsweringCalls } from "./_answering.ts";
import type { Codec, Wire } from "../wire/codec.ts";
import { Context, type ContextOptions } from "./context.ts";
import {
  ErrorCode,
  InvalidRequestError,
  JsonRpcError,
  MethodNotFoundError,
  ParseError,
} from "../wire/error.ts";
import { shownError } from "../wire/_shown_error.ts";
import { exceeds } from "../wire/_size.ts";
import { type Id, idOf, type Kind, kindOf } from "../wire/message.ts";
import type { Handler } from "./methods.ts";
import type { Convention } from "../wire/_conventions.ts";
import type { Decoded, Link } from "../wire/_link.ts";
import { composeHandlers, type HandlerMiddleware } from "./middleware.ts";
import type { Protocol } from "./_protocol.ts";

/**
 * Takes the answer to one message, or `undefined` if it gets none, and what to
 * do once the answer is on its way. Called once.
 */
export type Reply<T> = (wire: T | undefined, after?: () => void) => void;

/** What takes the responses of a connection. */
export interface Responses {
  /** Takes a response. */
  respond(message: Decoded): unknown;
  /** Takes the responses in a batch. */
  respondAll(messages: readonly Decoded[]): void;
  /** Whether `[]` answers a batch of ours. */
  takeEmptyAnswer(): boolean;
  /** Whether a call of ours waits for this id. */
  awaits(id: Id): boolean;
}

/** What a connection that lasts adds to a {@linkcode Dispatcher}. */
export interface DispatcherParts<State> {
  readonly responses: Responses;
  readonly protocol: Protocol<State>;
  readonly answering: AnsweringCalls<State>;
  readonly convention: Convention;
}

interface Waiting<T, State> {
  call: Context<State>;
  handler: Handler<State>;
  reply: Reply<T>;
  answering?: Answering<State>;
}

/** Answers the calls of one connection, or of one HTTP request. */
export class Dispatcher<T extends Wire, State> {
  readonly #options: AnswerOptions<State>;
  readonly #codec: Codec<T>;
  readonly #context: ContextOptions<State>;
  readonly #report: Link["report"];
  readonly #responses: Responses | undefined;
  readonly #protocol: Protocol<State> | undefined;
  readonly #answersCancelled: boolean;
  readonly #middleware: HandlerMiddleware<State> | undefined;
  readonly #maxHandlers: number;
  readonly #maxQueuedCalls: number;
  readonly #answering: AnsweringCalls<State>;
  readonly #waiting: Waiting<T, State>[] = [];

  /** Makes the answering half of a connection. */
  constructor(
    codec: Codec<T>,
    options: AnswerOptions<State>,
    context: ContextOptions<State>,
    report: Link["report"],
    parts?: DispatcherParts<State>,
  ) {
    this.#codec = codec;
    this.#options = options;
    this.#context = context;
    this.#report = report;
    this.#responses = parts?.responses;
    this.#protocol = parts?.protocol;
    this.#answersCancelled = parts?.convention.answersCancelled ?? true;
    this.#answering = parts?.answering ?? new AnsweringCalls();
    this.#maxHandlers = options.maxHandlers ?? DEFAULTS.maxHandlers;
    this.#maxQueuedCalls = options.maxQueuedCalls ?? DEFAULTS.maxQueuedCalls;
    if (options.handlerMiddleware?.length) {
      this.#middleware = composeHandlers(options.handlerMiddleware);
    }
  }

  /** Whether nothing is being answered. */
  get idle(): boolean {
    return this.#answering.size === 0;
  }

  /** Answers a message or a batch. */
  receive(wire: T, reply: Reply<T>): void {
    let value: unknown;
    try {
      value = this.#codec.decode(wire);
    } catch (cause) {
      this.#report(cause);
      return reply(this.#encodeError(null, new ParseError()));
    }
    const tooLarge = exceeds(
      wire,
      this.#options.maxRequestBytes ?? DEFAULTS.maxRequestBytes,
    );
    if (Array.isArray(value)) this.#receiveBatch(value, tooLarge, reply);
    else this.#receiveOne(value, this.#kindOf(value), tooLarge, reply);
  }

  /** Tells all handlers that the connection is gone, and starts no other. */
  close(reason: Error): void {
    this.#waiting.length = 0;
    this.#answering.close(reason);
  }

  #kindOf(value: unknown): Kind {
    return kindOf(value, this.#options);
  }

  #receiveOne(
    value: unknown,
    kind: Kind,
    tooLarge: boolean,
    reply: Reply<T>,
  ): void {
    if (kind === "response" || this.#isBrokenResponse(value, kind)) {
      this.#responses?.respond(value as Decoded);
      return reply(undefined);
    }
    if (tooLarge) {
      const { RequestTooLarge } = ErrorCode;
      const id = idOf(value);
      return this.#refuse(id, RequestTooLarge, "Request too large", reply);
    }
    this.#answer(value, kind, reply);
  }

  #receiveBatch(
    items: readonly unknown[],
    tooLarge: boolean,
    reply: Reply<T>,
  ): void {
    const kinds: Kind[] = [];
    const responses: Decoded[] = [];
    for (const item of items) {
      const kind = this.#kindOf(item);
      const isResponse = kind === "response" ||
        this.#isBrokenResponse(item, kind);
      kinds.push(isResponse ? "response" : kind);
      if (isResponse) responses.push(item as Decoded);
    }
    if (responses.length > 0) this.#responses?.respondAll(responses);
    const count = items.length - responses.length;
    if (count === 0) {
      const isAnswer = responses.length > 0 ||
        this.#responses?.takeEmptyAnswer();
      return reply(
        isAnswer
          ? undefined
          : this.#encodeError(null, new InvalidRequestError()),
      );
    }

    const { BatchTooLarge, RequestTooLarge } = ErrorCode;
    const { maxBatchItems = DEFAULTS.maxBatchItems } = this.#options;
    if (tooLarge || count > maxBatchItems) {
      const first = kinds.indexOf("request");
      const id = first < 0 ? null : idOf(items[first]);
      const code = tooLarge ? RequestTooLarge : BatchTooLarge;
      const message = tooLarge ? "Request too large" : "Batch too large";
      // The shape is geth's: an array of one, with the id of the first call.
      return this.#refuse(
        id,
        code,
        message,
        (wire) => reply(this.#codec.join([wire!])),
      );
    }
    const collect = this.#collector(count, reply);
    let index = 0;
    for (let i = 0; i < items.length; i++) {
      if (kinds[i] === "response") continue;
      this.#answer(items[i], kinds[i]!, collect(index++));
    }
  }

  /** Gathers the answers to a batch in the order of its items. */
  #collector(count: number, reply: Reply<T>): (index: number) => Reply<T> {
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
      ErrorCode.BatchResponseTooLarge,
      "Batch response too large",
      { reserved: true },
    );
    const ids = answers.map((answer) => idOf(this.#codec.decode(answer)));
    return this.#codec.join(ids.map((id) => this.#encodeError(id, error)));
  }

  /** A call of ours got an object that is neither call nor response. */
  #isBrokenResponse(value: unknown, kind: Kind): boolean {
    if (kind !== "invalid" || idOf(value) === null) return false;
    const { method } = value as Decoded;
    return method === undefined && !!this.#responses?.awaits(idOf(value));
  }

  #answer(value: unknown, kind: Kind, reply: Reply<T>): void {
    if (kind === "invalid") {
      this.#report(new InvalidRequestError(), { message: value });
      return reply(this.#encodeError(idOf(value), new InvalidRequestError()));
    }
    const call = new Context<State>(value as Decoded, this.#context);
    if (call.id === undefined && this.#protocol?.hear(call)) {
      return reply(undefined);
    }
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
    this.#refuse(call.id, ErrorCode.ServerBusy, busy, reply);
  }

  #wait(next: Waiting<T, State>): void {
    this.#waiting.push(next);
    next.answering = this.#answering.add(next.call, (reason) => {
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
    try {
      result = invoke(call, handler);
    } catch (error) {
      return this.#fail(call, error, reply);
    }
    if (!isPromiseLike(result)) return this.#succeed(call, result, reply);
    const running = this.#answering.add(call);
    result.then((value) => {
      this.#answering.delete(running);
      this.#succeed(call, value, reply);
      if (this.#waiting.length > 0) this.#runNext();
    }, (error) => {
      this.#answering.delete(running);
      this.#fail(call, error, reply);
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
    if (id === undefined || this.#isDropped(call)) return reply(undefined);
    let wire: T;
    try {
      const result = isAsyncIterable(value) ? this.#stream(value) : value;
      wire = this.#codec.encode({ id, result });
    } catch (error) {
      return this.#fail(call, error, reply);
    }
    const { maxResponseBytes = DEFAULTS.maxResponseBytes } = this.#options;
    if (!exceeds(wire, maxResponseBytes)) return reply(wire);
    const { ResponseTooLarge } = ErrorCode;
    this.#refuse(id, ResponseTooLarge, "Response too large", reply);
  }

  #stream(iterable: AsyncIterable<unknown>): unknown {
    if (this.#protocol) return this.#protocol.stream(iterable);
    throw new TypeError(
      "Cannot answer with a stream: there is no connection that lasts",
    );
  }

  #fail(call: Context<State>, error: unknown, reply: Reply<T>): void {
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
    return !this.#answersCancelled && aborted instanceof JsonRpcError;
  }

  #refuse(id: Id, code: number, message: string, reply: Reply<T>): void {
    const error = new JsonRpcError(code, message, { reserved: true });
    reply(this.#encodeError(id, error));
  }

  #encodeError(id: Id, error: JsonRpcError): T {
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

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null &&
    Symbol.asyncIterator in value;
}
