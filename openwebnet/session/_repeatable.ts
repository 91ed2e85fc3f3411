// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The commands that may be sent again if it is unknown whether they were
 * carried out.
 *
 * @module
 */

import { type Message, parseTag } from "../wire/message.ts";

/**
 * The commands of each WHO that may be sent twice, by the code of their WHAT.
 */
const WHATS: Record<number, (code: number) => boolean> = {
  // Lock and unlock a unit. Not running a scenario, which may toggle.
  0: (code) => code === 43 || code === 44,
  // Off, on, levels, minutes and half minutes on, blinking. Not the pulse of
  // half a second (18), steps (30, 31) and toggle (32).
  1: (code) => code <= 17 || (code >= 20 && code <= 29),
  // Stop, up, down. Not steps (11, 12).
  2: (code) => code <= 2 || code === 10,
  // Disabled, enabled, forced, no longer forced.
  3: (code) => code <= 3,
  // Every mode is absolute.
  4: () => true,
  // Receive a camera, free the resources. Not the steps of zoom and picture.
  7: (code) => code === 0 || code === 9,
  // Off, on, stop, up, down, enabled, disabled. Not toggle (2) and resets.
  9: (code) => code <= 7 && code !== 2,
  // Disable, enable.
  14: (code) => code <= 1,
  // On and off. Not the steps of source, volume, tone and frequency.
  16: (code) => [0, 3, 10, 13].includes(code),
  // Stop, enable, disable. Not starting a scene, which may toggle.
  17: (code) => code >= 2 && code <= 4,
  // Automatic reset, tracking, totals sent, enable, force. Not the breaker
  // (21, 22), its test (23, 24) and resetting a totalizer (75).
  18: (code) =>
    (code >= 26 && code <= 29) || (code >= 57 && code <= 59) || code === 510 ||
    code === 71 || code === 73 || code === 74,
  // Off and on.
  22: (code) => code <= 1,
  // A profile.
  24: (code) => code === 1 || code === 2,
};

/**
 * Tells whether a message has the same effect if a gateway receives it twice.
 * That holds for a request, the writing of a dimension, or switching on, but
 * not for a toggle, a step, a pressed button, a scenario or an unknown message.
 *
 * @param message The message.
 * @returns Whether it may be repeated.
 */
export function isRepeatable(message: Message): boolean {
  switch (message.kind) {
    case "status":
    case "request":
    case "dimension":
      return true;
    case "writing":
      return message.who < 1000;
    case "normal":
      return WHATS[message.who]?.(Number(parseTag(message.what).code)) ?? false;
    default:
      return false;
  }
}
