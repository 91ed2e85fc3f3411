// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import {
  listenWebSocket,
  type ListenWebSocketOptions,
} from "../listen_websocket.ts";
import { forEachMessage } from "../transport.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
const UPGRADE = [
  ...["Host: 127.0.0.1", "Connection: Upgrade", "Upgrade: websocket"],
  ...["Sec-WebSocket-Version: 13", KEY],
];

function head(fields: readonly string[], line = "GET /x HTTP/1.1"): string {
  return [line, ...fields, "", ""].join("\r\n");
}

/** A listener, and what its hooks saw. */
async function listen(options: Partial<ListenWebSocketOptions> = {}) {
  const seen: unknown[] = [];
  const listener = await listenWebSocket({
    port: 0,
    handshakeTimeout: 5_000,
    authorize({ method, url, headers }, { remoteAddr }) {
      seen.push([method, url, [...headers], remoteAddr.hostname]);
      return headers.has("x-refused")
        ? new Response("no\n", { status: 401 }) as never
        : undefined;
    },
    handler: async (request) =>
      new Response(`${request.method} ${await request.text()}`),
    ...options,
  });
  const serving = (async () => {
    for await (const { transport } of listener) {
      forEachMessage(transport, (message) => void transport.send(message))
        .catch(() => {});
    }
  })();
  return {
    seen,
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      await listener.close();
      await serving;
    },
  };
}

/** Sends some pieces, and returns what is answered until it is over. */
async function exchange(
  port: number,
  pieces: readonly string[],
): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  const reading = (async () => {
    let text = "";
    const bytes = new Uint8Array(10_000);
    for (;;) {
      const count = await conn.read(bytes).catch(() => null);
      if (count === null) return text;
      text += decoder.decode(bytes.subarray(0, count));
      const end = text.indexOf("\r\n\r\n") + 4;
      if (end < 4) continue;
      const [, length] = /content-length: (\d+)/i.exec(text) ?? [];
      const isAll = length === undefined
        ? /^HTTP\/1.1 101 /.test(text) || text.endsWith("\n0\r\n\r\n")
        : text.length >= end + Number(length);
      if (isAll) return text;
    }
  })();
  for (const piece of pieces) {
    await conn.write(encoder.encode(piece)).catch(() => {});
    if (pieces.length > 1) await new Promise((done) => setTimeout(done, 10));
  }
  const text = await deadline(reading, 10_000);
  return text.replace(/date: .*\r\n/i, "");
}

Deno.test("listenWebSocket() answers a request that comes whole as one that comes in parts", async () => {
  await using server = await listen();
  for (
    const text of [
      head([...UPGRADE, "X-Refused: yes"]),
      head([...UPGRADE, "Origin: https://evil.example"]),
      head(UPGRADE.slice(0, -1)),
      head(UPGRADE.slice(1)),
      head([...UPGRADE, "Content-Length: 2"]) + "hi",
      head([...UPGRADE, "Host: b"]),
      head(UPGRADE.map((each) => each.replace("13", "8"))),
      head(UPGRADE.map((each) => each.replace("127.0.0.1", "a b"))),
      head(UPGRADE, "GET http://127.0.0.1/x HTTP/1.1"),
      head(["Host: a"], "GET / HTTP/1.1"),
      head(["Host: a", "Content-Length: 5"], "POST /p HTTP/1.1") + "hello",
      head(["Host: a", "Transfer-Encoding: chunked"], "POST /p HTTP/1.1") +
      "5\r\nhello\r\n0\r\n\r\n",
      head(["Host: a"], "TRACE / HTTP/1.1"),
      "nonsense\r\n\r\n",
      "GET / HTTP/1.1\r\nX : y\r\n\r\n",
    ]
  ) {
    const take = async (pieces: string[]) => {
      server.seen.length = 0;
      const answer = await exchange(server.port, pieces);
      return { answer, seen: structuredClone(server.seen) };
    };
    const whole = await take([text]);
    assertEquals(await take([text.slice(0, 1), text.slice(1)]), whole, text);
    assertEquals(await take([text.slice(0, 30), text.slice(30)]), whole, text);
    assert(whole.answer !== "", text);
  }
});

