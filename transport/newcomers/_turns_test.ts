// Copyright 2026 the Wirekit authors. MIT license.

import { assert } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { currentTurn } from "../_turn.ts";
import { hasTurn, inTurn } from "./_turns.ts";

/** What newcomers have done for them, who each take this many milliseconds. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

Deno.test("while hundreds wait for their turn, others are read again and again", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  const accepted = new Promise<Socket>((resolve) =>
    server.once("connection", resolve)
  );
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  using conn = await Deno.connect({ port });
  const socket = await accepted;
  let reads = 0;
  // It echoes: each byte is sent once the one before has been read.
  socket.on("data", (chunk) => {
    reads++;
    socket.write(chunk);
  });
  const count = 500;
  const done = Promise.withResolvers<void>();
  for (let i = 1; i <= count; i++) {
    inTurn(() => {
      work(0.1);
      if (i === count) done.resolve();
    });
  }
  let isOver = false;
  const echoing = (async () => {
    const byte = new Uint8Array(1);
    while (!isOver) {
      await conn.write(byte);
      await conn.read(byte);
    }
  })();
  await deadline(done.promise, 60_000);
  isOver = true;
  await echoing;
  // They took a hundred shares, and all reads of a round trip two looks.
  assert(reads >= 20, `${reads} reads`);
  socket.destroy();
  await new Promise((closed) => server.close(closed));
});

Deno.test("hasTurn() grants no more than a share of a turn", async () => {
  // Whoever has come before is over by then.
  await new Promise((done) => setTimeout(done, 20));
  const turn = currentTurn();
  let granted = 0;
  while (granted < 1_000 && hasTurn()) {
    granted++;
    work(0.3);
  }
  assert(currentTurn() === turn);
  assert(granted > 0 && granted <= 3, `${granted} granted`);
});
