// Copyright 2026 the Wirekit authors. MIT license.

import { openHub, testPrograms } from "./_matrix.ts";

testPrograms("at one hub", async (page) => {
  const server = await openHub(page);
  const { hub, addr: { port } } = server;
  return {
    hubs: [hub, hub],
    ports: [port, port],
    [Symbol.asyncDispose]: () => server.close(),
  };
});
