// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { Admission } from "../admission.ts";
import {
  listenWebSocket,
  type ListenWebSocketOptions,
} from "../listen_websocket.ts";
import { forEachMessage } from "../transport.ts";
import { currentTurn } from "../_turn.ts";
import { connectWebSocket } from "../websocket.ts";

const UPGRADE = {
  host: "127.0.0.1",
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** A listener with its log. */
async function listen(
  options: Partial<ListenWebSocketOptions<"text", unknown>> = {},
) {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const listener = await listenWebSocket<"text", unknown>({
    port: 0,
    logger: { info: log, warn: log, error: log },
    ...options,
  });
  const { port } = listener.addr;
  return {
    lines,
    listener,
    port,
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: () => listener.close(),
  };
}

function text(
  headers: Record<string, string | undefined> = {},
  line = "GET / HTTP/1.1",
): string {
  const all: Record<string, string | undefined> = { ...UPGRADE, ...headers };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}`);
  return `${[line, ...lines].join("\r\n")}\r\n\r\n`;
}

/** Sends bytes as they are, and reads until the server ends the connection. */
async function request(port: number, ...parts: string[]): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const reading = new Response(conn.readable).text();
  for (const part of parts) {
    await conn.write(new TextEncoder().encode(part)).catch(() => {});
    await new Promise((done) => setTimeout(done, 20));
  }
  return await deadline(reading, 10_000);
}

/** Whether a client still gets in. */
async function isAlive(port: number): Promise<boolean> {
  await using client = await connectWebSocket(`ws://127.0.0.1:${port}`);
  return client !== undefined;
}

/** The ways in which a handler gives up a body. */
const GIVING_UP: Record<string, (request: Request) => unknown> = {
  "reads nothing": () => {},
  "cancels": (request) => request.body?.cancel(),
  "reads one chunk and cancels": async (request) => {
    for await (const _ of request.body ?? []) break;
  },
  "reads one chunk and keeps the reader": (request) =>
    request.body?.getReader().read(),
  "throws": () => {
    throw new Error("no");
  },
};

for (const [what, giveUp] of Object.entries(GIVING_UP)) {
  Deno.test(`listenWebSocket() lives when a handler ${what} of a body`, async () => {
    await using server = await listen({
      async handler(request) {
        await giveUp(request);
        return new Response("enough", { status: 415 });
      },
    });
    const big = "x".repeat(11_000_000);
    const status = what === "throws" ? 500 : 415;
    for (let i = 0; i < 20; i++) {
      for (const body of ["hello", i < 2 ? big : "x".repeat(100_000)]) {
        const response = await fetch(server.url, { method: "POST", body });
        await response.body?.cancel();
        assertEquals(response.status, status);
      }
    }
    for (
      const rest of [
        "content-length: 5\r\n\r\nhello",
        "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "content-length: 99\r\n\r\nhello",
        "transfer-encoding: chunked\r\n\r\n5\r\nhel",
      ]
    ) {
      using conn = await Deno.connect({
        hostname: "127.0.0.1",
        port: server.port,
      });
      const head = "POST / HTTP/1.1\r\nhost: a\r\n";
      await conn.write(new TextEncoder().encode(head + rest));
    } // Gone in mid-body.
    assert(await isAlive(server.port));
  });
}

Deno.test("listenWebSocket() answers a body that is still coming, and then closes", async () => {
  await using server = await listen({
    handler: () => new Response("enough", { status: 413 }),
  });
  const head = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 99\r\n\r\n";
  const start = performance.now();
  const answer = await request(server.port, head, "some", "more");
  assert(/^HTTP\/1.1 413 [^]*connection: close/i.test(answer), answer);
  assert(answer.endsWith("enough"), answer);
  assert(performance.now() - start < 8_000);
  assert(await isAlive(server.port));
});

Deno.test("listenWebSocket() keeps the connection when all of a body has come", async () => {
  await using server = await listen({ handler: () => new Response("enough") });
  const post = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello";
  const last = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
  const answer = await request(server.port, post, post, last);
  assertEquals(answer.match(/HTTP\/1.1 200/g)?.length, 3, answer);
});

