// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { Admission } from "./admission.ts";
import { RawWebSocket } from "./testdata/raw_websocket.ts";
import { NotConnectedError, TimeoutError } from "@wirekit/internal/errors";
import {
  CloseError,
  forEachMessage,
  type Format,
  type MessageOf,
} from "./transport.ts";
import type { Transport } from "./transport.ts";
import {
  acceptWebSocket,
  type AcceptWebSocketOptions,
  connectWebSocket,
} from "./websocket.ts";

/** Whose client a test is about, where it matters. */
const IMPLEMENTATIONS = ["own", "platform"] as const;

/** A server on loopback that hands out its ends in order. */
function listen<F extends Format = "text">(
  options: AcceptWebSocketOptions<F> = {},
) {
  const waiting: ((transport: Transport<MessageOf<F>>) => void)[] = [];
  const accepted: Transport<MessageOf<F>>[] = [];
  const requests: Headers[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      requests.push(new Headers(request.headers));
      const { response, transport } = acceptWebSocket(request, options);
      const take = waiting.shift();
      take ? take(transport) : accepted.push(transport);
      return response;
    },
  );
  const { port } = server.addr;
  return {
    port,
    url: `ws://127.0.0.1:${port}`,
    requests,
    accept(): Promise<Transport<MessageOf<F>>> {
      const transport = accepted.shift();
      return transport
        ? Promise.resolve(transport)
        : new Promise((resolve) => waiting.push(resolve));
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A peer in a process of its own, which a test can freeze. */
async function spawnEcho() {
  const file = new URL("./testdata/websocket_echo.ts", import.meta.url);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-lock", "--allow-net=127.0.0.1", file.href],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  return {
    url: `ws://127.0.0.1:${parseInt(new TextDecoder().decode(value))}`,
    freeze: () => child.kill("SIGSTOP"),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

async function ended(transport: AsyncIterable<unknown>): Promise<CloseError> {
  return await assertRejects(async () => {
    for await (const _ of transport);
  }, CloseError);
}

Deno.test("acceptWebSocket() closes with each code that keeps Python clients alive", async () => {
  await using server = listen();
  for (const code of [1008, 1009, 1011, 1012, 1013, 3000, 4999]) {
    using raw = await RawWebSocket.connect(server.port);
    const transport = await server.accept();
    const closed = transport.close(new CloseError(code, { reason: "why" }));
    assertEquals(await raw.closeFrame(), { code, reason: "why" });
    await raw.send(8, new Uint8Array([code >> 8, code & 255]));
    await closed;
  }
});

Deno.test("acceptWebSocket() sends what comes before the open, and a close too", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { response, transport } = acceptWebSocket(request);
      transport.send("one");
      transport.send("two");
      transport.close(new CloseError(1008, { reason: "refused" }));
      return response;
    },
  );
  await using transport = await connectWebSocket(
    `ws://127.0.0.1:${server.addr.port}`,
  );
  const received: string[] = [];
  const error = await assertRejects(async () => {
    for await (const message of transport) received.push(message);
  }, CloseError);
  assertEquals(received, ["one", "two"]);
  assertEquals([error.code, error.reason], [1008, "refused"]);
});

Deno.test("acceptWebSocket() bounds what waits for the open", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { response, transport } = acceptWebSocket(request, {
        maxOutboxBytes: 10,
      });
      for (let i = 0; i < 5; i++) transport.send("abc");
      return response;
    },
  );
  await using transport = await connectWebSocket(
    `ws://127.0.0.1:${server.addr.port}`,
  );
  assertEquals((await ended(transport)).code, 1013);
});

Deno.test("acceptWebSocket() counts the first of two closes after an idle timeout", async () => {
  await using server = listen({ idleTimeout: 1_000 });
  using _raw = await RawWebSocket.connect(server.port);
  const error = await ended(await server.accept());
  assertEquals(error.code, 1006);
  assertEquals(
    (error.cause as Error).message,
    "No response from ping frame.",
    "the platform's text of an idle timeout changed",
  );
});

Deno.test("acceptWebSocket() closes within about a second with a mute peer", async () => {
  await using server = listen();
  using _raw = await RawWebSocket.connect(server.port);
  const transport = await server.accept();
  await transport.send("hello");
  const start = performance.now();
  await transport.close();
  assertLess(performance.now() - start, 5_000);
});

Deno.test("acceptWebSocket() cuts a reason between characters", async () => {
  await using server = listen();
  using raw = await RawWebSocket.connect(server.port);
  const transport = await server.accept();
  const closed = transport.close(
    new CloseError(1011, { reason: "a" + "\u20ac".repeat(99) }),
  );
  const { reason } = await raw.closeFrame();
  assertEquals(reason, "a" + "\u20ac".repeat(40));
  await raw.send(8, new Uint8Array([3, 232]));
  await closed;
});

