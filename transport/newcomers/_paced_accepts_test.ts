// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { currentTurn } from "../_turn.ts";
import { paceAccepts } from "./_paced_accepts.ts";

/** Takes as long as some handshakes. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

Deno.test("paceAccepts() makes a few sockets in each turn, and forgets nobody", async () => {
  const turns = new Map<number, number>();
  const sockets: Socket[] = [];
  const errors: unknown[] = [];
  let heard = () => {};
  const server = createServer((socket) => {
    sockets.push(socket);
    const turn = currentTurn();
    turns.set(turn, (turns.get(turn) ?? 0) + 1);
    work(0.2);
    heard();
  }).on("error", (error) => errors.push(error));
  await new Promise<void>((resolve) =>
    server.listen({ host: "127.0.0.1", port: 0, backlog: 1_024 }, resolve)
  );
  paceAccepts(server, 1_024);
  const { port } = server.address() as AddressInfo;
  const conns: Deno.Conn[] = [];
  for (const wave of [200, 1, 1, 30, 2, 60, 1]) {
    const more = Array.from({ length: wave }, () => Deno.connect({ port }));
    conns.push(...await Promise.all(more));
    // Some come while others are taken.
    await new Promise((done) => setTimeout(done, 20 * Math.random()));
  }
  const all = Promise.withResolvers<void>();
  heard = () => sockets.length === conns.length && all.resolve();
  heard();
  await deadline(all.promise, 30_000);
  const most = Math.max(...turns.values());
  assert(most <= 10, `${most} in a turn`);
  assertEquals(errors, []);
  for (const conn of conns) conn.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((done) => server.close(done));
});

Deno.test("paceAccepts() keeps no handle that was made for somebody who did not come", async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    work(0.4);
  });
  await new Promise<void>((resolve) =>
    server.listen({ host: "127.0.0.1", port: 0 }, resolve)
  );
  interface Handle {
    accept(client: { close(): void }): number;
  }
  const { _handle: handle } = server as unknown as { _handle: Handle };
  const { accept } = handle;
  let made = 0;
  let closed = 0;
  handle.accept = (client) => {
    const status = accept.call(handle, client);
    if (status === 0) return status;
    made++;
    const { close } = client;
    client.close = () => {
      closed++;
      close.call(client);
    };
    return status;
  };
  paceAccepts(server, 1_024);
  const { port } = server.address() as AddressInfo;
  const coming = Array.from({ length: 50 }, () => Deno.connect({ port }));
  const conns = await deadline(Promise.all(coming), 10_000);
  const end = performance.now() + 10_000;
  while ((made === 0 || sockets.length < 50) && performance.now() < end) {
    await new Promise((done) => setTimeout(done, 5));
  }
  assert(made > 0);
  assertEquals(closed, made);
  for (const conn of conns) conn.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((done) => server.close(done));
});

Deno.test("paceAccepts() leaves a listener closed that closes while many come", async () => {
  for (let round = 0; round < 10; round++) {
    const seen = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      work(1);
      socket.destroy();
      seen.resolve();
    });
    await new Promise<void>((resolve) =>
      server.listen({ host: "127.0.0.1", port: 0 }, resolve)
    );
    paceAccepts(server, 1_024);
    const { port } = server.address() as AddressInfo;
    const coming = Array.from({ length: 30 }, () => Deno.connect({ port }));
    await deadline(seen.promise, 10_000);
    const closed = new Promise((done) => server.close(done));
    for (const each of await Promise.allSettled(coming)) {
      if (each.status === "fulfilled") each.value.close();
    }
    await deadline(closed, 10_000);
    await new Promise((done) => setTimeout(done, 20));
    await assertRejects(() => Deno.connect({ port }));
  }
});
