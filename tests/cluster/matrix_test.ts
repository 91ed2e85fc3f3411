// Copyright 2026 the Wirekit authors. MIT license.

/** Every protocol calls every other between two hubs on a NATS server. */

import { connectNats } from "@wirekit/hub/nats";
import { openHub, testMatrix } from "../switchboard/_matrix.ts";
import { Engine } from "./_servers.ts";

/** One server for all tests; each has a cluster of its own. */
let engine: Engine | undefined;
let clusters = 0;

Deno.test.beforeAll(async () => {
  engine = await Engine.start(1);
});
Deno.test.afterAll(() => engine?.[Symbol.asyncDispose]());

testMatrix("On NATS: ", async () => {
  const prefix = `matrix${++clusters}`;
  await using stack = new AsyncDisposableStack();
  const open = async (label: string) => {
    const backplane = await connectNats({
      servers: engine!.urls,
      prefix,
      label,
    });
    return stack.use(await openHub(backplane));
  };
  const [one, two] = [await open("one"), await open("two")];
  const rest = stack.move();
  return {
    urls: [one.urls, two.urls],
    names: () => [...one.hub.names, ...two.hub.names],
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}, { sanitizeOps: false, sanitizeResources: false });
