// Copyright 2026 the Wirekit authors. MIT license.

import { assert } from "@std/assert";
import { Client } from "@wirekit/hub/client";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";
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

Deno.test("listenWebSocket() refuses on a Deno that cannot do it", async () => {
  const { runtime } = await install();
  const script = `import { listenWebSocket } from "@wirekit/transport";
    await listenWebSocket({ port: 0 });`;
  await using program = new Program(runtime("deno"), {
    args: ["eval", "--no-lock", script],
    cwd: ROOT,
  });
  assert(!(await program.ends()).success);
  assert(program.text.includes("Update it to 2.8"), program.text);
});
