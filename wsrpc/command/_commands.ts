// Copyright 2026 the Wirekit authors. MIT license.

/** The `wsrpc` command and its subcommands. */

import {
  type Command,
  command,
  headerOf,
  integer,
  parseExactly,
  placeOf,
  type Places,
  port,
  readCertificates,
  readData,
  seconds,
  type Terminal,
  text,
  texts,
  toggle,
  toJson,
  UsageError,
  valueOf,
  type Values,
} from "@wirekit/internal/command";
import { NotConnectedError, shownUrl } from "@wirekit/internal/errors";
import { type Client, connect } from "../client.ts";
import config from "../deno.json" with { type: "json" };
import { LimitError, RemoteError, WsrpcError } from "../errors.ts";
import type { PeerHooks } from "../peer_options.ts";

const PLACES: Places = {
  schemes: ["ws:", "wss:", "tcp:", "tls:", "unix:"],
  at: (port) => `ws://127.0.0.1:${port}/ws/`,
};

const CLIENT_OPTIONS = {
  url: text(
    "URL",
    "URL to call, instead of the first word (or WIREKIT_URL)",
  ),
  port: port("Call the server on this port of this machine", "p", 1),
  header: texts("NAME:VALUE", "Header of the handshake"),
  ca: text("FILE", "Certificates to trust, in PEM", { file: true }),
  timeout: seconds("How long to wait for the connection and the answer (60)"),
  json: toggle("Print one JSON text per line"),
};

const call = command({
  name: "call",
  summary: "Call a method and print its result",
  operands: "[URL] METHOD [ARGUMENT…]",
  details:
    "An ARGUMENT is KEY=VALUE, or a VALUE if none has a key: keyword or " +
    "positional arguments, as the handler takes them. A value that is JSON is " +
    "sent as such, any other as text. A value alone that has a = after letters, " +
    `as base64 may, is given in quotes: '"YQ=="'. ` +
    "URL is ws:, wss:, tcp:, tls: or unix:.",
  options: {
    data: text(
      "JSON",
      "The params as they go over the wire, instead of ARGUMENT…; - reads " +
        "standard input, @FILE a file",
    ),
    ...CLIENT_OPTIONS,
  },
  examples: [
    "wsrpc call ws://127.0.0.1:8000/ws/ kv.set key=name value=zoë",
    `wsrpc call ws://127.0.0.1:8000/ws/ add --data '{"a":1,"b":2}'`,
    "wsrpc call --port 8000 echo -1 two",
  ],
  async run({ words, options }, terminal) {
    const { url, rest } = targetOf(words, options, terminal);
    const [method, ...pairs] = rest;
    if (method === undefined) {
      throw new UsageError("METHOD is missing. See wsrpc call --help");
    }
    const params = await paramsOf(pairs, options.data);
    const { timeout = 60_000, json } = options;
    const strange = new AbortController();
    await using client = await open(url, options, terminal, {
      ignored: (_peer, reason) => strange.abort(new RemoteError(reason)),
    });
    const signal = AbortSignal.any([terminal.signal, strange.signal]);
    const result = await terminal.during(
      `Waiting for ${method}`,
      client.call(method, params, { timeout, signal }).catch((cause) => {
        throw explained(cause, url);
      }),
    );
    terminal.log(json ? toJson(result) : shown(result));
  },
});

