// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * How calls are answered, on a connection and over HTTP alike.
 *
 * @module
 */

import type { ErrorAbout } from "../wire/error.ts";
import type { Methods } from "./methods.ts";
import type { HandlerMiddleware } from "./middleware.ts";

/**
 * How calls are answered.
 *
 * @typeParam State What is kept of a connection.
 *
 * @category Answering
 */
export interface AnswerOptions<State = Record<string, unknown>> {
  /**
   * The methods to answer.
   *
   * @default {undefined} none: every call gets -32601
   */
  methods?: Methods<State>;
  /**
   * Functions that wrap every call that is answered, with `methods`; the first
   * is outermost.
   *
   * @default {[]}
   */
  handlerMiddleware?: readonly HandlerMiddleware<State>[];
  /**
   * How many handlers may run at a time; further calls wait for their turn, in
   * the order they came.
   *
   * @default {1024}
   */
  maxHandlers?: number;
  /**
   * How many calls may wait for their turn; a further one is answered with
   * -32009, a further notification is dropped and reported.
   *
   * @default {1024}
   */
  maxQueuedCalls?: number;
  /**
   * How many calls a batch may have; a longer one is answered with -32010 and
   * not run.
   *
   * @default {1000}
   */
  maxBatchItems?: number;
  /**
   * Largest request or batch in bytes; a larger one is answered with -32007 and
   * not run. What the transport's own limit lets through is parsed first.
   *
   * @default {10485760} 10 MiB
   */
  maxRequestBytes?: number;
  /**
   * Largest response in bytes. In place of a larger one, -32008 is sent, or for
   * a batch -32011 for each of its calls.
   *
   * @default {10485760} 10 MiB
   */
  maxResponseBytes?: number;
  /**
   * Whether callers see the message of every error that a handler throws;
   * otherwise only that of a `JsonRpcError`. The code of the others is -32603
   * either way. Callers never see a stack trace.
   *
   * @default {false} The message is `Internal error`.
   */
  exposeErrors?: boolean;
  /**
   * Whether errors carry their `data`. Set it to `false` for a peer that is
   * wsjsonrpc: its call never ends if the error has `data`.
   *
   * @default {true}
   */
  errorData?: boolean;
  /**
   * Whether `"params": null` is refused with -32600, as the specification
   * demands. Otherwise it means that there are no params.
   *
   * @default {false}
   */
  strictParams?: boolean;
  /**
   * Called with every error that no caller sees in full: what a handler threw,
   * messages that cannot be read, responses to no open call, events of no
   * subscription.
   */
  onError?: (error: unknown, about: ErrorAbout) => void;
}
