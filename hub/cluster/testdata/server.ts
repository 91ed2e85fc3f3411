// Copyright 2026 the Wirekit authors. MIT license.

/** Servers that greet as NATS servers do, or otherwise. */

import { createServer, type Socket } from "node:net";

/** What a NATS server says first. */
export const INFO = 'INFO {"server_id":"A","version":"2.11.0","proto":1,' +
  '"headers":true,"max_payload":1048576,"jetstream":true}\r\n';

/** Lets a client in; the next thing happens then. */
export function letIn(socket: Socket, then: () => void, info = INFO): void {
  socket.write(info);
  socket.on("data", (bytes) => {
    if (String(bytes).includes("PING")) socket.write("PONG\r\n", then);
  });
}

/** A server that does something with each client. */
export async function serverOf(
  behave: (socket: Socket, count: number) => void,
) {
  const open = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {}).on("close", () => open.delete(socket))
      .resume();
    behave(socket, count++);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    url: `nats://127.0.0.1:${port}`,
    open,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
