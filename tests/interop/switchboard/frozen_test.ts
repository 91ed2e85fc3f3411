// Copyright 2026 the Wirekit authors. MIT license.

/** Real programs whose processes are stopped, and go on. */

import { assertEquals, assertMatch } from "@std/assert";
import { httpDoor, jsonRpcDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import { installPython } from "../../_python.ts";
import { Driven, FOREIGN, startForeign } from "./_foreign.ts";
import { ourJsonRpc, ourWinerp, ourWsrpc } from "./_ours.ts";
import type { Program } from "./_program.ts";

await installPython(new URL("./", import.meta.url));

/**
 * How long the hub lets a question wait, in milliseconds: so long that all have
 * asked before the first has waited in vain, and that who runs has answered.
 */
const PATIENCE = 6_000;

const outcomeOf = (call: Promise<string>) =>
  call.then((text) => text, (error: Error) => error.message);

Deno.test("A frozen program costs each of its callers one error, and goes on where it can", async () => {
  await using server = await serve({
    port: 0,
    requestTimeout: PATIENCE,
    open: [httpDoor(), jsonRpcDoor(), wsrpcDoor(), mcpDoor({ allow: ["*"] })],
  });
  const { port } = server.addr;
  await using stack = new AsyncDisposableStack();
  const start = async (made: Promise<Program>) => stack.use(await made);
  const programs = await Promise.all([
    ...Object.keys(FOREIGN).map((kind) =>
      start(startForeign(kind, port, kind.replace(/\W/g, "-")))
    ),
    start(ourWinerp(port, "our-winerp")),
    start(ourJsonRpc(port, "our-json-rpc")),
    start(ourWsrpc(port, "our-wsrpc")),
  ]);
  const frozen = programs.filter((each) => each instanceof Driven);
  const running = programs.filter((each) => !(each instanceof Driven));
  const asked = frozen.filter(({ told }) => told);
  const { exchange } = server.hub;

  // They are frozen while they wait, and while others wait for them.
  const own = frozen.map((each) =>
    outcomeOf(each.ask("our-json-rpc", "never", "{}"))
  );
  while (exchange.openQuestions < frozen.length) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  for (const { driver } of frozen) driver.pause();
  const calls = running.flatMap((a) =>
    asked.map(async (b) => ({
      who: `${a.kind} asks ${b.kind}`,
      outcome: await outcomeOf(a.ask(b.name, "echo", '{"late":true}')),
    }))
  );
  // Nobody else waits.
  for (const a of running) {
    for (const b of running) {
      if (a.name === b.name) continue;
      assertEquals(JSON.parse(await a.ask(b.name, "echo", '{"n":1}')), {
        n: 1,
      });
    }
  }
  for (const { who, outcome } of await Promise.all(calls)) {
    assertMatch(outcome, /-32022|not answered in time/, who);
  }
  assertEquals(exchange.openQuestions, 0);

  for (const { driver } of frozen) driver.resume();
  for (const [n, outcome] of (await Promise.all(own)).entries()) {
    assertMatch(outcome, /-32022|not answered in time/, frozen[n]!.kind);
  }
  for (const a of programs) {
    for (const b of asked) {
      if (a.name === b.name) continue;
      const data = `{"n":"${a.name}"}`;
      const answer = await a.ask(b.name, "echo", data);
      assertEquals(JSON.parse(answer), JSON.parse(data));
    }
  }
});
