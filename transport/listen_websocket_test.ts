// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
} from "@std/assert";
import { revoked } from "@wirekit/internal/testing";
import { deadline } from "@std/async/deadline";
import { openWebSocket } from "./websocket/_client.ts";
import { checkRequest } from "./websocket/_request.ts";
import {
  type AcceptedConnection,
  listenWebSocket,
  type ListenWebSocketOptions,
} from "./listen_websocket.ts";
import { RawWebSocket } from "./testdata/raw_websocket.ts";
import {
  CloseError,
  forEachMessage,
  type Format,
  type Transport,
} from "./transport.ts";

const HANDSHAKE = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** A listener on a free port whose clients are taken one by one. */
async function listen<F extends Format = "text">(
  options: Partial<ListenWebSocketOptions<F>> = {},
) {
  const listener = await listenWebSocket<F>({ port: 0, ...options });
  const clients = listener[Symbol.asyncIterator]();
  return {
    listener,
    port: listener.addr.port,
    url: `ws://127.0.0.1:${listener.addr.port}`,
    async accept(): Promise<AcceptedConnection<F>> {
      const { value } = await deadline(clients.next(), 5_000);
      return value;
    },
    [Symbol.asyncDispose]: () => listener.close(),
  };
}

/** Sends bytes as they are, and reads until the server ends the connection. */
async function request(port: number, text: string): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode(text));
  return await deadline(new Response(conn.readable).text(), 5_000);
}

/** The text of a handshake, with other or no headers. */
function handshake(
  headers: Record<string, string | undefined> = {},
  line = "GET /path?a=1 HTTP/1.1",
): string {
  const lines = [line];
  const all = { host: "127.0.0.1", ...HANDSHAKE, ...headers };
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) lines.push(`${name}: ${value}`);
  }
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** The platform's client, once it is open. */
async function platformClient(url: string, protocols: string[] = []) {
  const socket = new WebSocket(url, protocols);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  return socket;
}

function nextMessage(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.onmessage = ({ data }) => resolve(data);
  });
}

function whenClosed(socket: WebSocket): Promise<CloseEvent> {
  return new Promise((resolve) => {
    socket.onclose = resolve;
  });
}

async function ended(transport: AsyncIterable<unknown>): Promise<CloseError> {
  return await assertRejects(async () => {
    for await (const _ of transport);
  }, CloseError);
}

Deno.test("listenWebSocket() talks to the platform's client", async () => {
  await using server = await listen({
    chooseProtocol: (offered) => offered.find((each) => each === "two"),
  });
  const socket = await platformClient(`${server.url}/path`, ["one", "two"]);
  assertEquals(socket.protocol, "two");
  assertEquals(socket.extensions, "");
  const { transport, request, info } = await server.accept();
  assertEquals(new URL(request.url).pathname, "/path");
  assertEquals(info.remoteAddr.hostname, "127.0.0.1");
  for (const text of ["", "größe", "x".repeat(100_000)]) {
    socket.send(text);
    const { value } = await transport[Symbol.asyncIterator]().next();
    assertEquals(value, text);
    const answer = nextMessage(socket);
    await transport.send(text);
    assertEquals(await answer, text);
  }
  const closed = whenClosed(socket);
  await transport.close(new CloseError(1012, { reason: "größe" }));
  const { code, reason, wasClean } = await closed;
  assertEquals([code, reason, wasClean], [1012, "größe", true]);
});

Deno.test("listenWebSocket() gives each client the format of its subprotocol", async () => {
  await using server = await listen<"text" | "binary">({
    chooseProtocol: ([first]) => first,
    format: ({ headers }) =>
      headers.get("sec-websocket-protocol") === "bytes" ? "binary" : "text",
  });
  const bytes = new Uint8Array([0, 255]);
  for (const [protocol, message] of [["bytes", bytes], ["x", "ÿ"]] as const) {
    const socket = await platformClient(server.url, [protocol]);
    socket.binaryType = "arraybuffer";
    const { transport } = await server.accept();
    socket.send(message);
    const { value } = await transport[Symbol.asyncIterator]().next();
    assertEquals(value, message);
    const closed = whenClosed(socket);
    await transport.close();
    await closed;
  }
});

