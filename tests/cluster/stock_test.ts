// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Stock winerp clients at two hubs that are one, each client at another hub:
 * they find all that they know from one.
 */

import { testOld } from "../interop/winerp/_old.ts";
import { testOwn } from "../interop/winerp/_own.ts";
import { testStock } from "../interop/winerp/_stock.ts";
import type { Server } from "../interop/winerp/_peer.ts";
import { startNodes } from "./_nodes.ts";
import { Engine } from "./_servers.ts";
import { spread } from "./_spread.ts";

async function startTwo(): Promise<Server> {
  await using stack = new AsyncDisposableStack();
  const engine = stack.use(await Engine.start(1));
  const { nodes } = stack.use(await startNodes(engine, 2, 15_000));
  const { port } = stack.use(spread(nodes.map(({ port }) => port)));
  const rest = stack.move();
  return { port, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

testStock("A cluster", startTwo);
testOld("A cluster", startTwo);
testOwn("A cluster", startTwo);
