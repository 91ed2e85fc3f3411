// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { type AnswerOptions, DEFAULTS } from "./answer.ts";
import type { Codec, Wire } from "./codec.ts";
import { Context, type ContextOptions } from "./context.ts";
import {
  ErrorCode,
  InternalError,
  InvalidRequestError,
  JsonRpcError,
  MethodNotFoundError,
  ParseError,
} from "./error.ts";
import { exceeds } from "./_size.ts";
import { type Id, idOf, type Kind, kindOf } from "./message.ts";
import type { Handler } from "./methods.ts";
import { composeIncoming, type IncomingMiddleware } from "./middleware.ts";

/** A decoded object. */
export type Decoded = Record<string, unknown>;

/**
 * Takes the answer to one message, or `undefined` if it gets none, and what to
 * do once the answer is on its way. Called once.
 */
export type Reply<T> = (wire: T | undefined, after?: () => void) => void;

/** What a connection adds to a {@linkcode Dispatcher}. */
export interface DispatcherHooks<State> {
  /** Finds what answers one of the protocol's own methods, at once. */
  internal?(method: string): Handler<State> | undefined;
  /** Finds what opens a subscription, and what starts it after the answer. */
  subscribe?(method: string): Subscribe<State> | undefined;
  /** Makes a stream of a result that is one; returns what stands for it. */
  stream?(iterable: AsyncIterable<unknown>): unknown;
  /** Takes a response. */
  response?(message: Decoded): void;
  /** Takes the responses in a batch. */
  responses?(messages: readonly Decoded[]): void;
  /** Whether `[]` answers a batch of ours. */
  isEmptyAnswer?(): boolean;
  /** Whether a call of ours waits for this id. */
  awaits?(id: Id): boolean;
}

/** See {@linkcode DispatcherHooks.subscribe}. */
export interface Subscribe<State> {
  handler: Handler<State>;
  start(call: Context<State>): void;
}

interface Waiting<T, State> {
  call: Context<State>;
  handler: Handler<State>;
  reply: Reply<T>;
}

/** A call whose handler runs, and where it is in the list of them. */
interface Running<State> {
  readonly call: Context<State>;
  at: number;
}

/** Answers the calls of one connection, or of one HTTP request. */
export class Dispatcher<T extends Wire, State> {
  readonly #options: AnswerOptions<State>;
  readonly #codec: Codec<T>;
  readonly #context: ContextOptions<State>;
  readonly #hooks: DispatcherHooks<State>;
  readonly #middleware: IncomingMiddleware<State> | undefined;
  readonly #concurrency: number;
  readonly #maxRunning: number;
  /** No set: see `CallTable`. */
  readonly #running: Running<State>[] = [];
  readonly #waiting: Waiting<T, State>[] = [];

  /** Makes the answering half of a connection. */
  constructor(
    codec: Codec<T>,
    options: AnswerOptions<State>,
    context: ContextOptions<State>,
    hooks: DispatcherHooks<State> = {},
  ) {
    this.#codec = codec;
    this.#options = options;
    this.#context = context;
    this.#hooks = hooks;
    this.#concurrency = options.concurrency ?? Infinity;
    this.#maxRunning = options.maxRunning ?? DEFAULTS.maxRunning;
    if (options.incoming?.length) {
      this.#middleware = composeIncoming(options.incoming);
    }
  }

  /** Whether nothing is being answered. */
  get idle(): boolean {
    return this.#running.length === 0 && this.#waiting.length === 0;
  }

  /** Answers a message or a batch. */
  receive(wire: T, reply: Reply<T>): void {
    let value: unknown;
    try {
      value = this.#codec.decode(wire);
    } catch (cause) {
      this.report(cause);
      return reply(this.#encodeError(null, new ParseError()));
    }
    const tooLarge = exceeds(
      wire,
      this.#options.maxRequestBytes ?? DEFAULTS.maxRequestBytes,
    );
    if (Array.isArray(value)) this.#receiveBatch(value, tooLarge, reply);
    else this.#receiveOne(value, this.#kindOf(value), tooLarge, reply);
  }

  /** Cancels the running or waiting call of an id, if there is one. */
  cancel(id: unknown): void {
    const reason = new JsonRpcError(
      ErrorCode.RequestCancelled,
      "Request cancelled",
      { reserved: true },
    );
    const at = this.#waiting.findIndex(({ call }) => call.id === id);
    if (at >= 0) {
      const [{ call, reply }] = this.#waiting.splice(at, 1) as [
        Waiting<T, State>,
      ];
      this.#fail(call, reason, reply);
      return;
    }
    this.#running.find(({ call }) => call.id === id)?.call.abort(reason);
  }

