// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { NewlineFramer } from "@wirekit/transport/framers";
import { pair } from "@wirekit/transport/pair";
import { listenTcp } from "@wirekit/transport/tcp";
import { CloseError } from "@wirekit/transport/transport";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { connect } from "./client.ts";
import { LimitError, NotConnectedError, TimeoutError } from "./errors.ts";
import { Peer } from "./peer.ts";
import { Server } from "./server.ts";
import { FakeTime } from "@wirekit/internal/testing";
import { Raw } from "./testdata/raw.ts";

/** Lets a server listen on loopback. */
function serve(fetch: (request: Request) => Promise<Response>) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    fetch,
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    origin,
    url: origin.replace("http", "ws"),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Asks for an upgrade, and tells the status. */
async function status(
  origin: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const { hostname, port } = new URL(origin);
  const conn = await Deno.connect({ hostname, port: Number(port) });
  const lines = Object.entries({
    host: `${hostname}:${port}`,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = `GET /ws/ HTTP/1.1\r\n${lines.join("")}\r\n`;
  await conn.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(100);
  const length = await conn.read(buffer) ?? 0;
  conn.close();
  const text = new TextDecoder().decode(buffer.subarray(0, length));
  return Number(text.split(" ")[1]);
}

Deno.test("Server lets in whom authorize knows, and keeps what it says", async () => {
  const told: unknown[] = [];
  await using wsrpc = new Server({
    async authorize(request: Request) {
      await Promise.resolve();
      const users: Record<string, { name: string }> = { t1: { name: "zoë" } };
      const token = new URL(request.url).searchParams.get("token");
      if (token === "broken") throw new Error("no database");
      return users[token ?? ""] ?? new Response(null, { status: 403 });
    },
    routes: { whoami: (peer) => peer.state.name },
    hooks: {
      authSuccess: (request) => told.push(new URL(request.url).pathname),
      authFail: (_, status) => told.push(status),
      error: (peer, error) => told.push([peer, (error as Error).message]),
    },
  });
  await using http = serve(wsrpc.fetch);
  await using client = await connect(`${http.url}/ws/?token=t1`);
  assertEquals(await client.call("whoami"), "zoë");
  assertEquals(await status(http.origin), 403);
  await assertRejects(() => connect(http.url), NotConnectedError);
  await assertRejects(() => connect(`${http.url}?token=broken`));
  assertEquals(told, ["/ws/", 403, 403, [undefined, "no database"], 500]);
  assertEquals(wsrpc.clients.size, 1);
});

Deno.test("Server refuses pages, but for those of allowed origins", async () => {
  await using closed = new Server();
  await using open = new Server({ allowedOrigins: ["https://example.org"] });
  await using http = serve(closed.fetch);
  await using other = serve(open.fetch);
  assertEquals(
    await status(http.origin, { origin: "https://evil.example" }),
    403,
  );
  assertEquals(await status(http.origin, { origin: http.origin }), 403);
  assertEquals(await status(http.origin, { origin: "null" }), 403);
  assertEquals(await status(http.origin), 101);
  assertEquals(
    await status(other.origin, { origin: "https://evil.example" }),
    403,
  );
  assertEquals(
    await status(other.origin, { origin: "https://example.org" }),
    101,
  );
});

Deno.test("Server tells the log once of each origin that it refuses, and what to do", async () => {
  const lines: string[] = [];
  await using wsrpc = new Server({
    logger: { warn: (line) => lines.push(line) },
  });
  await using http = serve(wsrpc.fetch);
  for (const origin of ["http://localhost:3000", "null"]) {
    for (let n = 0; n < 3; n++) {
      assertEquals(await status(http.origin, { origin }), 403);
    }
  }
  assertEquals(lines.length, 2);
  assertStringIncludes(lines[0]!, "its page is of http://localhost:3000");
  assertStringIncludes(
    lines[0]!,
    'set allowedOrigins: ["http://localhost:3000"]',
  );
  assertStringIncludes(lines[1]!, "its page has no origin");
  assert(!lines[1]!.includes("allowedOrigins"), lines[1]);
  for (let n = 0; n < 200; n++) {
    await status(http.origin, { origin: `https://${n}.example` });
  }
  // Of this kind, the log takes some a second and then their sum.
  assert(lines.length > 20 && lines.length < 150, `${lines.length}`);
});

Deno.test("Server takes an origin as people write it, and refuses what is none", async () => {
  await using wsrpc = new Server({
    allowedOrigins: ["HTTPS://Example.org:443/"],
  });
  await using http = serve(wsrpc.fetch);
  const origin = "https://example.org";
  assertEquals(await status(http.origin, { origin }), 101);
  for (const wrong of ["example.org", "https://example.org/app", "*.example"]) {
    assertThrows(
      () => new Server({ allowedOrigins: [wrong] }),
      TypeError,
      wrong,
    );
  }
});

Deno.test("Server refuses whom authorize answers with false", async () => {
  await using wsrpc = new Server({ authorize: () => false });
  await using http = serve(wsrpc.fetch);
  assertEquals(await status(http.origin), 403);
});

Deno.test("Server tells the log who comes, who goes and why, and what fails", async () => {
  const lines: string[] = [];
  const tell = (line: string) => void lines.push(line);
  await using wsrpc = new Server({
    logger: { info: tell, error: tell },
    routes: {
      fail() {
        throw new RangeError("too\nlarge");
      },
    },
  });
  const [near, far] = pair();
  const peer = wsrpc.accept(near);
  const raw = new Raw(far);
  await raw.next();
  await raw.ask({ id: 2, method: "fail" });
  await raw.close(new CloseError(1009, { reason: "too large for me" }));
  await peer.closed;
  assertEquals(lines, [
    `${peer.id} has connected`,
    'Route "fail" failed: RangeError: too large',
    `${peer.id} has gone: Transport closed with code 1009: too large for me`,
  ]);
});

Deno.test("Server answers what is no WebSocket", async () => {
  await using wsrpc = new Server();
  await using http = serve(wsrpc.fetch);
  const response = await fetch(http.origin);
  assertEquals(response.status, 426);
  await response.body?.cancel();
});

Deno.test("Server bounds its connections", async () => {
  await using wsrpc = new Server({ maxConnections: 1 });
  await using http = serve(wsrpc.fetch);
  const client = await connect(http.url);
  assertEquals(await status(http.origin), 503);
  const [near, far] = pair();
  assertThrows(() => wsrpc.accept(near), LimitError, "no room");
  await assertRejects(() => new Raw(far).next(), CloseError, "no room");
  await client.close();
  while (wsrpc.clients.size > 0) await client.closed.then(() => nextTurn());
  assertEquals(await status(http.origin), 101);
});

/** Lets the event loop turn once. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("Server pings a client at once, and drops it if it is dead", async () => {
  using time = new FakeTime();
  const closed: unknown[] = [];
  const wsrpc = new Server({
    hooks: { close: (_, reason) => closed.push(reason) },
  });
  const [near, far] = pair();
  wsrpc.accept(near);
  const raw = new Raw(far);
  const ping = await raw.next();
  assertEquals([ping.id, ping.method], [1, "ping"]);
  raw.send({ result: ping.params, id: 1 });
  await time.tick(40_000);
  assertEquals((await raw.next()).id, 3);
  await time.tick(10_000);
  assertEquals(wsrpc.clients.size, 0);
  await assertRejects(() => raw.next(), CloseError, "no sign of life");
  assertInstanceOf(closed[0], CloseError);
  assertEquals(time.timers, 0);
});

Deno.test("Server knows its clients, and tells its hooks", async () => {
  const told: string[] = [];
  await using wsrpc = new Server({
    routes: { one: () => 1 },
    hooks: {
      open: (peer) => told.push(`open ${wsrpc.clients.get(peer.id) === peer}`),
      callStart: () => told.push("start"),
      callSuccess: () => told.push("success"),
      event: (_, event) => told.push(JSON.stringify(event)),
      close: () => told.push(`close ${wsrpc.clients.size}`),
    },
  });
  await using http = serve(wsrpc.fetch);
  {
    await using client = await connect(http.url);
    await client.emit({ a: 1 });
    await client.call("one");
    const [peer] = wsrpc.clients.values();
    const gone = peer!.closed;
    await client.close();
    await gone;
  }
  assertEquals(told, [
    "open true",
    '{"a":1}',
    "start",
    "success",
    "close 0",
  ]);
});

Deno.test("Server broadcasts, and settles with each client", async () => {
  using time = new FakeTime();
  const wsrpc = new Server();
  const link = (options = {}) => {
    const [near, far] = pair();
    return { peer: wsrpc.accept(near), client: new Peer(far, options) };
  };
  const good = link({
    routes: { notify: (_: unknown, { n }: { n: number }) => n },
  });
  const without = link();
  const silent = link({ routes: { notify: () => new Promise(() => {}) } });
  const leaving = link({ routes: { notify: () => new Promise(() => {}) } });
  await time.settle();

  const all = wsrpc.broadcast("notify", { n: 7 }, { timeout: 1_000 });
  const some = wsrpc.broadcast("notify", { n: 8 }, {
    filter: (peer) => peer === good.peer,
  });
  await time.settle();
  await leaving.client.close();
  await time.tick(1_000);
  const results = await all;
  assertEquals(results.map(({ peer }) => peer), [
    good.peer,
    without.peer,
    silent.peer,
    leaving.peer,
  ]);
  assertEquals(
    results.map((result) =>
      result.status === "fulfilled" ? result.value : result.reason.name
    ),
    [7, "WsrpcError", "TimeoutError", "NotConnectedError"],
  );
  assertInstanceOf(
    results[2]?.status === "rejected" && results[2].reason,
    TimeoutError,
  );
  assertEquals((await some).length, 1);
  await wsrpc.close();
  assertEquals(await wsrpc.broadcast("notify"), []);
});

Deno.test("Server tells all clients an event, or some", async () => {
  await using wsrpc = new Server();
  const heard: string[] = [];
  const link = (name: string) => {
    const [near, far] = pair();
    const peer = wsrpc.accept(near);
    const client = new Peer(far);
    client.addEventListener((event) => heard.push(`${name} ${event.n}`));
    return { peer, client };
  };
  const a = link("a");
  const b = link("b");
  await wsrpc.emit({ n: 1 });
  await wsrpc.emit({ n: 2 }, { filter: (peer) => peer === b.peer });
  await Promise.all([a.peer.call("ping"), b.peer.call("ping")]);
  assertEquals(heard.sort(), ["a 1", "b 1", "b 2"]);
  await assertRejects(() => wsrpc.emit({ id: 1 }), TypeError);
  await assertRejects(
    () => wsrpc.emit({ x: "x".repeat(5_000_000) }),
    LimitError,
  );
});

Deno.test("Server closes its clients, and takes no more", async () => {
  const wsrpc = new Server();
  await using http = serve(wsrpc.fetch);
  const transport = await connectWebSocket(http.url);
  const raw = new Raw(transport);
  await raw.next();
  const peers = [...wsrpc.clients.values()];
  await wsrpc.close();
  await wsrpc.close();
  assertEquals(wsrpc.clients.size, 0);
  await assertRejects(() => raw.next(), Error, "has closed");
  assert(peers[0]!.signal.aborted);
  assertEquals(await status(http.origin), 503);
});

Deno.test("Server shares nothing with another one", async () => {
  const one = new Server({
    routes: { only: () => 1 },
    heartbeat: { interval: 1_000 },
    maxHandlers: 1,
  });
  const two = new Server({ hooks: { open: () => opened++ } });
  let opened = 0;
  const [a, b] = [pair(), pair()];
  one.accept(a[0]);
  two.accept(b[0]);
  await using alice = new Peer(a[1]);
  await using bob = new Peer(b[1]);
  assertEquals(await alice.call("only"), 1);
  await assertRejects(() => bob.call("only"), Error, "not implemented");
  assertEquals(opened, 1);
  assertEquals([one.clients.size, two.clients.size], [1, 1]);
  await one.close();
  await two.close();
});

Deno.test("Server serves over TCP, a line for each message", async () => {
  await using wsrpc = new Server({
    routes: { back: (peer) => peer.call("name") },
  });
  await using listener = await listenTcp(
    { port: 0 },
    () => new NewlineFramer(),
  );
  const accepting = (async () => {
    for await (const transport of listener) wsrpc.accept(transport);
  })();
  const { port } = listener.addr as Deno.NetAddr;
  const client = await connect(`tcp://127.0.0.1:${port}`, {
    routes: { name: () => "line\nbreak" },
  });
  assertEquals(await client.call("back"), "line\nbreak");
  await client.close();
  await listener.close();
  await accepting;
});

Deno.test("Server drops a client that reads too slowly, and costs the others nothing", async () => {
  await using wsrpc = new Server({
    maxOutboxBytes: 8_000_000,
    routes: { hello: () => "world" },
  });
  await using http = serve(wsrpc.fetch);
  const slow = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(http.origin).port),
  });
  await slow.write(new TextEncoder().encode(
    `GET / HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
      `sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  ));
  await using client = await connect(http.url);
  while (wsrpc.clients.size < 2) await nextTurn();
  const [peer] = wsrpc.clients.values();
  const large = { x: "x".repeat(4_000_000) };
  for (let i = 0; i < 20; i++) peer!.emit(large).catch(() => {});
  const reason = await peer!.closed;
  assertEquals((reason as CloseError).code, 1013);
  assertEquals(await client.call("hello"), "world");
  assertEquals(wsrpc.clients.size, 1);
  slow.close();
});
