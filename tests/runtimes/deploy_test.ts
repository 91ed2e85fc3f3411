// Copyright 2026 the Wirekit authors. MIT license.

import { assert } from "@std/assert";
import { Client } from "@wirekit/hub/client";
import { start } from "../examples/_deploy.ts";
import { install } from "./_npm.ts";

Deno.test("The app for Deploy runs on the Deno that Deploy has", async () => {
  const { runtime } = await install();
  // Its manual says 2.5.0, which is older than the Deno of this repository.
  await using app = await start(runtime("deno"));
  await using client = new Client("me", {
    url: `ws://${app.host}/hub`,
    token: app.token,
  });
  await client.connect();
  assert(await client.ping());
});
