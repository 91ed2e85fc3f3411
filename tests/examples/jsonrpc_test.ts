// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { Peer } from "@wirekit/jsonrpc";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";

function run(args: string[]): Program {
  return new Program(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  });
}

Deno.test("jsonrpc/chat.ts tells all what one says, as its README shows", async () => {
  await using chat = run(["examples/jsonrpc/chat.ts", "0"]);
  const [url] = await chat.says(/ws:\/\/[\d.]+:\d+/);
  const page = new URL("examples/jsonrpc/README.md", ROOT);
  const readme = await Deno.readTextFile(page);
  const commands = (readme.match(/^ *deno run .*:8095$/gm) ?? [])
    .map((line) => line.trim().replace("ws://127.0.0.1:8095", url).split(" "));
  assertEquals(commands.length, 2);
  const [listen = [], discover = []] = commands
    .map((words) => words.slice(words.indexOf("--allow-net") + 1));

  await using methods = run(discover);
  assertEquals((await methods.ends()).code, 0, methods.text);
  assert(methods.text.includes("login"), methods.text);

  await using listener = run(listen);
  await using peer = new Peer(await connectWebSocket(url));
  await peer.request("login", ["zoë"]);
  // The listener may take a moment to connect: until then, one hears it.
  while (await peer.request("say", ["hello"]) !== 2);
  const [heard] = await listener.says(/.*hello.*/);
  assert(heard.includes("zoë"), heard);
});
