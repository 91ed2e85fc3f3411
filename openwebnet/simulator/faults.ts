// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Faults that a simulated gateway makes on request.
 *
 * @module
 */

import type { Nack } from "../wire/kinds.ts";

/**
 * A fault at a command or a request.
 *
 * @category Simulator
 */
export interface CommandFault {
  /** When it happens: at a frame of a command session. */
  at: "command";
  /**
   * The frame that it happens to.
   *
   * @default {undefined} Any frame.
   */
  frame?: string;
  /**
   * - `"close"`: the session ends; nothing is done.
   * - `"close after"`: it is done, then the session ends without an answer.
   * - `"close within"`: the session ends after the first frame of the answer.
   * - `"silent"`: it is neither done nor answered.
   * - `"silent after"`: it is done but not answered.
   * - `"nack"`: it is refused with {@linkcode CommandFault.code}.
   * - `"busy"`: it is refused with 6 and then with 0, as by Zigbee gateways.
   * - `"late"`: it is done, and answered after {@linkcode CommandFault.delay}.
   * - `"stray"`: it is done, with {@linkcode CommandFault.frames} before the
   *   answer.
   */
  fault:
    | "close"
    | "close after"
    | "close within"
    | "silent"
    | "silent after"
    | "nack"
    | "busy"
    | "late"
    | "stray";
  /**
   * The code of a `"nack"`.
   *
   * @default {0}
   */
  code?: Nack["code"];
  /**
   * The delay of an answer that is `"late"`, in milliseconds.
   *
   * @default {100}
   */
  delay?: number;
  /**
   * The frames that are `"stray"`.
   *
   * @default {["*#4*2*14*0330##"]}
   */
  frames?: readonly string[];
  /**
   * How many times it happens.
   *
   * @default {1}
   */
  times?: number;
}

/**
 * A fault when a client connects.
 *
 * @category Simulator
 */
export interface HandshakeFault {
  /** When it happens: at the greeting, the session request or the password. */
  at: "greeting" | "selector" | "password";
  /**
   * - `"close"`: the gateway closes.
   * - `"lie"`: at the password of an HMAC handshake, its proof is wrong.
   */
  fault: "close" | "lie";
  /**
   * How many times it happens.
   *
   * @default {1}
   */
  times?: number;
}

/**
 * A fault of a simulated gateway.
 *
 * @category Simulator
 */
export type Fault = CommandFault | HandshakeFault;
