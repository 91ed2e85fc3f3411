// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client as McpClient } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import {
  SUPPORTED_PROTOCOL_VERSIONS,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { Client, RouteError } from "@wirekit/hub";
import { Gateway, GatewaySimulator } from "@wirekit/openwebnet";
import { mcpDoor, type McpDoorOptions } from "./mcp.ts";
import { gatewayDoor } from "./openwebnet.ts";
import { serve } from "./serve.ts";
import { HELLO, startBridge } from "./testdata/bridge.ts";

interface Result {
  isError?: boolean;
  content: { text: string }[];
}

async function withAssistant(
  options: McpDoorOptions,
  test: (
    call: (
      name: string,
      args?: Record<string, unknown>,
    ) => Promise<[boolean, string]>,
    bot: Client,
    url: URL,
    list: () => Promise<{ name: string; [key: string]: unknown }[]>,
  ) => Promise<void>,
): Promise<void> {
  await using simulator = new GatewaySimulator();
  const home = new Gateway({ transport: () => simulator.connect() });
  await using server = await serve({
    port: 0,
    open: [gatewayDoor({ home }), mcpDoor(options)],
  });
  await using bot = new Client("bot", { url: server.urls[0] });
  bot.route("echo", (data) => data);
  bot.route("fail", () => {
    throw new RouteError("kaput");
  });
  bot.route("never", () => new Promise(() => {}));
  await bot.connect();
  const url = new URL(`http://127.0.0.1:${server.addr.port}/mcp`);
  const client = new McpClient({ name: "assistant", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(url));
  try {
    await test(
      async (name, args = {}) => {
        const { isError = false, content } = await client.callTool({
          name,
          arguments: args,
        }) as Result;
        return [isError, content.map(({ text }) => text).join()];
      },
      bot,
      url,
      async () => (await client.listTools()).tools,
    );
  } finally {
    await client.close();
  }
}

Deno.test("An assistant lists and calls what it is allowed", () =>
  withAssistant(
    { allow: ["bot/*", "home/light.*"] },
    async (call, _bot, _url, list) => {
      assertEquals(await call("home/light.on", { where: "12" }), [
        false,
        "null",
      ]);
      assertEquals(await call("home/light.status", { where: "12" }), [
        false,
        '[{"where":"12","on":true}]',
      ]);
      assertEquals(await call("bot/echo", { a: [1.5, null] }), [
        false,
        '{"a":[1.5,null]}',
      ]);
      assertEquals(await call("bot/fail"), [true, "kaput"]);
      assertEquals(await call("bot/nothing"), [true, "Route not found"]);
      assertEquals(
        await call("hub/request", { to: "bot", route: "echo", data: { b: 1 } }),
        [false, '{"b":1}'],
      );
      const tools = await list();
      const names = tools.map(({ name }) => name);
      assert(names.includes("bot/echo"));
      assert(!names.includes("bot/nothing"));
      assert(names.includes("home/light.on"));
      assert(names.includes("hub/request"));
      assert(!names.includes("home/shutter.up"));
      assert(!names.includes("hub/inform"));
      const status = tools.find(({ name }) => name === "home/light.status")!;
      assertEquals(status.annotations, { readOnlyHint: true });
      assertEquals(status.description, "Says whether lights are on");
    },
  ));

Deno.test("An assistant may call nothing that was not allowed", () =>
  withAssistant({}, async (call, _bot, _url, list) => {
    // Of what is not allowed nothing is listed: it would fail each time.
    assertEquals(await list(), []);
    for (
      const [tool, args] of [
        ["bot/echo", {}],
        ["home/light.on", { where: "12" }],
        ["hub/request", { to: "bot", route: "echo" }],
        ["hub/inform", { data: 1 }],
        ["hub/other", {}],
        ["nonsense", {}],
      ] as const
    ) {
      const [isError, text] = await call(tool, args);
      assertEquals(isError, true, tool);
      assert(/allowed/.test(text), text);
    }
  }));

Deno.test("An assistant reaches the hub itself only by its name", () =>
  withAssistant(
    { allow: ["*", "*/*", "@hub/stats"] },
    async (call, _bot, _url, list) => {
      for (const route of ["clients", "disconnect", "drain"]) {
        const direct = await call(`%40hub/${route}`, { name: "bot" });
        const args = { to: "@hub", route, data: { name: "bot" } };
        for (
          const [isError, text] of [direct, await call("hub/request", args)]
        ) {
          assertEquals(isError, true, text);
          assert(/allowed/.test(text), text);
        }
      }
      assertEquals((await call("%40hub/stats"))[0], false);
      assert(!(await list()).some(({ name }) => /disconnect/.test(name)));
      for (const args of [{}, { name: "bot", route: "echo" }, { to: "bot" }]) {
        const [isError, text] = await call("hub/request", args);
        assertEquals(isError, true);
        assertMatch(text, /^(to|route) is missing/);
      }
    },
  ));

Deno.test("An assistant tells all where that is allowed", () =>
  withAssistant({ allow: ["hub/inform"] }, async (call, bot) => {
    const told = new Promise((resolve) =>
      bot.addEventListener("information", ({ detail }) => resolve(detail.data))
    );
    assertEquals(await call("hub/inform", { data: { on: true }, to: "bot" }), [
      false,
      '{"receivers":1}',
    ]);
    assertEquals(await told, { on: true });
  }));

Deno.test("A call of an assistant ends in time, and keeps every digit", () =>
  withAssistant({ allow: ["*"], timeout: 1_000 }, async (call, _bot, url) => {
    const [isError, text] = await call("bot/never");
    assertEquals([isError, text], [true, "No answer came in time."]);
    const headers = {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const post = async (body: string, more: Record<string, string> = {}) => {
      const response = await fetch(url, {
        method: "POST",
        headers: { ...headers, ...more },
        body,
      });
      const id = response.headers.get("mcp-session-id");
      return [response.status, await response.text(), id] as const;
    };
    const [, , id] = await post(JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "raw", version: "1" },
      },
    }));
    const session = { "mcp-session-id": id! };
    const [status, answer] = await post(
      '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"bot/echo","arguments":{"n":18446744073709551615}}}',
      session,
    );
    assertEquals(status, 200);
    assertEquals(
      JSON.parse(answer).result.content[0].text,
      '{"n":18446744073709551615}',
    );
    assertEquals((await post("{", session))[0], 400);
    assertEquals((await post("{}", { "mcp-session-id": "none" }))[0], 404);
    const ended = await fetch(url, { method: "DELETE", headers: session });
    await ended.body?.cancel();
    assertEquals(ended.status, 200);
    assertEquals((await post("{}", session))[0], 404);
    const plain = await fetch(url, { method: "POST", body: "{}" });
    await plain.body?.cancel();
    assertEquals(plain.status, 415);
  }));