for (const format of ["text", "binary"] as const) {
  Deno.test(`listenWebSocket() takes frames of the other kind as ${format} if told to`, async () => {
    await using server = await listen<"text" | "binary">({
      format,
      otherFrames: "take",
    });
    const socket = await platformClient(server.url);
    const { transport } = await server.accept();
    const messages = transport[Symbol.asyncIterator]();
    for (const text of ["plain", "größe", "ö".repeat(100_000), ""]) {
      const bytes = new TextEncoder().encode(text);
      for (const message of [bytes, text]) {
        socket.send(message);
        const { value } = await messages.next();
        assertEquals(value, format === "text" ? text : bytes);
      }
    }
    const closed = whenClosed(socket);
    await transport.close();
    await closed;
  });
}

Deno.test("listenWebSocket() sees how the platform's client closes", async () => {
  await using server = await listen();
  for (const [code, reason] of [[4000, "größe"], [1000, ""], []] as const) {
    const socket = await platformClient(server.url);
    const { transport } = await server.accept();
    const closed = whenClosed(socket);
    code === undefined ? socket.close() : socket.close(code, reason);
    if (code === 4000) {
      const error = await ended(transport);
      assertEquals([error.code, error.reason], [code, reason]);
    } else assertEquals(await Array.fromAsync(transport), []);
    const event = await closed;
    assertEquals([event.code, event.wasClean], [code ?? 1005, true]);
    await transport.close();
  }
});

Deno.test("listenWebSocket() refuses before the upgrade whom authorize() refuses", async () => {
  const seen: string[] = [];
  await using server = await listen({
    allowedOrigins: ["http://x"],
    async authorize({ url, headers }, { remoteAddr }) {
      await Promise.resolve();
      seen.push(`${new URL(url).search} ${remoteAddr.hostname}`);
      if (headers.get("origin")) return new Response("no", { status: 403 });
      return new Response(null, {
        status: 401,
        headers: { "www-authenticate": "Bearer" },
      });
    },
  });
  const origin = await request(server.port, handshake({ origin: "http://x" }));
  assert(/^HTTP\/1.1 403 Forbidden\r\n/.test(origin), origin);
  assert(/\r\nconnection: close\r\n/.test(origin), origin);
  assert(origin.endsWith("\r\n\r\nno"), origin);
  const token = await request(server.port, handshake());
  assert(/^HTTP\/1.1 401 Unauthorized\r\n/.test(token), token);
  assert(/\r\nwww-authenticate: Bearer\r\n/.test(token), token);
  assertEquals(seen, ["?a=1 127.0.0.1", "?a=1 127.0.0.1"]);
});

Deno.test("listenWebSocket() says nothing of an error in authorize()", async () => {
  for (const thrown of [new Error("secret"), null, revoked()]) {
    await using server = await listen({
      authorize() {
        throw thrown;
      },
    });
    const answer = await request(server.port, handshake());
    assert(/^HTTP\/1.1 500 /.test(answer), answer);
    assert(!answer.includes("secret"));
  }
});

Deno.test("listenWebSocket() reads what comes before it has answered", async () => {
  const authorized = Promise.withResolvers<undefined>();
  await using server = await listen({ authorize: () => authorized.promise });
  const conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: server.port,
  });
  const frame = (letter: string) =>
    new Uint8Array([0x81, 0x81, 0, 0, 0, 0, letter.charCodeAt(0)]);
  const text = new TextEncoder().encode(handshake());
  await conn.write(new Uint8Array([...text, ...frame("a")]));
  for (const letter of "bc") {
    await conn.write(frame(letter));
    await new Promise((done) => setTimeout(done, 5));
  }
  authorized.resolve(undefined);
  const { transport } = await server.accept();
  const received: string[] = [];
  for await (const message of transport) {
    if (received.push(message) === 3) break;
  }
  assertEquals(received, ["a", "b", "c"]);
  conn.close();
  await ended(transport);
});

