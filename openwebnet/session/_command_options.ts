// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Message } from "../wire/kinds.ts";

/**
 * Options of a command or request.
 *
 * @category Gateway
 */
export interface CommandOptions {
  /**
   * Longest wait in milliseconds: for the connection if there is none, and from
   * the sending on for each frame of the answer. A gateway may need two seconds
   * to hear from the bus.
   *
   * @default {10000} Or what the gateway was made with.
   */
  timeout?: number;
  /**
   * Longest wait for the turn behind other messages, in milliseconds.
   *
   * @default {Infinity} Or what the gateway was made with.
   */
  queueTimeout?: number;
  /**
   * Gives up. What is not sent yet is never sent; what is sent may be done.
   */
  signal?: AbortSignal;
  /**
   * Whether the message may be sent a second time, on a new connection, when
   * the connection ends before any frame of the answer.
   *
   * @default {undefined} Whether it does the same when it is done twice:
   * requests and levels may be repeated; toggles, steps, buttons, scenarios and
   * what is unknown are not.
   */
  repeatable?: boolean;
}

/** Options of {@linkcode CommandSession}. All times are in milliseconds. */
export interface CommandSessionOptions {
  /**
   * Least time from one frame sent to the next. Many gateways refuse what comes
   * sooner.
   *
   * @default {50}
   */
  pacing?: number;
  /**
   * Unused time after which the session is closed. Gateways drop it after 30 s
   * to 180 s, and lose the first command that follows.
   *
   * @default {15000}
   */
  idleTimeout?: number;
  /** The default of {@linkcode CommandOptions.timeout}. @default {10000} */
  timeout?: number;
  /** The default of {@linkcode CommandOptions.queueTimeout}. @default {Infinity} */
  queueTimeout?: number;
  /**
   * Pause after a busy answer, in which a second, plain refusal of the same
   * command is expected.
   *
   * @default {500}
   */
  busyPause?: number;
  /**
   * First pause before a lost gateway is called again. It doubles up to ten
   * times this. Only a session that was open before waits for its gateway; the
   * first connection fails at once.
   *
   * @default {500}
   */
  minDelay?: number;
  /** Most messages that may wait for their turn. @default {1000} */
  maxQueue?: number;
  /** Most frames in one answer. @default {4096} */
  maxReplies?: number;
  /** Called with each message that answers nothing: it belongs to the events. */
  onStray?: (message: Message) => void;
  /** Called when the session opens and when it ends. */
  onState?: (state: "open" | "closed") => void;
}
