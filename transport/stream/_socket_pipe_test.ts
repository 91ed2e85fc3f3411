// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { readInto, SocketPipe } from "./_socket_pipe.ts";

Deno.test("readInto() makes a socket read into the memory it is given", async () => {
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer(accepted.resolve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const socket = await accepted.promise;
  const buffer = new Uint8Array(16);
  const chunk = Promise.withResolvers<Uint8Array>();
  const works = readInto(socket, buffer, { onChunk: chunk.resolve });
  assert(
    works,
    "Deno's sockets have changed inside: SocketPipe works, but slower. See " +
      "what became of the option `onread` of net.connect()",
  );
  socket.resume();
  await conn.write(new Uint8Array([1, 2, 3]));
  const bytes = await chunk.promise;
  assertEquals(bytes, new Uint8Array([1, 2, 3]));
  assert(bytes.buffer === buffer.buffer);
  conn.close();
  const closed = new Promise((resolve) => server.close(resolve));
  socket.destroy();
  await closed;
});

Deno.test("readInto() says so where sockets are made otherwise", () => {
  const socket = {} as Socket;
  assertEquals(readInto(socket, new Uint8Array(1), { onChunk() {} }), false);
});

Deno.test("readInto() leaves a socket as it is where Deno has not done it yet", () => {
  const [kBuffer, kBufferCb] = [Symbol("kBuffer"), Symbol("kBufferCb")];
  const socket = {
    [kBuffer]: null,
    [kBufferCb]: null,
    _handle: {
      useUserBuffer() { // As Deno 2.5 has it.
        throw new Error("Not implemented");
      },
    },
  };
  const untouched = { ...socket };
  const buffer = new Uint8Array(1);
  assertEquals(readInto(socket as never, buffer, { onChunk() {} }), false);
  assertEquals(socket, untouched);
});

Deno.test("SocketPipe.pause() stops the peer, over TLS too", async () => {
  const file = (name: string) =>
    Deno.readTextFileSync(new URL(`../testdata/${name}`, import.meta.url));
  const accepted = Promise.withResolvers<Socket>();
  const server = createTlsServer(
    { cert: file("localhost.crt"), key: file("localhost.key") },
    accepted.resolve,
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const conn = await Deno.connectTls({
    hostname: "localhost",
    port,
    caCerts: [file("ca.crt")],
  });
  const handshake = conn.handshake();
  const socket = await accepted.promise;
  await handshake;
  const pipe = new SocketPipe(socket);
  let read = 0;
  let sent = 0;
  const ended = Promise.withResolvers<void>();
  pipe.start({
    onChunk: (chunk) => read += chunk.length,
    onEnd: () => ended.resolve(),
  });
  pipe.pause();
  const stopped = Promise.withResolvers<boolean>();
  const writing = (async () => {
    const block = new Uint8Array(262_144);
    for (let i = 0; i < 256; i++) {
      const timer = setTimeout(() => stopped.resolve(true), 1_000);
      sent += await conn.write(block);
      clearTimeout(timer);
    }
    stopped.resolve(false);
  })();
  assert(await stopped.promise, `${sent} bytes were taken in a pause`);
  pipe.resume();
  await writing;
  conn.close();
  await ended.promise;
  assertEquals(read, sent);
  const closed = new Promise((resolve) => server.close(resolve));
  pipe.destroy();
  pipe.resume(); // As by a reader that comes late.
  await closed;
});
