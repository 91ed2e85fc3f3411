// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { later } from "@wirekit/internal/clock";
import { look } from "./_look.ts";

/** Of Deno, Node and Bun; a browser has none. */
const { setImmediate, process, Deno } = globalThis as {
  setImmediate?: (callback: () => void) => unknown;
  process?: { nextTick?: (callback: () => void) => void };
  Deno?: unknown;
};

/** The callbacks that wait for the next turn. */
let waiting: (() => void)[] = [];

/** How many turns were counted, and whether the end of this one will be. */
let turn = 0;
let isCounting = false;

/**
 * Calls back after everything that is due now has run, and sockets with
 * something to read were read.
 */
export function afterTurn(callback: () => void): void {
  if (waiting.push(callback) > 1) return;
  if (Deno) {
    // What another thread has just begun is mostly not due at once.
    if (!look(takeTurn)) {
      void crypto.subtle.digest("SHA-1", NOTHING).then(takeTurn);
    }
  } else if (setImmediate) setImmediate(takeTurn);
  else later(0, takeTurn);
}

const NOTHING = new Uint8Array();

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
