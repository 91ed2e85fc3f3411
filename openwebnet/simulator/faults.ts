// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What goes wrong with a simulated gateway, when it is asked to.
 *
 * @module
 */

import type { Nack } from "../wire/kinds.ts";

/**
 * What goes wrong when a command or request comes.
 *
 * @category Simulator
 */
export interface CommandFault {
  /** When: at a frame of a command session. */
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
   * - `"silent"`: nothing is done nor answered.
   * - `"silent after"`: it is done and not answered.
   * - `"nack"`: refused with {@linkcode CommandFault.code}.
   * - `"busy"`: refused with 6 and then with 0, as Zigbee gateways do.
   * - `"late"`: done, and answered after {@linkcode CommandFault.delay}.
   * - `"stray"`: done, with {@linkcode CommandFault.frames} before the answer.
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
   * How many times.
   *
   * @default {1}
   */
  times?: number;
}

/**
 * What goes wrong when a client connects.
 *
 * @category Simulator
 */
export interface HandshakeFault {
  /** When: at the greeting, the choice of the session, or the password. */
  at: "greeting" | "selector" | "password";
  /**
   * - `"close"`: the gateway closes.
   * - `"lie"`: at the password of an HMAC handshake, its proof is wrong.
   */
  fault: "close" | "lie";
  /**
   * How many times.
   *
   * @default {1}
   */
  times?: number;
}

/**
 * A fault that is to happen.
 *
 * @category Simulator
 */
export type Fault = CommandFault | HandshakeFault;
