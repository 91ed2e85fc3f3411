// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The parts of Node that Deno, Node and Bun have, without an import that a
 * browser or its bundler could not resolve. In a browser all of them are
 * `undefined`.
 */

import { later } from "@wirekit/internal/clock";
import type * as NodeBuffer from "node:buffer";
import type * as NodeProcess from "node:process";
import type * as NodeTimers from "node:timers";

const { process } = globalThis as { process?: Partial<typeof NodeProcess> };

/** Returns one of Node's modules; in a browser, an empty one. */
export function builtin<T extends object>(name: string): T {
  return (process?.getBuiltinModule?.(name) ?? {}) as T;
}

export const { Buffer, isUtf8 } = builtin<typeof NodeBuffer>("node:buffer");
export const { nextTick } = (process ?? {}) as typeof NodeProcess;
export const { setImmediate } = builtin<typeof NodeTimers>("node:timers");

/**
 * The callbacks that wait for the next turn, and the number of turns so far.
 */
let waiting: (() => void)[] = [];
let turns = 0;

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

/** Waits until everything that is due now has run. */
export function nextTurn(): Promise<void> {
  return new Promise(afterTurn);
}
