// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The `wsrpc` command.
 *
 * ```sh
 * deno run --allow-net jsr:@wirekit/wsrpc/cli serve
 * deno run --allow-net jsr:@wirekit/wsrpc/cli ws://127.0.0.1:8000/ws/ add a=1 b=2
 * deno run --allow-net jsr:@wirekit/wsrpc/cli --help
 * ```
 *
 * It needs `--allow-net`; `--allow-env=WIREKIT_URL` to read the URL from the
 * environment; and for `unix:` URLs `--allow-read` and `--allow-write` for the
 * path.
 *
 * @module
 */

import { type Command, run } from "@wirekit/internal/command";
import { wsrpc } from "./command/_commands.ts";

/**
 * The command as a table, for a program that includes it in its own commands.
 */
export const command: Command = wsrpc;

/**
 * Runs the command. Ctrl-C ends it.
 *
 * @param args The arguments after the name of the command.
 * @returns The exit code: 0 done, 1 the answer is an error, 2 wrong usage, 3 no
 * connection, 4 no answer in time, 130 stopped by Ctrl-C.
 *
 * @example The version
 * ```ts
 * import { main } from "@wirekit/wsrpc/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["--version"]), 0);
 * ```
 */
export function main(args: readonly string[]): Promise<number> {
  return run(command, args);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
