// Copyright 2026 the Wirekit authors. MIT license.
// deno-lint-ignore-file no-console

/**
 * The `hub` command.
 *
 * ```sh
 * deno run --allow-net jsr:@wirekit/hub/cli
 * deno run --allow-net jsr:@wirekit/hub/cli --help
 * ```
 *
 * It needs `--allow-net`. `--allow-env=WIREKIT_TOKEN` lets it take the token from
 * the environment; `--unix`, `--cert` and `--key` need `--allow-read` and
 * `--allow-write` of their files.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { environmentToken, isCommand, runCommand } from "./_commands.ts";
import config from "./deno.json" with { type: "json" };
import { serve, type ServeOptions } from "./serve.ts";

const HELP = `Let programs call each other by name, as winerp does.

Usage: hub [serve] [options]
       hub call TARGET ROUTE [KEY=VALUE…]
       hub inform DATA [TARGET…]
       hub ping [TARGET]
       hub listen NAME

Options of serve:
  --hostname HOST       Address to listen on (127.0.0.1). Any other needs a token
  -p, --port PORT       Port for WebSocket (13254); 0 takes a free one
  --tcp PORT            Port for TCP too, one message a line
  --unix PATH           Unix socket too, one message a line
  --token SECRET        Secret that every client has to send; better in WIREKIT_TOKEN
  --allow-origin URL    Origin whose pages may connect; may be repeated
  --cert FILE           Certificate in PEM: serve wss: and tls:
  --key FILE            Private key in PEM, with --cert
  -q, --quiet           Say nothing but errors

  -h, --help            Show this
  -V, --version         Show the version

call, inform, ping and listen say more with --help.

Examples:
  hub
  hub --port 8080
  WIREKIT_TOKEN=s3cret hub --hostname 0.0.0.0
`;

/** What the user should hear as one sentence, and no stack. */
class UsageError extends Error {}

/**
 * Runs the command.
 *
 * @param args The arguments after the name of the command.
 * @returns The exit code: 0 when it was asked to end, 1 when it failed, 2 when it
 * was not called rightly.
 *
 * @example The version
 * ```ts
 * import { main } from "@wirekit/hub/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["--version"]), 0);
 * ```
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  const stop = new AbortController();
  using _signals = onSignal(() => stop.abort());
  if (isCommand(name)) {
    const { log, error } = console;
    return await runCommand(name, rest, { log, error, signal: stop.signal });
  }
  try {
    return await runServe(args, stop.signal);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const hint = error instanceof Deno.errors.AddrInUse
      ? ". Stop that one, or choose another port with --port"
      : "";
    console.error(`hub: ${error.message}${hint}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function runServe(
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const options = parseArgs(args, {
    boolean: ["help", "version", "quiet"],
    string: [
      "hostname",
      "port",
      "tcp",
      "unix",
      "token",
      "allow-origin",
      "cert",
      "key",
    ],
    collect: ["allow-origin"],
    alias: { port: "p", quiet: "q", help: "h", version: "V" },
    unknown(name, key) {
      if (key === undefined) return true;
      throw new UsageError(`There is no option ${name}. See --help`);
    },
  });
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (options.version) {
    console.log(`hub ${config.version}`);
    return 0;
  }
  const [command = "serve", ...rest] = options._;
  if (command !== "serve" || rest.length > 0) {
    throw new UsageError(`There is no command ${command}. See --help`);
  }
  if ((options.cert === undefined) !== (options.key === undefined)) {
    throw new UsageError("--cert and --key go together");
  }
  const token = options.token ?? await environmentToken();
  await serveUntil(signal, {
    ...(options.hostname !== undefined && { hostname: options.hostname }),
    ...(options.port !== undefined && { port: portOf(options.port) }),
    ...(options.tcp !== undefined && { tcpPort: portOf(options.tcp) }),
    ...(options.unix !== undefined && { unixPath: options.unix }),
    ...(token !== undefined && { token }),
    ...(options.cert !== undefined &&
      {
        cert: await Deno.readTextFile(options.cert),
        key: await Deno.readTextFile(options.key!),
      }),
    allowedOrigins: options["allow-origin"],
    ...(!options.quiet && { logger: stamped() }),
  }, options.quiet);
  return 0;
}

async function serveUntil(
  signal: AbortSignal,
  options: ServeOptions,
  quiet: boolean,
): Promise<void> {
  await using server = await serve(options);
  if (!quiet) {
    const urls = server.urls.join(", ");
    console.log(`The hub listens on ${urls} (Ctrl-C stops it)`);
  }
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
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

/** A log that a person can read: one line an event, with its time. */
function stamped(): NonNullable<ServeOptions["logger"]> {
  const write = (line: string) =>
    console.error(`${new Date().toISOString()} ${line}`);
  return { info: write, warn: write };
}

function portOf(text: string): number {
  const port = Number(text);
  if (text !== "" && Number.isInteger(port) && port >= 0 && port <= 65535) {
    return port;
  }
  throw new UsageError(
    `Cannot use "${text}" as a port: it has to be an integer from 0 to 65535`,
  );
}

if (import.meta.main) Deno.exit(await main(Deno.args));
