// Copyright 2026 the Wirekit authors. MIT license.

/** What the command does, apart from the process that it runs in. */

import { parseArgs } from "@std/cli/parse-args";
import config from "./deno.json" with { type: "json" };
import { type Client, connect } from "./client.ts";
import {
  LimitError,
  NotConnectedError,
  RouteError,
  TimeoutError,
  WsrpcError,
} from "./errors.ts";
import { AllowedRoute } from "./routes/route.ts";
import { type Listening, serve } from "./serve.ts";
import { Server } from "./server.ts";

/** Where a command writes, and what stops it. */
export interface CommandIo {
  /** Writes a line to the standard output. */
  log(line: string): void;
  /** Writes a line to the standard error. */
  error(line: string): void;
  /** Fires at Ctrl-C. */
  signal: AbortSignal;
}

const HELP = `Call wsrpc servers, listen to them, or be one.

Usage: wsrpc URL METHOD [ARGUMENT…] [options]
       wsrpc call URL METHOD [ARGUMENT…] [options]
       wsrpc listen URL [options]
       wsrpc serve [options]

An argument is KEY=VALUE, or a VALUE if none has a key: keyword or positional
arguments, as the handler takes them. A value that is JSON is sent as such, any
other as text. A URL is ws:, wss:, tcp:, tls: or unix:.

Options:
  --params JSON         The params as they go over the wire, for ARGUMENT…
  --timeout SECONDS     How long to wait for the connection and the answer (60)
  --header NAME:VALUE   Header of the handshake; may be repeated
  --count N             listen: end after so many events
  --hostname HOST       serve: the address to listen on (127.0.0.1)
  -p, --port PORT       serve: the port (8000); 0 takes a free one
  --allow-origin URL    serve: origin whose pages may connect; may be repeated
  --json                Print one JSON text a line

  -h, --help            Show this
  -V, --version         Show the version

Exit codes: 0 done, 1 the answer is an error, 2 not called rightly, 3 no
connection, 4 no answer in time, 130 stopped by Ctrl-C.

Examples:
  wsrpc serve
  wsrpc ws://127.0.0.1:8000/ws/ kv.set key=name value=zoë
  wsrpc ws://127.0.0.1:8000/ws/ add --params '{"a":1,"b":2}'
  wsrpc listen ws://127.0.0.1:8000/ws/ --json
`;

/** What the user should hear as one sentence with exit code 2. */
class UsageError extends Error {}

/** What the user wants. */
interface Arguments {
  readonly words: string[];
  readonly params: string | undefined;
  /** In milliseconds. */
  readonly timeout: number;
  readonly headers: Headers;
  readonly count: number;
  readonly hostname: string;
  readonly port: number;
  readonly allowedOrigins: string[];
  readonly json: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** Runs the command; returns the exit code. */
export async function runCommand(
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  try {
    const parsed = parseArguments(args);
    if (parsed.version) {
      io.log(`wsrpc ${config.version}`);
      return 0;
    }
    const [command, ...words] = parsed.words;
    if (parsed.help || command === undefined) {
      (parsed.help ? io.log : io.error)(HELP.trimEnd());
      return parsed.help ? 0 : 2;
    }
    if (command === "serve") return await demo(parsed, words, io);
    if (command === "listen") return await listen(parsed, words, io);
    return await call(
      parsed,
      command === "call" ? words : [command, ...words],
      io,
    );
  } catch (error) {
    if (io.signal.aborted) return 130;
    if (!(error instanceof Error)) throw error;
    const type = error instanceof WsrpcError ? `${error.type}: ` : "";
    io.error(`wsrpc: ${printable(type + error.message)}`);
    return exitCode(error);
  }
}

async function call(
  args: Arguments,
  [url, method, ...pairs]: string[],
  io: CommandIo,
): Promise<number> {
  if (url === undefined || method === undefined) {
    throw new UsageError("Name a URL and a method");
  }
  const params = paramsOf(pairs, args.params);
  const { timeout, json } = args;
  const { signal } = io;
  await using client = await open(args, url, io);
  const result = await client.call(method, params, { timeout, signal });
  io.log(json ? JSON.stringify(result) : shown(result));
  return 0;
}

async function listen(
  args: Arguments,
  [url, ...rest]: string[],
  io: CommandIo,
): Promise<number> {
  if (url === undefined || rest.length > 0) throw new UsageError("Name a URL");
  const done = Promise.withResolvers<void>();
  let left = args.count;
  await using client = await open(args, url, io);
  client.addEventListener((event) => {
    if (left === 0) return;
    io.log(args.json ? JSON.stringify(event) : shown(event));
    if (--left === 0) done.resolve();
  });
  io.error(`Listening at ${printable(url)} (Ctrl-C stops it)`);
  io.signal.addEventListener("abort", () => done.resolve());
  if (io.signal.aborted) done.resolve();
  await done.promise;
  return 0;
}

/** Keys and values of one connection, so many that they stay small. */
class Storage extends AllowedRoute {
  readonly #data = new Map<string, unknown>();

  set({ key, value }: { key: string; value: unknown }): boolean {
    if (this.#data.size >= 1000 && !this.#data.has(key)) {
      throw new RouteError("The store is full", { type: "LimitError" });
    }
    this.#data.set(key, value);
    return true;
  }

