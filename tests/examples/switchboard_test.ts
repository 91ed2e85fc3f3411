// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { Peer } from "@wirekit/jsonrpc";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";

async function post(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return await response.json();
}

Deno.test("deno task demo starts a hub with all doors, and what it prints works", async () => {
  // The task itself would leave its program behind when it is killed.
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const [, ...args] = tasks.demo.command.split(" ");
  await using demo = new Program(Deno.execPath(), {
    args,
    cwd: ROOT,
    // A Python that ends at once: tests/interop has the real one.
    env: { NO_COLOR: "1", PYTHON: "false" },
  });
  const [, http] = await demo.says(/A page in it: (\S+)\/demo\//);
  await demo.says(/Ctrl-C ends all/);
  assertEquals(
    await post(`${http}/call/home/light.on`, { where: "kitchen" }),
    null,
  );
  assertEquals(await post(`${http}/call/tool/sum`, { a: 1, b: 2 }), 3);
  for (const path of ["/demo/", "/demo/page.js", "/"]) {
    const response = await fetch(`${http}${path}`, {
      headers: { accept: "text/html" },
    });
    assertEquals(response.status, 200, path);
    assert((await response.text()).length > 100);
  }
  // As the page does.
  const page = await connectWebSocket(
    `${http!.replace("http", "ws")}/jsonrpc?name=page`,
  );
  await using peer = new Peer(page);
  assertEquals(await peer.request("home/subscribe", {}), { subscribed: true });
  await demo.says(/There is no bot/);
});