Deno.test("listenWebSocket() leaves nobody open who is let in as it closes", async () => {
  const authorized = Promise.withResolvers<undefined>();
  const asked = Promise.withResolvers<void>();
  await using server = await listen({
    authorize() {
      asked.resolve();
      return authorized.promise;
    },
  });
  const answer = request(server.port, handshake());
  await asked.promise;
  await server.listener.close();
  authorized.resolve(undefined);
  // It ends: with a close frame of code 1001, or without an upgrade.
  const text = await answer;
  assert(!text.includes(" 101 ") || text.includes("\x88\x02\x03"), text);
});

Deno.test("listenWebSocket() refuses a handshake that is none", async () => {
  await using server = await listen();
  const cases: [string, RegExp][] = [
    [
      handshake({ "sec-websocket-version": "8" }),
      /^HTTP\/1.1 426 [^]*\r\nsec-websocket-version: 13\r\n/,
    ],
    [handshake({ "sec-websocket-key": undefined }), /^HTTP\/1.1 400 /],
    [handshake({ "sec-websocket-key": "c2hvcnQ=" }), /^HTTP\/1.1 400 /],
    [handshake({ host: "a b" }), /^HTTP\/1.1 400 /],
    [
      handshake({ "content-length": "0" }, "POST / HTTP/1.1"),
      /^HTTP\/1.1 400 /,
    ],
    [handshake({ "x-long": "x".repeat(20_000) }), /^HTTP\/1.1 431 /],
    ["hello\r\n\r\n", /^HTTP\/1.1 400 /],
  ];
  for (const [text, expected] of cases) {
    const answer = await request(server.port, text);
    assert(expected.test(answer), answer);
  }
  // None of them has cost the next one anything.
  const raw = await RawWebSocket.connect(server.port);
  const { transport } = await server.accept();
  raw[Symbol.dispose]();
  await transport.close();
});

Deno.test("listenWebSocket() answers HTTP by its handler, and by 426 without", async () => {
  const url = (port: number) => `http://127.0.0.1:${port}/path?a=1`;
  await using bare = await listen();
  const refused = await fetch(url(bare.port));
  assertEquals(refused.status, 426);
  await refused.body?.cancel();

  await using server = await listen({
    handler: async (request, { remoteAddr }) => {
      if (request.headers.has("x-throw")) throw new Error("secret");
      const body = await request.text();
      const text = `${request.method} ${request.url} ${body}`;
      return new Response(text, {
        status: 201,
        headers: { "x-peer": remoteAddr.hostname!, "set-cookie": "a=1" },
      });
    },
  });
  const target = url(server.port);
  const got = await fetch(target);
  assertEquals(await got.text(), `GET ${target} `);
  assertEquals([got.status, got.headers.get("x-peer")], [201, "127.0.0.1"]);
  const long = "x".repeat(300_000);
  const posted = await fetch(target, { method: "POST", body: long });
  assertEquals(await posted.text(), `POST ${target} ${long}`);
  const head = await fetch(target, { method: "HEAD" });
  assertEquals([head.status, await head.text()], [201, ""]);
  const thrown = await fetch(target, { headers: { "x-throw": "1" } });
  assertEquals([thrown.status, await thrown.text()], [500, ""]);
  // Another upgrade, such as Java's client tries first, is none for us.
  const h2c = await request(
    server.port,
    handshake({ upgrade: "h2c", connection: "Upgrade, close" }),
  );
  assert(/^HTTP\/1.1 201 /.test(h2c), h2c);
});

Deno.test("listenWebSocket() refuses one too many, and has room again after", async () => {
  await using server = await listen({ maxConnections: 2 });
  const one = await RawWebSocket.connect(server.port);
  const first = await server.accept();
  const two = await RawWebSocket.connect(server.port);
  const second = await server.accept();
  const refused = await request(server.port, handshake());
  assert(/^HTTP\/1.1 503 /.test(refused), refused);
  one[Symbol.dispose]();
  await ended(first.transport);
  const three = await RawWebSocket.connect(server.port);
  const third = await server.accept();
  two[Symbol.dispose]();
  three[Symbol.dispose]();
  await Promise.all([second.transport.close(), third.transport.close()]);
});