Deno.test("Of too many sessions, the one that was silent longest ends", () =>
  withAssistant(
    { allow: ["bot/*"], maxSessions: 1 },
    async (_call, _bot, url) => {
      const other = new McpClient({ name: "other", version: "1.0.0" });
      await other.connect(new StreamableHTTPClientTransport(url));
      const { tools } = await other.listTools();
      assert(tools.some(({ name }: { name: string }) => name === "bot/echo"));
      await other.close();
    },
  ));

/** What `result` schemas any client may announce. */
const HOSTILE: unknown[] = [
  { type: "object", $ref: "#/nowhere" },
  { type: "object", properties: 5, required: "all", items: [] },
  { type: "object", properties: { a: { type: "nonsense" }, __proto__: {} } },
  {
    type: "object",
    properties: { text: { type: "string", pattern: "^(a+)+$" } },
  },
  { type: ["object", "object"], additionalProperties: 7 },
  { type: "object", required: ["a", "a"], $schema: "http://nowhere/" },
];

Deno.test("A result that was described is structured, in every digit", () =>
  withAssistant({ allow: ["*"] }, async (_call, bot, url) => {
    const result = {
      type: "object",
      properties: {
        id: { type: "integer" },
        tags: { type: ["array", "null"], items: { type: "string" } },
      },
      required: ["id"],
    };
    const described = { description: "Says its id", result };
    bot.route("id", () => ({ id: 18446744073709551615n, tags: ["a"] }), {
      ...described,
      readOnly: true,
    });
    bot.route("odd", () => ({ tags: [1] }), described);
    bot.route("list", () => [1], { result: { type: "array" } });
    HOSTILE.forEach((result, n) => {
      const info = { params: result, result } as Record<string, object>;
      bot.route(`hostile${n}`, () => ({ text: `${"a".repeat(50)}b` }), info);
    });
    await bot.ping();
    const client = new McpClient({ name: "structured", version: "1.0.0" });
    await client.connect(new StreamableHTTPClientTransport(url));
    const { tools } = await client.listTools();
    const tool = (name: string) => tools.find((each) => each.name === name);
    assertEquals(tool("bot/id")?.outputSchema, result as unknown);
    assertEquals(tool("bot/list")?.outputSchema, undefined);
    assert(tool("bot/hostile5")?.outputSchema);
    assertEquals(tool("home/temperature.read")?.outputSchema, {
      type: "object",
      properties: { celsius: { type: "number" } },
      required: ["celsius"],
    } as unknown);
    const ask = (name: string, args = {}) =>
      client.callTool({ name, arguments: args }) as Promise<
        Result & { structuredContent?: unknown }
      >;
    const power = await ask("home/energy.power", { where: "1" });
    assertEquals(Object.keys(power.structuredContent as object), ["watts"]);
    const odd = await ask("bot/odd");
    assertEquals(odd.isError, true);
    assertMatch(odd.content[0]!.text, /^The answer of bot is not what it/);
    assertEquals((await ask("bot/list")).structuredContent, undefined);
    for (const n of HOSTILE.keys()) {
      const answer = await ask(`bot/hostile${n}`);
      assertEquals(typeof answer.content[0]!.text, "string");
    }
    await client.close();

    // Not through JavaScript's numbers.
    const headers = {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const hello = JSON.stringify(HELLO);
    const begun = await fetch(url, { method: "POST", headers, body: hello });
    await begun.body?.cancel();
    const id = begun.headers.get("mcp-session-id")!;
    const response = await fetch(url, {
      method: "POST",
      headers: { ...headers, "mcp-session-id": id },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call",' +
        '"params":{"name":"bot/id"}}',
    });
    assertMatch(
      await response.text(),
      /"structuredContent":\{"id":18446744073709551615,"tags":\["a"\]\}/,
    );
  }));

Deno.test("An assistant is told when the tools change, and only then", () =>
  withAssistant({ allow: ["bot/*", "late/*"] }, async (_call, bot, url) => {
    const client = new McpClient({ name: "listener", version: "1.0.0" });
    let changes = 0;
    let told = Promise.withResolvers<void>();
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      changes++;
      told.resolve();
      told = Promise.withResolvers();
    });
    await client.connect(new StreamableHTTPClientTransport(url));
    const names = async () =>
      (await client.listTools()).tools.map(({ name }: { name: string }) =>
        name
      );
    const before = await names();
    bot.route("more", () => 1);
    await told.promise;
    assert((await names()).includes("bot/more"));
    const other = url.origin.replace(/^http/, "ws");
    const late = new Client("late", { url: other });
    const stranger = new Client("stranger", { url: other });
    stranger.route("any", () => 1);
    late.route("any", () => 1);
    await stranger.connect();
    await late.connect();
    await told.promise;
    assert((await names()).includes("late/any"));
    await late.close();
    await told.promise;
    bot.removeRoute("more");
    await told.promise;
    assertEquals(await names(), before);
    assertEquals(changes, 4);
    await stranger.close();
    await client.close();
  }));

