// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { Client as McpClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { Client, MemoryEngine } from "@wirekit/hub";
import { Methods, Peer } from "@wirekit/jsonrpc";
import { connect } from "@wirekit/transport/connect";
import type { Transport } from "@wirekit/transport/transport";
import { httpDoor } from "./http.ts";
import { jsonRpcDoor } from "./jsonrpc.ts";
import { mcpDoor } from "./mcp.ts";
import { serve } from "./serve.ts";
import { wsrpcDoor } from "./wsrpc.ts";

/** Reads JSON-RPC messages, each once. */
function reader(transport: Transport) {
  const messages = transport[Symbol.asyncIterator]();
  // deno-lint-ignore no-explicit-any -- a value of the other end
  return async (): Promise<any> => {
    for (;;) {
      const message = JSON.parse((await messages.next()).value);
      // The hub asks each once for what it could announce.
      if (message.method !== "rpc.discover") return message;
    }
  };
}

Deno.test("Doors reach who is at another hub of a cluster, in any protocol, with errors as they are", async () => {
  const engine = new MemoryEngine();
  const open = (label: string) =>
    serve({
      port: 0,
      open: [httpDoor(), jsonRpcDoor({ tcpPort: 0 })],
      backplane: engine.node(label),
    });
  await using one = await open("one");
  await using two = await open("two");
  const tcp = (urls: readonly string[]) =>
    urls.find((url) => url.startsWith("tcp:"))!;

  await using bot = new Client("bot", { url: one.urls[0] });
  bot.route("add", ({ a, b }: { a: number; b: number }) => a + b);
  await bot.connect();
  await using tool = await connect(tcp(one.urls));
  const next = reader(tool);
  await tool.send(
    '{"jsonrpc":"2.0","id":1,"method":"hub.join","params":{"name":"tool"}}',
  );
  assertEquals((await next()).error, undefined);

  await using asker = await connect(tcp(two.urls));
  const answer = reader(asker);
  await asker.send(
    '{"jsonrpc":"2.0","id":1,"method":"hub.join","params":{"name":"asker"}}',
  );
  assertEquals((await answer()).error, undefined);
  await asker.send(
    '{"jsonrpc":"2.0","id":2,"method":"bot/add","params":{"a":1,"b":2}}',
  );
  assertEquals(await answer(), { jsonrpc: "2.0", id: 2, result: 3 });

  await asker.send(
    '{"jsonrpc":"2.0","id":3,"method":"tool/break","params":{}}',
  );
  const question = await next();
  // What is told at one hub is known at the other, as a description too.
  await tool.send(
    '{"jsonrpc":"2.0","id":4,"method":"hub.announce","params":{"routes":' +
      '{"break":{"description":"Breaks it."}}}}',
  );
  const http = two.urls.find((url) => url.startsWith("ws:"))!
    .replace("ws:", "http:");
  for (let described = false; !described;) {
    const response = await fetch(`${http}/openapi.json`);
    described = (await response.text()).includes("Breaks it.");
  }
  const error = { code: 4711, message: "broken", data: { why: [1.5] } };
  await tool.send(JSON.stringify({ jsonrpc: "2.0", id: question.id, error }));
  assertEquals((await answer()).error, error);
});

