// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The carriers that need sockets, without their code in a page.
 *
 * A bundler leaves them out: it drops an import that is never reached, and knows
 * nothing of a file that is named at run time. Deno's module graph has the first
 * of the two, so a program finds the second there: offline, without a permission
 * to read, and in what `deno compile` makes. Only in a bundle are they missing.
 */

/** Whether this is Deno, whose sockets these need. */
export function hasSockets(): boolean {
  const { Deno } = globalThis as { Deno?: { connect?: unknown } };
  return typeof Deno?.connect === "function";
}

/** Loads the WebSocket of our own. */
export function loadWebSocket(): Promise<
  typeof import("./websocket/_client.ts")
> {
  // deno-lint-ignore no-constant-condition
  if (false) return import("./websocket/_client.ts");
  return load(import.meta.resolve("./websocket/_client.ts"));
}

/** Loads the carriers of lines. */
export function loadLines(): Promise<typeof import("./_connect_lines.ts")> {
  // deno-lint-ignore no-constant-condition
  if (false) return import("./_connect_lines.ts");
  return load(import.meta.resolve("./_connect_lines.ts"));
}

function load<T>(url: string): Promise<T> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ url);
}
