// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The options of the {@linkcode Client} and of its methods.
 *
 * ```ts
 * import type { ClientOptions } from "@wirekit/hub/client-options";
 *
 * export const options: ClientOptions = {
 *   url: "wss://hub.example",
 *   token: () => "s3cret",
 *   timeout: 5_000,
 * };
 * ```
 *
 * @module
 */

import type { ReconnectOptions } from "@wirekit/transport/reconnect";
import type { Transport } from "@wirekit/transport/transport";

/**
 * What a client is doing:
 *
 * - `"idle"`: not connected, and not about to be.
 * - `"connecting"`: opening a connection, for the first time or again, or
 *   waiting for the hub to accept the name.
 * - `"hold"`: another client has the name; this one waits until it leaves.
 * - `"ready"`: it can ask, tell and answer.
 * - `"closed"`: for ever.
 */
export type ClientState = "idle" | "connecting" | "hold" | "ready" | "closed";

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
   * Opens each connection, in place of `url`.
   *
   * @param signal Ends the attempt.
   */
  transport?: (signal: AbortSignal) => Transport | Promise<Transport>;
  /**
   * Whether to connect again when a connection is lost, and how patiently.
   * Nothing is sent twice: what was open has failed.
   *
   * @default {true}
   */
  reconnect?: boolean | Omit<ReconnectOptions, "signal">;
  /**
   * How long each call waits unless it says otherwise, in milliseconds.
   *
   * @default {60000}
   */
  timeout?: number;
  /**
   * How often to ask the hub for a sign of life, in milliseconds. A WebSocket
   * never notices by itself that the other end is frozen.
   *
   * @default {20000}
   */
  heartbeatInterval?: number;
  /**
   * How long the hub may take to answer that, and to accept the name, before the
   * connection is given up, in milliseconds.
   *
   * @default {10000}
   */
  heartbeatTimeout?: number;
  /**
   * How long to be on hold before trying on a new connection, in milliseconds: a
   * winerp server forgets those that it holds if a third client of the same name
   * comes.
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

/** Options of {@linkcode Client.connect}. */
export interface ClientConnectOptions {
  /**
   * How long to try, in milliseconds.
   *
   * @default {60000} That of the client
   */
  timeout?: number;
  /** Gives up with the signal's reason. */
  signal?: AbortSignal;
  /**
   * Whether to go on when the first attempt fails, until there is no time left.
   *
   * @default {false}
   */
  retry?: boolean;
}

/** Options of {@linkcode Client.request}. */
export interface RequestOptions {
  /**
   * How long to wait for the answer, in milliseconds.
   *
   * @default {60000} That of the client
   */
  timeout?: number;
  /** Gives up waiting with the signal's reason. The other end is not told. */
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
  /** Gives up waiting with the signal's reason. */
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
  /** Gives up waiting with the signal's reason. */
  signal?: AbortSignal;
}

/** Options of {@linkcode Client.informations}. */
export interface InformationsOptions {
  /**
   * Most characters of messages that wait for the loop. More end it with an
   * error, after what waits: nothing is left out in silence.
   *
   * @default {16777216}
   */
  maxQueueLength?: number;
  /** Ends the loop with the signal's reason. */
  signal?: AbortSignal;
}