Deno.test("A call of an assistant is cancelled, and nobody answers in vain", () =>
  withAssistant({ allow: ["bot/*"] }, async (_call, bot, url) => {
    const client = new McpClient({ name: "hasty", version: "1.0.0" });
    await client.connect(new StreamableHTTPClientTransport(url));
    const ending = new AbortController();
    const call = client.callTool({ name: "bot/never" }, undefined, {
      signal: ending.signal,
    });
    const open = async () =>
      (await bot.request("@hub", "open") as { to: string }[])
        .filter(({ to }) => to === "bot").length;
    while (await open() === 0);
    ending.abort("It takes too long");
    await assertRejects(() => call);
    while (await open() > 0);
    await client.close();
  }));

Deno.test("A call of an assistant whose connection ends is cancelled", () =>
  withAssistant({ allow: ["bot/*"] }, async (_call, bot, url) => {
    const open = async () =>
      (await bot.request("@hub", "open") as { to: string }[])
        .filter(({ to }) => to === "bot").length;
    const { hostname, port } = new URL(url);
    const headers = {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const body = JSON.stringify(HELLO);
    const begun = await fetch(url, { method: "POST", headers, body });
    await begun.body?.cancel();
    const session = begun.headers.get("mcp-session-id");
    for (const name of ["bot/never", "hub/request"]) {
      const text = JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name, arguments: { to: "bot", route: "never" } },
      });
      const conn = await Deno.connect({ hostname, port: Number(port) });
      const lines = Object.entries({
        ...headers,
        host: `${hostname}:${port}`,
        "mcp-session-id": session,
        "content-length": text.length,
      }).map((header) => header.join(": "));
      const request = ["POST /mcp HTTP/1.1", ...lines, "", text].join("\r\n");
      await conn.write(new TextEncoder().encode(request));
      while (await open() === 0);
      conn.close();
      while (await open() > 0);
    }
  }));

