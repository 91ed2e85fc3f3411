// Copyright 2026 the Wirekit authors. MIT license.

/**
 * AI assistants: the client of the official SDK and the command line of the MCP
 * Inspector list and call the routes of a stock Python bot and of a home.
 */

import { assertEquals } from "@std/assert";
import { serve } from "@wirekit/switchboard";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import { gatewayDoor } from "@wirekit/switchboard/openwebnet";
import { Gateway, GatewaySimulator, parseHome } from "@wirekit/openwebnet";
import { Driver } from "../../_driver.ts";
import { installPython } from "../../_python.ts";

const SDK = "npm:@modelcontextprotocol/sdk@1.32.2/client";
const INSPECTOR = "@modelcontextprotocol/inspector@0.17.2";

const python = await installPython(new URL("./", import.meta.url));

async function withHub(test: (url: string) => Promise<void>): Promise<void> {
  await using simulator = new GatewaySimulator();
  const home = new Gateway({ transport: () => simulator.connect() });
  const names = parseHome('{"names":{"bedroom":{"shutter":"31"}}}');
  await using server = await serve({
    port: 0,
    open: [
      gatewayDoor({ home }, { home: names }),
      mcpDoor({ allow: ["home/*", "winerp/*"] }),
    ],
  });
  const { port } = server.addr;
  const file = new URL("./peer.py", import.meta.url).pathname;
  await using bot = new Driver([python, file, "winerp", `${port}`, "winerp"]);
  await bot.event({ event: "ready" });
  await test(`http://127.0.0.1:${port}/mcp`);
  // "Close the shutter in the bedroom."
  assertEquals(simulator.executed, ["*2*2*31##"]);
}

async function inspector(url: string, ...args: string[]): Promise<unknown> {
  const { success, stdout, stderr } = await new Deno.Command("npx", {
    args: ["-y", INSPECTOR, "--cli", url, "--transport", "http", ...args],
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(text.decode(stderr));
  return JSON.parse(text.decode(stdout));
}

Deno.test("The client of the official SDK calls a Python bot and a home", () =>
  withHub(async (url) => {
    const { Client } = await import(`${SDK}/index.js`);
    const { StreamableHTTPClientTransport } = await import(
      `${SDK}/streamableHttp.js`
    );
    const client = new Client({ name: "assistant", version: "1.0.0" });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    const call = async (name: string, args: Record<string, unknown>) => {
      const { content, isError } = await client.callTool({
        name,
        arguments: args,
      });
      const [{ text }] = content as [{ text: string }];
      return isError ? [text] : JSON.parse(text);
    };
    const data = { to: "winerp", route: "echo", data: { a: 1 } };
    assertEquals(await call("hub/request", data), { a: 1 });
    // Now that it has answered, it is a tool.
    const { tools } = await client.listTools();
    const names = tools.map(({ name }: { name: string }) => name);
    assertEquals(names.includes("winerp/echo"), true);
    assertEquals(await call("winerp/echo", { b: [2] }), { b: [2] });
    assertEquals(await call("winerp/fail", {}), ["kaput"]);
    await call("home/shutter.down", { where: "bedroom" });
    await client.close();
  }));

Deno.test("The command line of the MCP Inspector lists and calls them too", () =>
  withHub(async (url) => {
    const call = (tool: string, ...args: string[]) =>
      inspector(
        url,
        ...["--method", "tools/call", "--tool-name", tool],
        ...args.flatMap((arg) => ["--tool-arg", arg]),
      );
    const list = async () =>
      (await inspector(url, "--method", "tools/list") as {
        tools: { name: string; inputSchema: { required: string[] } }[];
      }).tools;
    const down = (await list()).find(({ name }) =>
      name === "home/shutter.down"
    );
    assertEquals(down?.inputSchema.required, ["where"]);
    assertEquals(await call("home/shutter.down", "where=bedroom"), {
      content: [{ type: "text", text: "null" }],
    });
    assertEquals(
      await call("hub/request", "to=winerp", "route=echo", 'data={"a":1}'),
      { content: [{ type: "text", text: '{"a":1}' }] },
    );
    // Now that the Python bot has answered, its route is a tool.
    const names = (await list()).map(({ name }) => name);
    assertEquals(names.includes("winerp/echo"), true);
    assertEquals(await call("winerp/echo", "b=2", "c=zoë"), {
      content: [{ type: "text", text: '{"b":2,"c":"zoë"}' }],
    });
  }));
