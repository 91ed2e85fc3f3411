// Copyright 2026 the Wirekit authors. MIT license.

import type * as NodeFs from "node:fs";
import type { Logger } from "@wirekit/internal/logger";
import { builtin } from "../_node.ts";

/** File descriptors that a process needs besides its connections. */
const OTHERS = 32;

/** All files, because Deno asks for that permission to read this file. */
const PERMISSIONS = [
  "read",
  "write",
  "net",
  "env",
  "run",
  "sys",
  "ffi",
] as const;

/** Warns about a limit that the system does not allow, where that is known. */
export function warnOfLimit(
  maxConnections: number,
  logger: Logger | undefined,
): void {
  if (!logger?.warn) return;
  const limit = readLimit();
  if (limit === undefined || maxConnections + OTHERS <= limit) return;
  logger.warn(
    `maxConnections is ${maxConnections}, but the system allows this process ` +
      `no more than ${limit} open files: fewer connections will be accepted. ` +
      "Allow more (ulimit -n), or lower maxConnections",
  );
}

/**
 * Returns how many files this process may have open; `undefined` if unknown.
 */
function readLimit(): number | undefined {
  const { Deno } = globalThis as { Deno?: typeof globalThis.Deno };
  const allowed = !Deno ||
    PERMISSIONS.every((name) =>
      Deno.permissions.querySync({ name }).state === "granted"
    );
  if (!allowed) return undefined;
  try {
    const { readFileSync } = builtin<typeof NodeFs>("node:fs");
    const limits = readFileSync("/proc/self/limits", "utf8");
    const [, soft] = /^Max open files +(\d+)/m.exec(limits) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined; // Another system.
  }
}