Deno.test("Each revision of the protocol that the SDK speaks lists and calls", () =>
  withAssistant({ allow: ["bot/*"] }, async (_call, _bot, url) => {
    assert(SUPPORTED_PROTOCOL_VERSIONS.length >= 3);
    for (const protocolVersion of SUPPORTED_PROTOCOL_VERSIONS) {
      const headers: Record<string, string> = {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      };
      const post = async (message: object) => {
        const body = JSON.stringify(message);
        const response = await fetch(url, { method: "POST", headers, body });
        return [response, await response.text()] as const;
      };
      const params = { ...HELLO.params, protocolVersion };
      const [begun, hello] = await post({ ...HELLO, params });
      assertEquals(JSON.parse(hello).result.protocolVersion, protocolVersion);
      headers["mcp-session-id"] = begun.headers.get("mcp-session-id")!;
      headers["mcp-protocol-version"] = protocolVersion;
      const [, list] = await post({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/list",
      });
      assertMatch(list, /"bot\/echo"/);
      const [, answer] = await post({
        jsonrpc: "2.0",
        id: 2,
        method: "tools/call",
        params: { name: "bot/echo", arguments: { a: 1 } },
      });
      assertEquals(JSON.parse(answer).result.content[0].text, '{"a":1}');
    }
  }));

Deno.test("Very many tools are listed page by page", () =>
  withAssistant({ allow: ["*"] }, async (_call, bot, url) => {
    const more = new Client("more", {
      url: url.origin.replace(/^http/, "ws"),
    });
    for (let n = 0; n < 990; n++) {
      bot.route(`r${n}`, () => n);
      more.route(`r${n}`, () => n);
    }
    await more.connect();
    await bot.ping();
    const client = new McpClient({ name: "reader", version: "1.0.0" });
    await client.connect(new StreamableHTTPClientTransport(url));
    const names = new Set<string>();
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await client.listTools(
        cursor === undefined ? {} : { cursor },
      );
      for (const { name } of page.tools) names.add(name);
      // What leaves between two pages shifts nothing.
      if (pages++ === 0) bot.removeRoute("r1");
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    assertEquals(pages, 3);
    for (let n = 0; n < 990; n++) assert(names.has(`more/r${n}`));
    assert(names.has("hub/request"));
    await client.close();
    await more.close();
  }));

Deno.test("The name of each tool is one that assistants take", () =>
  withAssistant({ allow: ["*"] }, async (call, bot, _url, list) => {
    bot.route("r\n\u202ex y/z", () => 1, { description: "a\n\u202eb" });
    bot.route("x".repeat(200), () => 2);
    await bot.ping();
    const tools = await list();
    const tool = tools.find(({ name }) => name.startsWith("bot/r"))!;
    assertEquals(tool.name, "bot/r%0A%E2%80%AEx%20y%2Fz");
    assertEquals(tool.description, "a b");
    assertEquals(await call(tool.name), [false, "1"]);
    for (const { name } of tools) assertMatch(name, /^[\x21-\x7e]{1,128}$/);
  }));

