// Copyright 2026 the Wirekit authors. MIT license.

/** A post is answered alike, whether the hub makes a `Request` of it or not. */

import { assert, assertEquals } from "@std/assert";
import { Client } from "@wirekit/hub";
import { httpDoor } from "./http.ts";
import { serve, type ServeOptions } from "./serve.ts";
import { Random } from "../wsrpc/testdata/random.ts";

interface Answer {
  readonly status: string;
  readonly headers: string[];
  readonly body: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Sends a post as it is written, in one piece or in several. */
async function send(
  port: number,
  head: string,
  body: Uint8Array,
  pieces: number,
): Promise<Answer> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const bytes = new Uint8Array([...encoder.encode(head), ...body]);
  const size = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length; at += size) {
    await conn.write(bytes.subarray(at, at + size));
    if (pieces > 1) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  let text = "";
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const count = await conn.read(buffer);
    if (count === null) break;
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
    const [start = "", ...rest] = text.split("\r\n\r\n");
    const [, length] = /^content-length: (\d+)/im.exec(start) ?? [];
    if (encoder.encode(rest.join("\r\n\r\n")).length >= Number(length)) break;
  }
  const [start = "", ...rest] = text.split("\r\n\r\n");
  const [status = "", ...headers] = start.split("\r\n");
  return {
    status,
    headers: headers.map((line) => line.toLowerCase())
      .filter((line) => !/^(date|keep-alive|connection):/.test(line)).sort(),
    body: rest.join("\r\n\r\n"),
  };
}

const PATHS = [
  "/call/bot/echo",
  "/call/bot/echo?timeout=5000",
  "/call/bot/echo?timeout=0",
  "/call/bot/echo?timeout=x&timeout=5",
  "/call/bot/echo?name=guest",
  "/call/bot/echo?name=bot",
  "/call/bot/echo?as=nobody",
  "/call/bot/echo?token=secret-of-somebody",
  "/call/bot/never?timeout=1",
  "/call/bot/fail",
  "/call/bot/a%2Fb%20c",
  "/call/bot/a/b",
  "/call/bot/",
  "/call/bot",
  "/call//echo",
  "/call/%E2%82/echo",
  "/call/b%6Ft/echo",
  "/call/nobody/echo",
  '/call/bot/e"c',
  "/call/bot/e{c}",
  "/call/../call/bot/echo",
  "/call/bot/echo#x",
  "/calls/bot/echo",
  "/inform",
  "http://127.0.0.1/call/bot/echo",
];

const BODIES = [
  "{}",
  "",
  '{"a":1.0,"b":18446744073709551615}',
  ' \n{"a": 1 }\t',
  "[1,2]",
  '"text"',
  "nonsense",
  '{"a":1e999}',
  '{"a":"\\ud800"}',
  "\ufeff{}",
  `{"x":"${"zoë".repeat(1_000)}"}`,
  `{"x":"${"x".repeat(70_000)}"}`,
];

const HEADERS = [
  "",
  "authorization: Bearer secret-of-somebody\r\n",
  "authorization: Bearer wrong\r\n",
  "x-forwarded-for: 192.0.2.1\r\n",
  "origin: https://evil.example\r\n",
  "cookie: a=b\r\n",
  "sec-fetch-site: cross-site\r\n",
  "accept-encoding: gzip\r\n",
];

const TYPES = [
  "application/json",
  "application/json; charset=utf-8",
  "text/plain",
  "application/ld+json",
];

const HOSTS = ["127.0.0.1", "localhost:1", "evil.example", "hub.example.org"];

async function compare(options: ServeOptions, token?: string): Promise<void> {
  let plain = 0;
  await using server = await serve({
    port: 0,
    allowedHosts: ["hub.example.org"],
    open: [
      (hub) => {
        return { fetch: () => undefined, plain: () => void plain++, hub };
      },
      httpDoor(),
    ],
    ...options,
  });
  await using bot = new Client("bot", {
    url: server.urls[0],
    ...(token && { token }),
  });
  bot.route("echo", (data) => data);
  bot.route("a/b", () => 1);
  bot.route("a/b c", () => 2);
  bot.route("fail", () => {
    throw new Error("kaput");
  });
  bot.route("never", () => new Promise(() => {}));
  await bot.connect();
  const { port } = server.addr;
  await Random.test(async (random) => {
    for (let n = 0; n < 150; n++) {
      const path = random.pick(PATHS);
      const often = random.below(3) > 0;
      const host = often ? "127.0.0.1" : random.pick(HOSTS);
      const type = often ? TYPES[0]! : random.pick(TYPES);
      const more = random.pick(HEADERS);
      const bytes = random.below(20) === 0
        ? new Uint8Array([0x22, 0xff, 0x22])
        : encoder.encode(random.pick(BODIES));
      // What comes twice in a request is for the long way.
      const head = (twice: string) =>
        `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${type}\r\n` +
        `Content-Length: ${bytes.length}\r\n${more}${twice}\r\n`;
      const pieces = random.below(10) === 0 ? 3 : 1;
      const long = await send(
        port,
        head("x-a: 1\r\nx-a: 1\r\n"),
        bytes,
        pieces,
      );
      const short = await send(port, head("x-a: 1\r\n"), bytes, pieces);
      assertEquals(short, long, `${head("")}${decoder.decode(bytes)}`);
    }
  });
  assert(plain > 20, `${plain} went the short way`);
}

Deno.test("A post is answered alike with and without a Request, at an open hub", () =>
  compare({}));

Deno.test("A post is answered alike with and without a Request, by tokens and rules", () =>
  compare({
    tokens: [
      { label: "bot", token: "secret-of-the-bot", names: ["bot"] },
      { label: "one", token: "secret-of-somebody", names: ["guest"] },
    ],
    rules: [
      { names: ["guest"], ask: { bot: ["echo", "fail"] } },
      { names: ["bot"], ask: [] },
    ],
  }, "secret-of-the-bot"));

Deno.test("A post is answered alike with and without a Request, where messages are short and few", () =>
  compare({ maxMessageBytes: 500, allowedAddresses: ["127.0.0.0/8"] }));

Deno.test("Who leaves before its answer cancels its call, with and without a Request", async () => {
  await using server = await serve({ port: 0, open: [httpDoor()] });
  await using bot = new Client("bot", { url: server.urls[0] });
  let asked = Promise.withResolvers<void>();
  bot.route("never", () => {
    asked.resolve();
    return new Promise(() => {});
  });
  await bot.connect();
  for (const more of ["", "x-a: 1\r\nx-a: 1\r\n"]) {
    const { port } = server.addr;
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(encoder.encode(
      "POST /call/bot/never HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
        `Content-Type: application/json\r\nContent-Length: 2\r\n${more}\r\n{}`,
    ));
    await asked.promise;
    asked = Promise.withResolvers();
    assertEquals(server.hub.exchange.openQuestions, 1);
    conn.close();
    while (server.hub.exchange.openQuestions > 0) await bot.ping();
  }
});

Deno.test("A hook that decides who comes in gets a Request of each post", async () => {
  const seen: boolean[] = [];
  await using server = await serve({
    port: 0,
    open: [httpDoor()],
    authorize: (request) => {
      seen.push(request instanceof Request);
      return new Response("No.\n", { status: 403 });
    },
  });
  const url = `http://127.0.0.1:${server.addr.port}/call/bot/x`;
  const headers = {
    "content-type": "application/json",
    "x-forwarded-for": "192.0.2.1",
  };
  const response = await fetch(url, { method: "POST", headers, body: "{}" });
  await response.body?.cancel();
  assertEquals([response.status, seen], [403, [true]]);
});
