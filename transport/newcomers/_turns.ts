// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { afterTurn, currentTurn } from "../_turn.ts";

/**
 * How long newcomers may keep a turn, in milliseconds: a handshake takes as
 * long as thirty messages, and clients that are here should not wait for a
 * thousand of them.
 */
const SHARE = 0.5;

/**
 * How long nobody may have come until the next one has a new share, in
 * milliseconds, without a look at sockets: turns of Deno 2.9 go by without one
 * while there is something to do.
 */
const PAUSE = 0.2;

/** What waits for its turn, from `at` on. */
let queue: (() => void)[] = [];
let at = 0;
/** The turn in which the last share began, and until when it lasts. */
let turn = -1;
let end = 0;
/** When somebody has come last. */
let last = 0;

/**
 * Returns whether something may be done for a newcomer now: not if others wait
 * for that, or have had their share of this turn.
 */
export function hasTurn(): boolean {
  return at === queue.length && hasTime(false);
}

/** Does something for a newcomer once it is its turn. */
export function inTurn(work: () => void): void {
  if (queue.push(work) - at === 1) afterTurn(takeSome);
}

function takeSome(): void {
  // What is done now may ask for a turn as well.
  for (
    let may = hasTime(true);
    may && at < queue.length;
    may = hasTime(false)
  ) {
    queue[at++]!();
  }
  if (at < queue.length) return afterTurn(takeSome);
  queue = [];
  at = 0;
}

function hasTime(hasLooked: boolean): boolean {
  const current = currentTurn();
  const time = performance.now();
  const isNext = hasLooked || time - last > PAUSE;
  last = time;
  if (current !== turn && isNext) {
    turn = current;
    end = time + SHARE;
  }
  return time < end;
}
