// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Caller } from "../call/caller.ts";
import type { Codec, Wire } from "../wire/codec.ts";
import type { Convention } from "../wire/_conventions.ts";
import type { Link } from "../wire/_link.ts";
import type { Kind } from "../wire/message.ts";
import type { ContextOptions } from "./context.ts";
import type { Handler, SubscriptionHandler } from "./handler.ts";
import type { HandlerMiddleware } from "./middleware.ts";

/**
 * Takes the answer to one message, or `undefined` if it gets none, and what to
 * do once the answer is on its way. Called once.
 */
export type Reply<T> = (wire: T | undefined, after?: () => void) => void;

/** Answers the calls of one connection, or of one HTTP request. */
export interface Answerer<T extends Wire> {
  /** Whether nothing is being answered, and nothing is pushed. */
  readonly idle: boolean;
  /** Whether a message is being answered or handled. */
  readonly busy: boolean;
  /** Answers a request, or takes a notification. */
  answer(message: Record<string, unknown>, kind: Kind, reply: Reply<T>): void;
  /** Makes the reply to each item of a batch, and sends what they make up. */
  collect(count: number, reply: Reply<T>): (index: number) => Reply<T>;
  /** Answers what was cancelled, though it still runs. */
  abandon?(): void;
  /** Ends it all: the connection is gone. */
  close(reason: Error): void;
}

/** What an answerer needs of `Methods`. */
export interface MethodTable<State> {
  get(name: string): Handler<State> | undefined;
  getSubscription(
    namespace: string,
    name: string,
  ): SubscriptionHandler<State> | undefined;
  hasNamespace(namespace: string): boolean;
}

/** What an answerer needs of `PeerOptions`. */
export interface AnsweringOptions<State> {
  readonly methods?: MethodTable<State>;
  readonly handlerMiddleware?: readonly HandlerMiddleware<State>[];
  readonly maxHandlers?: number;
  readonly maxQueuedCalls?: number;
  readonly maxResponseBytes?: number;
  readonly exposeErrors?: boolean;
  readonly errorData?: boolean;
  readonly maxSubscriptions?: number;
  readonly subscriptionEnd?: boolean;
  readonly readAhead?: number;
}

/** The connection whose calls are answered. */
export interface AnswererParts<State> {
  readonly codec: Codec<Wire>;
  readonly options: AnsweringOptions<State>;
  readonly context: ContextOptions<State>;
  readonly link: Link;
  readonly convention: Convention;
  readonly caller: Caller;
  /** What is wrong with a notification about calls of ours, if it is one. */
  stray(method: string): string | undefined;
}

/** How calls are answered by methods. */
export interface Answering {
  /** Makes what answers the calls of a connection. */
  // deno-lint-ignore no-explicit-any -- The state is for its user alone.
  answererOf(parts: AnswererParts<any>): Answerer<Wire>;
  /** The codec of an end that answers calls, if its user chose none. */
  readonly codec: Codec;
}

/**
 * How each table of methods is answered, so that a page that offers no methods
 * has none of the code that answers them.
 */
export const answerings = new WeakMap<object, Answering>();