Deno.test("acceptWebSocket() refuses a frame that is not of its format", async () => {
  await using server = listen();
  using raw = await RawWebSocket.connect(server.port);
  const transport = await server.accept();
  await raw.send(2, new Uint8Array([104, 105]));
  assertEquals((await raw.closeFrame()).code, 1003);
  await raw.send(8, new Uint8Array([3, 235]));
  assertEquals((await ended(transport)).code, 1003);
  await transport.close();
});

Deno.test("acceptWebSocket() as binary refuses text", async () => {
  await using server = listen({ format: "binary" });
  using raw = await RawWebSocket.connect(server.port);
  const transport = await server.accept();
  await raw.send(1, new Uint8Array([104, 105]));
  assertEquals((await raw.closeFrame()).code, 1003);
  await raw.send(8, new Uint8Array([3, 235]));
  assertEquals((await ended(transport)).code, 1003);
  await transport.close();
});

Deno.test("acceptWebSocket() takes frames of the other kind if told to", async () => {
  const text = new TextEncoder().encode("größe");
  await using server = listen({ otherFrames: "take" });
  using raw = await RawWebSocket.connect(server.port);
  const transport = await server.accept();
  for (const opcode of [2, 1, 2]) await raw.send(opcode, text);
  await raw.send(2, new Uint8Array([0xff]));
  const received: string[] = [];
  const error = await assertRejects(async () => {
    for await (const message of transport) received.push(message);
  }, CloseError);
  assertEquals([error.code, received], [1007, ["größe", "größe", "größe"]]);
  await raw.send(8, new Uint8Array([3, 239]));
  await transport.close();
});

for (const implementation of IMPLEMENTATIONS) {
  Deno.test(`connectWebSocket() takes frames of the other kind if told to: ${implementation}`, async () => {
    const bytes = new TextEncoder().encode("größe");
    await using server = listen({ format: "binary" });
    await using transport = await connectWebSocket(server.url, {
      implementation,
      otherFrames: "take",
    });
    await using far = await server.accept();
    await far.send(bytes);
    const { value } = await transport[Symbol.asyncIterator]().next();
    assertEquals(value, "größe");
  });
}

Deno.test("acceptWebSocket() as utf8 takes text in binary frames, and nothing else", async () => {
  await using server = listen({ format: "utf8" });
  using raw = await RawWebSocket.connect(server.port);
  const transport = await server.accept();
  const text = new TextEncoder().encode("größe");
  await raw.send(2, text);
  await raw.send(1, text);
  await raw.send(2, new Uint8Array([0xff]));
  const received: Uint8Array[] = [];
  const error = await assertRejects(async () => {
    for await (const message of transport) received.push(message);
  }, CloseError);
  assertEquals(received, [text, text]);
  assertEquals(error.code, 1007);
  assertEquals((await raw.closeFrame()).code, 1007);
  await raw.send(8, new Uint8Array([3, 239]));
  await transport.close();
});

Deno.test("acceptWebSocket() as utf8 sends text frames, and refuses what is no text", async () => {
  await using server = listen({ format: "utf8" });
  using raw = await RawWebSocket.connect(server.port);
  const transport = await server.accept();
  await assertRejects(
    () => transport.send(new Uint8Array([0xc3])),
    TypeError,
    "not valid UTF-8",
  );
  await transport.send(new TextEncoder().encode("größe"));
  const { opcode, payload } = await raw.frame();
  assertEquals([opcode, new TextDecoder().decode(payload)], [1, "größe"]);
  raw.send(8, new Uint8Array([3, 232]));
  assertEquals(await Array.fromAsync(transport), []);
});

Deno.test("acceptWebSocket() calls a connection that breaks off lost", async () => {
  await using server = listen();
  const raw = await RawWebSocket.connect(server.port);
  const transport = await server.accept();
  raw[Symbol.dispose]();
  assertEquals((await ended(transport)).code, 1006);
  await assertRejects(() => transport.send("x"), CloseError, "1006");
});

for (const implementation of IMPLEMENTATIONS) {
  Deno.test(`connectWebSocket() sends protocols, headers and credentials (${implementation})`, async () => {
    await using server = listen({ protocol: "winerp" });
    const url = new URL(server.url);
    url.username = "bot";
    url.password = "gehe\u00efm:1";
    await using transport = await connectWebSocket(url, {
      implementation,
      protocols: ["winerp"],
      headers: { "x-test": "1" },
    });
    assertEquals(transport.protocol, "winerp");
    const headers = server.requests[0]!;
    assertEquals(headers.get("x-test"), "1");
    assertEquals(headers.get("sec-websocket-protocol"), "winerp");
    const encoded = headers.get("authorization")!.replace("Basic ", "");
    const bytes = Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0));
    assertEquals(new TextDecoder().decode(bytes), "bot:gehe\u00efm:1");
  });
}

