// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertLess } from "@std/assert";
import { connect, createServer, type Socket } from "node:net";
import { sleep } from "@wirekit/internal/clock";
import { pipeOf } from "@wirekit/transport/tcp";
import { readPaced } from "./_paced.ts";

const SIZE = 16_777_216;

Deno.test("readPaced() reads a part of what has come, then others have their turn", async () => {
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer(accepted.resolve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const socket = connect(port, "127.0.0.1");
  const sender = await accepted.promise;
  const pipe = pipeOf(socket);
  let length = 0;
  let inOrder = true;
  const over = Promise.withResolvers<void>();
  readPaced(pipe, (chunk) => {
    for (let i = 0; i < chunk.length; i += 4_096) {
      inOrder &&= chunk[i] === (length + i) % 251;
    }
    length += chunk.length;
    if (length === SIZE) over.resolve();
  });
  sender.write(Uint8Array.from({ length: SIZE }, (_, i) => i % 251));
  const steps: number[] = [];
  for (let before = 0; length < SIZE; before = length) {
    await sleep(0);
    steps.push(length - before);
  }
  await over.promise;
  assertEquals(inOrder, true);
  // What is under way at a pause comes still.
  assertLess(Math.max(...steps), 1_048_576);
  pipe.destroy();
  sender.destroy();
  await new Promise((resolve) => server.close(resolve));
});