Deno.test("listenWebSocket() closes who takes too long for a handshake", async () => {
  await using server = await listen({
    handshakeTimeout: 200,
    authorize: () => new Promise(() => {}),
  });
  const start = performance.now();
  const slow = await Promise.all([
    request(server.port, ""),
    request(server.port, "GET / HTTP/1.1\r\nhost: a\r\nx-slow: "),
    request(server.port, handshake()),
  ]);
  assertLess(performance.now() - start, 2_000);
  assert(
    slow.every((each) => each === "" || / (408|503) /.test(each)),
    slow[1],
  );
});

Deno.test("listenWebSocket() lets hundreds in at once", async () => {
  await using server = await listen();
  const count = 400;
  const sockets = await Promise.all(
    Array.from({ length: count }, () => RawWebSocket.connect(server.port)),
  );
  const accepted: AcceptedConnection[] = [];
  while (accepted.length < count) accepted.push(await server.accept());
  for (const socket of sockets) socket[Symbol.dispose]();
  const errors = await Promise.all(
    accepted.map(({ transport }) => ended(transport)),
  );
  assertEquals(new Set(errors.map(({ code }) => code)), new Set([1006]));
});

Deno.test("listenWebSocket() pings the silent, and lets go of the mute", async () => {
  await using server = await listen({ idleTimeout: 400 });
  const start = performance.now();
  using raw = await RawWebSocket.connect(server.port);
  const { transport } = await server.accept();
  for (let i = 0; i < 3; i++) {
    const { opcode, payload } = await raw.frame();
    assertEquals([opcode, payload.length], [9, 0]);
    await raw.send(10, payload); // Heard: another half of the time.
  }
  assertGreater(performance.now() - start, 450);
  assertEquals((await raw.frame()).opcode, 9);
  const error = await ended(transport);
  assertEquals([error.code, error.reason], [1006, ""]);
  assertEquals((error.cause as Error).message, "No answer to a ping");
});

Deno.test("listenWebSocket() says its farewell before each close of its own", async () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const causes: [string, number, (raw: RawWebSocket) => Promise<void>][] = [
    ["too large", 1009, (raw) => raw.send(1, bytes("x".repeat(120)))],
    ["not UTF-8", 1007, (raw) => raw.send(1, new Uint8Array([0xff]))],
    ["the other format", 1003, (raw) => raw.send(2, bytes("x"))],
    ["a broken frame", 1002, (raw) => raw.send(3, bytes("x"))],
    ["silence", 1011, () => Promise.resolve()],
  ];
  for (const [what, code, say] of causes) {
    await using server = await listen({
      idleTimeout: 400,
      maxMessageBytes: 100,
      farewell: "goodbye",
    });
    using raw = await RawWebSocket.connect(server.port);
    const { transport } = await server.accept();
    await say(raw);
    const frames: [number, string | number][] = [];
    for (let opcode = 0; opcode !== 8;) {
      const frame = await raw.frame();
      opcode = frame.opcode;
      if (opcode === 1) {
        frames.push([1, new TextDecoder().decode(frame.payload)]);
      }
      if (opcode === 8) {
        frames.push([8, frame.payload[0]! * 256 + frame.payload[1]!]);
      }
    }
    const goodbyes = frames.splice(0, what === "silence" ? 2 : 1);
    assertEquals(goodbyes.map(([_, text]) => text).at(-1), "goodbye", what);
    assertEquals(frames, [[8, code]], what);
    await ended(transport);
  }
});

Deno.test("listenWebSocket() sends all of a turn in one write", async () => {
  await using server = await listen();
  using conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: server.port,
  });
  await conn.write(new TextEncoder().encode(handshake()));
  const bytes = new Uint8Array(65_536);
  await conn.read(bytes);
  const { transport } = await server.accept();
  for (let i = 0; i < 100; i++) transport.send(`message ${i}`);
  await Promise.resolve();
  for (let i = 100; i < 200; i++) transport.send(`message ${i}`);
  assertEquals(await conn.read(bytes), 2_490);
  transport.close();
});

