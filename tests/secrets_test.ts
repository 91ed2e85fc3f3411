// Copyright 2026 the Wirekit authors. MIT license.

/** No secret of a URL is in what any package or command says. */

import { assert, assertEquals } from "@std/assert";
import { Client as HubClient } from "@wirekit/hub";
import { type Command, run } from "@wirekit/internal/command";
import { Client as RpcClient, HttpClient } from "@wirekit/jsonrpc";
import { connect } from "@wirekit/transport/connect";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { connect as connectWsrpc } from "@wirekit/wsrpc";
import { hub } from "../hub/command/_commands.ts";
import { jsonrpc } from "../jsonrpc/command/_commands.ts";
import { wsrpc } from "../wsrpc/command/_commands.ts";
import { sourcesOf } from "./_house.ts";
import { MEMBERS } from "./_packages.ts";

const SECRET = "Tr0ub4dor";

/** Where a URL may hold a secret. */
const URLS: ((host: string) => string)[] = [
  (host) => `ws://bot:${SECRET}@${host}/`,
  (host) => `ws://${SECRET}@${host}`,
  (host) => `ws://${host}/?token=${SECRET}`,
  (host) => `ws://${host}/hub/${SECRET}`,
  (host) => `ws://${host}/${SECRET}/`,
  (host) => `ws://${host}/#${SECRET}`,
  (host) => `ws://bot:${SECRET.replace("T", "%54")}@${host}/?a=b&c=${SECRET}`,
];

/** What is no URL of ours, or none at all. */
const MISTAKES: string[] = [
  `htp://bot:${SECRET}@127.0.0.1/`,
  `htp://127.0.0.1/${SECRET}`,
  `ws://bot:${SECRET}@127.0.0.1:99999/`,
  `ws://bot:${SECRET}@a host/`,
  `ws://bot:1/${SECRET}@127.0.0.1:x`,
  `ws://127.0.0.1:x/${SECRET}`,
  `ws//bot:${SECRET}@127.0.0.1/`,
  `ws:/bot:${SECRET}@127.0.0.1:1`,
  `unix://bot:${SECRET}@127.0.0.1/a`,
  `tcp://bot:${SECRET}@127.0.0.1:1`,
  `tcp://127.0.0.1:1/${SECRET}`,
  `//bot:${SECRET}@127.0.0.1/`,
];

/** Servers that let nobody in, and repeat what they were asked for. */
const ANSWERS: Record<string, (request: Request) => Response> = {
  "401": () => new Response("Who?", { status: 401 }),
  "404": ({ url }) => new Response(`Cannot GET ${url}`, { status: 404 }),
  "404 decoded": ({ url }) =>
    new Response(decodeURIComponent(new URL(url).pathname), { status: 404 }),
  "302": ({ url }) => Response.redirect(`${url}&again=${SECRET}`),
  "301": ({ url }) => {
    const { pathname, search } = new URL(url);
    const headers = { location: `${pathname}/${search}` };
    return new Response(null, { status: 301, headers });
  },
  "200": () => new Response("a page"),
};

type Dial = (url: string) => Promise<unknown>;

const DIALS: Record<string, Dial> = {
  "transport": (url) => connect(url, { connectTimeout: 5_000 }),
  "the platform's WebSocket": (url) =>
    connectWebSocket(url, { implementation: "platform" }),
  "hub connect": async (url) => {
    await using client = new HubClient("me", { url, reconnect: false });
    await client.connect({ timeout: 5_000 });
  },
  "hub ready": async (url) => {
    await using client = new HubClient("me", { url });
    const failed = client.waitFor("error", { timeout: 5_000 });
    failed.catch(() => {});
    const error = await client.ready({ timeout: 100 }).catch((error) => error);
    throw new AggregateError([error, await failed.catch((error) => error)]);
  },
  "wsrpc": (url) => connectWsrpc(url),
  "jsonrpc": async (url) => {
    await using client = new RpcClient(url, { reconnect: false });
    throw new AggregateError([
      await client.closed,
      await client.request("a").catch((error: Error) => error),
    ]);
  },
  "jsonrpc over HTTP": async (url) => {
    await using client = new HttpClient(url.replace(/^ws/, "http"));
    await client.request("a");
  },
};