Deno.test("A session ends with its token, and is of no use with another", async () => {
  const labels = ["one", "two"];
  const tokens = labels.map((label) => ({
    label,
    token: `${label}-secret-1`,
    names: [label],
  }));
  await using server = await serve({
    port: 0,
    open: [mcpDoor({ allow: ["bot/*"] })],
    tokens,
  });
  const url = `http://127.0.0.1:${server.addr.port}/mcp`;
  const post = (token: string, body: string, session?: string) =>
    fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        authorization: `Bearer ${token}`,
        ...(session && { "mcp-session-id": session }),
      },
      body,
    });
  const begun = await post("one-secret-1", JSON.stringify(HELLO));
  await begun.body?.cancel();
  const session = begun.headers.get("mcp-session-id")!;
  const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
  const statusOf = async (token: string) => {
    const response = await post(token, list, session);
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await statusOf("one-secret-1"), 200);
  assertEquals(await statusOf("two-secret-1"), 404);
  assertEquals([...server.hub.exchange.members].length, 1);
  // A stream of notifications is open while the token is taken away.
  const stream = await fetch(url, {
    headers: {
      accept: "text/event-stream",
      authorization: "Bearer one-secret-1",
      "mcp-session-id": session,
    },
  });
  assertEquals(stream.status, 200);
  server.hub.setTokens(tokens.slice(1));
  await stream.text(); // It ends.
  assertEquals(await statusOf("one-secret-1"), 401);
  assertEquals([...server.hub.exchange.members].length, 0);
});

Deno.test("Who opens many sessions ends its own, not those of others", async () => {
  const tokens = ["one", "two"].map((label) => ({
    label,
    token: `${label}-secret-1`,
    names: [label],
  }));
  await using server = await serve({
    port: 0,
    open: [mcpDoor({ allow: ["bot/*"], maxSessions: 4 })],
    tokens,
  });
  const url = `http://127.0.0.1:${server.addr.port}/mcp`;
  const post = async (token: string, body: object, session?: string) => {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        authorization: `Bearer ${token}`,
        ...(session && { "mcp-session-id": session }),
      },
      body: JSON.stringify(body),
    });
    await response.body?.cancel();
    return response;
  };
  const first = await post("one-secret-1", HELLO);
  const session = first.headers.get("mcp-session-id")!;
  for (let n = 0; n < 10; n++) await post("two-secret-1", HELLO);
  assertEquals([...server.hub.exchange.members].length, 4);
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  assertEquals((await post("one-secret-1", list, session)).status, 200);
});

Deno.test("mcpDoor() checks its patterns, times and limits", () => {
  for (const pattern of ["bot", "/x", "bot/", ""]) {
    assertThrows(
      () => mcpDoor({ allow: [pattern] }),
      TypeError,
      "is not a pattern",
    );
  }
  for (const ms of [NaN, -1, 0]) {
    assertThrows(() => mcpDoor({ timeout: ms }), RangeError, "timeout");
    assertThrows(() => mcpDoor({ idleTimeout: ms }), RangeError, "idleTimeout");
    assertThrows(() => mcpDoor({ maxSessions: ms }), RangeError, "maxSessions");
  }
});

/** Certificates for tests, of this machine. */
const PEMS = new URL("../transport/testdata/", import.meta.url).pathname;

