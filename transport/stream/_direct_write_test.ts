// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { createServer, type Socket } from "node:net";
import { canWriteDirectly, writeDirectly } from "./_direct_write.ts";
import { SocketPipe } from "./_socket_pipe.ts";

/** The two ends of a connection; ours is a socket of Node. */
async function connection(): Promise<{
  socket: Socket;
  conn: Deno.TcpConn;
  close(): Promise<void>;
}> {
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer(
    { noDelay: true, allowHalfOpen: true },
    accepted.resolve,
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const socket = await accepted.promise;
  return {
    socket,
    conn,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      socket.destroy();
      await closed;
    },
  };
}

/** Bytes that tell where in the stream they are. */
function counting(from: number, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (from + i) % 251);
}

Deno.test("writeDirectly() works on Deno's sockets", async () => {
  const { socket, conn, close } = await connection();
  assert(
    canWriteDirectly(socket),
    "Deno's sockets have changed inside: SocketPipe works, but slower. See " +
      'what became of `process.binding("stream_wrap")`',
  );
  await writeDirectly(socket, [new Uint8Array([1, 2, 3])]);
  // The system has told by now that there is room.
  assertEquals(writeDirectly(socket, [new Uint8Array([4])]), undefined);
  const parts = [new Uint8Array([5]), new Uint8Array([6, 7])];
  assertEquals(writeDirectly(socket, parts), undefined);
  const buffer = new Uint8Array(8);
  assertEquals(await conn.read(buffer), 7);
  assertEquals(buffer, new Uint8Array([1, 2, 3, 4, 5, 6, 7, 0]));
  conn.close();
  await close();
});

Deno.test("writeDirectly() keeps the order, with writes of the stream between, for slow readers too", async () => {
  for (const isSlow of [false, true]) {
    const { socket, conn, close } = await connection();
    const pipe = new SocketPipe(socket);
    pipe.start({ onChunk() {}, onEnd() {} });
    let sent = 0;
    const writing = (async () => {
      for (let n = 0; n < 60; n++) {
        // One part or two go past the stream.
        const parts = Array.from({ length: 1 + n % 2 }, (_, i) => {
          const part = counting(sent, isSlow ? 100_000 : 1 + 37 * n + i);
          sent += part.length;
          return part;
        });
        const waits = pipe.write(parts);
        if (waits) await waits;
      }
      await pipe.end();
    })();
    if (isSlow) await new Promise((resolve) => setTimeout(resolve, 100));
    let read = 0;
    const buffer = new Uint8Array(65_536);
    for (let count; (count = await conn.read(buffer)) !== null;) {
      assertEquals(buffer.subarray(0, count), counting(read, count));
      read += count;
    }
    await writing;
    assertEquals(read, sent);
    conn.close();
    await close();
  }
});

Deno.test("writeDirectly() fails as the stream does when the peer is gone", async () => {
  for (const isDirect of [true, false]) {
    const { socket, conn, close } = await connection();
    const failed = Promise.withResolvers<Error>();
    socket.on("error", failed.resolve);
    conn.close();
    const write = async () => {
      for (;;) {
        const bytes = new Uint8Array(100_000);
        if (isDirect) await writeDirectly(socket, [bytes, bytes]);
        else {
          await new Promise<void>((resolve, reject) =>
            socket.write(bytes, (error) => error ? reject(error) : resolve())
          );
        }
      }
    };
    const error = await assertRejects(write, Error);
    assertEquals(await failed.promise, error);
    assert(/^write (EPIPE|ECONNRESET)$/.test(error.message), error.message);
    assert(socket.destroyed);
    await close();
  }
});

Deno.test("writeDirectly() ends with the socket, if the peer reads nothing", async () => {
  const { socket, conn, close } = await connection();
  const writing = writeDirectly(socket, [new Uint8Array(16_000_000)]);
  assert(writing);
  const rejected = assertRejects(() => writing, Error, "ECANCELED");
  await close();
  await rejected;
  conn.close();
});
