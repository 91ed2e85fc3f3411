// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The `hub` command.
 *
 * ```sh
 * deno run --allow-net jsr:@wirekit/hub/cli
 * deno run --allow-net jsr:@wirekit/hub/cli --help
 * ```
 *
 * It needs `--allow-net`. `--allow-env=WIREKIT_TOKEN,WIREKIT_URL` lets it read
 * the token and, for the commands that connect, the URL of the hub from the
 * environment. `--config`, `--tokens`, `--unix`, `--cert`, `--key`, `--ca` and
 * `@FILE` need `--allow-read` for their files; `--unix` and `hub token --file`
 * also need `--allow-write`. With `--allow-sys=hostname,networkInterfaces`, a
 * hub may be called by the name of this machine, and one on `0.0.0.0` prints the
 * URLs for other machines.
 *
 * @module
 */
import {
  type Command,
  type LateCommand,
  type Options,
  run,
} from "@wirekit/internal/command";
import { hub } from "./command/_commands.ts";
import type { ServeExtension } from "./command/_serve.ts";

export type { DoorSettings } from "./command/_written.ts";
export type {
  ServeAddition,
  ServeContext,
  ServeExtension,
} from "./command/_serve.ts";

/**
 * The command as a table, for a program that includes it in its own commands.
 */
export const command: Command = hub;

/**
 * Makes the command that runs a hub, for a program that adds doors to it.
 *
 * @typeParam O The options that it adds.
 * @param extension What it adds.
 * @returns The command `serve`, which is loaded when it is named.
 */
export function serveCommand<const O extends Options>(
  extension: ServeExtension<O>,
): LateCommand {
  const load = async () =>
    (await import("./command/_serve.ts")).serveWith(extension);
  return { name: "serve", load };
}

/**
 * Runs the command.
 *
 * @param args The arguments after the name of the command.
 * @returns The exit code: 0 done, 1 an error or a negative answer, 2 wrong
 * usage, 3 no connection, 4 no answer in time, 130 stopped by Ctrl-C.
 *
 * @example The version
 * ```ts
 * import { main } from "@wirekit/hub/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["--version"]), 0);
 * ```
 */
export function main(args: readonly string[]): Promise<number> {
  return run(command, args);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
