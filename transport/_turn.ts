// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { later } from "@wirekit/internal/clock";

/** Of Deno, Node and Bun; a browser has none. */
const { setImmediate, process } = globalThis as {
  setImmediate?: (callback: () => void) => unknown;
  process?: { nextTick?: (callback: () => void) => void };
};

/**
 * The callbacks that wait for the next turn, and the number of turns so far.
 */
let waiting: (() => void)[] = [];
let turns = 0;

/** How many turns were counted, and whether the end of this one will be. */
let turn = 0;
let isCounting = false;

/**
 * Calls back after everything that is due now has run.
 *
 * Deno 2.9 reads no socket while one immediate follows the other, so every other
 * turn is a timer: the same for all who wait, or they would take turns at that.
 * It starts when the work of this turn is done: were it due by then, the loop
 * would not wait, and others' sockets would be read only each hundred turns.
 */
export function afterTurn(callback: () => void): void {
  if (waiting.push(callback) > 1) return;
  if (setImmediate && ++turns % 2 === 0) setImmediate(takeTurn);
  else if (setImmediate) setImmediate(() => later(0, takeTurn));
  else later(0, takeTurn);
}

function takeTurn(): void {
  const due = waiting;
  waiting = [];
  for (const callback of due) callback();
}

/** Calls back at the end of this turn, after all its promises. */
export function atEndOfTurn(callback: () => void): void {
  if (process?.nextTick) process.nextTick(callback);
  else later(0, callback);
}

/** Waits until everything that is due now has run. */
export function nextTurn(): Promise<void> {
  return new Promise(afterTurn);
}

/**
 * Returns the number of this turn. Two results that are the same mean that
 * nothing else could run in between. Asking costs less than a pause.
 */
export function currentTurn(): number {
  if (!isCounting) {
    isCounting = true;
    if (setImmediate) setImmediate(countTurn);
    else later(0, countTurn);
  }
  return turn;
}

function countTurn(): void {
  isCounting = false;
  turn++;
}
