// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The `jsonrpc` command.
 *
 * ```sh
 * deno run --allow-net jsr:@wirekit/jsonrpc/cli call ws://127.0.0.1:8095 math.sum 1 2
 * deno run --allow-net jsr:@wirekit/jsonrpc/cli --help
 * ```
 *
 * It needs `--allow-net`, and `--allow-env=WIREKIT_URL` to take the URL from the
 * environment. `serve` also needs `--allow-read` of its file, Unix sockets need
 * `--allow-read` and `--allow-write` of their paths, and a program after `--`
 * needs `--allow-run`.
 *
 * @module
 */

import { type Command, run } from "@wirekit/internal/command";
import { jsonrpc } from "./command/_commands.ts";

/** The command as a table, for a program that has it among its own commands. */
export const command: Command = jsonrpc;

/**
 * Runs the command.
 *
 * @param args The arguments after the name of the command.
 * @returns The exit code: 0 done, 1 the answer is an error, 2 wrong usage,
 * 3 no connection, 4 no answer in time, 130 stopped by Ctrl-C.
 *
 * @example The version
 * ```ts
 * import { main } from "@wirekit/jsonrpc/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["--version"]), 0);
 * ```
 */
export function main(args: readonly string[]): Promise<number> {
  return run(command, args);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
