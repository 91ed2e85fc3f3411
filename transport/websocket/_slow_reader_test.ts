// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { listenWebSocket } from "../listen_websocket.ts";
import { CloseError } from "../transport.ts";

const IDLE = 1_000;

/** A client by hand, and what the server made of it. */
async function serve() {
  const listener = await listenWebSocket({
    port: 0,
    format: "binary",
    idleTimeout: IDLE,
  });
  const conn = await Deno.connect({ port: listener.addr.port });
  await conn.write(
    new TextEncoder().encode(
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        "Sec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ),
  );
  for await (const { transport } of listener) {
    return {
      conn,
      transport,
      async [Symbol.asyncDispose]() {
        conn.close();
        await transport.close();
        await listener.close();
      },
    };
  }
  throw new Error("Nobody came");
}

Deno.test("a slow reader of one large message is alive, for all its silence", async () => {
  await using server = await serve();
  const size = 16_000_000;
  server.transport.send(new Uint8Array(size));
  const ended = Array.fromAsync(server.transport);
  ended.catch(() => {});
  const buffer = new Uint8Array(65_536);
  let count = 0;
  // 4 MB a second, so four times as long as it may be silent.
  const start = performance.now();
  while (count < size) {
    const ahead = count / 4_000 - (performance.now() - start);
    if (ahead > 0) await new Promise((done) => setTimeout(done, ahead));
    const read = await server.conn.read(buffer);
    if (read === null) break;
    count += read;
  }
  assert(count >= size, `${count} bytes came`);
});

Deno.test("who reads nothing of a large message is lost in time", async () => {
  await using server = await serve();
  const start = performance.now();
  server.transport.send(new Uint8Array(64_000_000));
  const error = await assertRejects(
    () => Array.fromAsync(server.transport),
    CloseError,
  );
  assertEquals((error.cause as Error).message, "No answer to a ping");
  assert(performance.now() - start < 10 * IDLE);
});
