// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Stock winerp clients at two hubs that are one, each client at another hub:
 * they find all that they know from one.
 */

import { testOwn } from "../interop/winerp/_own.ts";
import { testStock } from "../interop/winerp/_stock.ts";
import type { Server } from "../interop/winerp/_peer.ts";
import { startNodes } from "./_nodes.ts";
import { Engine } from "./_servers.ts";

/** Passes one connection after the other on to the next of some ports. */
function spread(ports: readonly number[]): Server {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let count = 0;
  const carry = async (from: Deno.Conn, port: number) => {
    const to = await Deno.connect({ hostname: "127.0.0.1", port });
    to.setNoDelay(true);
    await Promise.allSettled([
      from.readable.pipeTo(to.writable),
      to.readable.pipeTo(from.writable),
    ]);
  };
  const done = (async () => {
    for await (const conn of listener) {
      conn.setNoDelay(true);
      carry(conn, ports[count++ % ports.length]!).catch(() => {});
    }
  })().catch(() => {});
  return {
    port: (listener.addr as Deno.NetAddr).port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await done;
    },
  };
}

async function startTwo(): Promise<Server> {
  await using stack = new AsyncDisposableStack();
  const engine = stack.use(await Engine.start(1));
  const { nodes } = stack.use(await startNodes(engine, 2, 15_000));
  const { port } = stack.use(spread(nodes.map(({ port }) => port)));
  const rest = stack.move();
  return { port, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

testStock("A cluster", startTwo);
testOwn("A cluster", startTwo);