for (const implementation of IMPLEMENTATIONS) {
  Deno.test(`connectWebSocket() says that nobody listens (${implementation})`, async () => {
    const error = await assertRejects(
      () => connectWebSocket("ws://127.0.0.1:1", { implementation }),
      NotConnectedError,
      "127.0.0.1:1",
    );
    assert(error.message.includes(": nobody listens there"), error.message);
    assert(error.cause instanceof Error);
  });
}

for (const implementation of IMPLEMENTATIONS) {
  Deno.test(`connectWebSocket() gives up at its timeout and at its signal (${implementation})`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }); // Mute.
    const url = `ws://127.0.0.1:${listener.addr.port}`;
    const late = await assertRejects(
      () =>
        connectWebSocket(url, {
          implementation,
          connectTimeout: 20,
        }),
      TimeoutError,
    );
    assertEquals(
      late.message,
      `Cannot connect to 127.0.0.1:${listener.addr.port}: no connection within 20 ms`,
    );
    const controller = new AbortController();
    const connecting = connectWebSocket(url, {
      implementation,
      signal: controller.signal,
    });
    controller.abort(new RangeError("enough"));
    await assertRejects(() => connecting, RangeError, "enough");
    await assertRejects(
      () =>
        connectWebSocket(url, {
          implementation,
          signal: controller.signal,
        }),
      RangeError,
    );
  });
}

Deno.test("connectWebSocket() refuses another scheme, and headers in a browser", async () => {
  await assertRejects(
    () => connectWebSocket("http://127.0.0.1:1"),
    TypeError,
    'scheme is "http:"',
  );
  const { userAgent } = navigator;
  Object.defineProperty(navigator, "userAgent", {
    value: "Mozilla/5.0",
    configurable: true,
  });
  try {
    await assertRejects(
      () =>
        connectWebSocket("ws://a:b@127.0.0.1:1", {
          implementation: "platform",
        }),
      TypeError,
      "browsers cannot send headers",
    );
  } finally {
    Object.defineProperty(navigator, "userAgent", {
      value: userAgent,
      configurable: true,
    });
  }
});

Deno.test("connectWebSocket() of the platform closes with a code of its own range", async () => {
  await using server = listen();
  for (const [code, seen] of [[1011, 4011], [1006, 4011], [3001, 3001]]) {
    const client = await connectWebSocket(server.url, {
      implementation: "platform",
    });
    const transport = await server.accept();
    await client.close(new CloseError(code!, { reason: "x".repeat(200) }));
    const error = await ended(transport);
    assertEquals([error.code, error.reason], [seen, "x".repeat(123)]);
  }
  for (const code of [1000, 1001, 1005]) {
    const client = await connectWebSocket(server.url, {
      implementation: "platform",
    });
    const transport = await server.accept();
    await client.close(new CloseError(code));
    assertEquals(await Array.fromAsync(transport), []);
    assertEquals(await Array.fromAsync(client), []);
  }
});

for (const implementation of IMPLEMENTATIONS) {
  Deno.test(`connectWebSocket() closes within about a second with a frozen server (${implementation})`, async () => {
    await using peer = await spawnEcho();
    const client = await connectWebSocket(peer.url, { implementation });
    peer.freeze();
    await client.send("is anybody there");
    const start = performance.now();
    await client.close();
    const took = performance.now() - start;
    assertLess(took, 5_000);
    assertEquals(await Array.fromAsync(client), []);
  });
}

for (const implementation of IMPLEMENTATIONS) {
  Deno.test(`connectWebSocket() makes a sender wait for a frozen server (${implementation})`, async () => {
    await using peer = await spawnEcho();
    const client = await connectWebSocket(peer.url, {
      implementation,
      maxOutboxBytes: 16_777_216,
    });
    peer.freeze();
    let count = 0;
    let stuck = false;
    const message = "x".repeat(262_144);
    while (!stuck && count < 200) {
      count++;
      const sent = client.send(message);
      stuck = await Promise.race([
        sent.then(() => false),
        new Promise<true>((resolve) => setTimeout(resolve, 200, true)),
      ]);
    }
    assertLess(count, 200);
    const refused: Promise<unknown>[] = [];
    for (let i = 0; i < 70; i++) {
      refused.push(client.send(message).catch((error) => error));
    }
    const error = (await Promise.all(refused)).at(-1) as CloseError;
    assertEquals([error.code, error.reason], [1013, "outbox is full"]);
  });
}

