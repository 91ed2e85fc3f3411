// Copyright 2026 the Wirekit authors. MIT license.
// deno-lint-ignore-file no-console

/**
 * The `jsonrpc` command.
 *
 * ```sh
 * deno run --allow-net jsr:@wirekit/jsonrpc/cli call ws://127.0.0.1:8095 math.sum 1 2
 * deno run --allow-net jsr:@wirekit/jsonrpc/cli --help
 * ```
 *
 * It needs `--allow-net`; `serve` also needs `--allow-read` of its file, Unix
 * sockets need `--allow-read` and `--allow-write` of their paths, and a program
 * after `--` needs `--allow-run`.
 *
 * @module
 */

import { type CommandIo, HELP, isCommand, runCommand } from "./_commands.ts";
import config from "./deno.json" with { type: "json" };

/**
 * Runs the command.
 *
 * @param args The arguments after the name of the command.
 * @returns The exit code: 0 done, 1 the answer is an error, 2 not called
 * rightly, 3 no connection, 4 no answer in time, 130 stopped by Ctrl-C.
 *
 * @example The version
 * ```ts
 * import { main } from "@wirekit/jsonrpc/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["--version"]), 0);
 * ```
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--version" || name === "-V") {
    console.log(`jsonrpc ${config.version}`);
    return 0;
  }
  if (name === undefined || name === "--help" || name === "-h") {
    console.log(HELP);
    return name === undefined ? 2 : 0;
  }
  if (!isCommand(name)) {
    console.error(`jsonrpc: There is no command ${name}. See --help`);
    return 2;
  }
  const stop = new AbortController();
  using _signals = onSignal(() => stop.abort());
  const io: CommandIo = {
    log: (text) => console.log(text),
    error: (text) => console.error(text),
    signal: stop.signal,
  };
  return await runCommand(name, rest, io);
}

/** Calls back when somebody wants the program to end. */
function onSignal(callback: () => void): Disposable {
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, callback);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) Deno.removeSignalListener(signal, callback);
    },
  };
}

if (import.meta.main) Deno.exit(await main(Deno.args));