Deno.test("listenWebSocket() answers one message after the other, and closes or fails at any of them", async () => {
  await using server = await listen();
  for (const last of [1, 2, 8, 9, 10, 11, 30]) {
    for (const fails of [false, true]) {
      const request = checkRequest(server.url, {});
      await using near = await openWebSocket(request, {
        format: "text",
        idleTimeout: 0,
      });
      const { transport: far } = await server.accept();
      let count = 0;
      const reading = forEachMessage(far, (message) => {
        void far.send(message);
        if (++count < last) return;
        if (fails) throw new Error("receiver");
        void far.close(new CloseError(4000, { reason: "enough" }));
      });
      const failed = assertRejects(() => reading, Error, "receiver");
      if (fails) failed.then(() => far.close(new CloseError(4000)));
      else failed.catch(() => {});
      const answers = near[Symbol.asyncIterator]();
      for (let i = 1; i <= last; i++) {
        void near.send(`${i}`);
        assertEquals((await answers.next()).value, `${i}`);
      }
      const { code } = await assertRejects(() => answers.next(), CloseError);
      assertEquals(code, 4000);
      if (!fails) await assertRejects(() => reading, CloseError, "enough");
    }
  }
});

Deno.test("listenWebSocket() answers what came with a farewell, or before an error", async () => {
  await using server = await listen();
  for (const last of [[8, 3, 232], [11]]) {
    using raw = await RawWebSocket.connect(server.port);
    const { transport } = await server.accept();
    const echo = (async () => {
      for await (const message of transport) await transport.send(message);
    })().catch(() => {});
    const [opcode, ...payload] = last as [number, ...number[]];
    raw.send(1, new Uint8Array([104, 105]));
    raw.send(opcode, new Uint8Array(payload));
    assertEquals((await raw.frame()).opcode, 1);
    const { code } = await raw.closeFrame();
    assertEquals(code, opcode === 8 ? 1000 : 1002);
    await echo;
  }
});

Deno.test("listenWebSocket() survives what clients do to it", async () => {
  await using server = await listen({ maxMessageBytes: 100 });
  const deeds: ((raw: RawWebSocket) => void | Promise<unknown>)[] = [
    (raw) => raw.send(3, new Uint8Array()),
    (raw) => raw.send(1, new Uint8Array([0xff])),
    (raw) => raw.send(1, new Uint8Array(101)),
    (raw) => raw.send(8, new Uint8Array([1])),
    (raw) => raw[Symbol.dispose](),
  ];
  const codes: number[] = [];
  for (const deed of deeds) {
    const raw = await RawWebSocket.connect(server.port);
    const { transport } = await server.accept();
    await deed(raw);
    codes.push((await ended(transport)).code);
    try {
      raw[Symbol.dispose]();
    } catch {
      // That was the deed.
    }
    await transport.close();
  }
  assertEquals(codes, [1002, 1007, 1009, 1002, 1006]);
});

Deno.test("listenWebSocket() does not answer the pings of who does not read", async () => {
  await using server = await listen();
  const conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: server.port,
  });
  await conn.write(new TextEncoder().encode(handshake()));
  const { transport } = await server.accept();
  const message = "x".repeat(16 * 1_048_576);
  transport.send(message);
  const count = 20_000;
  const pings = new Uint8Array(131 * count + 7);
  for (let i = 0; i < count; i++) pings.set([0x89, 0xfd], 131 * i);
  pings.set([0x81, 0x81, 0, 0, 0, 0, 97], 131 * count);
  for (let rest = pings; rest.length > 0;) {
    rest = rest.subarray(await conn.write(rest));
  }
  // Here it has seen all of them.
  const { value } = await transport[Symbol.asyncIterator]().next();
  assertEquals(value, "a");
  const closing = transport.close();
  let received = 0;
  const bytes = new Uint8Array(65_536);
  for (;;) {
    const read = await conn.read(bytes);
    if (read === null) break;
    received += read;
    // The farewell is all that follows the message and some pongs.
    if (received > message.length && bytes[read - 4] === 0x88) break;
  }
  assertLess(received, message.length + 1_000);
  conn.close();
  await closing;
});

