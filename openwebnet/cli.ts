// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The `openwebnet` command: watch, query and control a plant from a terminal,
 * or simulate one.
 *
 * ```sh
 * deno run --allow-net --allow-env=OPENWEBNET_HOST,OPENWEBNET_PASSWORD \
 *   jsr:@wirekit/openwebnet/cli monitor --host 192.168.1.35
 * ```
 *
 * It needs `--allow-net` for the gateway; `decode` needs no permission. With
 * `--allow-env=OPENWEBNET_HOST,OPENWEBNET_PASSWORD` it takes both from the
 * environment. With `--allow-read=home.json` it takes gateways and names from
 * that file; `setup`, which writes it, needs `--allow-write` too. `mqtt` takes
 * the broker from `MQTT_URL`, `MQTT_USERNAME` and `MQTT_PASSWORD`, and `page` its
 * token from `OPENWEBNET_TOKEN`.
 * `--password-file`, `--capture` and `--replay` need `--allow-read` or
 * `--allow-write` for their files.
 *
 * @module
 */

import { type Command, run } from "@wirekit/internal/command";
import { openwebnet } from "./command/_commands.ts";

/** The definition of the command, for programs that include it in their own. */
export const command: Command = openwebnet;

/**
 * Runs the command.
 *
 * @param args The arguments after the name of the command.
 * @param options Where to write, and when to end; by default the console and
 * Ctrl-C.
 * @returns The exit code: 0 done, 1 an error or a negative answer, 2 wrong usage,
 * 3 no connection, 4 no answer in time, 130 stopped by Ctrl-C.
 *
 * @example Explain a frame
 * ```ts
 * import { main } from "@wirekit/openwebnet/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["decode", "*1*1*12##"]), 0);
 * ```
 */
export function main(
  args: readonly string[],
  options: MainOptions = {},
): Promise<number> {
  return run(command, args, options);
}

/** Options of {@linkcode main}. */
export interface MainOptions {
  /**
   * Writes a line of output.
   *
   * @default {console.log}
   */
  log?: (line: string) => void;
  /**
   * Writes a line about an error.
   *
   * @default {console.error}
   */
  error?: (line: string) => void;
  /** Ends the command as Ctrl-C does. */
  signal?: AbortSignal;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
