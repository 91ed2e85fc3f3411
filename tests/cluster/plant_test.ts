// Copyright 2026 the Wirekit authors. MIT license.

/** A gateway at one of two hubs on a NATS server, and all who ask it. */

import { connectNats } from "@wirekit/hub/nats";
import { testPlant } from "../switchboard/_plant.ts";
import { Engine } from "./_servers.ts";

let engine: Engine | undefined;
let clusters = 0;

Deno.test.beforeAll(async () => {
  engine = await Engine.start(1);
});
Deno.test.afterAll(() => engine?.[Symbol.asyncDispose]());

testPlant("On NATS: ", () => {
  const prefix = `plant${++clusters}`;
  const servers = engine!.urls;
  return () => connectNats({ servers, prefix });
}, { sanitizeOps: false, sanitizeResources: false });
