// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What can be said of a gateway when it is made.
 *
 * @module
 */

import type { Logger } from "@wirekit/internal/logger";
import type { CommandOptions } from "./session/_command_options.ts";
import type { DialOptions } from "./session/_dial.ts";
import type {
  EventHeartbeat,
  EventReconnect,
  SessionState,
} from "./session/_event_session.ts";
import type { SessionKind } from "./session/handshake.ts";
import type { GatewayProfile } from "./session/profiles.ts";

export type {
  CommandOptions,
  DialOptions,
  EventHeartbeat,
  EventReconnect,
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
   * Least time from one command to the next, in milliseconds.
   *
   * @default {undefined} That of the profile.
   */
  pacing?: number;
  /**
   * Unused time after which the command session is closed, in milliseconds.
   *
   * @default {undefined} That of the profile.
   */
  idleTimeout?: number;
  /** Signs of life on the event session. */
  heartbeat?: EventHeartbeat;
  /**
   * Longest wait for the connection that a command needs, and from the sending
   * on for each frame of the answer, in milliseconds.
   *
   * @default {10000}
   */
  timeout?: number;
  /**
   * Longest wait of a command for its turn behind others, in milliseconds.
   *
   * @default {Infinity}
   */
  queueTimeout?: number;
  /**
   * How a lost event session is opened again; `false` ends the loops instead.
   *
   * @default {{ minDelay: 2500, maxDelay: 60000 }}
   */
  reconnect?: false | EventReconnect;
  /**
   * Most events that wait for one reader. More end its loop with an error.
   *
   * @default {10000}
   */
  maxEvents?: number;
  /** Takes a line about each session that opens, is lost, and ends. */
  logger?: Logger;
  /** What a program wants to hear of. */
  hooks?: GatewayHooks;
}

/**
 * What a program may want to hear of a {@linkcode Gateway}.
 *
 * @category Gateway
 */
export interface GatewayHooks {
  /**
   * Is called with each change of a session.
   *
   * @param change Which session, and where it is now.
   */
  state?(change: GatewayState): void;
}

/**
 * Where a session of a gateway is.
 *
 * @category Gateway
 */
export interface GatewayState {
  /** Which session. */
  session: SessionKind;
  /**
   * - `"connecting"`: it is being opened.
   * - `"open"`: it can be used. For events: what happened before is missing.
   * - `"waiting"`: it was lost, and is opened again after a pause.
   * - `"closed"`: until it is needed, or for good.
   */
  state: SessionState;
  /** Why it is not open, if not on purpose. */
  error?: unknown;
}
