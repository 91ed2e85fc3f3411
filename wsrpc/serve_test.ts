// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type Client, connect } from "./client.ts";
import { HandshakeError, NotConnectedError } from "./errors.ts";
import { serve } from "./serve.ts";
import { Server, type ServerOptions } from "./server.ts";

Deno.test("serve() lets in whom the server lets in, with its state", async () => {
  const refused: number[] = [];
  await using wsrpc = new Server({
    authorize(request: Request) {
      const token = request.headers.get("authorization");
      return token === "s3cret"
        ? { path: new URL(request.url).pathname }
        : new Response("Who are you?", { status: 401 });
    },
    routes: { where: (peer) => peer.state.path },
    hooks: { authFail: (_, status) => refused.push(status) },
  });
  await using listening = await serve(wsrpc, { port: 0 });
  await using client = await connect(listening.urls[0], {
    headers: { authorization: "s3cret" },
  });
  assertEquals(await client.call("where"), "/ws/");
  const refusal = await assertRejects(
    () => connect(listening.urls[0]),
    HandshakeError,
    "401",
  );
  assertEquals([refusal.status, refusal.body], [401, "Who are you?"]);
  await assertRejects(
    () =>
      connect(listening.urls[0], {
        headers: { authorization: "s3cret", origin: "https://evil.example" },
      }),
    HandshakeError,
    "403",
  );
  assertEquals(refused, [401, 403]);
  assertEquals(wsrpc.clients.size, 1);
});

Deno.test("serve() answers other requests, and stops", async () => {
  const wsrpc = new Server({ routes: { one: () => 1 } });
  const listening = await serve(wsrpc, { hostname: "localhost", port: 0 });
  const http = listening.urls[0].replace("ws:", "http:");
  const response = await fetch(http);
  assertEquals(response.status, 426);
  await response.body?.cancel();
  const client = await connect(listening.urls[0]);
  await listening.close();
  await listening.close();
  await assertRejects(() => client.call("one"), NotConnectedError);
  await assertRejects(() => connect(listening.urls[0]), NotConnectedError);
  await client.close();
  await wsrpc.close();
});

Deno.test("serve() rejects if its port is taken", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  await assertRejects(
    () => serve(new Server(), { port }),
    Deno.errors.AddrInUse,
  );
});

Deno.test("serve() bounds the connections", async () => {
  await using wsrpc = new Server({ maxConnections: 1 });
  await using listening = await serve(wsrpc, { port: 0 });
  await using _client = await connect(listening.urls[0]);
  await assertRejects(() => connect(listening.urls[0]), NotConnectedError);
});

Deno.test("Server passes over binary frames, on either WebSocket", async () => {
  await using wsrpc = new Server({ routes: { one: () => 1 } });
  await using own = await serve(wsrpc, { port: 0 });
  await using platform = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    wsrpc.fetch,
  );
  for (const url of [own.urls[0], `ws://127.0.0.1:${platform.addr.port}`]) {
    const socket = new WebSocket(url);
    const closed = new Promise((resolve) => socket.onclose = resolve);
    await new Promise((resolve) => socket.onopen = resolve);
    const answer = new Promise<unknown>((resolve) => {
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.id === 42) resolve(message.result);
      };
    });
    socket.send(new Uint8Array([1, 2, 3]));
    socket.send('{"id":42,"method":"one","params":[]}');
    assertEquals(await answer, 1);
    socket.close();
    await closed;
  }
});

Deno.test("serve() lets clients in over TCP and a Unix socket too, and counts them all", async () => {
  const unixPath = `${await Deno.makeTempDir()}/wsrpc.sock`;
  await using wsrpc = new Server({
    routes: { one: () => 1 },
    maxConnections: 3,
  });
  await using listening = await serve(wsrpc, { port: 0, tcpPort: 0, unixPath });
  const schemes = listening.urls.map((url) => url.split(":")[0]);
  assertEquals(schemes, ["ws", "tcp", "unix"]);
  await using cleanup = new AsyncDisposableStack();
  for (const url of listening.urls) {
    const client = cleanup.use(await connect(url));
    assertEquals(await client.call("one"), 1);
  }
  assertEquals(wsrpc.clients.size, 3);
  await assertRejects(() => connect(listening.urls[0]), NotConnectedError);
});