  /** Tells all handlers that the connection is gone, and starts no other. */
  close(reason: Error): void {
    this.#waiting.length = 0;
    for (const { call } of [...this.#running]) call.abort(reason);
  }

  /** Tells the user of an error that no caller will see. */
  report(error: unknown, about: { method?: string; message?: unknown } = {}) {
    const { onError } = this.#options;
    // An error of the hook is its own, not that of a connection.
    if (onError) queueMicrotask(() => onError(error, about));
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
      this.#hooks.response?.(value as Decoded);
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
    if (responses.length > 0) this.#hooks.responses?.(responses);
    const count = items.length - responses.length;
    if (count === 0) {
      const isAnswer = responses.length > 0 || this.#hooks.isEmptyAnswer?.();
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
    return method === undefined && !!this.#hooks.awaits?.(idOf(value));
  }

  #answer(value: unknown, kind: Kind, reply: Reply<T>): void {
    if (kind === "invalid") {
      this.report(new InvalidRequestError(), { message: value });
      return reply(this.#encodeError(idOf(value), new InvalidRequestError()));
    }
    const call = new Context<State>(value as Decoded, this.#context);
    const handler = this.#options.methods?.get(call.method);
    if (handler) return this.#enqueue(call, handler, reply);
    const subscribe = this.#hooks.subscribe?.(call.method);
    if (subscribe) {
      const start = () => subscribe.start(call);
      return this.#enqueue(
        call,
        subscribe.handler,
        (wire) => reply(wire, start),
      );
    }
    const internal = this.#hooks.internal?.(call.method);
    if (internal) return this.#run(call, internal, reply);
    const unknown = () => {
      throw new MethodNotFoundError();
    };
    this.#enqueue(call, unknown, reply);
  }

  /** Runs a call when it is its turn. */
  #enqueue(
    call: Context<State>,
    handler: Handler<State>,
    reply: Reply<T>,
  ): void {
    const running = this.#running.length;
    if (running < this.#concurrency && this.#waiting.length === 0) {
      if (running < this.#maxRunning) return this.#guard(call, handler, reply);
    } else if (running + this.#waiting.length < this.#maxRunning) {
      this.#waiting.push({ call, handler, reply });
      return;
    }
    const busy = "Too many calls in flight";
    if (call.id === undefined) {
      // It cannot be refused, and waiting would need a queue without limit.
      this.report(new RangeError(busy), { method: call.method });
      return reply(undefined);
    }
    this.#refuse(call.id, ErrorCode.ServerBusy, busy, reply);
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
    const running = { call, at: this.#running.length };
    this.#running.push(running);
    result.then((value) => {
      this.#end(running);
      this.#succeed(call, value, reply);
      if (this.#waiting.length > 0) this.#runNext();
    }, (error) => {
      this.#end(running);
      this.#fail(call, error, reply);
      if (this.#waiting.length > 0) this.#runNext();
    });
  }

  #end(running: Running<State>): void {
    const last = this.#running.pop()!;
    if (last === running) return;
    last.at = running.at;
    this.#running[last.at] = last;
  }

  #runNext(): void {
    while (this.#running.length < this.#concurrency) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#guard(next.call, next.handler, next.reply);
    }
  }

  #succeed(call: Context<State>, value: unknown, reply: Reply<T>): void {
    const { id } = call;
    if (id === undefined) return reply(undefined);
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
    if (this.#hooks.stream) return this.#hooks.stream(iterable);
    throw new TypeError(
      "Cannot answer with a stream: there is no connection that lasts",
    );
  }

  #fail(call: Context<State>, error: unknown, reply: Reply<T>): void {
    // A handler that stops because it was cancelled may throw what it likes.
    const shown = error instanceof JsonRpcError ? error : call.aborted ?? error;
    const isPlanned = shown instanceof JsonRpcError;
    if (call.id === undefined) {
      // Notifications of the protocol that nobody knows are to be ignored.
      const ignore = isPlanned && call.method.startsWith("$/");
      if (!ignore) this.report(error, { method: call.method });
      return reply(undefined);
    }
    if (isPlanned) return reply(this.#encodeError(call.id, shown));
    if (error !== call.aborted) this.report(error, { method: call.method });
    reply(this.#encodeError(call.id, new InternalError()));
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
      this.report(cause);
      return this.#codec.encode({ id, error: { code, message } });
    }
  }
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
