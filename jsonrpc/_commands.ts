// Copyright 2026 the Wirekit authors. MIT license.

/** What a person at a terminal can do. */

import { parseArgs } from "@std/cli/parse-args";
import {
  AbortError,
  CallError,
  ClosedError,
  TimeoutError,
} from "./call_error.ts";
import { JsonRpcError } from "./error.ts";
import { formatManual } from "./_manual.ts";
import type { Params } from "./message.ts";
import type { OpenRpcDocument } from "./openrpc.ts";
import { serveFile, type ServeFileOptions } from "./_serve_file.ts";
import { openTarget, type Target } from "./_target.ts";

/** Where a command writes, and what stops it. */
export interface CommandIo {
  /** Writes to the standard output. */
  log(text: string): void;
  /** Writes to the standard error. */
  error(text: string): void;
  /** Fires at Ctrl-C. */
  signal: AbortSignal;
}

export const HELP = `Call and serve JSON-RPC 2.0.

Usage: jsonrpc call URL METHOD [PARAM…]
       jsonrpc notify URL METHOD [PARAM…]
       jsonrpc listen URL [NAMESPACE NAME [PARAM…]]
       jsonrpc discover URL
       jsonrpc serve FILE.ts

URL is ws:, wss:, tcp:, tls:, unix:, http: or https:. Without one, a program is
started and spoken to on its standard streams: call METHOD [PARAM…] -- PROGRAM
[ARG…].

A single PARAM that is a JSON array or object is all params, by position or by
name. Else the PARAMs are params by position: what is JSON is sent as such,
anything else as text.

Options:
  --lsp                 Content-Length framing, as language servers speak it
  --header "NAME: VALUE"  Header of the handshake or the request; may be repeated
  --stream              The result of call is a stream: print each value
  --timeout SECONDS     How long to wait (60)
  --json                Print one JSON text a line

Options of serve:
  --hostname HOST       Address to listen on (127.0.0.1)
  -p, --port PORT       Port for WebSocket and HTTP (8095); 0 takes a free one
  --tcp PORT            Port for TCP too, one message a line
  --unix PATH           Unix socket too, one message a line
  --stdio               Standard streams instead
  --allow-origin URL    Origin whose pages may connect; may be repeated

  -h, --help            Show this
  -V, --version         Show the version

Exit codes: 0 done, 1 the answer is an error, 2 not called rightly, 3 no
connection, 4 no answer in time, 130 stopped by Ctrl-C.

Examples:
  jsonrpc serve math.ts
  jsonrpc call ws://127.0.0.1:8095 sum 1 2
  jsonrpc call http://127.0.0.1:8095 greet '{"name":"Ada"}'
  jsonrpc call initialize '{"capabilities":{}}' --lsp -- clangd
  jsonrpc discover ws://127.0.0.1:8095
  jsonrpc listen wss://node.example eth newHeads`;

const COMMANDS = { call, notify, listen, discover, serve };

/** The name of a command. */
export type CommandName = keyof typeof COMMANDS;

/** Whether there is a command of this name. */
export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/** What the user should hear as one sentence, and no stack. */
class UsageError extends Error {}

type Arguments = ReturnType<typeof parse>;

/** Runs a command; returns its exit code. */
export async function runCommand(
  name: CommandName,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  try {
    const parsed = parse(args);
    if (parsed.help) {
      io.log(HELP);
      return 0;
    }
    await COMMANDS[name](parsed, io);
    return 0;
  } catch (error) {
    return report(error, io);
  }
}

function report(error: unknown, io: CommandIo): number {
  if (error instanceof JsonRpcError) {
    const data = error.data === undefined
      ? ""
      : `\n${JSON.stringify(error.data, undefined, 2)}`;
    io.error(`Error ${error.code}: ${error.message}${data}`);
    return 1;
  }
  if (io.signal.aborted || error instanceof AbortError) return 130;
  io.error(`jsonrpc: ${error instanceof Error ? error.message : error}`);
  if (error instanceof UsageError) return 2;
  if (error instanceof TimeoutError) return 4;
  const answered = error instanceof CallError &&
    !(error instanceof ClosedError);
  return answered ? 1 : 3;
}

function parse(args: readonly string[]) {
  return parseArgs(args, {
    boolean: ["help", "json", "lsp", "stream", "stdio"],
    string: [
      "_",
      "timeout",
      "header",
      "hostname",
      "port",
      "tcp",
      "unix",
      "allow-origin",
    ],
    collect: ["header", "allow-origin"],
    alias: { help: "h", port: "p" },
    "--": true,
    unknown(name, key) {
      if (key === undefined || /^-\d/.test(name)) return true;
      throw new UsageError(`There is no option ${name}. See --help`);
    },
  });
}