Deno.test("listenWebSocket() encrypts", async () => {
  const file = (name: string) =>
    Deno.readTextFileSync(new URL(`testdata/${name}`, import.meta.url));
  await using server = await listen({
    tls: { cert: file("localhost.crt"), key: file("localhost.key") },
    format: "binary",
    handshakeTimeout: 2_000, // A handshake of TLS on a busy machine.
  });
  const mute = request(server.port, "");
  const client = await openWebSocket(
    checkRequest(`wss://localhost:${server.port}`, {}),
    {
      format: "binary",
      idleTimeout: 30_000,
      tls: { ca: file("ca.crt") },
    },
  );
  const { transport, request: { url } } = await server.accept();
  assert(url.startsWith("https://localhost:"), url);
  const [long] = [new Uint8Array(3_000_000).map((_, i) => i)];
  for (const [from, to] of [[client, transport], [transport, client]]) {
    from!.send(long!);
    const { value } = await to![Symbol.asyncIterator]().next();
    assertEquals(value?.length, long!.length);
    assert(value!.every((byte: number, i: number) => byte === (i & 255)));
  }
  await client.close(new CloseError(1012));
  assertEquals((await ended(transport)).code, 1012);
  assertEquals(await mute, "");
});

Deno.test("listenWebSocket() rejects when it cannot listen", async () => {
  await using server = await listen();
  await assertRejects(
    () => listenWebSocket({ port: server.port }),
    Deno.errors.AddrInUse,
  );
});

Deno.test("WebSocketListener.close() frees the port, and leaves its transports alone", async () => {
  const listener = await listenWebSocket({ port: 0 });
  const { port } = listener.addr;
  const taken: Transport[] = [];
  const loop = (async () => {
    for await (const { transport } of listener) taken.push(transport);
  })();
  using raw = await RawWebSocket.connect(port);
  using _half = await Deno.connect({ hostname: "127.0.0.1", port });
  while (taken.length === 0) await new Promise((done) => setTimeout(done, 1));
  await listener.close();
  await listener.close();
  await loop;
  await assertRejects(
    () => Deno.connect({ hostname: "127.0.0.1", port }),
    Deno.errors.ConnectionRefused,
  );
  await taken[0]!.send("hello");
  assertEquals((await raw.frame()).payload.length, 5);
  await taken[0]!.close();
});

Deno.test("WebSocketListener.close() closes whom nobody has taken", async () => {
  const server = await listen();
  using raw = await RawWebSocket.connect(server.port);
  await server.listener.close();
  assertEquals((await raw.closeFrame()).code, 1001);
});

Deno.test("listenWebSocket() sends the first of many messages while the turn still goes on", async () => {
  await using server = await listen();
  const got = new Int32Array(new SharedArrayBuffer(4));
  const script = `self.onmessage = ({ data: [url, got] }) => {
    const socket = new WebSocket(url);
    socket.onopen = () => self.postMessage("open");
    socket.onmessage = () => {
      Atomics.store(got, 0, 1);
      Atomics.notify(got, 0);
      socket.close();
    };
  };`;
  const worker = new Worker(
    `data:application/javascript,${encodeURIComponent(script)}`,
    { type: "module" },
  );
  const opened = new Promise((resolve) => worker.onmessage = resolve);
  worker.postMessage([server.url, got]);
  const { transport } = await server.accept();
  await deadline(opened, 5_000);
  for (let i = 0; i < 64; i++) transport.send("x".repeat(64));
  // Nothing else runs here meanwhile.
  assert(Atomics.wait(got, 0, 0, 5_000) !== "timed-out");
  await transport.close();
  worker.terminate();
});
