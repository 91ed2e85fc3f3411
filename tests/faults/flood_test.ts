// Copyright 2026 the Wirekit authors. MIT license.

/** What a client that floods a server does to one that does not. */

import { assertLessOrEqual } from "@std/assert";

/** How long the quiet one may wait, in milliseconds: 99 of 100 times. */
const MAX_P99 = 50;

/** A machine that is busy with other tests gets more than one chance. */
const ROUNDS = 5;

const COUNT = 150;

const HELLO = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n" +
  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

function frame(first: number, text = ""): number[] {
  const payload = new TextEncoder().encode(text);
  return [first, 0x80 | payload.length, 0, 0, 0, 0, ...payload];
}

function worker(name: string): Worker {
  const url = new URL(`programs/${name}.ts`, import.meta.url);
  return new Worker(url, { type: "module" });
}

function message<T>(worker: Worker): Promise<T> {
  return new Promise((resolve) => {
    worker.addEventListener("message", ({ data }) => resolve(data), {
      once: true,
    });
  });
}

/** How long each of many echoes took that were asked for 10 ms apart. */
async function quietTimes(
  port: number,
  hello: string,
  bytes: Uint8Array,
  answer: number,
): Promise<number[]> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  const buffer = new Uint8Array(4_096);
  if (hello) {
    await conn.write(new TextEncoder().encode(hello));
    await conn.read(buffer);
  }
  const asked: number[] = [];
  const timer = setInterval(() => {
    asked.push(performance.now());
    conn.write(bytes);
    if (asked.length === COUNT) clearInterval(timer);
  }, 10);
  const times: number[] = [];
  for (let count = 0; times.length < COUNT;) {
    count += await conn.read(buffer) ?? 0;
    while (times.length < Math.floor(count / answer)) {
      times.push(performance.now() - asked[times.length]!);
    }
  }
  return times.sort((a, b) => a - b);
}

const FLOODS: [string, "webSocket" | "tcp", number[], number[]][] = [
  ["pings", "webSocket", [], frame(0x89, "1234")],
  ["pongs", "webSocket", [], frame(0x8a)],
  ["empty messages", "webSocket", [], frame(0x81)],
  ["empty fragments", "webSocket", frame(0x01), frame(0x00)],
  ["small messages", "webSocket", [], frame(0x81, "a")],
  ["empty lines", "tcp", [], [10]],
  ["small lines", "tcp", [], [97, 10]],
];

for (const [name, carrier, first, bytes] of FLOODS) {
  Deno.test(`a flood of ${name} leaves a bystander its answers`, async () => {
    const server = worker("echo_server");
    const flooder = worker("flooder");
    try {
      const ports = await message<{ webSocket: number; tcp: number }>(server);
      const port = ports[carrier];
      const hello = carrier === "tcp" ? "" : HELLO;
      flooder.postMessage({
        port,
        first: new Uint8Array([...new TextEncoder().encode(hello), ...first]),
        bytes: new Uint8Array(Array(5_000).fill(bytes).flat()),
      });
      await message(flooder);
      let p99 = Infinity;
      for (let i = 0; i < ROUNDS && p99 > MAX_P99; i++) {
        const times = carrier === "tcp"
          ? await quietTimes(port, hello, new Uint8Array([97, 10]), 2)
          : await quietTimes(port, hello, new Uint8Array(frame(0x81, "a")), 3);
        p99 = Math.min(p99, times[Math.floor(COUNT * 0.99)]!);
      }
      assertLessOrEqual(p99, MAX_P99);
    } finally {
      flooder.terminate();
      server.terminate();
    }
  });
}
