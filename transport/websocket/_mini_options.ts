// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { HeartbeatOptions } from "@wirekit/internal/heartbeat";
import type { ReconnectOptions } from "../reconnect.ts";

/**
 * The URL of a server, `ws:` or `wss:`. A function is called for each
 * connection, for example for a fresh ticket in the query.
 *
 * @category Clients in a page
 */
export type MiniUrl =
  | string
  | URL
  | (() => string | URL | Promise<string | URL>);

/**
 * The options that all small clients share.
 *
 * @category Clients in a page
 */
export interface MiniOptions {
  /**
   * When each call gives up by default, in milliseconds; `Infinity` means
   * never.
   *
   * @default {60000}
   */
  timeout?: number;
  /**
   * When to give up an attempt to connect, in milliseconds; `Infinity` means
   * never.
   *
   * @default {10000}
   */
  connectTimeout?: number;
  /**
   * How to reconnect when a connection is lost; `false` closes the client
   * instead. Nothing is sent twice: open calls fail.
   */
  reconnect?: false | ReconnectOptions;
  /**
   * How to check whether the server is alive: a page is not told that a network
   * is gone.
   */
  heartbeat?: Partial<HeartbeatOptions>;
  /**
   * The most calls that may wait for an answer. Further calls fail at once with
   * a `LimitError`.
   *
   * @default {4096}
   */
  maxInFlight?: number;
  /**
   * The most calls of the other end that run at a time. Further calls are
   * answered with an error.
   *
   * @default {1024}
   */
  maxHandlers?: number;
  /**
   * The most bytes that may wait to be sent. More end the connection.
   *
   * @default {67108864} 64 MiB
   */
  maxOutboxBytes?: number;
}

/**
 * How long to wait, and what ends the wait.
 *
 * @category Clients in a page
 */
export interface MiniWaitOptions {
  /**
   * When to stop waiting, in milliseconds; `Infinity` means never.
   *
   * @default {undefined} The `timeout` of the client.
   */
  timeout?: number | undefined;
  /** Stops waiting and rejects with its reason. */
  signal?: AbortSignal | undefined;
}

/**
 * The state of a client: it is connecting, it is `"open"` and can call, it is
 * waiting before it reconnects, or it is permanently closed.
 *
 * @category Clients in a page
 */
export type MiniState = "connecting" | "open" | "waiting" | "closed";
