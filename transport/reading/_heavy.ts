// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { currentTurn } from "../_turn.ts";

/** Messages from this size on may be much work: batches of calls, say. */
const HEAVY = 4_096;

/**
 * How long a turn may go on, in milliseconds, from its first heavy message on,
 * before the rest of them waits: whoever sends light ones has to wait so long.
 */
const SLICE = 2;

/** The last turn that had a heavy message, and when it had the first. */
let turn = -1;
let since = 0;

/**
 * Returns whether a message should wait for the next turn, whoever has sent it:
 * many that send heavy ones together have no more of a turn than one.
 *
 * @param length The length of the message.
 * @param isBehind Whether others wait that go first.
 */
export function isTooHeavy(length: number, isBehind: boolean): boolean {
  if (length < HEAVY) return false;
  if (isBehind) return true;
  const current = currentTurn();
  const time = Date.now();
  if (current === turn) return time - since >= SLICE;
  turn = current;
  since = time;
  return false;
}
