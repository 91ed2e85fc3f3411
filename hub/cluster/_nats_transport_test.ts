// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertRejects } from "@std/assert";
import { createServer, type Socket } from "node:net";
import { NotConnectedError } from "@wirekit/internal/errors";
import { connectNats } from "./nats.ts";

const INFO = 'INFO {"server_id":"A","version":"2.11.0","proto":1,' +
  '"headers":true,"max_payload":1048576,"jetstream":true}\r\n';

/** What a server does with a client before it resets the connection. */
const SERVERS: Record<string, (socket: Socket, reset: () => void) => void> = {
  "at once": (_socket, reset) => reset(),
  "after its greeting": (socket, reset) => socket.write(INFO, reset),
  "as the client greets it": (socket, reset) => {
    socket.write(INFO);
    socket.once("data", reset);
  },
  "after it refused the secret": (socket, reset) => {
    socket.write(INFO);
    socket.once("data", () => {
      socket.write("-ERR 'Authorization Violation'\r\n", reset);
    });
  },
  "after it let the client in": (socket, reset) => {
    socket.write(INFO);
    socket.on("data", (bytes) => {
      if (String(bytes).includes("PING")) socket.write("PONG\r\n", reset);
    });
  },
};

for (const [when, behave] of Object.entries(SERVERS)) {
  Deno.test(
    `connectNats() survives servers that reset the connection ${when}`,
    async () => {
      let count = 0;
      const server = createServer((socket) => {
        socket.on("error", () => {});
        behave(socket, () => {
          // The error meets the client in each step of what it does then.
          if (count++ % 2 === 0) socket.resetAndDestroy();
          else setTimeout(() => socket.resetAndDestroy(), count % 3);
        });
      });
      await new Promise<void>((resolve) => {
        server.listen(0, "127.0.0.1", resolve);
      });
      const address = server.address();
      assert(address !== null && typeof address === "object");
      const servers = `nats://127.0.0.1:${address.port}`;
      for (let round = 0; round < 30; round++) {
        await Promise.all(Array.from({ length: 8 }, () =>
          assertRejects(
            () => connectNats({ servers, connectTimeout: 100 }),
            NotConnectedError,
          )));
      }
      await new Promise((resolve) => server.close(resolve));
    },
  );
}
