// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The options, hooks and states of a gateway.
 *
 * @module
 */

import type { Logger } from "@wirekit/internal/logger";
import type { ReconnectOptions } from "@wirekit/transport/reconnect";
import type { CommandOptions } from "./session/_command_options.ts";
import type { DialOptions } from "./session/_dial.ts";
import type { EventHeartbeat, SessionState } from "./session/_event_session.ts";
import type { SessionKind } from "./session/handshake.ts";
import type { GatewayProfile } from "./session/profiles.ts";

export type {
  CommandOptions,
  DialOptions,
  EventHeartbeat,
  Logger,
  SessionState,
};

/**
 * Options of {@linkcode Gateway}.
 *
 * @category Gateway
 */
export interface GatewayOptions extends DialOptions {
  /**
   * The kind of gateway: pacing, idle time, heartbeat.
   *
   * @default {PROFILES.generic}
   */
  profile?: GatewayProfile;
  /**
   * Minimum time from one command to the next, in milliseconds.
   *
   * @default {undefined} That of the profile.
   */
  pacing?: number;
  /**
   * How long the command session may be unused before it is closed, in
   * milliseconds.
   *
   * @default {undefined} That of the profile.
   */
  idleTimeout?: number;
  /** How the event session shows and asks for signs of life. */
  heartbeat?: EventHeartbeat;
  /**
   * How long a command may wait for its connection and, once it is sent, for
   * each frame of the answer, in milliseconds.
   *
   * @default {10000}
   */
  timeout?: number;
  /**
   * How long a command may wait for its turn behind others, in milliseconds.
   *
   * @default {Infinity}
   */
  queueTimeout?: number;
  /**
   * How long the event session may be without any message, in milliseconds,
   * before it is opened again even though the gateway answers commands: it may
   * have forgotten the session.
   *
   * @default {3900000} 65 minutes.
   */
  quietTimeout?: number;
  /**
   * How a lost event session is opened again. With `false`, loops over events
   * end with an error instead. It waits before the first attempt too, and
   * between a whole pause and a quarter more: a gateway has few sessions, may
   * accept one and close it at once, and may lock everybody out. It does not
   * try again with a password that was never accepted.
   *
   * @default {{ minDelay: 2500, maxDelay: 60000, minUptime: 2500 }}
   */
  reconnect?: false | ReconnectOptions;
  /**
   * Maximum number of events that may wait for one reader. If there are more,
   * its loop ends with an error.
   *
   * @default {10000}
   */
  maxEvents?: number;
  /** Logs a line each time a session opens, is lost or ends. */
  logger?: Logger;
  /** Functions to call on each change of a session. */
  hooks?: GatewayHooks;
}

/**
 * Functions that a {@linkcode Gateway} calls.
 *
 * @category Gateway
 */
export interface GatewayHooks {
  /**
   * Called with each change of a session.
   *
   * @param change Which session, and its new state.
   */
  state?(change: GatewayState): void;
}

/**
 * The state of a session of a gateway.
 *
 * @category Gateway
 */
export interface GatewayState {
  /** Which session. */
  session: SessionKind;
  /**
   * - `"connecting"`: it is being opened.
   * - `"open"`: it can be used. Events from before this moment were missed.
   * - `"waiting"`: it was lost, and is opened again after a pause.
   * - `"closed"`: until it is needed again, or for good.
   */
  state: SessionState;
  /** Why it is not open, unless it was closed on purpose. */
  error?: unknown;
}