Deno.test("listenWebSocket() takes frames that come with the request, right after it, or later", async () => {
  await using server = await listen({
    // Not decided at once: what comes meanwhile waits.
    authorize: () =>
      new Promise((done) => setTimeout(() => done(undefined), 30)),
  });
  const frame = new Uint8Array([0x81, 0x82, 0, 0, 0, 0, 104, 105]);
  const request = encoder.encode(head(UPGRADE));
  const both = new Uint8Array([...request, ...frame]);
  for (
    const pieces of [
      [both],
      [request, frame],
      [both.subarray(0, -3), both.subarray(-3)],
      [both.subarray(0, 40), both.subarray(40)],
    ]
  ) {
    using conn = await Deno.connect({
      hostname: "127.0.0.1",
      port: server.port,
    });
    conn.setNoDelay(true);
    for (const piece of pieces) {
      await conn.write(piece);
      await new Promise((done) => setTimeout(done, 5));
    }
    let got: number[] = [];
    const bytes = new Uint8Array(1_000);
    while (!got.slice(-4).join().endsWith("129,2,104,105")) {
      const count = await deadline(conn.read(bytes), 10_000);
      assert(count !== null, decoder.decode(new Uint8Array(got)));
      got = [...got, ...bytes.subarray(0, count)];
    }
    assert(decoder.decode(new Uint8Array(got)).startsWith("HTTP/1.1 101 "));
  }
});

Deno.test("listenWebSocket() answers many requests of one connection, and large bodies", async () => {
  await using server = await listen();
  const url = `http://127.0.0.1:${server.port}/p`;
  const large = "x".repeat(3_000_000);
  for (const body of ["a", large, "b", large]) {
    const response = await fetch(url, { method: "POST", body });
    assertEquals(await response.text(), `POST ${body}`);
  }
});

Deno.test("listenWebSocket() waits for who says nothing as long as for others", async () => {
  await using server = await listen({ handshakeTimeout: 1_000 });
  const start = performance.now();
  const answer = await exchange(server.port, []);
  const took = performance.now() - start;
  assert(/^HTTP\/1.1 408 /.test(answer), answer);
  assert(took > 900 && took < 6_000, `${took}`);
});

Deno.test("listenWebSocket() ends whom it waits for as it closes", async () => {
  const server = await listen();
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await new Promise((done) => setTimeout(done, 50));
  await server[Symbol.asyncDispose]();
  const read = conn.read(new Uint8Array(1)).catch(() => null);
  assertEquals(await deadline(read, 5_000), null);
});

Deno.test("listenWebSocket() lets who ends without a word go", async () => {
  await using server = await listen();
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await conn.closeWrite();
  assertEquals(await deadline(conn.read(new Uint8Array(1)), 5_000), null);
});

Deno.test("listenWebSocket() answers many who ask at once and say no more", async () => {
  await using server = await listen();
  const { port } = server;
  const kinds = [
    ["101", head(UPGRADE)],
    ["426", head(UPGRADE.map((each) => each.replace("13", "8")))],
    ["200", head(["Host: a"], "GET / HTTP/1.1")],
  ] as const;
  const conns = await Promise.all(
    Array.from(
      { length: 150 },
      () => Deno.connect({ hostname: "127.0.0.1", port }),
    ),
  );
  await Promise.all(conns.map(async (conn, n) => {
    await conn.write(encoder.encode(kinds[n % 3]![1]));
    await conn.closeWrite();
  }));
  const answers = await Promise.all(conns.map(async (conn) => {
    const bytes = new Uint8Array(1_000);
    const count = await deadline(conn.read(bytes), 10_000).catch(() => null);
    conn.close();
    return decoder.decode(bytes.subarray(9, count === null ? 9 : 12));
  }));
  assertEquals(answers, conns.map((_, n) => kinds[n % 3]![0]));
});

Deno.test("listenWebSocket() ends the connections of those who asked at once and say no more", async () => {
  await using server = await listen();
  const { port } = server;
  const took = await Promise.all(Array.from({ length: 300 }, async () => {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(encoder.encode(head(["Host: a"], "GET / HTTP/1.1")));
    await conn.closeWrite();
    let text = "";
    let answered = 0;
    const bytes = new Uint8Array(1_000);
    for (let count; (count = await deadline(conn.read(bytes), 20_000));) {
      text += decoder.decode(bytes.subarray(0, count));
      answered = performance.now();
    }
    assertEquals(text.slice(9, 12), "200");
    return performance.now() - answered;
  }));
  // Those who are kept alive in vain are ended after five seconds.
  assert(took.toSorted((a, b) => a - b)[150]! < 4_500, "most were kept alive");
});
