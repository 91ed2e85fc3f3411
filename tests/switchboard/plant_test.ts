// Copyright 2026 the Wirekit authors. MIT license.

/** A gateway at one of two hubs, and all who ask it at the other. */

import { MemoryEngine } from "@wirekit/hub";
import { testPlant } from "./_plant.ts";

testPlant("Between two hubs: ", () => {
  const engine = new MemoryEngine();
  let nodes = 0;
  return () => Promise.resolve(engine.node(`node ${++nodes}`));
});
