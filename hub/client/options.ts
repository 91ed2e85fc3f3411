// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The options of the {@linkcode Client} and of its methods.
 *
 * @module
 */

import type { ReconnectOptions } from "@wirekit/transport/reconnect";
import type { ClientTls, Transport } from "@wirekit/transport/transport";

/**
 * What a client is doing:
 *
 * - `"connecting"`: opening a connection, for the first time or again, or
 *   waiting for the hub to accept the name.
 * - `"open"`: it can ask, tell and answer.
 * - `"waiting"`: an attempt failed or the connection was lost; the next attempt
 *   comes by itself.
 * - `"held"`: another client has the name; this one waits until it leaves.
 * - `"closed"`: not connected and not about to be: before `connect()`, after it
 *   failed, and after `close()`.
 */
export type ClientState =
  | "connecting"
  | "open"
  | "waiting"
  | "held"
  | "closed";

/** How a client asks the hub for signs of life. */
export interface ClientHeartbeat {
  /**
   * Milliseconds of silence before the hub is asked; `Infinity` never asks.
   *
   * @default {20000}
   */
  interval?: number;
  /**
   * Milliseconds that the hub may take to say anything then, before the
   * connection is given up.
   *
   * @default {10000}
   */
  timeout?: number;
}

/** Options of {@linkcode Client}. */
export interface ClientOptions {
  /**
   * Where the hub is: `ws:`, `wss:`, `tcp:`, `tls:` or `unix:`. A function is
   * asked anew for each connection.
   *
   * @default {"ws://127.0.0.1:13254"}
   */
  url?: string | URL | (() => string | URL | Promise<string | URL>);
  /**
   * The secret that the hub asks for. On a WebSocket it goes into the header
   * `Authorization: Bearer`, from a browser into the query of the URL; elsewhere
   * into the first message. A function is asked anew for each connection.
   */
  token?: string | (() => string | Promise<string>);
  /**
   * Whom to trust with `wss:` and `tls:`, and as whom to come. Browsers, Node and
   * Bun take none of it with `wss:`.
   */
  tls?: ClientTls;
  /**
   * Opens each connection, in place of the URL: over a carrier of your own, for
   * example.
   *
   * @param signal Ends the attempt.
   */
  transport?: (signal: AbortSignal) => Promise<Transport>;
  /**
   * How long an attempt to connect may take, until the hub has accepted or held
   * the name, in milliseconds.
   *
   * @default {10000}
   */
  connectTimeout?: number;
  /**
   * How patiently to connect again when a connection is lost; `false` closes the
   * client then. Nothing is sent twice: what was open has failed.
   */
  reconnect?: false | ReconnectOptions;
  /**
   * How long each call waits unless it says otherwise, in milliseconds.
   *
   * @default {60000}
   */
  timeout?: number;
  /** How the hub is watched: a frozen one does not end a connection by itself. */
  heartbeat?: ClientHeartbeat;
  /**
   * How long to be on hold before trying on a new connection, in milliseconds: a
   * winerp server forgets a client that it holds when a third one of the same
   * name comes.
   *
   * @default {60000}
   */
  holdTimeout?: number;
  /**
   * Most calls that wait for an answer. One more fails at once.
   *
   * @default {4096}
   */
  maxInFlight?: number;
  /**
   * Most handlers that run at one time. A request over it is answered with the
   * error `Too many requests`.
   *
   * @default {1024}
   */
  maxHandlers?: number;
  /**
   * Largest message to send, in bytes of UTF-8. A stock winerp client loses its
   * connection over more than the default.
   *
   * @default {2097152} 2 MiB
   */
  maxMessageBytes?: number;
  /**
   * Whether requesters see the message of every error that a route throws, as
   * with winerp; otherwise only that of a {@linkcode RouteError}. They never see
   * a stack trace.
   *
   * @default {false}
   */
  exposeErrors?: boolean;
}

/** Options of {@linkcode Client.connect} and {@linkcode Client.ready}. */
export interface ReadyOptions {
  /**
   * How long to wait, through a hold too, in milliseconds.
   *
   * @default {60000} That of the client
   */
  timeout?: number;
  /** Gives up with its reason. */
  signal?: AbortSignal;
}

/** Options of {@linkcode Client.request}. */
export interface RequestOptions {
  /**
   * How long to wait for the answer, in milliseconds.
   *
   * @default {60000} That of the client
   */
  timeout?: number;
  /** Gives up waiting with its reason. The other end is not told. */
  signal?: AbortSignal;
}

/** Options of {@linkcode Client.ping}. */
export interface PingOptions {
  /**
   * How long to wait for the answer, in milliseconds.
   *
   * @default {60000} That of the client
   */
  timeout?: number;
  /** Gives up waiting with its reason. */
  signal?: AbortSignal;
}

/** Options of {@linkcode Client.waitFor}. */
export interface WaitForOptions {
  /**
   * How long to wait, in milliseconds; `Infinity` waits until `close()`.
   *
   * @default {60000} That of the client
   */
  timeout?: number;
  /** Gives up waiting with its reason. */
  signal?: AbortSignal;
}

/** Options of {@linkcode Client.information}. */
export interface InformationOptions {
  /**
   * Most bytes of messages that wait for the loop; a character counts as one.
   * More end it with a {@linkcode LimitError}, after what waits: nothing is left
   * out in silence.
   *
   * @default {16777216} 16 MiB
   */
  maxInboxBytes?: number;
  /** Ends the loop with its reason. */
  signal?: AbortSignal;
}
