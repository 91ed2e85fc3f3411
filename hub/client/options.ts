// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The options of the {@linkcode Client} and of its methods.
 *
 * @module
 */

import type { Logger } from "@wirekit/internal/logger";
import type { ReconnectOptions } from "@wirekit/transport/reconnect";
import type { ClientTls, Transport } from "@wirekit/transport/transport";

export type { Logger };

/**
 * What a client is doing:
 *
 * - `"connecting"`: opening a connection, for the first time or again, or
 *   waiting for the hub to accept the name.
 * - `"open"`: it can send requests and information, and answer.
 * - `"waiting"`: an attempt failed or the connection was lost; the next attempt
 *   starts by itself.
 * - `"held"`: another client has the name; this one waits until it leaves.
 * - `"closed"`: neither connected nor connecting: before `connect()`, after it
 *   failed, and after `close()`.
 *
 * @category Client
 */
export type ClientState =
  | "connecting"
  | "open"
  | "waiting"
  | "held"
  | "closed";

/**
 * How a client checks whether the hub is alive.
 *
 * @category Client
 */
export interface ClientHeartbeat {
  /**
   * How long the hub may be silent, in milliseconds, before it is asked for a
   * sign of life; `Infinity` means never.
   *
   * @default {20000}
   */
  interval?: number;
  /**
   * How long the hub may take to send anything then, in milliseconds, before
   * the connection is closed.
   *
   * @default {10000}
   */
  timeout?: number;
}

/**
 * Options of {@linkcode Client}.
 *
 * @category Client
 */
export interface ClientOptions {
  /**
   * The URL of the hub: `ws:`, `wss:`, `tcp:`, `tls:` or `unix:`. A function is
   * called for each connection.
   *
   * @default {"ws://127.0.0.1:13254"}
   */
  url?: string | URL | (() => string | URL | Promise<string | URL>);
  /**
   * The secret that the hub asks for. Over WebSocket it is sent in the header
   * `Authorization: Bearer`, or from a browser as a subprotocol; on other
   * carriers it is sent in the first message. A function is called for
   * each connection.
   */
  token?: string | (() => string | Promise<string>);
  /**
   * Which certificates to trust with `wss:` and `tls:`, and which to present.
   * Browsers, Node and Bun do not support this with `wss:`.
   */
  tls?: ClientTls;
  /**
   * Opens each connection, instead of the URL: for example over your own
   * carrier. Errors name the URL, if there is one.
   *
   * @param signal Aborts the attempt.
   */
  transport?: (signal: AbortSignal) => Promise<Transport>;
  /**
   * How long an attempt to connect may take, in milliseconds, until the hub has
   * accepted or held the name.
   *
   * @default {10000}
   */
  connectTimeout?: number;
  /**
   * How to reconnect when a connection is lost; `false` closes the client
   * instead. Nothing is sent twice: calls that were open have failed.
   */
  reconnect?: false | ReconnectOptions;
  /**
   * How long each call waits by default, in milliseconds.
   *
   * @default {60000}
   */
  timeout?: number;
  /**
   * How the client checks whether the hub is alive: a frozen hub does not end a
   * connection by itself.
   */
  heartbeat?: ClientHeartbeat;
  /**
   * How long to stay on hold, in milliseconds, before trying on a new
   * connection: a winerp server forgets a held client when a third one of the
   * same name comes.
   *
   * @default {60000}
   */
  holdTimeout?: number;
  /**
   * The most calls that may wait for an answer. Further calls fail at once.
   *
   * @default {4096}
   */
  maxInFlight?: number;
  /**
   * The most handlers that run at one time. Further requests are answered with
   * the error `Too many requests`.
   *
   * @default {1024}
   */
  maxHandlers?: number;
  /**
   * The largest message to send, in bytes of UTF-8. A message over the default
   * costs a stock winerp client its connection.
   *
   * @default {2097152} 2 MiB
   */
  maxSentBytes?: number;
  /**
   * Whether requesters see the message of every error that a route throws, as
   * with winerp. Otherwise they see only that of a {@linkcode RouteError}. They
   * never see a stack trace.
   *
   * @default {false}
   */
  exposeErrors?: boolean;
  /**
   * Where to log events, one line each: the client is open, on hold, has lost
   * its connection, or reports an error. `console` is such a logger.
   *
   * @default Nowhere.
   */
  logger?: Logger;
}

/**
 * Options of {@linkcode Client.connect} and {@linkcode Client.ready}.
 *
 * @category Client
 */
export interface ReadyOptions {
  /**
   * How long to wait, in milliseconds, through a hold too.
   *
   * @default {60000} That of the client
   */
  timeout?: number;
  /** Stops waiting and rejects with its reason. */
  signal?: AbortSignal;
}

/**
 * Options of {@linkcode Client.request}.
 *
 * @category Client
 */
export interface RequestOptions {
  /**
   * How long to wait for the answer, in milliseconds.
   *
   * @default {60000} That of the client
   */
  timeout?: number;
  /** Stops waiting and rejects with its reason. The other end is not told. */
  signal?: AbortSignal;
}

/**
 * Options of {@linkcode Client.ping}.
 *
 * @category Client
 */
export interface PingOptions {
  /**
   * How long to wait for the answer, in milliseconds.
   *
   * @default {60000} That of the client
   */
  timeout?: number;
  /** Stops waiting and rejects with its reason. */
  signal?: AbortSignal;
}

/**
 * Options of {@linkcode Client.waitFor}.
 *
 * @category Client
 */
export interface WaitForOptions {
  /**
   * How long to wait, in milliseconds; `Infinity` means until `close()`.
   *
   * @default {60000} That of the client
   */
  timeout?: number;
  /** Stops waiting and rejects with its reason. */
  signal?: AbortSignal;
}

/**
 * Options of {@linkcode Client.information}.
 *
 * @category Client
 */
export interface InformationOptions {
  /**
   * The most bytes of messages that may wait for the loop; a character counts
   * as one byte. More end it with a {@linkcode LimitError}, after the waiting
   * messages: nothing is dropped silently.
   *
   * @default {16777216} 16 MiB
   */
  maxInboxBytes?: number;
  /** Ends the loop with its reason. */
  signal?: AbortSignal;
}
