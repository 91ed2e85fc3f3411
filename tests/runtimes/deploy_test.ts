// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
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

Deno.test("The hub listens by Deno.serve on a Deno that cannot do more", async () => {
  const { runtime } = await install();
  const hub = [
    "hub/cli.ts",
    "--port",
    "0",
    "--allow-origin",
    "http://a.example",
  ];
  await using program = new Program(runtime("deno"), {
    args: ["run", "-A", "--no-lock", ...hub],
    cwd: ROOT,
    env: { NO_COLOR: "1", WIREKIT_TOKEN: "" },
  });
  await program.says(/Deno\/2\.5\.0 listens by Deno\.serve/);
  const [, host] = await program.says(/ws:\/\/([\d.]+:\d+)/);
  await using client = new Client("me", { url: `ws://${host}` });
  client.route("echo", (data) => data);
  await client.connect();
  await using other = new Client("other", { url: `ws://${host}` });
  await other.connect();
  assertEquals(await other.request("me", "echo", { n: 2n ** 62n }), {
    n: 2n ** 62n,
  });
  const page = await fetch(`http://${host}/`, {
    headers: { accept: "text/html" },
  });
  assertStringIncludes(await page.text(), "<!doctype html>");
  const refused = await fetch(`http://${host}/`, {
    headers: {
      connection: "Upgrade",
      origin: "http://b.example",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      "sec-websocket-version": "13",
      upgrade: "websocket",
    },
  }).catch(() => undefined);
  await refused?.body?.cancel();
  await program.says(/b\.example/);
  const left = other.waitFor("disconnect").catch(() => {});
  assertEquals((await program.stop()).code, 0, program.text);
  await left;
});
