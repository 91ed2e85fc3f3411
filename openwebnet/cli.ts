// Copyright 2026 the Wirekit authors. MIT license.
// deno-lint-ignore-file no-console

/**
 * The `openwebnet` command: watch, ask and command a plant from a terminal, or
 * simulate one.
 *
 * ```sh
 * deno run --allow-net --allow-env=OPENWEBNET_HOST,OPENWEBNET_PASSWORD \
 *   jsr:@wirekit/openwebnet/cli monitor --host 192.168.1.35
 * ```
 *
 * It needs `--allow-net` for the gateway; `decode` needs nothing. With
 * `--allow-env=OPENWEBNET_HOST,OPENWEBNET_PASSWORD` it takes both from the
 * environment. `--password-file`, `--capture` and `--replay` need
 * `--allow-read` or `--allow-write` of their files.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import {
  COMMANDS,
  type Flags,
  type Terminal,
  UsageError,
} from "./_commands.ts";
import config from "./deno.json" with { type: "json" };

const HELP = `Watch, ask and command a BTicino or Legrand MyHOME plant.

Usage: openwebnet COMMAND [options]

  monitor                     Every event, one a line
  send FRAME…                 Frames as they are, and what is answered
  status [WHO WHERE]          The states of all that answers, or of one
  light on|off|toggle|N% WHERE
  shutter WHERE up|down|stop|N%
  temperature ZONE [CELSIUS]  What it is; or sets it, 5 to 40 in halves
  energy [METER…]             Power and energy: of 1 and on until one is refused
  discover                    Gateways on the network
  scan [WHO]                  Devices; hardware ids with a WHO such as 1001
  decode FRAME                What a frame means, part by part
  simulate                    A gateway with a plant, to try all this on

Options:
  --host HOST            The gateway (or OPENWEBNET_HOST)
  -p, --port PORT        Its port (20000)
  --password-file FILE   Where the password is (or in OPENWEBNET_PASSWORD)
  --profile MODEL        Pacing and times of a model, such as MH201
  --selector 9|0         Ask for command sessions with this one only
  --who WHO --where WHERE   Which events to monitor
  --timeout SECONDS      Longest wait for an answer (10), or of discover (3)
  --capture FILE         Adds all frames to a file, secrets masked
  --json                 Lines of JSON
  -h, --help             Show this
  -V, --version          Show the version

Options of simulate:
  --hostname HOST        Address to listen on (127.0.0.1)
  --authentication HOW   none, open, sha1 or sha256 (as the profile, or none)
  --seed N               Repeats nonces and pieces (1)
  --split                Sends frames in pieces
  --replay FILE          Plays a capture, a session for each connection

Examples:
  openwebnet simulate &
  openwebnet light on 12 --host 127.0.0.1
  OPENWEBNET_PASSWORD=12345 openwebnet monitor --host 192.168.1.35 --json
  openwebnet decode '*#4*1*0*0215##'
`;

/**
 * Runs the command.
 *
 * @param args The arguments after the name of the command.
 * @param options Where to write, and when to end: the console and Ctrl-C unless
 * said otherwise.
 * @returns The exit code: 0 when it is done or was asked to end, 1 when it
 * failed, 2 when it was not called rightly.
 *
 * @example Explain a frame
 * ```ts
 * import { main } from "@wirekit/openwebnet/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["decode", "*1*1*12##"]), 0);
 * ```
 */
export async function main(
  args: readonly string[],
  options: MainOptions = {},
): Promise<number> {
  const { log = console.log, error = console.error } = options;
  const stop = new AbortController();
  using _signals = onSignal(() => stop.abort());
  const signal = options.signal
    ? AbortSignal.any([options.signal, stop.signal])
    : stop.signal;
  const terminal: Terminal = { log, error, signal };
  try {
    const [[name = "", ...rest], flags] = parse(args);
    if (flags.help) {
      log(HELP);
      return 0;
    }
    if (flags.version) {
      log(`openwebnet ${config.version}`);
      return 0;
    }
    const command = COMMANDS[name];
    if (command === undefined) {
      throw new UsageError(
        name === ""
          ? "Say what to do. See --help"
          : `There is no command ${name}. See --help`,
      );
    }
    await command(rest, flags, terminal);
    return 0;
  } catch (failure) {
    if (signal.aborted) return 0;
    if (!(failure instanceof Error)) throw failure;
    error(`openwebnet: ${failure.message}`);
    return failure instanceof UsageError ? 2 : 1;
  }
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
   * Writes a line about what went wrong.
   *
   * @default {console.error}
   */
  error?: (line: string) => void;
  /** Ends the command as Ctrl-C does. */
  signal?: AbortSignal;
}

/** Splits the arguments into those without a name, and the rest. */
function parse(args: readonly string[]): [string[], Flags] {
  // As they are: as a number the WHERE 0311 would lose its zero.
  const names: string[] = [];
  const flags = parseArgs(args, {
    boolean: ["help", "version", "json", "split"],
    string: [
      "host",
      "port",
      "password-file",
      "profile",
      "selector",
      "who",
      "where",
      "timeout",
      "capture",
      "hostname",
      "authentication",
      "seed",
      "replay",
    ],
    alias: { port: "p", help: "h", version: "V" },
    unknown(name, key) {
      if (key === undefined) {
        names.push(name);
        return false;
      }
      throw new UsageError(
        key === "password"
          ? "A password in the command line can be seen by everybody: put it into OPENWEBNET_PASSWORD or a file"
          : `There is no option ${name}. See --help`,
      );
    },
  });
  return [[...names, ...flags._.map(String)], flags];
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
