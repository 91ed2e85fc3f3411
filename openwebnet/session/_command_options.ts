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
   * How long to wait, in milliseconds: for the connection if there is none and,
   * once the message is sent, for each frame of the answer. A gateway may need
   * two seconds to hear from the bus.
   *
   * @default {10000} Or the `timeout` of the gateway.
   */
  timeout?: number;
  /**
   * How long to wait for the turn behind other messages, in milliseconds.
   *
   * @default {Infinity} Or the `queueTimeout` of the gateway.
   */
  queueTimeout?: number;
  /**
   * Gives up waiting. A message not yet sent is never sent; one that is sent
   * may still be carried out.
   */
  signal?: AbortSignal;
  /**
   * Whether the message may be sent a second time, on a new connection, when
   * the connection ends before any frame of the answer.
   *
   * @default {undefined} `true` if doing it twice has the same effect as doing
   * it once: requests and levels are repeated; toggles, steps, buttons,
   * scenarios and unknown messages are not.
   */
  repeatable?: boolean;
}

/** Options of {@linkcode CommandSession}. All times are in milliseconds. */
export interface CommandSessionOptions {
  /**
   * Minimum time from one frame sent to the next. Many gateways refuse frames
   * that come sooner.
   *
   * @default {50}
   */
  pacing?: number;
  /**
   * How long the session may be unused before it is closed. Gateways drop an
   * unused session after 30 s to 180 s, and lose the next command on it.
   *
   * @default {15000}
   */
  idleTimeout?: number;
  /** The default of {@linkcode CommandOptions.timeout}. @default {10000} */
  timeout?: number;
  /**
   * The default of {@linkcode CommandOptions.queueTimeout}.
   *
   * @default {Infinity}
   */
  queueTimeout?: number;
  /**
   * Pause after a busy answer, in which a second, plain refusal of the same
   * command is expected.
   *
   * @default {500}
   */
  busyPause?: number;
  /**
   * First pause before a lost connection is opened again. It doubles each time,
   * up to ten times this value. Only a session that was open before tries
   * again; a failure of the first connection is reported at once.
   *
   * @default {500}
   */
  minDelay?: number;
  /**
   * Maximum number of messages that may wait for their turn.
   *
   * @default {1000}
   */
  maxQueue?: number;
  /** Maximum number of frames in one answer. @default {4096} */
  maxReplies?: number;
  /** Called with each message that answers no request, and so is an event. */
  onStray?: (message: Message) => void;
  /** Called when the session opens and when it ends. */
  onState?: (state: "open" | "closed") => void;
}
