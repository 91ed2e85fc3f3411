// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertLess, assertRejects } from "@std/assert";
import {
  openWebSocket,
  type OpenWebSocketOptions,
} from "./_websocket_client.ts";
import { acceptKey } from "./_websocket_handshake.ts";
import { CloseError, type Format } from "./transport.ts";
import { acceptWebSocket } from "./websocket.ts";

function open<F extends Format = "text">(
  url: string,
  options: Partial<OpenWebSocketOptions<F>> = {},
) {
  return openWebSocket<F>(new URL(url), {
    format: "text" as F,
    protocols: [],
    headers: new Headers(),
    timeout: 5_000,
    idleTimeout: 30,
    ...options,
  });
}

/** A server that answers one client with what it is told, and keeps silent. */
function answer(
  make: (head: string) => string | Uint8Array | Promise<string | Uint8Array>,
) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const gone = Promise.withResolvers<void>();
  const heads: string[] = [];
  const received: Promise<Uint8Array> = (async () => {
    const conn = await listener.accept();
    const bytes = new Uint8Array(65_536);
    let length = 0;
    let head = "";
    while (!head.endsWith("\r\n\r\n")) {
      length += await conn.read(bytes) ?? 0;
      head += new TextDecoder().decode(bytes.subarray(0, length));
    }
    heads.push(head);
    const reply = await make(head);
    let rest = typeof reply === "string"
      ? new TextEncoder().encode(reply)
      : reply;
    while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
    const chunks: number[] = [];
    const all = (async () => {
      for (;;) {
        const count = await conn.read(bytes).catch(() => null);
        if (count === null) break;
        chunks.push(...bytes.subarray(0, count));
      }
    })();
    await Promise.race([all, gone.promise]);
    conn.close();
    await all;
    return new Uint8Array(chunks);
  })();
  return {
    url: `ws://127.0.0.1:${listener.addr.port}/a?b=c`,
    heads,
    received,
    async [Symbol.asyncDispose]() {
      gone.resolve();
      listener.close();
      await received.catch(() => {});
    },
  };
}

async function accepted(head: string, more = ""): Promise<string> {
  const [, key = ""] = /sec-websocket-key: (\S+)/i.exec(head) ?? [];
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n" +
    `Connection: keep-alive, Upgrade\r\n${more}` +
    `Sec-WebSocket-Accept: ${await acceptKey(key)}\r\n\r\n`;
}

Deno.test("connectWebSocket() of our own asks as the RFC wants", async () => {
  await using server = answer((head) =>
    accepted(head, "Sec-WebSocket-Protocol: two\r\n")
  );
  const transport = await open(server.url, {
    protocols: ["one", "two"],
    headers: new Headers({ "x-test": "1", "user-agent": "me" }),
  });
  const [line, ...rest] = server.heads[0]!.trimEnd().split("\r\n");
  assertEquals(line, "GET /a?b=c HTTP/1.1");
  const headers = new Headers(
    rest.map((each): [string, string] => {
      const [name, value] = each.split(": ");
      return [name!, value!];
    }),
  );
  assertEquals(headers.get("host"), new URL(server.url).host);
  assertEquals(headers.get("sec-websocket-protocol"), "one, two");
  assertEquals(headers.get("sec-websocket-version"), "13");
  assertEquals(headers.get("sec-websocket-extensions"), null);
  assertEquals(headers.get("user-agent"), "me");
  assertEquals(atob(headers.get("sec-websocket-key")!).length, 16);
  assertEquals(headers.get("x-test"), "1");
  await transport.close();
});

Deno.test("connectWebSocket() of our own masks each frame anew", async () => {
  await using server = answer((head) => accepted(head));
  const transport = await open(server.url);
  for (let i = 0; i < 50; i++) transport.send("aaaa");
  await transport.close(); // It waits for an answer in vain.
  const received = await server.received;
  const masks = new Set<string>();
  for (let i = 0; i < 50; i++) {
    const frame = received.subarray(10 * i, 10 * i + 10);
    assertEquals([...frame.subarray(0, 2)], [0x81, 0x84]);
    const mask = frame.subarray(2, 6);
    masks.add(mask.join());
    assertEquals(
      frame.slice(6).map((byte, j) => byte ^ mask[j]!).join(),
      "97,97,97,97",
    );
  }
  assertEquals(masks.size, 50);
  assertEquals([...received.subarray(500, 502)], [0x88, 0x82]);
});

Deno.test("connectWebSocket() of our own takes frames that come with the answer", async () => {
  const frames = "\x81\x02hi\x82\x00\x88\x02\x0f\xa0";
  await using server = answer(async (head) =>
    Uint8Array.from(
      await accepted(head) + frames.replace("\x82\x00", ""),
      (char) => char.charCodeAt(0),
    )
  );
  const transport = await open(server.url);
  const received: string[] = [];
  const error = await assertRejects(async () => {
    for await (const message of transport) received.push(message);
  }, CloseError);
  assertEquals([received, error.code], [["hi"], 4000]);
});

