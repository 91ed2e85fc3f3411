// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A hub with all doors, and a program behind each: a stock Python bot, a page,
 * a JSON-RPC tool and a simulated home. `deno task demo` runs it.
 */

import type { Door } from "@wirekit/hub";
import { page } from "@wirekit/hub/page";
import { Gateway, GatewaySimulator, parseHome } from "@wirekit/openwebnet";
import { httpDoor, jsonRpcDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import { gatewayDoor } from "@wirekit/switchboard/openwebnet";
import { startTool } from "./tool.ts";

const read = (file: string) =>
  Deno.readTextFile(new URL(file, import.meta.url));

/** Serves the two files of the demo's page to everybody who may use the hub. */
async function demoPage(): Promise<Door> {
  const files: Record<string, [type: string, text: string]> = {
    "/demo/": ["text/html", await read("./index.html")],
    "/demo/page.js": ["text/javascript", await read("./page.js")],
  };
  return {
    fetch({ url }) {
      const [type, text] = files[new URL(url).pathname] ?? [];
      const headers = {
        "content-type": `${type}; charset=utf-8`,
        "content-security-policy": "default-src 'self'; connect-src 'self'",
      };
      return type === undefined ? undefined : new Response(text, { headers });
    },
  };
}

/** Starts the bot, if this machine has Python and winerp. */
function startBot(port: number): Deno.ChildProcess | undefined {
  const file = new URL("./bot.py", import.meta.url).pathname;
  const python = Deno.env.get("PYTHON") || "python3";
  try {
    return new Deno.Command(python, {
      args: [file, `${port}`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

const simulator = new GatewaySimulator();
const home = new Gateway({ transport: () => simulator.connect() });
const server = await serve({
  port: Number(Deno.args[0] ?? 0),
  doors: [page(), await demoPage()],
  open: [
    httpDoor(),
    jsonRpcDoor(),
    wsrpcDoor(),
    gatewayDoor({ home }, { home: parseHome(await read("./home.json")) }),
    mcpDoor({ allow: ["home/*", "bot/*", "tool/*"] }),
  ],
});
const { port } = server.addr;
const http = `http://127.0.0.1:${port}`;
const tool = await startTool(server.urls[0]);
const bot = startBot(port);
bot?.status.then(({ code }) => {
  if (code > 0) print("There is no bot: pip install winerp 'websockets<14'");
});

// Makes some traffic to look at.
const traffic = setInterval(() => {
  tool.request("home/energy.power", { where: "house" }).catch(() => {});
  tool.request("bot/greet", { name: "tool" }).catch(() => {});
}, 1_000);

const type = "-H 'content-type: application/json'";
print(`The hub with all its doors: ${http}/
A page in it: ${http}/demo/

Paste one of these:
  curl ${type} -d '{"where":"kitchen"}' ${http}/call/home/light.on
  curl ${type} -d '{"name":"curl"}' ${http}/call/bot/greet
  curl ${type} -d '{"a":1,"b":2}' ${http}/call/bot/add
  curl ${type} -d '{"text":"hello"}' ${http}/call/page/show
  curl -N '${http}/events?name=shell'
  npx @modelcontextprotocol/inspector --cli ${http}/mcp --transport http --method tools/list

Ctrl-C ends all of it.`);

await new Promise<void>((resolve) => Deno.addSignalListener("SIGINT", resolve));
clearInterval(traffic);
try {
  bot?.kill();
} catch {
  // The process has ended by itself.
}
await tool.close();
await server.close();
await simulator.close();
Deno.exit(0);
