// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { BusMessage } from "../wire/message.ts";

/**
 * How a plant reacts to a message.
 *
 * @category Simulator
 */
export interface Reaction {
  /** Whether it is acknowledged. */
  ack: boolean;
  /** Frames of the answer. */
  replies: string[];
  /** Frames that every event session gets. */
  events: string[];
}

/** The devices of one WHO. */
export interface Devices {
  /** Handles a message, and returns whether it is acknowledged. */
  handle(message: BusMessage, reaction: Reaction): boolean;
}

/** Formats °C in tenths, with a digit for the sign. */
export function decidegrees(celsius: number): string {
  const tenths = Math.round(Math.abs(celsius) * 10);
  return (celsius < 0 ? "1" : "0") + `${tenths}`.padStart(3, "0");
}

export function twoDigits(value: number): string {
  return `${value}`.padStart(2, "0");
}