Deno.test("connectWebSocket() of our own says why it did not connect", async () => {
  const cases: [(head: string) => string | Promise<string>, string][] = [
    [
      () => "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n",
      "The server answered with status 401 Unauthorized",
    ],
    [
      () => "HTTP/1.1 302 Found\r\nlocation: ws://127.0.0.1:1\r\n\r\n",
      "The server answered with status 302 Found",
    ],
    [() => "HTTP/1.1 200\r\n\r\n", "The server answered with status 200"],
    [() => "SSH-2.0\r\n\r\n", "The server does not speak HTTP/1.1"],
    [
      () => "HTTP/1.1 101 Yes\r\n: bad\r\n\r\n",
      "The server sent a header that is none",
    ],
    [
      () => "HTTP/1.1 101 Yes\r\nupgrade: websocket\r\n\r\n",
      "The server did not upgrade to WebSocket",
    ],
    [
      async (head) => (await accepted(head)).replace(/Accept: ./, "Accept: "),
      "The server did not prove that it speaks WebSocket",
    ],
    [
      (head) =>
        accepted(head, "Sec-WebSocket-Extensions: permessage-deflate\r\n"),
      "The server chose an extension that was not offered",
    ],
    [
      (head) => accepted(head, "Sec-WebSocket-Protocol: two\r\n"),
      "The server chose a subprotocol that was not offered",
    ],
    [
      () => `HTTP/1.1 101 Yes\r\nx: ${"x".repeat(20_000)}`,
      "The server's answer is over 16384 bytes",
    ],
  ];
  for (const [make, why] of cases) {
    await using server = answer(make);
    const error = await assertRejects(() => open(server.url), CloseError);
    assertEquals([error.code, (error.cause as Error).message], [1006, why]);
  }
});

Deno.test("connectWebSocket() of our own gives up when nobody is there, or answers", async () => {
  const nobody = await assertRejects(
    () => open("ws://127.0.0.1:1"),
    CloseError,
  );
  assertEquals((nobody.cause as { code?: string }).code, "ECONNREFUSED");
  await using mute = answer(() => "HTTP/1.1 101 ");
  const late = await assertRejects(
    () => open(mute.url, { timeout: 50 }),
    DOMException,
  );
  assertEquals(late.name, "TimeoutError");
  const signal = AbortSignal.abort(new RangeError("enough"));
  await assertRejects(() => open(mute.url, { signal }), RangeError, "enough");
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const controller = new AbortController();
  const opening = open(`wss://127.0.0.1:${listener.addr.port}`, {
    signal: controller.signal,
  });
  const conn = await listener.accept();
  controller.abort(new RangeError("enough"));
  await assertRejects(() => opening, RangeError, "enough");
  conn.close();
});

Deno.test("connectWebSocket() of our own sends a burst without Nagle's 40 ms", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { response, transport } = acceptWebSocket(request);
      (async () => {
        let count = 0;
        for await (const _ of transport) {
          if (++count % 3 === 0) transport.send("three");
        }
      })();
      return response;
    },
  );
  await using client = await open(`ws://127.0.0.1:${server.addr.port}`);
  const reader = client[Symbol.asyncIterator]();
  const times: number[] = [];
  for (let i = 0; i < 15; i++) {
    const start = performance.now();
    for (let j = 0; j < 3; j++) {
      await client.send("x");
      await new Promise((done) => setTimeout(done));
    }
    await reader.next();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  assertLess(times[7]!, 25);
});

Deno.test("connectWebSocket() of our own notices a server that is gone", async () => {
  await using server = answer((head) => accepted(head));
  const transport = await open(server.url, { idleTimeout: 0.2 });
  const error = await assertRejects(
    () => Array.fromAsync(transport),
    CloseError,
  );
  assertEquals(error.code, 1006);
  assertEquals((error.cause as Error).message, "No answer to a ping");
  assertEquals([...(await server.received).subarray(0, 2)], [0x89, 0x80]);
});

Deno.test("connectWebSocket() of our own stays open while a living server is silent", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { response, transport } = acceptWebSocket(request);
      (async () => {
        for await (const message of transport) transport.send(message);
      })();
      return response;
    },
  );
  await using client = await open(`ws://127.0.0.1:${server.addr.port}`, {
    idleTimeout: 0.4,
  });
  await new Promise((done) => setTimeout(done, 1_500));
  await client.send("hello");
  const { value } = await client[Symbol.asyncIterator]().next();
  assertEquals(value, "hello");
});
