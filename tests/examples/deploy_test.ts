// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client } from "@wirekit/hub/client";
import { NotConnectedError, RemoteError } from "@wirekit/hub/client";
import { Peer } from "@wirekit/jsonrpc";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { connect } from "@wirekit/wsrpc/client";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";
import { type Instance, README, start, startWith } from "./_deploy.ts";

const ENVIRONMENT = { NO_COLOR: "1", DENO_NO_PROMPT: "1" };

function client(name: string, { host, token }: Instance): Client {
  return new Client(name, { url: `ws://${host}/hub`, token });
}

Deno.test("The app for Deploy runs with the permissions that its README says", async () => {
  await using app = await start();
  const home = await fetch(`http://${app.host}/`);
  assertEquals(home.status, 200);
  assert((await home.text()).includes("/hub"));
  const missing = await fetch(`http://${app.host}/missing`);
  assertEquals(missing.status, 404);
  await missing.body?.cancel();
});

/** What Deploy has not, or does not allow. */
const NOT_ON_DEPLOY_REGEXP =
  /\bDeno\.(listen|connect|startTls|Command|serve)\w*\(|(\bfrom |\bimport\(?)"node:/;

Deno.test("The app for Deploy loads nothing that Deploy does not allow", async () => {
  const main = new URL("examples/deploy/main.ts", ROOT).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", main],
  }).output();
  const { modules }: { modules: { local?: string }[] } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  assert(modules.length > 50);
  for (const { local } of modules) {
    // What stands in comments are examples.
    const text = local === undefined ? "" : await Deno.readTextFile(local);
    const code = text.replaceAll(/^ *\/?\*.*$/gm, "")
      .replaceAll(/^import type [^;]*;$/gm, "");
    assertEquals(NOT_ON_DEPLOY_REGEXP.exec(code)?.[0], undefined, local);
  }
});

Deno.test("The app for Deploy lets clients of its hub call each other", async () => {
  await using app = await start();
  await using bot = client("bot", app);
  bot.route("greet", ({ name }: { name: string }) => `hello ${name}`);
  await bot.connect();
  await using me = client("me", app);
  await me.connect();
  const greeting = await me.request("bot", "greet", { name: "zoë" });
  assertEquals(greeting, "hello zoë");
});

Deno.test("The app for Deploy answers JSON-RPC by HTTP and by WebSocket", async () => {
  await using app = await start();
  const response = await fetch(`http://${app.host}/jsonrpc`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"jsonrpc":"2.0","id":1,"method":"math.sum","params":[1,2]}',
  });
  const { result } = await response.json();
  assertEquals(result, 3);

  const transport = await connectWebSocket(`ws://${app.host}/jsonrpc`);
  await using peer = new Peer(transport);
  assertEquals(await peer.request("math.sum", [1, 2]), 3);
});

Deno.test("The app for Deploy answers wsrpc", async () => {
  await using app = await start();
  await using client = await connect(`ws://${app.host}/wsrpc`);
  assertEquals(await client.remote.sum({ x: 1, y: 2 }), 3);
});

Deno.test("The app for Deploy answers the commands of its README", async () => {
  await using app = await start();
  const readme = await Deno.readTextFile(README);
  const commands = readme.match(/^deno run .*$/gm) ?? [];
  assertEquals(commands.length, 3);
  for (const [index, command] of commands.entries()) {
    const line = command.replace("127.0.0.1:8000", app.host);
    // Here the packages are files, which may be read.
    const args = line.replace("deno run", "run --allow-read").split(" ");
    await using program = new Program(Deno.execPath(), {
      args,
      cwd: ROOT,
      env: { ...ENVIRONMENT, WIREKIT_TOKEN: app.token },
    });
    assertEquals((await program.ends()).code, 0, program.text);
    if (index > 0) assertEquals(program.text, "3\n");
  }
});

Deno.test("The app for Deploy lets in nobody without the token", async () => {
  await using app = await start();
  await using stranger = new Client("stranger", {
    url: `ws://${app.host}/hub`,
  });
  await assertRejects(() => stranger.connect(), NotConnectedError);
});

Deno.test("The app for Deploy does not start without a token", async () => {
  await using program = await startWith({ WIREKIT_TOKEN: "" });
  assertEquals((await program.ends()).success, false);
  assert(program.text.includes("Set WIREKIT_TOKEN"), program.text);
});

Deno.test("Two instances of the app for Deploy are two hubs", async () => {
  await using one = await start();
  await using other = await start();
  await using bot = client("bot", one);
  await bot.connect();
  await using namesake = client("bot", other);
  await namesake.connect();
  await using near = client("me", one);
  await near.connect();
  assert(await near.ping("bot"));
  await namesake.close();
  await using far = client("me", other);
  await far.connect();
  await assertRejects(() => far.request("bot", "greet"), RemoteError);
});

Deno.test("The app for Deploy ends cleanly when it is asked to", async () => {
  await using app = await start();
  await using bot = new Client("bot", {
    url: `ws://${app.host}/hub`,
    token: app.token,
    reconnect: false,
  });
  await bot.connect();
  const left = bot.waitFor("disconnect");
  assertEquals((await app.program.stop("SIGINT")).code, 0);
  await left;
});
