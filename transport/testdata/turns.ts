// Copyright 2026 the Wirekit authors. MIT license.

/** What tests of turns of the event loop need. */

import { setImmediate } from "../_node.ts";

/** Burns a processor for some milliseconds. */
export function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Counts turns until the returned function is called, which tells how many. */
export function countTurns(): () => number {
  let turns = 0;
  let isOver = false;
  const next = () => {
    turns++;
    if (!isOver) setImmediate(next);
  };
  setImmediate(next);
  return () => {
    isOver = true;
    return turns;
  };
}
