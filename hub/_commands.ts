// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The commands of a person who talks to the clients of a hub from a terminal.
 */

import { parseArgs } from "@std/cli/parse-args";
import { isRecord, parse, stringify } from "./_json.ts";
import { Client } from "./client.ts";
import {
  LimitError,
  NotConnectedError,
  RemoteError,
  TimeoutError,
} from "./errors.ts";

/** Where a command writes, and what stops it. */
export interface CommandIo {
  /** Writes a line to the standard output. */
  log(line: string): void;
  /** Writes a line to the standard error. */
  error(line: string): void;
  /** Fires at Ctrl-C. */
  signal: AbortSignal;
}

const OPTIONS = `
Options:
  --url URL          The hub (ws://127.0.0.1:13254); ws:, wss:, tcp:, tls: or unix:
  --token SECRET     The hub's token; better in WIREKIT_TOKEN
  --timeout SECONDS  How long to wait (60)
  --json             Print one JSON text a line
  -h, --help         Show this

Exit codes: 0 done, 1 the answer is an error or no, 2 not called rightly, 3 no
connection to the hub, 4 no answer in time, 130 stopped by Ctrl-C.
`;

const HELP = {
  call: `Ask a client, and print its answer.

Usage: hub call TARGET ROUTE [KEY=VALUE…] [options]
       hub call TARGET ROUTE --data JSON [options]

A value that is JSON is sent as such, any other as text.
${OPTIONS}
Examples:
  hub call some-bot greet name=zoë id=123456789012345678
  hub call some-bot greet --data '{"name":"zoë"}'
`,
  inform: `Tell clients something: those that are named, or all.

Usage: hub inform DATA [TARGET…] [options]

Data that is JSON is sent as such, any other as text.
${OPTIONS}
Examples:
  hub inform 'back in five minutes'
  hub inform '{"shop":"open"}' some-bot another-bot
`,
  ping: `Ask whether the hub answers, or whether it knows a client.

Usage: hub ping [TARGET] [options]
${OPTIONS}
Example:
  hub ping some-bot
`,
  listen: `Take a name, and print what arrives: informations and requests.

Usage: hub listen NAME [options]

Requests are answered with "Route not found".
${OPTIONS}
Example:
  hub listen dashboard --json
`,
};

/** The name of a command. */
export type CommandName = keyof typeof HELP;

interface Arguments {
  /** What is no option. */
  readonly words: string[];
  readonly data: string | undefined;
  readonly json: boolean;
  /** In milliseconds. */
  readonly timeout: number;
  readonly url: string | undefined;
  readonly token: string | undefined;
}

/** What the user should hear as one sentence with exit code 2. */
class UsageError extends Error {}

/** What each command does; returns the exit code. */
const COMMANDS: Record<
  CommandName,
  (args: Arguments, io: CommandIo) => Promise<number>
> = { call, inform, ping, listen };

/** Whether there is a command of that name. */
export function isCommand(name: string | undefined): name is CommandName {
  return name !== undefined && Object.hasOwn(COMMANDS, name);
}

/** Runs a command; returns the exit code. */
export async function runCommand(
  name: CommandName,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  try {
    const parsed = await parseArguments(name, args);
    if (parsed) return await COMMANDS[name](parsed, io);
    io.log(HELP[name].trimEnd());
    return 0;
  } catch (error) {
    if (io.signal.aborted) return 130;
    if (!(error instanceof Error)) throw error;
    io.error(`hub: ${printable(error.message)}`);
    return exitCode(error);
  }
}

async function call(args: Arguments, io: CommandIo): Promise<number> {
  const [target, route, ...pairs] = args.words;
  if (!target || !route) throw new UsageError("Name a client and its route");
  const data = dataOf(pairs, args.data);
  await using client = await connectClient(args, io);
  const { signal } = io;
  const { timeout } = args;
  const answer = await client.request(target, route, data, { timeout, signal });
  io.log(shown(answer, args.json));
  return 0;
}

async function inform(args: Arguments, io: CommandIo): Promise<number> {
  const [text, ...targets] = args.words;
  if (text === undefined) throw new UsageError("Say what to tell");
  await using client = await connectClient(args, io);
  await client.inform(valueOf(text), targets.length > 0 ? targets : undefined);
  // The hub has read it when it answers what came after.
  await client.ping(undefined, { timeout: args.timeout, signal: io.signal });
  return 0;
}