const COMMANDS: Record<string, [Command, (url: string) => string[]]> = {
  "hub ping": [hub, (url) => ["ping", "--url", url]],
  "hub call": [hub, (url) => ["call", "--url", url, "bot", "greet"]],
  "hub, a URL as TARGET": [hub, (url) => ["call", url, "greet", "x"]],
  "wsrpc call": [wsrpc, (url) => ["call", url, "add"]],
  "wsrpc --url": [wsrpc, (url) => ["call", `--url=${url}`, "add"]],
  "wsrpc, two targets": [wsrpc, (url) => ["call", url, "x", "--port", "1"]],
  "jsonrpc call": [jsonrpc, (url) => ["call", url, "sum"]],
  "jsonrpc by HTTP": [
    jsonrpc,
    (url) => ["call", url.replace(/^ws/, "http"), "sum"],
  ],
  "jsonrpc, two targets": [
    jsonrpc,
    (url) => ["call", url, "x", "--url", "ws://127.0.0.1:1"],
  ],
};

/** All that can be seen of a value: messages, causes, members. */
function seen(value: unknown): string {
  const inspected = Deno.inspect(value, { depth: 20, strAbbreviateSize: 1e6 });
  const { stack = "", message = "" } = Object(value) as Partial<Error>;
  return `${inspected}\n${stack}\n${message}`;
}

async function said(dial: Dial, url: string): Promise<string> {
  return seen(await dial(url).then(() => "connected", (error) => error));
}

async function output(
  [command, args]: [Command, (url: string) => string[]],
  url: string,
): Promise<string> {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const words = [...args(url), "--timeout", "3"];
  const code = await run(command, words, { log: write, error: write });
  assert(code !== 0, `exit code of ${words.join(" ")}`);
  return lines.join("\n");
}

/** Calls each, and checks that nothing of the secret is in what they say. */
async function checkAll(urls: string[]): Promise<void> {
  const leaks: string[] = [];
  const check = async (name: string, url: string, text: Promise<string>) => {
    if ((await text).includes(SECRET.slice(1))) {
      leaks.push(`${name} with ${url}:\n${await text}`);
    }
  };
  for (const url of urls) {
    await Promise.all([
      ...Object.entries(DIALS).map(([name, dial]) =>
        check(name, url, said(dial, url))
      ),
      ...Object.entries(COMMANDS).map(([name, command]) =>
        check(name, url, output(command, url))
      ),
    ]);
  }
  assertEquals(leaks, []);
}

Deno.test("No secret of a URL is told where nobody listens", async () => {
  await checkAll(URLS.map((url) => url("127.0.0.1:1")));
});

Deno.test("No secret of what is not a URL is told", async () => {
  await checkAll(MISTAKES);
});

for (const [name, answer] of Object.entries(ANSWERS)) {
  Deno.test(`No secret of a URL is told where a server answers ${name}`, async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      answer,
    );
    await checkAll(URLS.map((url) => url(`127.0.0.1:${server.addr.port}`)));
  });
}

/**
 * Files with a `new URL()`, whose error repeats what it is given: of what is no
 * URL of a user, or was checked before. `URL.parse()` repeats nothing.
 */
const PARSE: Record<string, string> = {
  "transport/pages/_page_admission.ts": "the URL of a request",
  "hub/command/_serve.ts": "the URL of a server of ours",
  "hub/page.ts": "the URL of a request",
  "hub/page/app/snippets.ts": "the address of the page",
  "jsonrpc/command/_serve_file.ts": "the URL of a file",
  "jsonrpc/command/_target.ts": "a URL that was checked",
  "openwebnet/discovery.ts": "what a device says of itself",
  "switchboard/command/_gateways.ts": "the URL of a file",
  "switchboard/command/_mcp.ts": "a URL that was checked",
};

const PARSING_REGEXP = /\bnew URL\((?!request\.url\b|[^()]*import\.meta\.url)/;

Deno.test("URLs of users are parsed in one place, whose errors show no secret", async () => {
  const found: string[] = [];
  for (const { folder } of MEMBERS) {
    for (const { path, text } of await sourcesOf(folder)) {
      const code = text.replaceAll(/^ *\/?\*.*$/gm, "");
      if (PARSING_REGEXP.test(code)) found.push(`${folder}/${path}`);
    }
  }
  assertEquals(found.filter((file) => !(file in PARSE)), []);
});
