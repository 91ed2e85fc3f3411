// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterTurn } from "./_turn.ts";

Deno.test("afterTurn() calls back once what has come was read, also while there is always something due", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const accepted = new Promise<Socket>((resolve) =>
    server.once("connection", resolve)
  );
  const { port } = server.address() as AddressInfo;
  using conn = await Deno.connect({ port });
  const socket = await accepted;
  let isOver = false;
  const busy = () => {
    if (!isOver) setImmediate(busy);
  };
  busy();
  let isRead = false;
  socket.on("data", () => isRead = true);
  for (let n = 0; n < 50; n++) {
    isRead = false;
    await conn.write(new Uint8Array(1));
    await new Promise<void>((resolve) => afterTurn(resolve));
    assert(isRead, `not in round ${n}`);
  }
  isOver = true;
  socket.destroy();
  await new Promise((closed) => server.close(closed));
});

Deno.test("a process that waits for a turn ends after it, and not before", async () => {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-check",
      `import { afterTurn } from ${
        JSON.stringify(import.meta.resolve("./_turn.ts"))
      };
      afterTurn(() => afterTurn(() => console.log("over")));`,
    ],
    cwd: new URL("..", import.meta.url),
  }).output();
  assert(success);
  assertEquals(new TextDecoder().decode(stdout), "over\n");
});