const listen = command({
  name: "listen",
  summary: "Print the events of a server until Ctrl-C",
  operands: "[URL]",
  details: "URL is ws:, wss:, tcp:, tls: or unix:.",
  options: {
    count: integer("N", "Stop after this many events", { min: 1 }),
    ...CLIENT_OPTIONS,
  },
  examples: ["wsrpc listen ws://127.0.0.1:8000/ws/ --json"],
  async run({ words, options }, terminal) {
    const { url, rest: [surplus] } = targetOf(words, options, terminal);
    if (surplus !== undefined) {
      throw new UsageError(`Unexpected argument "${surplus}"`);
    }
    const done = Promise.withResolvers<void>();
    let { count: left = Infinity } = options;
    const { signal } = terminal;
    let opened = 0;
    let isKnown = false;
    const strange = new AbortController();
    await using client = await open(url, options, terminal, {
      ignored(_peer, reason) {
        if (!isKnown) strange.abort(new RemoteError(reason));
      },
      open() {
        if (++opened > 1) terminal.error("Connected again");
      },
      close() {
        if (left === 0 || signal.aborted || strange.signal.aborted) return;
        terminal.error(`The connection to ${shownUrl(url)} was lost`);
      },
    });
    client.addEventListener((event) => {
      if (left === 0 || strange.signal.aborted) return;
      terminal.log(options.json ? toJson(event) : shown(event));
      if (--left === 0) done.resolve();
    });
    terminal.error(
      `Waiting for events of ${shownUrl(url)} (Ctrl-C stops it)`,
    );
    // What speaks another protocol would be waited for without end.
    client.call("ping", {}, {
      signal: AbortSignal.any([signal, strange.signal]),
    }).catch((cause) => {
      if (isForeign(cause)) done.reject(explained(cause, url));
    }).finally(() => isKnown = true);
    signal.addEventListener("abort", () => done.resolve());
    if (signal.aborted) done.resolve();
    await done.promise;
  },
});

/** The `wsrpc` command. */
export const wsrpc: Command = {
  name: "wsrpc",
  version: config.version,
  summary: "Call wsrpc servers, listen to them, or run one",
  commands: [
    call,
    listen,
    {
      name: "serve",
      load: async () => (await import("./_command_serve.ts")).serveCommand,
    },
  ],
  fallback: "call",
  examples: [
    "wsrpc serve",
    "wsrpc ws://127.0.0.1:8000/ws/ kv.set key=name value=zoë",
    "wsrpc listen ws://127.0.0.1:8000/ws/ --json",
  ],
  exitCode: (error) => error instanceof LimitError ? 2 : undefined,
  messageOf: (error) =>
    error instanceof WsrpcError ? `${error.type}: ${error.message}` : undefined,
};

/** Asks whether it is a server of this protocol, if it may be none. */
function explained(cause: unknown, url: string): unknown {
  const isClosed = cause instanceof NotConnectedError;
  if (!isClosed && !isForeign(cause)) return cause;
  const message = `${cause.message}. Is ${shownUrl(url)} a wsrpc server?`;
  return new (isClosed ? NotConnectedError : RemoteError)(message, { cause });
}

/** Whether an answer is none of this protocol. */
function isForeign(cause: unknown): cause is RemoteError {
  if (!(cause instanceof WsrpcError)) return cause instanceof RemoteError;
  // An error of JSON-RPC, which has a number in place of a type.
  const { type, code } = Object(cause.raw) as Record<string, unknown>;
  return type === undefined && typeof code === "number";
}

/** Returns the server to call, and the words after it. */
function targetOf(
  words: readonly string[],
  options: Values<typeof CLIENT_OPTIONS>,
  terminal: Terminal,
): { url: string; rest: readonly string[] } {
  const { url, rest } = placeOf(words, options, terminal, PLACES);
  if (url !== undefined) return { url, rest };
  throw new UsageError(
    "Say where to call: a URL such as ws://127.0.0.1:8000/ws/ as the first " +
      "word, or --port PORT",
  );
}

async function open(
  url: string,
  { timeout = 60_000, header, ca }: Values<typeof CLIENT_OPTIONS>,
  terminal: Terminal,
  hooks: PeerHooks = {},
): Promise<Client> {
  const headers = new Headers(header.map(headerOf));
  const client = connect(url, {
    headers,
    ...(ca !== undefined && { tls: { ca: await readCertificates(ca) } }),
    connectTimeout: timeout,
    hooks,
    signal: terminal.signal,
  });
  return await terminal.during("Connecting", client);
}

async function paramsOf(
  words: readonly string[],
  data: string | undefined,
): Promise<unknown> {
  if (data !== undefined) {
    if (words.length > 0) {
      throw new UsageError("--data and ARGUMENT exclude each other");
    }
    try {
      return parseExactly(await readData(data));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new UsageError(`--data has to be JSON, not ${data}`);
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
    throw new UsageError(
      "Give either keyword or positional arguments, not both",
    );
  }
  return words.map((word) => valueOf(word));
}

/** Writes a value for a person: text unchanged, anything else as JSON. */
function shown(value: unknown): string {
  return typeof value === "string" ? value : toJson(value, 2);
}