async function ping(args: Arguments, io: CommandIo): Promise<number> {
  const [target, ...rest] = args.words;
  if (rest.length > 0) throw new UsageError("Name one client, or none");
  await using client = await connectClient(args, io);
  const { signal } = io;
  const start = performance.now();
  const success = await client.ping(target, { timeout: args.timeout, signal });
  const ms = Number((performance.now() - start).toFixed(2));
  const who = target === undefined ? "The hub" : printable(target);
  if (args.json) io.log(JSON.stringify({ success, ms }));
  else if (!success) io.log(`${who} is not connected`);
  else if (target === undefined) io.log(`${who} answers in ${ms} ms`);
  else io.log(`${who} is connected`);
  return success ? 0 : 1;
}

async function listen(args: Arguments, io: CommandIo): Promise<number> {
  const [name, ...rest] = args.words;
  if (!name || rest.length > 0) throw new UsageError("Name the client to be");
  await using client = makeClient(name, args);
  const show = printable(name);
  const write = (type: string, detail: { source: string }, text: string) =>
    io.log(
      args.json
        ? stringify({ type, ...detail })
        : `${printable(detail.source)}${printable(text)}`,
    );
  client.addEventListener("information", ({ detail }) => {
    write("information", detail, `: ${shown(detail.data, false)}`);
  });
  client.addEventListener("request", ({ detail }) => {
    write(
      "request",
      detail,
      ` asks for ${detail.route} ${shown(detail.data, true)}`,
    );
  });
  client.addEventListener("ready", () => {
    io.error(`Listening as ${show} (Ctrl-C stops it)`);
  });
  client.addEventListener("hold", () => {
    io.error(`Another client is ${show}: waiting until it leaves`);
  });
  client.addEventListener("disconnect", () => {
    if (!io.signal.aborted) io.error("The connection to the hub was lost");
  });
  const { signal } = io;
  await client.connect({ timeout: Infinity, signal }).catch((error) => {
    if (!signal.aborted) throw error;
  });
  await stopped(signal);
  return 0;
}

/** Returns a client that is ready, of a name that nobody else has. */
async function connectClient(
  args: Arguments,
  { signal }: CommandIo,
): Promise<Client> {
  const client = makeClient(`hub-${crypto.randomUUID().slice(0, 8)}`, args);
  await client.connect({ timeout: args.timeout, signal });
  return client;
}

function makeClient(name: string, { url, token }: Arguments): Client {
  return new Client(name, {
    ...(url !== undefined && { url }),
    ...(token !== undefined && { token }),
  });
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Returns `undefined` if the user asks for help. */
async function parseArguments(
  name: CommandName,
  args: readonly string[],
): Promise<Arguments | undefined> {
  const options = parseArgs(args, {
    boolean: ["help", "json"],
    string: ["_", "url", "token", "timeout", "data"],
    alias: { help: "h" },
    unknown(option, key) {
      if (key === undefined) return true;
      throw new UsageError(`There is no option ${option}. See --help`);
    },
  });
  if (options.help) return undefined;
  const seconds = Number(options.timeout ?? 60);
  if (!(seconds > 0)) throw new UsageError("--timeout has to be in seconds");
  if (options.data !== undefined && name !== "call") {
    throw new UsageError("There is no option --data. See --help");
  }
  return {
    words: options._.map(String),
    data: options.data,
    json: options.json,
    timeout: seconds * 1000,
    url: options.url,
    token: options.token ?? await environmentToken(),
  };
}

/** The token from the environment, if the program may read it. */
export async function environmentToken(): Promise<string | undefined> {
  const variable = "WIREKIT_TOKEN";
  const { state } = await Deno.permissions.query({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) || undefined : undefined;
}

function dataOf(
  pairs: string[],
  json: string | undefined,
): Record<string, unknown> {
  if (json === undefined) return Object.fromEntries(pairs.map(pairOf));
  if (pairs.length > 0) {
    throw new UsageError("Give either --data or KEY=VALUE, not both");
  }
  const data = valueOf(json);
  if (!isRecord(data)) throw new UsageError("--data has to be a JSON object");
  return data;
}

function pairOf(pair: string): [string, unknown] {
  const at = pair.indexOf("=");
  if (at < 1) throw new UsageError(`"${pair}" has to be KEY=VALUE`);
  return [pair.slice(0, at), valueOf(pair.slice(at + 1))];
}

function valueOf(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

function shown(value: unknown, json: boolean): string {
  return typeof value === "string" && !json
    ? printable(value)
    : stringify(value);
}

/** What a stranger wrote must not move the cursor of who reads it. */
function printable(text: string): string {
  return text.replace(
    /[^\P{Cc}\n\t]/gu,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

function exitCode(error: Error): number {
  if (error instanceof UsageError) return 2;
  if (error instanceof NotConnectedError) return 3;
  if (error instanceof TimeoutError) return 4;
  return error instanceof RemoteError || error instanceof LimitError ? 1 : 2;
}