/** A client of a server that closes it by itself, and what both sides say. */
async function closedBy(
  options: ServerOptions,
  provoke: (client: Client) => unknown,
): Promise<{ lines: string[]; call: Error; theirs: Error | undefined }> {
  const lines: string[] = [];
  await using wsrpc = new Server({
    ...options,
    logger: { info: (line) => lines.push(line) },
  });
  await using listening = await serve(wsrpc, { port: 0 });
  await using client = await connect(listening.urls[0], {
    reconnect: false,
    maxSentBytes: 100_000_000,
    routes: { never: () => new Promise(() => {}) },
  });
  const [peer] = wsrpc.clients.values();
  const call = assertRejects(() => peer!.call("never"), NotConnectedError);
  provoke(client);
  await peer!.closed;
  const error = await call;
  return { lines, call: error, theirs: await client.closed };
}

Deno.test("serve() says in the log, in each open call and to the client that a message was too large", async () => {
  const { lines, call, theirs } = await closedBy({}, (client) => {
    client.call("x", "x".repeat(20_000_000)).catch(() => {});
  });
  assertMatch(call.message, /1009/);
  assertMatch(lines.at(-1)!, /has gone: .*1009/);
  assertMatch(String(theirs), /1009/);
});

Deno.test("serve() says in the log and in each open call that a client was silent", async () => {
  const lines: string[] = [];
  await using wsrpc = new Server({
    idleTimeout: 200,
    logger: { info: (line) => lines.push(line) },
  });
  await using listening = await serve(wsrpc, { port: 0 });
  // A client that is frozen: it neither reads nor answers a ping.
  const { hostname, port } = new URL(listening.urls[0]);
  using frozen = await Deno.connect({ hostname, port: Number(port) });
  await frozen.write(
    new TextEncoder().encode(
      `GET / HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
        `sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    ),
  );
  await frozen.read(new Uint8Array(1_000));
  const [peer] = wsrpc.clients.values();
  const call = assertRejects(() => peer!.call("never"), NotConnectedError);
  await peer!.closed;
  const { message } = await call;
  assertMatch(
    message,
    /^The connection has ended: .* 1006: No answer to a ping$/,
  );
  assertMatch(lines.at(-1)!, /has gone: .* 1006: No answer to a ping$/);
});

Deno.test("close() ends clients and open calls at once, at both ends and on all carriers", async () => {
  const path = `${await Deno.makeTempDir()}/a.sock`;
  const aborted: string[] = [];
  await using wsrpc = new Server({
    routes: {
      wait: (peer, name) =>
        new Promise(() => {
          peer.signal.addEventListener("abort", () => aborted.push(name));
        }),
    },
  });
  const listening = await serve(wsrpc, {
    port: 0,
    tcpPort: 0,
    unixPath: path,
  });
  await using other = await serve(wsrpc, { port: 0 });
  await using kept = await connect(other.urls[0]);
  await kept.call("ping");
  const calls: Promise<unknown>[] = [];
  for (const url of listening.urls) {
    const client = await connect(url, {
      reconnect: false,
      routes: { wait: () => new Promise(() => {}) },
    });
    calls.push(client.call("wait", [url], { timeout: 60_000 }));
    await client.call("ping");
  }
  for (const peer of wsrpc.clients.values()) {
    if (peer.handlers > 0) calls.push(peer.call("wait"));
  }
  assertEquals(calls.length, 6);
  const start = performance.now();
  const ends = calls.map((call) =>
    assertRejects(() => call, NotConnectedError)
  );
  await listening.close();
  await Promise.all(ends);
  const elapsed = performance.now() - start;
  assert(elapsed < 2_000, `${elapsed} ms`);
  assertEquals(aborted.sort(), [...listening.urls].sort());
  assertEquals(wsrpc.clients.size, 1);
  await kept.call("ping");
});
