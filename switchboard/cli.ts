// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The `switchboard` command: a hub with doors for other protocols than winerp.
 *
 * ```sh
 * deno run --allow-net jsr:@wirekit/switchboard/cli
 * deno run --allow-net jsr:@wirekit/switchboard/cli --help
 * ```
 *
 * It needs `--allow-net`, and what the command `hub` needs for the options that
 * they share. `--jsonrpc-unix` needs `--allow-read` and `--allow-write` for its
 * file, `--home` `--allow-read` for its own, and the password of a gateway
 * `--allow-env=OPENWEBNET_PASSWORD`.
 *
 * @module
 */
import {
  type Command,
  command as makeCommand,
  type LateCommand,
  run,
} from "@wirekit/internal/command";
import { serveCommand } from "@wirekit/hub/cli";
import config from "./deno.json" with { type: "json" };
import { mcpCommand } from "./command/_mcp.ts";
import { DOOR_OPTIONS, openAsked, whenAsked } from "./command/_doors.ts";

/**
 * The command as a table, for a program that includes it in its own commands.
 */
export const command: Command = makeCommand({
  name: "switchboard",
  version: config.version,
  summary: "Let programs of several protocols call each other by name",
  commands: [
    serveCommand({
      summary: "Run a hub with doors for JSON-RPC, wsrpc and HTTP until Ctrl-C",
      options: DOOR_OPTIONS,
      examples: [
        "switchboard serve --port 8080 --jsonrpc-tcp 8081",
        "switchboard serve --gateway home=simulator --mcp 'home/*'",
      ],
      open: openAsked,
    }),
    mcpCommand,
  ],
  fallback: "serve",
  examples: [
    "switchboard",
    "switchboard --port 8080 --jsonrpc-tcp 8081",
    "WIREKIT_TOKEN=s3cret switchboard --hostname 0.0.0.0",
  ],
});

/**
 * The command `hub serve` with the option `--doors`, for a program that has the
 * commands of both packages.
 */
export const hubServeCommand: LateCommand = serveCommand(whenAsked);

/**
 * Runs the command.
 *
 * @param args The arguments after the name of the command.
 * @returns The exit code: 0 done, 1 an error or a negative answer, 2 wrong
 * usage, 3 no connection, 4 no answer in time, 130 stopped by Ctrl-C.
 *
 * @example The version
 * ```ts
 * import { main } from "@wirekit/switchboard/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["--version"]), 0);
 * ```
 */
export function main(args: readonly string[]): Promise<number> {
  return run(command, args);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
