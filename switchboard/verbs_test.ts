// Copyright 2026 the Wirekit authors. MIT license.

/** What means the same at every door. */

import { assert, assertEquals, assertMatch } from "@std/assert";
// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client as McpClient } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Client } from "@wirekit/hub";
import { connect } from "@wirekit/transport/connect";
import { httpDoor } from "./http.ts";
import { jsonRpcDoor } from "./jsonrpc.ts";
import { mcpDoor } from "./mcp.ts";
import { serve } from "./serve.ts";
import { wsrpcDoor } from "./wsrpc.ts";

/** Calls a verb of the hub with params, a JSON text; gives what came back. */
type Call = (verb: string, params: string) => Promise<string>;

/** Opens a hub, and calls its verbs at each door that has them. */
async function withDoors(
  test: (calls: Record<string, Call>, bot: Client, http: string) => unknown,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(
    await serve({
      port: 0,
      open: [
        httpDoor(),
        jsonRpcDoor({ tcpPort: 0 }),
        wsrpcDoor(),
        mcpDoor({ allow: ["*"] }),
      ],
    }),
  );
  const [url] = server.urls;
  const http = url!.replace("ws", "http");
  const bot = stack.use(new Client("bot", { url }));
  bot.route("echo", (data) => data);
  await bot.connect();

  const lines = async (at: string, version: string): Promise<Call> => {
    const transport = stack.use(await connect(at));
    const messages = transport[Symbol.asyncIterator]();
    const call: Call = async (verb, params) => {
      const method = `"method":"hub.${verb}","params":${params}`;
      await transport.send(`{${version}"id":2,${method}}`);
      for (;;) {
        const text: string = (await messages.next()).value;
        if (JSON.parse(text).id === 2 && !text.includes('"method"')) {
          return text;
        }
      }
    };
    await call("join", JSON.stringify({ name: at }));
    return call;
  };
  const post = (path: string, body: string) =>
    fetch(`${http}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    }).then((response) => response.text());
  const assistant = new McpClient({ name: "assistant", version: "1.0.0" });
  await assistant.connect(
    new StreamableHTTPClientTransport(new URL(`${http}/mcp`)),
  );
  stack.defer(() => assistant.close());
  const tcp = server.urls.find((each) => each.startsWith("tcp"))!;
  const version = '"jsonrpc":"2.0",';
  const calls: Record<string, Call> = {
    "JSON-RPC": await lines(`${url}/jsonrpc`, version),
    "JSON-RPC over TCP": await lines(tcp, version),
    "JSON-RPC over HTTP": (verb, params) =>
      post(
        "/jsonrpc",
        `{${version}"id":2,"method":"hub.${verb}","params":${params}}`,
      ),
    wsrpc: await lines(`${url}/wsrpc/`, ""),
    MCP: async (verb, params) => {
      const call = { name: `hub/${verb}`, arguments: JSON.parse(params) };
      const { content } = await assistant.callTool(call);
      return (content as { text: string }[])[0]!.text;
    },
  };
  await test(calls, bot, http);
}

Deno.test("Who tells an empty list of names tells nobody, and who says no names tells all, at every door", () =>
  withDoors(async (calls, bot, http) => {
    const told: unknown[] = [];
    bot.addEventListener("information", ({ detail }) => told.push(detail.data));
    // The hub's page may do the same.
    calls["page"] = (_verb, params) =>
      fetch(`${http}/api/inform`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: params.replace(/"data":(\w+)/, '"data":"$1"'),
      }).then((response) => response.text());
    for (const [door, call] of Object.entries(calls)) {
      for (const to of ["[]", '["nobody"]']) {
        const params = `{"data":1,"to":${to}}`;
        assertMatch(await call("inform", params), /"receivers":0\}/, door);
      }
      for (const to of ['{"a":1}', "[1]", "true", '["bot",null]']) {
        const answer = await call("inform", `{"data":2,"to":${to}}`);
        assertMatch(answer, /to has to be a/, door);
      }
      await bot.ping();
      assertEquals(told, []);
      for (const to of [',"to":["bot"]', ',"to":null', ""]) {
        const answer = await call("inform", `{"data":3${to}}`);
        assertMatch(answer, /"receivers":[1-9]/, door);
        while (told.length === 0) await bot.ping();
        assertEquals(told.splice(0), [3], door);
      }
    }
  }));

Deno.test("Null is no data for who takes named params only", () =>
  withDoors(async (calls, bot, http) => {
    const params = '{"to":"bot","route":"echo","data":null}';
    for (const [door, call] of Object.entries(calls)) {
      const answer = await call("request", params);
      assert(answer === "{}" || answer.includes('"result":{}'), answer + door);
    }
    const response = await fetch(`${http}/call/bot/echo`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "null",
    });
    assertEquals(await response.text(), "{}");
    assertEquals(await bot.ping(), true);
  }));
