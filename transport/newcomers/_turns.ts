// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { afterLook, currentTurn } from "../_turn.ts";

/**
 * How long newcomers may keep a turn, in milliseconds: a handshake takes as long
 * as thirty messages, and who is here should not wait for a thousand of them.
 */
const SHARE = 0.5;

/** What waits for its turn, from `at` on. */
let queue: (() => void)[] = [];
let at = 0;
/** The turn in which the last of it was done, and until when. */
let turn = -1;
let end = 0;

/**
 * Returns whether something may be done for a newcomer now: not if others wait
 * for that, or have had their share of this turn.
 */
export function hasTurn(): boolean {
  return at === queue.length && hasTime();
}

/** Does something for a newcomer once it is its turn. */
export function inTurn(work: () => void): void {
  if (queue.push(work) - at === 1) afterLook(takeSome);
}

function takeSome(): void {
  // What is done now may ask for a turn as well.
  while (at < queue.length && hasTime()) queue[at++]!();
  if (at < queue.length) return afterLook(takeSome);
  queue = [];
  at = 0;
}

function hasTime(): boolean {
  const current = currentTurn();
  const time = performance.now();
  if (current === turn) return time < end;
  turn = current;
  end = time + SHARE;
  return true;
}
