// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Real programs of all protocols at two hubs on a NATS server: those who ask are
 * at one, and those who are asked at the other.
 */

import { connectNats } from "@wirekit/hub/nats";
import { openHub, testPrograms } from "../interop/switchboard/_matrix.ts";
import { Engine } from "./_servers.ts";

testPrograms("at two hubs on NATS", async (page) => {
  await using stack = new AsyncDisposableStack();
  const engine = stack.use(await Engine.start(1));
  const open = async (label: string) => {
    const backplane = await connectNats({ servers: engine.urls, label });
    return stack.use(await openHub(page, backplane));
  };
  const [one, two] = [await open("one"), await open("two")];
  const rest = stack.move();
  return {
    hubs: [one.hub, two.hub],
    ports: [one.addr.port, two.addr.port],
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}, { sanitizeOps: false, sanitizeResources: false });
