// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Client } from "@wirekit/hub";
import { freePort } from "../../tests/_port.ts";
import { mcpDoor } from "../mcp.ts";
import { serve } from "../serve.ts";
import { HELLO, startBridge } from "../testdata/bridge.ts";

const INITIALIZED = { jsonrpc: "2.0", method: "notifications/initialized" };

const listTools = (id: number) => ({
  jsonrpc: "2.0",
  id,
  method: "tools/list",
});

/** What the program has ended with, and said. */
async function endOf(
  { child, end }: ReturnType<typeof startBridge>,
): Promise<{ code: number; said: string }> {
  const ending = end().catch(() => {});
  const said = await new Response(child.stderr).text();
  const { code } = await child.status;
  await ending;
  return { code, said };
}

/** Serves a hub that does with all but the first message what it is told. */
function serveHub(
  answer: (request: Request) => Response | Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, onListen() {} }, async (request) => {
    const isFirst = (await request.clone().text()).includes('initialize"');
    if (!isFirst) return await answer(request);
    const { protocolVersion } = HELLO.params;
    const serverInfo = { name: "hub", version: "1" };
    const result = { protocolVersion, capabilities: {}, serverInfo };
    return Response.json({ jsonrpc: "2.0", id: HELLO.id, result }, {
      headers: { "mcp-session-id": "a" },
    });
  });
}

Deno.test("switchboard mcp goes on when its hub was started again", async () => {
  const open = [mcpDoor({ allow: ["bot/*"] })];
  const first = await serve({ port: 0, open });
  const { port } = first.addr;
  const bridge = startBridge(`http://127.0.0.1:${port}`);
  const { say, next } = bridge;
  await say(HELLO);
  assertEquals((await next()).id, HELLO.id);
  await say(INITIALIZED);
  await first.close();

  await say(listTools(1));
  assertMatch(
    (await next()).error.message,
    /^The hub does not answer: Cannot connect to .*: nobody listens there/,
  );
  await using second = await serve({ port, open });
  await using bot = new Client("bot", { url: second.urls[0] });
  bot.route("echo", (data) => data);
  await bot.connect();
  const params = { name: "bot/echo", arguments: { a: 1 } };
  const ids = [2, 3, 4];
  for (const id of ids) {
    await say({ jsonrpc: "2.0", id, method: "tools/call", params });
  }
  const said = [];
  while (said.length < ids.length + 1) said.push(await next());
  assertEquals(
    said.filter(({ id }) => id !== undefined).map(({ id }) => id).toSorted(),
    ids,
  );
  // What is there now need not be what was there before.
  assert(
    said.some(({ method }) => method === "notifications/tools/list_changed"),
  );
  for (const { id, result } of said) {
    if (id !== undefined) assertEquals(result.content[0].text, '{"a":1}');
  }
  const { code, said: errors } = await endOf(bridge);
  assertEquals([code, errors], [0, ""]);
});

Deno.test("switchboard mcp answers an assistant whose hub is not there what to do, and ends", async () => {
  const port = freePort();
  const bridge = startBridge(`http://127.0.0.1:${port}`);
  await bridge.write(
    [HELLO, INITIALIZED, listTools(7)].map((each) => JSON.stringify(each))
      .join("\n") + "\n",
  );
  const what = `Cannot connect to http://127.0.0.1:${port}/…: nobody ` +
    "listens there. Is the server running, and is the address right? " +
    "switchboard serve --mcp PATTERN starts a hub; --url names another address";
  for (const id of [HELLO.id, 7]) {
    assertEquals(await bridge.next(), {
      jsonrpc: "2.0",
      id,
      error: { code: -32000, message: what },
    });
  }
  assertEquals(await bridge.next(), undefined);
  assertEquals(await endOf(bridge), {
    code: 3,
    said: `switchboard: ${what}\n`,
  });
});

Deno.test("switchboard mcp ends although its hub hangs", async () => {
  const hung = Promise.withResolvers<Response>();
  await using hub = serveHub(() => hung.promise);
  for (const how of ["end of input", "SIGINT"] as const) {
    const bridge = startBridge(`http://127.0.0.1:${hub.addr.port}`);
    await bridge.say(HELLO);
    await bridge.next();
    await bridge.say(listTools(1));
    if (how === "SIGINT") bridge.child.kill(how);
    const { said } = await endOf(bridge);
    assertEquals(said, "");
    assertEquals(await bridge.next(), undefined);
  }
  hung.resolve(new Response());
});

