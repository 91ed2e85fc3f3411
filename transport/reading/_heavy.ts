// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { currentTurn } from "../_turn.ts";

/** Messages from this size on may be much work: batches of calls, say. */
export const HEAVY = 4_096;

/** How long such messages may take in a turn, in milliseconds. */
const SLICE = 2;

/** How long they took in the last turn in which that was noticed. */
let spent = 0;
let turn = -1;

/**
 * Returns whether heavy messages have had their part of this turn, whoever has
 * sent them: many that send some together have no more of it than one.
 */
export function isSliceOver(): boolean {
  if (spent < SLICE) return false;
  if (turn === currentTurn()) return true;
  spent = 0;
  return false;
}

/**
 * Notes that a heavy message was handled.
 *
 * @param start When that began, as `Date.now()` tells.
 */
export function spend(start: number): void {
  const time = Date.now() - start;
  // Nearly always: to count turns costs more than what is only large.
  if (time === 0) return;
  const current = currentTurn();
  if (turn !== current) spent = 0;
  turn = current;
  spent += time;
}
