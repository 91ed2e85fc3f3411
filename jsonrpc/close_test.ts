// Copyright 2026 the Wirekit authors. MIT license.

/** What calls and logs say of a connection that ended, on real sockets. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { deadline } from "@std/async/deadline";
import { listenTcp } from "@wirekit/transport/tcp";
import { connectWebSocket } from "@wirekit/transport/websocket";
import {
  ClosedError,
  connect,
  framerOf,
  HttpClient,
  Methods,
  NotConnectedError,
  Peer,
  serve,
  servePeers,
} from "./mod.ts";

const PATIENCE = 5_000;

const methods = () =>
  new Methods().add("wait", () => new Promise(() => {}))
    .add("size", (_call, text: string) => text.length);

Deno.test("A message over the server's limit ends the calls in flight with that reason", async () => {
  const lines: string[] = [];
  await using server = await serve({
    port: 0,
    methods: methods(),
    maxMessageBytes: 1_000,
    logger: { warn: (line) => lines.push(line) },
  });
  const url = `ws://127.0.0.1:${server.addr.port}`;
  const peer = new Peer(await connectWebSocket(url));
  const calls = [
    peer.request("wait"),
    peer.request("size", ["x".repeat(2_000)]),
  ];
  for (const call of calls) {
    const error = await assertRejects(
      () => deadline(call, PATIENCE),
      ClosedError,
      "1009",
    );
    assert(error instanceof NotConnectedError);
    assertEquals(error.sent, true);
  }
  // So does a call that is made after the end.
  const late = await assertRejects(
    () => peer.request("size", [""]),
    ClosedError,
  );
  assertStringIncludes(late.message, "1009");
  assertEquals(late.sent, false);
  assertEquals(lines.length, 1);
  assertStringIncludes(lines[0]!, "1009");
  await peer.close();
});

Deno.test("A server logs that it has closed an idle connection", async () => {
  const lines: string[] = [];
  await using listener = await listenTcp(
    { port: 0 },
    () => framerOf("newline"),
  );
  await using server = servePeers(listener, {
    idleTimeout: 20,
    logger: { warn: (line) => lines.push(line) },
  });
  using socket = await Deno.connect({ port: listener.addr.port });
  const end = await deadline(socket.read(new Uint8Array(10)), PATIENCE);
  assertEquals(end, null);
  assertEquals(lines, [
    "connection lost: Transport closed with code 1001: idle",
  ]);
  assertEquals(server.peers.size, 0);
});

Deno.test("A log line of a lost connection holds no line break of a stranger", async () => {
  const lines: string[] = [];
  await using server = await serve({
    port: 0,
    logger: { warn: (line) => lines.push(line) },
  });
  const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}`);
  await new Promise((resolve) => socket.onopen = resolve);
  const [peer] = server.peers;
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close(4000, "bye\r\nERROR all is lost");
  await deadline(peer!.closed, PATIENCE);
  await closed;
  assertEquals(lines, [
    "connection lost: Transport closed with code 4000: bye ERROR all is lost",
  ]);
});

Deno.test("close() ends open calls at once, at both ends and on all carriers", async () => {
  const unixPath = `${await Deno.makeTempDir()}/a.sock`;
  const aborted: string[] = [];
  const started = Promise.withResolvers<void>();
  let running = 0;
  const server = await serve({
    port: 0,
    tcpPort: 0,
    unixPath,
    methods: new Methods().add("wait", ({ signal }, url: string) => {
      if (++running === 4) started.resolve();
      return new Promise(() => {
        signal.addEventListener("abort", () => aborted.push(url));
      });
    }),
  });
  const wait = { timeout: 60_000 };
  const http = server.urls[0].replace("ws:", "http:");
  const poster = new HttpClient(http);
  const calls: Promise<unknown>[] = [poster.request("wait", [http], wait)];
  for (const url of server.urls) {
    const client = await connect(url, { reconnect: false, methods: methods() });
    calls.push(client.request("wait", [url], wait));
  }
  await deadline(started.promise, PATIENCE);
  for (const peer of server.peers) calls.push(peer.request("wait", [], wait));
  assertEquals(calls.length, 7);
  const start = performance.now();
  const ends = calls.map((call) => assertRejects(() => call, ClosedError));
  await server.close();
  await Promise.all(ends);
  const elapsed = performance.now() - start;
  assert(elapsed < 2_000, `${elapsed} ms`);
  assertEquals(aborted.sort(), [http, ...server.urls].sort());
  assertEquals(server.peers.size, 0);
});
