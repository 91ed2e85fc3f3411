// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What Deno has of Node, without an import that a bundler for browsers, which
 * meets `connectWebSocket()`, would want to resolve.
 */

import type * as NodeBuffer from "node:buffer";
import type * as NodeProcess from "node:process";
import type * as NodeTimers from "node:timers";

const { process } = globalThis as unknown as { process: typeof NodeProcess };
const buffer: typeof NodeBuffer = process.getBuiltinModule("node:buffer");
const timers: typeof NodeTimers = process.getBuiltinModule("node:timers");

export const { Buffer, isUtf8 } = buffer;
export const { nextTick } = process;
export const { setImmediate } = timers;
