// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The options of an exchange.
 *
 * @module
 */
import type { Backplane } from "../cluster/backplane.ts";

/**
 * Options of `Exchange`.
 *
 * @category Hub
 */
export interface ExchangeOptions {
  /**
   * The longest name, in bytes of its JSON text.
   *
   * @default {256}
   */
  maxNameBytes?: number;
  /**
   * Which characters a name may have: `"visible"` are all but control
   * characters, ends of lines and those that turn text around, which a terminal
   * or a page would not show as they are; `"ascii"` are letters, digits and
   * `-_.:@/` only; `"any"` are all.
   *
   * @default {"visible"}
   */
  nameCharacters?: "any" | "visible" | "ascii";
  /**
   * The most unanswered requests of one participant. Further ones are answered
   * with an error.
   *
   * @default {16384}
   */
  maxRequests?: number;
  /**
   * How long a request may stay open, in milliseconds, before its requester
   * gets an error. Callers set their own, shorter deadlines: this one limits
   * what the hub remembers.
   *
   * @default {3600000} One hour
   */
  requestTimeout?: number;
  /**
   * What joins this hub with others into one.
   *
   * @default None: its names are in this process.
   */
  backplane?: Backplane;
  /**
   * Called when a name is taken, held or given up.
   *
   * @param event What happened.
   * @param name The JSON text of the name.
   */
  onName?: (event: "join" | "hold" | "leave", name: string) => void;
  /**
   * Called when a participant asks for what its pass does not allow.
   *
   * @param text What it was not allowed, in one sentence.
   */
  onDenial?: (text: string) => void;
  /**
   * Called when something is wrong with another hub of the cluster: it is there
   * and does not answer, or sends so much of what no client has caused that it
   * is not read.
   *
   * @param text What, in one sentence.
   */
  onWarning?: (text: string) => void;
}