Deno.test("listenWebSocket() asks for a body only when it is read", async () => {
  const head = "POST /read HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n" +
    "content-length: 5\r\nconnection: close\r\n\r\n";
  await using server = await listen({
    async handler(request) {
      const read = new URL(request.url).pathname === "/read";
      return new Response(read ? await request.text() : "no");
    },
  });
  const read = await request(server.port, head, "hello");
  assert(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200/.test(read), read);
  assert(read.endsWith("hello"), read);
  const unread = await request(server.port, head.replace("/read", "/"));
  assert(/^HTTP\/1.1 200 /.test(unread), unread);
});

Deno.test("listenWebSocket() gives a body that trickles an end", async () => {
  await using server = await listen({
    handshakeTimeout: 100,
    handler: async (request) => new Response(await request.text()),
  });
  using conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: server.port,
  });
  const send = (part: string) => conn.write(new TextEncoder().encode(part));
  await send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 999\r\n\r\n");
  const timer = setInterval(() => send("x").catch(() => {}), 50);
  const answer = await deadline(new Response(conn.readable).text(), 10_000)
    .catch((error) => error);
  clearInterval(timer);
  assert(/ 408 /.test(answer) || answer instanceof Deno.errors.ConnectionReset);
});

Deno.test("listenWebSocket() aborts the signal of a handler whose client is gone", async () => {
  const aborted = Promise.withResolvers<void>();
  await using server = await listen({
    handler(_, { signal }) {
      signal.addEventListener("abort", () => aborted.resolve());
      return new Promise<Response>(() => {});
    },
  });
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await conn.write(
    new TextEncoder().encode("GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
  );
  await new Promise((done) => setTimeout(done, 50));
  conn.close();
  await deadline(aborted.promise, 5_000);
});

Deno.test("listenWebSocket() sends the head of an answer before there is a body", async () => {
  const said = Promise.withResolvers<string>();
  const handler = () =>
    new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue(new TextEncoder().encode(await said.promise));
          controller.close();
        },
      }),
      { status: 202 },
    );
  await using listener = await listenWebSocket({ port: 0, handler });
  const response = await fetch(`http://127.0.0.1:${listener.addr.port}`);
  assertEquals(response.status, 202);
  said.resolve("at last");
  assertEquals(await response.text(), "at last");
});

Deno.test("listenWebSocket() sends the first of an answer before the next is there", async () => {
  const second = Promise.withResolvers<void>();
  await using server = await listen({
    handler: () =>
      new Response(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(new TextEncoder().encode("a"));
            await second.promise;
            controller.enqueue(new TextEncoder().encode("b"));
            controller.close();
          },
        }),
      ),
  });
  const { body } = await fetch(server.url);
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await deadline(reader.read(), 5_000)).value, "a");
  second.resolve();
  assertEquals((await reader.read()).value, "b");
  assertEquals((await reader.read()).done, true);
});

Deno.test("listenWebSocket() takes a handshake in every form that is legal", async () => {
  await using server = await listen();
  for (
    const each of [
      text(),
      text({ connection: "keep-alive,\tUpgrade" }),
      text({ upgrade: "h2c, websocket" }),
      text({}, "GET http://127.0.0.1/ HTTP/1.1"),
      text({ host: "wirekit.example:80" }),
      text({ "content-length": "0" }),
    ]
  ) {
    using conn = await Deno.connect({
      hostname: "127.0.0.1",
      port: server.port,
    });
    await conn.write(new TextEncoder().encode(each));
    const bytes = new Uint8Array(1_000);
    const count = await conn.read(bytes);
    const answer = new TextDecoder().decode(bytes.subarray(0, count!));
    assert(/^HTTP\/1.1 101 /.test(answer), each + answer);
  }
});