/** Opens what the arguments point to; returns the words after it. */
async function open(
  args: Arguments,
  io: CommandIo,
): Promise<{ target: Target; words: string[] }> {
  const words = args._.map(String);
  const program = args["--"] ?? [];
  const place = program.length > 0 ? program : words.shift();
  if (!place) throw new UsageError("There is no URL. See --help");
  const target = await openTarget(place, {
    headers: args.header.map(headerOf),
    framing: args.lsp ? "content-length" : "newline",
    timeout: timeoutOf(args),
    signal: io.signal,
    onNotification: (method, params) => {
      if (args.json) return io.log(JSON.stringify({ method, params }));
      io.log(`${method} ${JSON.stringify(params ?? null)}`);
    },
  });
  return { target, words };
}

async function call(args: Arguments, io: CommandIo): Promise<void> {
  const { target, words } = await open(args, io);
  await using _target = target;
  const [method, ...rest] = words;
  if (!method) throw new UsageError("There is no method. See --help");
  const options = { timeout: timeoutOf(args), signal: io.signal };
  const show = (value: unknown) =>
    io.log(JSON.stringify(value, undefined, args.json ? undefined : 2));
  if (!args.stream) {
    return show(await target.caller.request(method, paramsOf(rest), options));
  }
  if (!target.peer) throw new UsageError("There are no streams over HTTP");
  const { signal } = options;
  const stream = target.peer.stream(method, paramsOf(rest), { signal });
  for await (const value of stream) show(value);
}

async function notify(args: Arguments, io: CommandIo): Promise<void> {
  const { target, words } = await open(args, io);
  await using _target = target;
  const [method, ...rest] = words;
  if (!method) throw new UsageError("There is no method. See --help");
  await target.caller.notify(method, paramsOf(rest));
}

async function listen(args: Arguments, io: CommandIo): Promise<void> {
  const { target, words } = await open(args, io);
  await using _target = target;
  const { peer } = target;
  if (!peer) throw new UsageError("Nothing can be heard over HTTP");
  const [namespace, name, ...rest] = words;
  const ended = Promise.withResolvers<void>();
  io.signal.addEventListener("abort", () => ended.resolve());
  if (io.signal.aborted) return;
  if (namespace === undefined) {
    await Promise.race([peer.closed, ended.promise]);
    return;
  }
  if (name === undefined) {
    throw new UsageError("listen URL NAMESPACE needs a NAME. See --help");
  }
  const params = paramsOf(rest) ?? [];
  await using events = await peer.subscribe(
    namespace,
    name,
    Array.isArray(params) ? params : [params],
    { timeout: timeoutOf(args), signal: io.signal },
  );
  io.signal.addEventListener("abort", () => void events.unsubscribe());
  for await (const event of events) io.log(JSON.stringify(event));
}

async function discover(args: Arguments, io: CommandIo): Promise<void> {
  const { target } = await open(args, io);
  await using _target = target;
  const document = await target.caller.request<OpenRpcDocument>(
    "rpc.discover",
    undefined,
    { timeout: timeoutOf(args), signal: io.signal },
  );
  io.log(args.json ? JSON.stringify(document) : formatManual(document));
}

async function serve(args: Arguments, io: CommandIo): Promise<void> {
  const [file, ...rest] = args._.map(String);
  if (!file || rest.length > 0) {
    throw new UsageError("serve needs one file. See --help");
  }
  const options: ServeFileOptions = {
    hostname: args.hostname ?? "127.0.0.1",
    port: portOf(args.port ?? "8095"),
    ...(args.tcp !== undefined && { tcpPort: portOf(args.tcp) }),
    ...(args.unix !== undefined && { unixPath: args.unix }),
    ...(args.stdio && { framing: args.lsp ? "content-length" : "newline" }),
    origins: args["allow-origin"],
  };
  await serveFile(file, options, io);
}

function paramsOf(words: readonly string[]): Params | undefined {
  const values = words.map((word) => {
    try {
      return JSON.parse(word);
    } catch {
      return word;
    }
  });
  if (values.length === 0) return undefined;
  const [only] = values;
  return values.length === 1 && typeof only === "object" && only !== null
    ? only
    : values;
}

function headerOf(text: string): [string, string] {
  const at = text.indexOf(":");
  if (at < 1) {
    throw new UsageError(`Cannot use header "${text}": expected "NAME: VALUE"`);
  }
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function timeoutOf({ timeout = "60" }: Arguments): number {
  const seconds = Number(timeout);
  if (timeout !== "" && seconds > 0) return seconds * 1_000;
  throw new UsageError(`Cannot use "${timeout}" as a number of seconds`);
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
