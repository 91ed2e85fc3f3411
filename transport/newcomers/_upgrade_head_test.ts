// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Random } from "@wirekit/internal/testing";
import { readUpgradeHead } from "./_upgrade_head.ts";

const MAX_BYTES = 16_384;

const encoder = new TextEncoder();

/** What is compared of a message. */
function view(message: Pick<IncomingMessage, keyof typeof VIEW>) {
  const { method, url, httpVersion, rawHeaders, headers } = message;
  return { method, url, httpVersion, rawHeaders, headers: { ...headers } };
}
const VIEW = { method: 0, url: 0, httpVersion: 0, rawHeaders: 0, headers: 0 };

const random = new Random();

/** Any of them. */
function any<T>(values: readonly T[]): T {
  return random.pick(values);
}

const NAMES = [
  ...["Origin", "Cookie", "authorization", "User-Agent", "X-Forwarded-For"],
  ...["Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "accept", "A"],
  ...["constructor", "x-1", "Set-Cookie", "Content-Length", "Expect", "TE"],
  ...["Transfer-Encoding", "__proto__", "Host", "Upgrade", "HTTP2-Settings"],
];
const VALUES = [
  ...["https://example.org", "a=b; c=d", "Bearer x y", "a, b", "0", "x"],
  ...["permessage-deflate; client_max_window_bits", "", "zoë", "\tx", "  x  "],
  ...[
    "chunked",
    "100-continue",
    '"',
    "a:b",
    "websocket",
    "\x01",
    "-".repeat(90),
  ],
];
const TARGETS = ["/", "/a/b?c=d&e=%20", "/~x;y", "*", "/#a", "/a b", "/é", ""];

/** A request that asks for a WebSocket, in some way, or almost. */
function someHead(): string {
  const often = (usual: string, ...others: string[]) =>
    random.next() < 0.9 ? usual : any(others);
  const fields = [
    ["Host", often("127.0.0.1:80", "", "a b")],
    ["Upgrade", often("websocket", "WebSocket", "h2c, websocket", "h2c")],
    ["Connection", often("Upgrade", "keep-alive, Upgrade", "close", "upgrade")],
    ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
    ["Sec-WebSocket-Version", "13"],
  ].filter(() => random.next() < 0.98);
  for (let i = random.below(4); i > 0; i--) {
    const field = [any(NAMES), any(VALUES)];
    fields.splice(random.below(fields.length), 0, field);
  }
  const method = often("GET", "POST", "get", "GETT");
  const version = often("HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/11");
  const end = often("\r\n", "\n", "\r");
  const line = `${method} ${often("/", ...TARGETS)} ${version}`;
  const lines = fields.map(([name, value]) =>
    `${name}${often(": ", ":", " : ", ":  ")}${value}`
  );
  const text = [line, ...lines, "", ""].join(end);
  if (random.next() < 0.9) return text;
  return text.slice(0, random.below(text.length));
}

Deno.test(`readUpgradeHead() reads what it reads as node:http does (seed ${random.seed})`, async () => {
  const seen: ((message: IncomingMessage | undefined) => void)[] = [];
  const server = createServer()
    .on("upgrade", (message, socket) => {
      socket.end();
      seen.shift()?.(message);
    })
    .on("request", (_message, response) => response.end())
    .listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  let read = 0;
  const heads = Array.from({ length: 900 }, someHead);
  for (const text of heads) {
    const bytes = encoder.encode(text);
    const more = encoder.encode(
      any(["", "", "\x81\x80", "GET / HTTP/1.1\r\n"]),
    );
    const all = new Uint8Array([...bytes, ...more]);
    const head = readUpgradeHead(all, MAX_BYTES);
    if (!head) continue;
    read++;
    assertEquals(head.length, bytes.length, text);
    const { promise, resolve } = Promise.withResolvers<
      IncomingMessage | undefined
    >();
    seen.push(resolve);
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(bytes);
    const message = await deadline(promise, 10_000);
    assertEquals(view(head), view(message!), text);
  }
  assert(read > 60, `${read} of ${heads.length}`);
  server.close();
});

Deno.test("readUpgradeHead() leaves to others what is not whole, is too large or is no upgrade", () => {
  const head = (fields: string) =>
    encoder.encode(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
  const fields = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  const whole = head(fields);
  assert(readUpgradeHead(whole, whole.length));
  for (let length = 0; length < whole.length; length++) {
    assertEquals(
      readUpgradeHead(whole.subarray(0, length), MAX_BYTES),
      undefined,
    );
    assertEquals(readUpgradeHead(whole, length), undefined);
  }
  for (
    const more of [
      "Content-Length: 0\r\n",
      "Transfer-Encoding: chunked\r\n",
      "Expect: 100-continue\r\n",
      "Host: a\r\n",
      "host: b\r\n",
      "X: a\r\n b\r\n",
      "X: a\nY: b\r\n",
      "X : a\r\n",
      "X: a\0\r\n",
      ": a\r\n",
      "X\r\n",
      "X: é\r\n",
      Array.from({ length: 40 }, (_, i) => `X-${i}: a\r\n`).join(""),
    ]
  ) {
    assertEquals(
      readUpgradeHead(head(fields + more), MAX_BYTES),
      undefined,
      more,
    );
    assertEquals(
      readUpgradeHead(head(more + fields), MAX_BYTES),
      undefined,
      more,
    );
  }
  for (const text of ["", "G", "\x16\x03\x01", "POST / HTTP/1.1\r\n\r\n"]) {
    assertEquals(readUpgradeHead(encoder.encode(text), MAX_BYTES), undefined);
  }
});