Deno.test("switchboard mcp passes messages on for an assistant that starts it", () =>
  withAssistant({ allow: ["bot/*"] }, async (_call, _bot, url) => {
    const { child, say, next, end } = startBridge(`${url}`);
    await say(HELLO);
    // At once, as a script writes it.
    await say({ jsonrpc: "2.0", method: "notifications/initialized" });
    const params = { name: "bot/echo", arguments: { a: 1 } };
    await say({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
    assertEquals((await next()).result.serverInfo.name, "wirekit");
    assertEquals((await next()).result.content, [
      { type: "text", text: '{"a":1}' },
    ]);
    await end();
    assertEquals(await next(), undefined);
    await child.stderr.cancel();
    assertEquals((await child.status).code, 0);
  }));

Deno.test("switchboard mcp trusts the certificate that it is given", async () => {
  const [cert = "", key = ""] = await Promise.all(
    ["crt", "key"].map((end) => Deno.readTextFile(`${PEMS}localhost.${end}`)),
  );
  await using server = await serve({
    port: 0,
    tls: { cert, key },
    open: [mcpDoor({ allow: ["bot/*"] })],
  });
  const url = `wss://localhost:${server.addr.port}`;
  const trusting = startBridge(url, "--ca", `${PEMS}ca.crt`);
  await trusting.say(HELLO);
  assertEquals((await trusting.next()).result.serverInfo.name, "wirekit");
  await trusting.end();
  await trusting.child.stderr.cancel();
  assertEquals((await trusting.child.status).code, 0);

  const other = startBridge(url);
  await other.say(HELLO);
  assertStringIncludes((await other.next()).error.message, "--ca");
  assertEquals(await other.next(), undefined);
  await other.end().catch(() => {});
  const said = await new Response(other.child.stderr).text();
  assertStringIncludes(said, "certificate");
  assertEquals((await other.child.status).code, 3);
});

Deno.test("switchboard mcp leaves no call open, however it ends, and goes on after it was frozen", () =>
  withAssistant(
    { allow: ["bot/*"], timeout: 2_000 },
    async (_call, bot, url) => {
      const open = async () =>
        (await bot.request("@hub", "open") as { to: string }[])
          .filter(({ to }) => to === "bot").length;
      const ask = (id: number, name: string) => ({
        jsonrpc: "2.0",
        id,
        method: "tools/call",
        params: { name: `bot/${name}`, arguments: {} },
      });
      const ends: ((bridge: ReturnType<typeof startBridge>) => unknown)[] = [
        ({ child }) => child.kill("SIGKILL"),
        ({ child }) => child.kill("SIGTERM"),
        ({ end }) => end(),
      ];
      const bridges = await Promise.all(ends.map(async (_, n) => {
        const bridge = startBridge(`${url}`);
        const { child, say, next } = bridge;
        await say(HELLO);
        await next();
        if (n === 0) {
          child.kill("SIGSTOP");
          await say(ask(1, "echo"));
          assertEquals(await bot.ping(), true);
          child.kill("SIGCONT");
          assertEquals((await next()).id, 1);
        }
        return bridge;
      }));
      // All have started: their calls are open at the same time.
      for (const { say } of bridges) await say(ask(2, "never"));
      while (await open() < bridges.length);
      for (const [n, bridge] of bridges.entries()) {
        const { child, next } = bridge;
        await ends[n]!(bridge);
        await child.stderr.cancel();
        await child.status;
        while (await next() !== undefined);
        await bridge.end().catch(() => {});
      }
      while (await open() > 0);
    },
  ));

Deno.test("switchboard mcp answers what was asked when its input ends, as of a pipe", () =>
  withAssistant({ allow: ["bot/*"] }, async (_call, _bot, url) => {
    const { child, say, next, end } = startBridge(`${url}`);
    await say(HELLO);
    await end();
    assertEquals((await next()).id, HELLO.id);
    assertEquals((await child.status).code, 0);
    await child.stderr.cancel();
    assertEquals(await next(), undefined);
  }));

Deno.test("switchboard mcp answers the calls that run when its input ends", () =>
  withAssistant({ allow: ["bot/*"] }, async (_call, bot, url) => {
    const asked = Promise.withResolvers<void>();
    bot.route("slow", async () => {
      asked.resolve();
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      return "after all";
    });
    const { child, say, next, end } = startBridge(`${url}`);
    const call = (id: number, name: string) => ({
      jsonrpc: "2.0",
      id,
      method: "tools/call",
      params: { name: `bot/${name}`, arguments: {} },
    });
    await say(HELLO);
    await say(call(1, "slow"));
    await say(call(2, "echo"));
    await say(call(3, "never"));
    await say({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: 3 },
    });
    await end();
    await asked.promise;
    assertEquals((await next()).id, HELLO.id);
    assertEquals((await next()).id, 2);
    const { id, result } = await next();
    assertEquals([id, result.content[0].text], [1, '"after all"']);
    assertEquals((await child.status).code, 0);
    await child.stderr.cancel();
    assertEquals(await next(), undefined);
  }));
