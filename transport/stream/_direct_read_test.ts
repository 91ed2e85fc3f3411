// Copyright 2026 the Wirekit authors. MIT license.

// What is read past a stream is the same, and ends the same, as through it.

import { assert, assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { connect, createServer, type Socket } from "node:net";
import { readDirectly } from "./_direct_read.ts";
import { SHARED } from "./_read_buffer.ts";
import { readInto } from "./_socket_pipe.ts";

/** A connection, at whose end a listener takes what is read. */
async function connection(isDirect: boolean): Promise<{
  peer: Socket;
  socket: Socket;
  bytes: number[];
  events: string[];
  received(count: number): Promise<void>;
  closed: Promise<void>;
}> {
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer(accepted.resolve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const peer = connect(port, "127.0.0.1");
  const socket = await accepted.promise;
  server.close();
  const bytes: number[] = [];
  const events: string[] = [];
  let wanted = Infinity;
  let enough = () => {};
  const listener = {
    onChunk(chunk: Uint8Array<ArrayBuffer>) {
      bytes.push(...chunk);
      chunk.fill(0); // It belongs to the listener until this returns.
      if (bytes.length >= wanted) enough();
    },
    onEnd() {},
  };
  socket.on("end", () => events.push("end"));
  socket.on("error", (error: Error & { code?: string }) => {
    events.push(error.code!);
  });
  const closed = new Promise<void>((resolve) => socket.on("close", resolve));
  assert(readInto(socket, SHARED, listener));
  socket.resume();
  if (isDirect) {
    const { _handle } = socket as unknown as { _handle: { onread: unknown } };
    const before = _handle.onread;
    readDirectly(socket, listener);
    assert(
      _handle.onread !== before,
      "Deno's sockets have changed inside: SocketPipe works, but slower. See " +
        "what became of `onread` of what is below a socket",
    );
  }
  const received = (count: number) => {
    wanted = count;
    return new Promise<void>((resolve) => {
      enough = resolve;
      if (bytes.length >= count) resolve();
    });
  };
  return { peer, socket, bytes, events, received, closed };
}

const LENGTHS = [1, 7, 200, 1_023, 1_024, 1_025, 5_000, 70_000];

Deno.test("readDirectly() reads the same as a stream, with pauses, and hears the same end", async () => {
  const random = new Random(28);
  for (const end of ["end", "ECONNRESET"]) {
    const pieces = Array.from({ length: 40 }, () => {
      const length = random.pick(LENGTHS);
      return Uint8Array.from({ length }, () => random.below(256));
    });
    const pauses = pieces.map(() => random.below(4) === 0);
    const [plain, direct] = await Promise.all(
      [false, true].map(async (isDirect) => {
        const { peer, socket, bytes, events, received, closed } =
          await connection(isDirect);
        let sent = 0;
        for (const [n, piece] of pieces.entries()) {
          if (pauses[n]) socket.pause();
          peer.write(piece);
          if (pauses[n]) socket.resume();
          await received(sent += piece.length);
        }
        if (end === "end") peer.end();
        else peer.resetAndDestroy();
        await closed;
        peer.destroy();
        return { bytes, events };
      }),
    );
    assertEquals(direct!.bytes, pieces.flatMap((piece) => [...piece]));
    assertEquals(direct, plain);
    assertEquals(direct!.events, [end]);
  }
});

Deno.test("readDirectly() leaves a socket as it is where sockets are made otherwise", () => {
  for (const _handle of [undefined, null, { onread() {} }]) {
    const socket = { _handle };
    const before = { ..._handle };
    readDirectly(socket as unknown as Socket, {
      onChunk() {},
      onEnd() {},
    });
    assertEquals({ ...socket._handle }, before);
  }
});
