// Copyright 2026 the Wirekit authors. MIT license.

/** Every protocol calls every other through one hub, and between two. */

import { MemoryEngine } from "@wirekit/hub";
import { openHub, testMatrix } from "./_matrix.ts";

testMatrix("", async () => {
  const { hub, urls, close } = await openHub();
  return {
    urls: [urls, urls],
    names: () => hub.names,
    [Symbol.asyncDispose]: close,
  };
});

testMatrix("Between two hubs: ", async () => {
  const engine = new MemoryEngine();
  await using stack = new AsyncDisposableStack();
  const one = stack.use(await openHub(engine.node("one")));
  const two = stack.use(await openHub(engine.node("two")));
  const rest = stack.move();
  return {
    urls: [one.urls, two.urls],
    names: () => [...one.hub.names, ...two.hub.names],
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
});
