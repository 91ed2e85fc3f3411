// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { READY } from "../_close.ts";
import { currentTurn, nextTurn } from "../_turn.ts";

/**
 * How much of large messages goes out in a turn, of all connections together,
 * before who asks for room has to wait for the next: a queue in which many
 * messages wait should not be emptied at once, while others are not read.
 */
const TURN_BYTES = 524_288;

/** How much went out, and in which turn. */
let bytes = 0;
let turn = -1;

/** Counts what a large message has written. */
export function countLarge(size: number): void {
  const current = currentTurn();
  if (current !== turn) bytes = 0;
  turn = current;
  bytes += size;
}

/** Returns what resolves at once, or in the next turn if much went out in this. */
export function readyForMore(): Promise<void> {
  // To ask for the turn has a price that small messages need not pay.
  if (bytes < TURN_BYTES) return READY;
  if (currentTurn() === turn) return nextTurn();
  bytes = 0;
  return READY;
}
