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

/** The arguments of each way to start the demo. */
const WAYS: Record<string, () => Promise<string[]>> = {
  // The task itself would leave its program behind when it is killed.
  async "deno task demo"() {
    const { tasks } = JSON.parse(
      await Deno.readTextFile(new URL("deno.json", ROOT)),
    );
    return tasks.demo.command.split(" ").slice(1);
  },
  "wirekit demo": () => Promise.resolve(["run", "-A", "mod.ts", "demo"]),
};

/** Starts the demo, with a Python that ends at once: tests/interop has one. */
async function start(way: string, PYTHON = "false", ...more: string[]) {
  return new Program(Deno.execPath(), {
    args: [...await WAYS[way]!(), ...more],
    cwd: ROOT,
    env: { NO_COLOR: "1", PYTHON },
  });
}

for (const way of Object.keys(WAYS)) {
  Deno.test(`${way} starts a hub with all doors, and what it prints works`, () =>
    works(way));
}

async function works(way: string): Promise<void> {
  await using demo = await start(way);
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
  await demo.says(/There is no bot in Python: it has ended with 1\./);
  assertEquals((await demo.stop()).code, 0, demo.text);
}

Deno.test("wirekit demo goes without Python, and where the usual port is taken", async () => {
  // Whoever has the usual port: then the demo has another.
  let taken: Deno.TcpListener | undefined;
  try {
    taken = Deno.listen({ hostname: "127.0.0.1", port: 13254 });
  } catch {
    // Another program has it.
  }
  await using demo = await start("wirekit demo", "no-such-python");
  const [, port] = await demo.says(/A page in it: http:\S+:(\d+)\/demo\//);
  assert(port !== "13254");
  await demo.says(/There is no bot in Python: there is no no-such-python\./);
  assertEquals(
    await post(`http://127.0.0.1:${port}/call/butler/good.night`, {}),
    { done: ["kitchen light off", "bedroom shutter down"] },
  );
  assertEquals((await demo.stop()).code, 0, demo.text);
  taken?.close();
  await using given = await start("wirekit demo", "false", "--port", "0");
  await given.says(/Ctrl-C ends all/);
  assertEquals((await given.stop()).code, 0, given.text);
});
