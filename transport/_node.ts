// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The parts of Node that Deno, Node and Bun have, without an import that a
 * browser or its bundler could not resolve. In a browser all of them are
 * `undefined`.
 */

import type * as NodeBuffer from "node:buffer";
import type * as NodeProcess from "node:process";
import type * as NodeTimers from "node:timers";

const { process } = globalThis as { process?: Partial<typeof NodeProcess> };

/** Returns one of Node's modules; in a browser, an empty one. */
export function builtin<T extends object>(name: string): T {
  return (process?.getBuiltinModule?.(name) ?? {}) as T;
}

export const { Buffer, isAscii, isUtf8 } = builtin<typeof NodeBuffer>(
  "node:buffer",
);
export const { nextTick } = (process ?? {}) as typeof NodeProcess;
export const { setImmediate } = builtin<typeof NodeTimers>("node:timers");