Deno.test("connectWebSocket() of the platform still has Nagle's 40 ms before a second small message", async () => {
  await using peer = await spawnEcho();
  await using client = await connectWebSocket(peer.url, {
    implementation: "platform",
  });
  const reader = client[Symbol.asyncIterator]();
  const gaps: number[] = [];
  for (let i = 0; i < 15; i++) {
    client.send("start");
    client.send("stop");
    gaps.push(Number((await reader.next()).value));
  }
  const median = gaps.sort((a, b) => a - b)[7]!;
  assert(
    median > 20 && median < 200,
    `The gap was ${median} ms, no longer about 40: Deno's client WebSocket has ` +
      "TCP_NODELAY now (denoland/deno#35581). Remove this test and what the " +
      "documentation says of Nagle; the WebSocket of our own may be needless",
  );
});

Deno.test("acceptWebSocket() refuses a request that is none", () => {
  assertThrows(
    () => acceptWebSocket(new Request("http://127.0.0.1/")),
    TypeError,
  );
});

Deno.test("acceptWebSocket() refuses too large a message, and too many", async () => {
  await using server = listen({ maxMessageBytes: 1_000, maxInboxBytes: 5_000 });
  const first = await connectWebSocket(server.url);
  const large = await server.accept();
  await first.send("\u20ac".repeat(334));
  assertEquals((await ended(first)).code, 1009);
  assertEquals((await ended(large)).code, 1009);

  const second = await connectWebSocket(server.url);
  const many = await server.accept();
  for (let i = 0; i < 20; i++) second.send("x".repeat(900));
  // Deno's server resets a client that still sends after the close frame, and
  // the reset may overtake the code.
  assert([1006, 1013].includes((await ended(second)).code));
  let count = 0;
  const error = await assertRejects(async () => {
    for await (const _ of many) count++;
  }, CloseError);
  assertEquals([error.code, count], [1013, 6]);
});

Deno.test("acceptWebSocket() hands over each message once, in order, and waits for who is busy", async () => {
  const received: string[] = [];
  const read = Promise.withResolvers<void>();
  await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { response, transport } = acceptWebSocket(request);
    let busy = false;
    read.resolve(forEachMessage(transport, (message) => {
      assertEquals(busy, false);
      received.push(message);
      if (received.length % 7 !== 0) return;
      busy = true;
      return Promise.resolve().then(() => void (busy = false));
    }));
    return response;
  });
  const client = await connectWebSocket(`ws://127.0.0.1:${server.addr.port}`);
  const sent = Array.from({ length: 500 }, (_, n) => `${n} ${"ü".repeat(n)}`);
  for (const message of sent) await client.send(message);
  await client.close();
  await read.promise;
  assertEquals(received, sent);
});

Deno.test("acceptWebSocket() tells forEachMessage() of an error of its receiver", async () => {
  const read = Promise.withResolvers<void>();
  await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { response, transport } = acceptWebSocket(request);
    read.resolve(
      forEachMessage(transport, (message) => {
        throw new RangeError(message);
      }).finally(() => transport.close()),
    );
    return response;
  });
  await using client = await connectWebSocket(
    `ws://127.0.0.1:${server.addr.port}`,
  );
  await client.send("too much");
  await assertRejects(() => read.promise, RangeError, "too much");
});

Deno.test("acceptWebSocket() reports the platform's own limit as code 1009", async () => {
  await using server = listen({ maxMessageBytes: 2 ** 30 });
  const client = await connectWebSocket(server.url, {
    maxOutboxBytes: 2 ** 30,
  });
  const transport = await server.accept();
  client.send("x".repeat(64 * 1_048_576)).catch(() => {});
  assertEquals((await ended(transport)).code, 1009);
  await ended(client);
});

Deno.test("acceptWebSocket() and Admission tell both ends the subprotocol, with or without a space between offers", async () => {
  const admission = new Admission({
    chooseProtocol: (offered) => offered.find((each) => each === "b"),
  });
  const told: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request, info) => {
      const accepted = await admission.accept(request, info);
      if (accepted instanceof Response) return accepted;
      told.push(accepted.transport.protocol);
      return accepted.response;
    },
  );
  for (const offers of ["a, b", "a,b"]) {
    using conn = await Deno.connect({
      hostname: "127.0.0.1",
      port: server.addr.port,
    });
    await conn.write(new TextEncoder().encode([
      "GET / HTTP/1.1",
      "Host: 127.0.0.1",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      `Sec-WebSocket-Protocol: ${offers}`,
      "\r\n",
    ].join("\r\n")));
    const bytes = new Uint8Array(1_000);
    const count = await conn.read(bytes);
    const answer = new TextDecoder().decode(bytes.subarray(0, count!));
    assert(/\r\nsec-websocket-protocol: b\r\n/i.test(answer), answer);
  }
  assertEquals(told, ["b", "b"]);
});