Deno.test("listenWebSocket() refuses what a proxy may have read otherwise", async () => {
  const seen: string[] = [];
  await using server = await listen({
    authorize: ({ url }) => void seen.push(url),
    handler: ({ url }) => {
      seen.push(url);
      return new Response();
    },
  });
  const host = (value: string | undefined) => text({ host: value });
  for (
    const each of [
      host("x/admin?"),
      host(undefined),
      host("a\r\nhost: b"),
      host("a\r\nhost: a"),
      host("u@a"),
      text({}, "GET / HTTP/1.0"),
      text({}, "GET /a/../b HTTP/1.1"),
      text({}, "GET /a\\b HTTP/1.1"),
      text({}, "GET /a#b HTTP/1.1"),
      text({}, "GET http://evil.example/ HTTP/1.1"),
      text({}, "GET * HTTP/1.1"),
      text({ "content-length": "5" }) + "hello",
      text({ "transfer-encoding": "chunked" }) + "0\r\n\r\n",
      text({ connection: "close" }),
      text({ connection: "close", upgrade: undefined }),
      text({ connection: "close", upgrade: undefined, host: "x/y" }),
    ]
  ) {
    const answer = await request(server.port, each);
    assert(/^HTTP\/1.1 400 /.test(answer), each + answer);
  }
  assertEquals(seen, []);
  assert(
    server.lines.some((line) => line.includes("proxy_set_header")),
    server.lines.join("\n"),
  );
});

Deno.test("listenWebSocket() names the origin that it refuses in its log", async () => {
  await using server = await listen({
    allowedOrigins: ["https://Example.org/", "http://localhost:80"],
  });
  for (const origin of ["https://example.org", "http://localhost"]) {
    using conn = await Deno.connect({
      hostname: "127.0.0.1",
      port: server.port,
    });
    await conn.write(new TextEncoder().encode(text({ origin })));
    const bytes = new Uint8Array(20);
    await conn.read(bytes);
    assert(new TextDecoder().decode(bytes).includes(" 101 "), origin);
  }
  for (
    const [origin, says] of [
      ["https://evil.example", 'allowedOrigins: ["https://evil.example"]'],
      ["null", "no origin"],
      ["", "no origin"],
    ] as const
  ) {
    const answer = await request(server.port, text({ origin }));
    assert(/^HTTP\/1.1 403 /.test(answer), answer);
    const line = server.lines.at(-1)!;
    assert(line.includes(says), line);
  }
});

Deno.test("Admission refuses an origin that is none", () => {
  for (
    const origin of [
      "example.org",
      "https://example.org/path",
      "https://*.example.org",
      "https://u@example.org",
      "wss://example.org",
      "null",
      "",
    ]
  ) {
    assertThrows(
      () => new Admission({ allowedOrigins: [origin] }),
      TypeError,
      `"${origin}"`,
    );
  }
  new Admission({ allowedOrigins: ["*", "chrome-extension://abcdef"] });
});

Deno.test("listenWebSocket() has room again when authorize() never settles", async () => {
  const signals: AbortSignal[] = [];
  let hangs = true;
  await using server = await listen({
    maxConnections: 5,
    handshakeTimeout: 1_000,
    authorize(_, { signal }) {
      if (!hangs) return undefined;
      signals.push(signal);
      return new Promise<undefined>(() => {});
    },
  });
  const until = async (condition: () => boolean) => {
    const end = performance.now() + 10_000;
    while (!condition() && performance.now() < end) {
      await new Promise((done) => setTimeout(done, 5));
    }
    assert(condition());
  };
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => request(server.port, text())),
  );
  const refused = answers.filter((each) => / 503 /.test(each));
  assertEquals(refused.length, 6, answers.join());
  assertEquals(signals.map(({ aborted }) => aborted), Array(5).fill(true));
  // Gone before the time is up.
  const conns = await Promise.all(
    Array.from(
      { length: 5 },
      () => Deno.connect({ hostname: "127.0.0.1", port: server.port }),
    ),
  );
  const all = new TextEncoder().encode(text());
  for (const conn of conns) await conn.write(all);
  await until(() => signals.length === 10);
  for (const conn of conns) conn.close();
  await until(() => signals.every(({ aborted }) => aborted));
  hangs = false;
  assert(await isAlive(server.port));
});

