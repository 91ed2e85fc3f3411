// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What answers a call, and what serves a subscription.
 *
 * @module
 */

import type { Context } from "./context.ts";

/**
 * Answers a call. The context comes first; params by position follow one by
 * one, params by name as one object.
 *
 * What it returns, or what its promise resolves to, is the result; an async
 * iterable is read by the caller piece by piece. What it throws is the error.
 *
 * @typeParam State What is kept of a connection.
 *
 * @category Answering
 */
export type Handler<State = Record<string, unknown>> = (
  call: Context<State>,
  // deno-lint-ignore no-explicit-any -- What comes off the wire can be anything.
  ...params: any[]
) => unknown;

/**
 * Serves a subscription: each value is pushed to the subscriber, who may end it
 * by unsubscribing, which fires the context's `signal`.
 *
 * @typeParam State What is kept of a connection.
 *
 * @category Answering
 */
export type SubscriptionHandler<State = Record<string, unknown>> = (
  call: Context<State>,
  // deno-lint-ignore no-explicit-any -- What comes off the wire can be anything.
  ...params: any[]
) => AsyncIterable<unknown>;