Deno.test("The lists of each hub of a cluster have the routes of all, announced or learned", async () => {
  const engine = new MemoryEngine();
  const open = (label: string) =>
    serve({
      port: 0,
      open: [httpDoor(), jsonRpcDoor(), mcpDoor({ allow: ["*/*"] })],
      backplane: engine.node(label),
    });
  await using one = await open("one");
  await using two = await open("two");
  const [near] = one.urls;
  const [far] = two.urls;

  const assistant = new McpClient({ name: "assistant", version: "1.0.0" });
  const changes: (() => void)[] = [];
  assistant.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    for (const change of changes.splice(0)) change();
  });
  const url = new URL(`${far!.replace("ws", "http")}/mcp`);
  await assistant.connect(new StreamableHTTPClientTransport(url));
  const changed = () => new Promise<void>((resolve) => changes.push(resolve));
  const tools = async () =>
    (await assistant.listTools()).tools.map(({ name }: { name: string }) =>
      name
    );
  /** All lists of the other hub, once the assistant is told of a change. */
  const lists = async (route: string) => {
    for (;;) {
      const told = changed();
      if ((await tools()).includes(route)) break;
      await told;
    }
    const api = await fetch(`${far!.replace("ws", "http")}/openapi.json`);
    assert((await api.text()).includes(`"/call/${route}"`), route);
    await using asker = new Peer(await connect(`${far}/jsonrpc?name=asker`));
    const { methods } = await asker.request("rpc.discover") as {
      methods: { name: string }[];
    };
    assert(methods.some(({ name }) => name === route), route);
  };
  await tools();

  const methods = new Methods().add("now", () => 0);
  await using _tool = new Peer(await connect(`${near}/jsonrpc?name=tool`), {
    methods,
  });
  await lists("tool/now");
  methods.add("late", () => 1);
  await lists("tool/late");
  // A participant that announces nothing is known by its answers.
  await using mute = await connect(`${near}/jsonrpc?name=mute`);
  const next = reader(mute);
  await using caller = new Client("caller", { url: near });
  await caller.connect();
  const answer = caller.request("mute", "greet", {});
  const { id } = await next();
  await mute.send(`{"jsonrpc":"2.0","id":${id},"result":1}`);
  assertEquals(await answer, 1);
  await lists("mute/greet");
  await assistant.close();
});

Deno.test("A tool that does not say when it can do more is asked again while somebody looks at another hub", async () => {
  const engine = new MemoryEngine();
  const open = (label: string) =>
    serve({
      port: 0,
      open: [httpDoor(), jsonRpcDoor()],
      backplane: engine.node(label),
    });
  await using one = await open("one");
  await using two = await open("two");
  const names = ["first"];
  await using tool = await connect(`${one.urls[0]}/jsonrpc?name=tool`);
  const answers = (async () => {
    for await (const text of tool) {
      const { id, method } = JSON.parse(String(text));
      if (method !== "rpc.discover") continue;
      const methods = names.map((name) => ({ name, params: [] }));
      const result = { openrpc: "1.3.2", info: {}, methods };
      await tool.send(JSON.stringify({ jsonrpc: "2.0", id, result }));
    }
  })();
  const api = `${two.urls[0]!.replace("ws", "http")}/openapi.json`;
  const shows = async (name: string) => {
    while (!(await (await fetch(api)).text()).includes(`/call/tool/${name}`)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await shows("first");
  names.push("second");
  await shows("second");
  await tool.close();
  await answers;
});

Deno.test(
  "A client that says its name in the URL may call at once, while a cluster is still asked for the name",
  {
    // The links of the engine are timers.
    sanitizeOps: false,
    sanitizeResources: false,
  },
  async () => {
    const engine = new MemoryEngine({
      carry: (deliver) => void setTimeout(deliver, 5),
    });
    const open = (label: string) =>
      serve({
        port: 0,
        open: [jsonRpcDoor(), wsrpcDoor()],
        backplane: engine.node(label),
      });
    await using one = await open("one");
    await using two = await open("two");
    await using bot = new Client("bot", { url: one.urls[0] });
    bot.route("add", ({ a, b }: { a: number; b: number }) => a + b);
    await bot.connect();
    const calls = [
      [
        "/jsonrpc",
        '{"jsonrpc":"2.0","id":1,"method":"bot/add","params":{"a":1,"b":2}}',
      ],
      ["/wsrpc/", '{"id":1,"method":"bot.add","params":{"a":1,"b":2}}'],
    ];
    for (const [path, call] of calls) {
      const url = `${two.urls[0]}${path}?name=q`;
      await using asker = await connect(url);
      const answer = reader(asker);
      await asker.send(call!);
      let said = await answer();
      while (said.id !== 1) said = await answer();
      assertEquals([path, said.result, said.error], [path, 3, undefined]);
      // The one that comes second is told so once it is known.
      await using second = await connect(url);
      const told = reader(second);
      await second.send(call!);
      let refused = await told();
      while (refused.id !== 1) refused = await told();
      assertEquals(refused.error.code, -32024);
    }
  },
);