Deno.test("listenWebSocket() refuses times and numbers that are none", async () => {
  for (
    const name of ["idleTimeout", "handshakeTimeout", "maxConnections"] as const
  ) {
    for (const value of [NaN, -1, 0]) {
      await assertRejects(
        () => listenWebSocket({ port: 0, [name]: value }),
        RangeError,
        name,
      );
    }
    for (const value of [2 ** 31, 2 ** 32, Infinity]) {
      const listener = await listenWebSocket({ port: 0, [name]: value });
      assert(await isAlive(listener.addr.port));
      await listener.close();
    }
  }
});

Deno.test("listenWebSocket() says where it cannot listen, and why", async () => {
  await using server = await listen();
  const { port } = server;
  const cases: [Partial<ListenWebSocketOptions>, string, string][] = [
    [{ port }, `127.0.0.1:${port}`, "EADDRINUSE"],
    [{ hostname: "192.0.2.1" }, "192.0.2.1:0", "E"],
    [{ hostname: "no.such.invalid" }, "no.such.invalid:0", "E"],
  ];
  for (const [options, address, code] of cases) {
    const error = await assertRejects(
      () => listenWebSocket({ port: 0, ...options }),
      Error,
      `Cannot listen on ${address}: `,
    );
    const given = (error as Error & { code?: string }).code;
    assert(given?.startsWith(code), `${error} ${given}`);
  }
});

Deno.test("listenWebSocket() refuses a certificate that it cannot use", async () => {
  const file = (name: string) =>
    Deno.readTextFileSync(new URL(`../testdata/${name}`, import.meta.url));
  const cert = file("localhost.crt");
  const key = file("localhost.key");
  const { privateKey } = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-256" },
    true,
    ["sign"],
  );
  const der = new Uint8Array(
    await crypto.subtle.exportKey("pkcs8", privateKey),
  );
  const other = `-----BEGIN PRIVATE KEY-----\n${
    btoa(String.fromCharCode(...der))
  }\n-----END PRIVATE KEY-----\n`;
  for (
    const [tls, part] of [
      [{ cert: "garbage", key }, "tls.cert"],
      [{ cert, key: "garbage" }, "tls.key"],
      [{ cert: "", key }, "tls.cert"],
      [{ cert, key: other }, "tls.key is not the key of tls.cert"],
    ] as const
  ) {
    await assertRejects(
      () => listenWebSocket({ port: 0, tls }),
      TypeError,
      part,
    );
  }
});

Deno.test("listenWebSocket() lets many in that come at once, a few in each turn", async () => {
  const count = 200;
  const turns = new Map<number, number>();
  const { promise: all, resolve } = Promise.withResolvers<void>();
  let heard = 0;
  await using server = await listen({
    authorize() {
      const turn = currentTurn();
      turns.set(turn, (turns.get(turn) ?? 0) + 1);
      // So long that a turn has as few on a fast machine as on a slow one.
      const end = performance.now() + 0.2;
      while (performance.now() < end);
    },
  });
  const serving = (async () => {
    for await (const { transport } of server.listener) {
      void forEachMessage(transport, () => {
        if (++heard === count) resolve();
      }).catch(() => {});
    }
  })();
  // Each says something at once, without waiting for the answer.
  const request = new Uint8Array([
    ...new TextEncoder().encode(text()),
    ...[0x81, 0x81, 0, 0, 0, 0, 0x61],
  ]);
  const conns = await Promise.all(
    Array.from({ length: count }, async () => {
      const conn = await Deno.connect({ port: server.port });
      await conn.write(request);
      return conn;
    }),
  );
  await deadline(all, 30_000);
  assertEquals([...turns.values()].reduce((sum, each) => sum + each), count);
  assert(Math.max(...turns.values()) <= 16, `${[...turns.values()]}`);
  for (const conn of conns) conn.close();
  await server.listener.close();
  await serving;
});
