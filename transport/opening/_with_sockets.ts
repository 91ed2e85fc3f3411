// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Loads the carriers that need sockets, without their code in a web page.
 *
 * A bundler leaves them out: it drops an import that is never reached, and does
 * not know a file that is named at run time. Deno's module graph contains the
 * first import, so a program finds the second there: offline, without read
 * permission, and in the output of `deno compile`. They are missing only in a
 * bundle.
 */

/** Whether this runtime has the sockets that TCP and Unix need. */
export function hasSockets(): boolean {
  const { process } = globalThis as {
    process?: { versions?: { node?: string } };
  };
  return process?.versions?.node !== undefined;
}

/** Whether this is Deno, where our own WebSocket is better than its own. */
export function isDeno(): boolean {
  const { Deno } = globalThis as { Deno?: { connect?: unknown } };
  return typeof Deno?.connect === "function";
}

/** Loads this package's own WebSocket. */
export async function loadWebSocket(): Promise<
  typeof import("../websocket/_client.ts")
> {
  // deno-lint-ignore no-constant-condition
  if (false) return await import("../websocket/_client.ts");
  return await load(import.meta.resolve("../websocket/_client.ts"));
}

/** Loads a file by a name that no bundler knows. */
export function load<T>(url: string): Promise<T> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ url);
}