Deno.test("switchboard mcp ends in silence when nobody reads its output", async () => {
  await using hub = serveHub(async (request) => {
    const { id } = await request.json().catch(() => ({}));
    return Response.json({
      jsonrpc: "2.0",
      id,
      result: { x: "x".repeat(1e5) },
    });
  });
  const bridge = startBridge(`http://127.0.0.1:${hub.addr.port}`);
  await bridge.say(HELLO);
  await bridge.next();
  await bridge.stopReading();
  await bridge.say(listTools(1));
  const said = await new Response(bridge.child.stderr).text();
  assertEquals((await bridge.child.status).code, 0);
  assertEquals(said, "");
  await bridge.end().catch(() => {});
});

Deno.test("switchboard mcp says which lines it passes over, and answers the others", async () => {
  await using server = await serve({ port: 0, open: [mcpDoor()] });
  const bridge = startBridge(`http://127.0.0.1:${server.addr.port}`);
  await bridge.write('nonsense \x1b[31m\n{"a":1}\n[]\n');
  await bridge.say(HELLO);
  assertEquals((await bridge.next()).id, HELLO.id);
  const { code, said } = await endOf(bridge);
  assertEquals(code, 0);
  assertEquals(
    said,
    "Passed over a line that is no message of MCP\n".repeat(3),
  );
  await bridge.next();
});

Deno.test("switchboard mcp answers a last line that lacks its newline", async () => {
  await using server = serveHub(() => new Response(null, { status: 202 }));
  const bridge = startBridge(`http://127.0.0.1:${server.addr.port}`);
  await bridge.write(JSON.stringify(HELLO));
  const ending = endOf(bridge);
  assertEquals((await bridge.next()).id, HELLO.id);
  assertEquals(await ending, { code: 0, said: "" });
});

Deno.test("switchboard mcp says that its last line is cut off", async () => {
  await using server = serveHub(() => new Response(null, { status: 202 }));
  const bridge = startBridge(`http://127.0.0.1:${server.addr.port}`);
  await bridge.say(HELLO);
  assertEquals((await bridge.next()).id, HELLO.id);
  await bridge.write('{"jsonrpc":"2.0","id":1,"meth');
  const { code, said } = await endOf(bridge);
  assertEquals(code, 0);
  assertEquals(said, "Passed over a line that is no message of MCP\n");
});

Deno.test("switchboard mcp says that a line is too long", async () => {
  await using server = await serve({ port: 0, open: [mcpDoor()] });
  const bridge = startBridge(`http://127.0.0.1:${server.addr.port}`);
  const writing = bridge.write("x".repeat(11 * 1024 * 1024)).catch(() => {});
  const said = await new Response(bridge.child.stderr).text();
  assertEquals((await bridge.child.status).code, 1);
  assertStringIncludes(said, "Cannot read the standard input");
  await writing;
  await bridge.next();
});

Deno.test("switchboard mcp does not tell a token that cannot be sent", async () => {
  const bridge = startBridge("http://127.0.0.1:1", "--token", "s3cret\nx");
  const { code, said } = await endOf(bridge);
  assertEquals(code, 2);
  assertMatch(said, /^switchboard: No header carries the token/);
  assertEquals(said.includes("s3cret"), false);
  await bridge.next();
});

for (
  const [answer, said] of [
    [
      new Response("<!doctype html>\n<style>a{}</style>\n<h1>No</h1> <p>way.", {
        status: 501,
      }),
      '501: "No way". Is that a hub with --mcp?',
    ],
    [new Response(null, { status: 502 }), "502. Is that a hub with --mcp?"],
    [
      new Response("Start the hub with --mcp 'home/*'.", { status: 404 }),
      "404: \"Start the hub with --mcp 'home/*'\"",
    ],
  ] as const
) {
  Deno.test(`switchboard mcp says in one line that a server answered ${said}`, async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => answer.clone(),
    );
    const bridge = startBridge(`http://127.0.0.1:${server.addr.port}/mcp`);
    await bridge.say(HELLO);
    const { code, said: all } = await endOf(bridge);
    assertEquals(code, 3);
    assertEquals(all.trimEnd().split("the server answered ")[1], said);
    const { id, error } = await bridge.next();
    assertEquals([id, `switchboard: ${error.message}\n`], [HELLO.id, all]);
    assertEquals(await bridge.next(), undefined);
  });
}