  get({ key }: { key: string }): unknown {
    return this.#data.get(key);
  }
}

async function demo(
  { hostname, port, allowedOrigins, json }: Arguments,
  rest: string[],
  io: CommandIo,
): Promise<number> {
  if (rest.length > 0) throw new UsageError(`There is no use for ${rest[0]}`);
  const say = (event: string, more: Record<string, unknown>) =>
    json
      ? io.log(JSON.stringify({ event, ...more }))
      : io.log(`${event} ${Object.values(more).map(shown).join(" ")}`);
  const wsrpc = new Server({
    allowedOrigins,
    routes: {
      add(_peer, { a, b }) {
        if (typeof a === "number" && typeof b === "number") return a + b;
        throw new RouteError("a and b have to be numbers", {
          type: "TypeError",
        });
      },
      echo: (_peer, ...args: unknown[]) => args,
      kv: Storage,
    },
    hooks: {
      open: ({ id }) => say("open", { id }),
      close: ({ id }) => say("close", { id }),
      callStart: ({ id }, method, params = null) =>
        say("call", { id, method, params }),
    },
  });
  wsrpc.router.add("say", (_peer, text) => wsrpc.emit({ said: text }));
  await using cleanup = new AsyncDisposableStack();
  cleanup.use(wsrpc);
  const { url } = cleanup.use(await listening(wsrpc, hostname, port));
  io.error(`The server listens on ${url} (Ctrl-C stops it)`);
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    else io.signal.addEventListener("abort", () => resolve());
  });
  return 0;
}

async function listening(
  wsrpc: Server,
  hostname: string,
  port: number,
): Promise<Listening> {
  try {
    return await serve(wsrpc, { hostname, port });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    throw new Error(
      `${hostname}:${port} is taken by another program. Stop that one, or ` +
        "choose another port with --port",
      { cause },
    );
  }
}

async function open(
  { timeout, headers }: Arguments,
  url: string,
  io: CommandIo,
): Promise<Client> {
  if (!URL.canParse(url)) throw new UsageError(`${url} is no URL`);
  const late = AbortSignal.timeout(timeout);
  const signal = AbortSignal.any([io.signal, late]);
  try {
    return await connect(url, { headers, signal });
  } catch (error) {
    if (!late.aborted || io.signal.aborted) throw error;
    throw new NotConnectedError("No connection in time");
  }
}

function parseArguments(args: readonly string[]): Arguments {
  const options = parseArgs(args, {
    boolean: ["help", "version", "json"],
    string: [
      "_",
      "params",
      "timeout",
      "header",
      "count",
      "hostname",
      "port",
      "allow-origin",
    ],
    collect: ["header", "allow-origin"],
    alias: { help: "h", version: "V", port: "p" },
    unknown(option, key) {
      if (key === undefined) return true;
      throw new UsageError(`There is no option ${option}. See --help`);
    },
  });
  const headers = new Headers();
  for (const header of options.header) {
    const [, name, value] = /^([\w-]+): *(.*)$/.exec(header) ?? [];
    if (!name) throw new UsageError(`--header has to be NAME:VALUE`);
    headers.append(name, value!);
  }
  return {
    words: options._.map(String),
    params: options.params,
    timeout: 1000 * numberOf("--timeout", options.timeout ?? "60"),
    headers,
    count: options.count === undefined
      ? Infinity
      : numberOf("--count", options.count),
    hostname: options.hostname ?? "127.0.0.1",
    port: options.port === "0" ? 0 : numberOf("--port", options.port ?? "8000"),
    allowedOrigins: options["allow-origin"],
    json: options.json,
    help: options.help,
    version: options.version,
  };
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (text !== "" && number > 0) return number;
  throw new UsageError(`${option} has to be a positive number: got "${text}"`);
}

function paramsOf(words: string[], json: string | undefined): unknown {
  if (json !== undefined) {
    if (words.length > 0) throw new UsageError("Give --params or arguments");
    try {
      return JSON.parse(json);
    } catch {
      throw new UsageError("--params has to be JSON");
    }
  }
  if (words.length === 0) return {}; // As a Python client does.
  const pairs = words.map((word) => /^([A-Za-z_]\w*)=(.*)$/s.exec(word));
  if (pairs.every((pair) => pair !== null)) {
    return Object.fromEntries(
      pairs.map(([, key, value]) => [key!, valueOf(value!)]),
    );
  }
  if (pairs.some((pair) => pair !== null)) {
    throw new UsageError("One call takes keyword or positional arguments");
  }
  return words.map(valueOf);
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function exitCode(error: Error): number {
  if (error instanceof UsageError) return 2;
  if (error instanceof NotConnectedError) return 3;
  if (error instanceof TimeoutError) return 4;
  if (error instanceof LimitError) return 2;
  return 1;
}

/** A value for a person: text as it is, anything else as JSON. */
function shown(value: unknown): string {
  return printable(
    typeof value === "string" ? value : JSON.stringify(value, null, 2) ?? "",
  );
}

/** What a stranger wrote does nothing to the terminal. */
function printable(text: string): string {
  return text.replace(
    /[^\P{Cc}\n\t]/gu,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
