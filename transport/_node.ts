// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What Deno, Node and Bun have of Node, without an import that a browser, or a
 * bundler for it, could not resolve. In a browser all of this is `undefined`.
 */

import { sleep } from "@wirekit/internal/clock";
import type * as NodeBuffer from "node:buffer";
import type * as NodeProcess from "node:process";
import type * as NodeTimers from "node:timers";

const { process } = globalThis as { process?: Partial<typeof NodeProcess> };

/** One of Node's modules; in a browser, one that has nothing. */
export function builtin<T extends object>(name: string): T {
  return (process?.getBuiltinModule?.(name) ?? {}) as T;
}

export const { Buffer, isUtf8 } = builtin<typeof NodeBuffer>("node:buffer");
export const { nextTick } = (process ?? {}) as typeof NodeProcess;
export const { setImmediate } = builtin<typeof NodeTimers>("node:timers");

/** Resolves after all that is due now has had its turn. */
export function nextTurn(): Promise<void> {
  return setImmediate
    ? new Promise((resolve) => setImmediate(resolve))
    : sleep(0);
}
