// Copyright 2026 the Wirekit authors. MIT license.

/** Handshakes that come a byte at a time, or stop halfway, on every carrier. */

import { assert, assertEquals } from "@std/assert";
import { KINDS, Party, start, TLS_FLAGS } from "../_kit.ts";
import { dial } from "../_wire.ts";

/** No server waits longer for a handshake and a verification after it. */
const LIMIT = 20_000;

/** What a busy machine may take longer, in milliseconds. */
const SLACK = 15_000;

const UPGRADE = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n" +
  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/** A TLS record that promises a ClientHello of 512 bytes. */
const CLIENT_HELLO = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" +
  "x".repeat(500);

/** What is written at once, and what a byte at a time after it. */
interface Trickle {
  name: string;
  carriers: string[];
  kinds?: string[];
  first: string;
  then: string;
}

const TRICKLES: Trickle[] = [
  { name: "nothing", carriers: ["ws"], first: "", then: "" },
  { name: "no TLS", carriers: ["wss", "tls"], first: "", then: "" },
  {
    name: "TLS",
    carriers: ["wss", "tls"],
    first: "",
    then: CLIENT_HELLO,
  },
  {
    name: "half of TLS",
    carriers: ["wss", "tls"],
    first: CLIENT_HELLO.slice(0, 300),
    then: "",
  },
  {
    name: "headers",
    carriers: ["ws"],
    first: "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    then: `X-Filler: ${"a".repeat(1_000)}`,
  },
  { name: "an upgrade", carriers: ["ws"], first: "", then: UPGRADE },
  {
    name: "an upgrade without its end",
    carriers: ["ws"],
    first: UPGRADE,
    then: "",
  },
  {
    name: "no verification",
    kinds: ["hub"],
    carriers: ["ws", "tcp", "unix"],
    first: "",
    then: "",
  },
  {
    name: "a verification",
    kinds: ["hub"],
    carriers: ["tcp", "unix"],
    first: '{"type":1,"id":"',
    then: "b".repeat(1_000),
  },
];

/** Trickles until the server ends it; tells how long that took. */
async function endure(url: string, first: string, then: string) {
  const bare = url.replace(/^(wss?|tls):/, "tcp:");
  const begin = performance.now();
  const conn = await dial(bare);
  const end = Promise.withResolvers<void>();
  (async () => {
    const buffer = new Uint8Array(4_096);
    while (await conn.read(buffer).catch(() => null));
    end.resolve();
  })();
  const encode = (text: string) =>
    Uint8Array.from(text, (character) => character.charCodeAt(0));
  let at = 0;
  const timer = setInterval(() => {
    if (at >= then.length) return;
    conn.write(encode(then[at++]!)).catch(() => {});
  }, 300);
  const late = setTimeout(() => end.resolve(), LIMIT + SLACK);
  await conn.write(encode(first));
  await end.promise;
  clearInterval(timer);
  clearTimeout(late);
  const elapsed = performance.now() - begin;
  conn.close();
  return elapsed;
}

for (const kind of Object.keys(KINDS)) {
  Deno.test(`${kind} lets no handshake trickle for ever`, async () => {
    const directory = await Deno.makeTempDir();
    const more = ["--tcp=0", `--unix=${directory}/hub.sock`];
    await using plain = await start(kind, kind === "hub" ? more : []);
    await using secure = kind === "hub"
      ? await start(kind, ["--tcp=0", ...TLS_FLAGS])
      : undefined;
    const urls = { ...secure?.urls, ...plain.urls };
    await using bystander = new Party(kind);
    const lasting: [string, Promise<number>][] = [];
    for (const { name, carriers, kinds, first, then } of TRICKLES) {
      if (kinds && !kinds.includes(kind)) continue;
      for (const carrier of carriers) {
        const url = urls[carrier];
        if (!url) continue;
        const whole = name === "no verification" && carrier === "ws"
          ? `${UPGRADE}\r\n`
          : first;
        for (let i = 0; i < 10; i++) {
          lasting.push([`${name} on ${carrier}`, endure(url, whole, then)]);
        }
      }
    }
    const ledger = await bystander.measure(urls["ws"]!, 3_000);
    assertEquals(ledger.answered, ledger.asked);
    for (const [name, elapsed] of lasting) {
      const ms = await elapsed;
      assert(ms < LIMIT + SLACK, `${name}: still open after ${ms} ms`);
    }
    const after = await bystander.measure(urls["ws"]!, 50, "after");
    assertEquals(after.answered, after.asked);
    await plain.program.stop();
    await Deno.remove(directory, { recursive: true });
  });
}
