// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { later } from "@wirekit/internal/clock";

/** Of Deno, Node and Bun; a browser has none. */
const { setImmediate, process, Deno } = globalThis as {
  setImmediate?: (callback: () => void) => unknown;
  process?: { nextTick?: (callback: () => void) => void };
  Deno?: unknown;
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
 * Calls back after everything that is due now has run, and sockets with
 * something to read were read.
 *
 * Every other turn is a timer: the same for all who wait, or they would take
 * turns at that. It starts when the work of this turn is done: were it due by
 * then, the loop would not wait.
 */
export function afterTurn(callback: () => void): void {
  if (waiting.push(callback) > 1) return;
  const isByTimer = ++turns % 2 !== 0;
  if (setImmediate && !isByTimer) {
    setImmediate(Deno ? takeTurnOfDeno : takeTurn);
  } else if (setImmediate) setImmediate(() => later(0, takeTurn));
  else later(0, takeTurn);
}

/**
 * Takes a turn after Deno 2.9 has looked which sockets can be read. It does so
 * when nothing is due at once, as immediates always are, or else each hundred
 * turns. What another thread has just begun is mostly not due, and takes 0.06 ms;
 * a timer never is, and takes 2.
 */
function takeTurnOfDeno(): void {
  void crypto.subtle.digest("SHA-1", NOTHING).then(takeTurn);
}

const NOTHING = new Uint8Array();

function takeTurn(): void {
  const due = waiting;
  waiting = [];
  for (const callback of due) callback();
}

/** The callbacks that wait until sockets were looked at. */
let looking: (() => void)[] = [];

/**
 * Calls back soon: once sockets with something to read were read, as a rule. It
 * costs less than `afterTurn()`, for those who can wait for another turn if not.
 *
 * @param callback What to call.
 * @param isSure Whether that rule should have no exception: another thread then
 * has work for longer than Deno has something due, 0.06 ms.
 */
export function afterLook(callback: () => void, isSure = false): void {
  if (looking.push(callback) > 1) return;
  if (Deno) {
    const digest = isSure
      ? crypto.subtle.digest("SHA-512", much ??= new Uint8Array(32_768))
      : crypto.subtle.digest("SHA-1", NOTHING);
    void digest.then(takeLook);
  } else if (setImmediate) setImmediate(takeLook);
  else later(0, takeLook);
}

let much: Uint8Array<ArrayBuffer> | undefined;

function takeLook(): void {
  const due = looking;
  looking = [];
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
