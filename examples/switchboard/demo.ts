// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A hub with all doors, and a program behind each: a stock Python bot, a bot of
 * ours, a page, a JSON-RPC tool and a simulated home.
 */

import type { Door } from "@wirekit/hub";
import { page } from "@wirekit/hub/page";
import { Gateway, GatewaySimulator, parseHome } from "@wirekit/openwebnet";
import { httpDoor, jsonRpcDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import { gatewayDoor } from "@wirekit/switchboard/openwebnet";
import { startButler } from "./butler.ts";
import { startTool } from "./tool.ts";

/** Where the hub listens if nothing else does. */
const USUAL_PORT = 13254;

/** How often the programs call each other, in milliseconds. */
const TRAFFIC_INTERVAL = 1_000;

/** Options of {@linkcode demo}. */
export interface DemoOptions {
  /** The port; by default that of winerp, or a free one if it is taken. */
  port?: number | undefined;
  /** The Python for the bot. */
  python?: string | undefined;
  /** Writes a line. */
  print(line: string): void;
  /** Ends it. */
  signal: AbortSignal;
}

const read = (file: string) =>
  Deno.readTextFile(new URL(file, import.meta.url));

/** Starts it all, says what there is to try, and runs until the signal. */
export async function demo(options: DemoOptions): Promise<void> {
  const { print, signal } = options;
  await using simulator = new GatewaySimulator();
  const names = parseHome(await read("./home.json"));
  const files = await demoPage();
  const start = (port: number) => {
    const home = new Gateway({ transport: () => simulator.connect() });
    return serve({
      port,
      doors: [page(), files],
      open: [
        httpDoor(),
        jsonRpcDoor(),
        wsrpcDoor(),
        gatewayDoor({ home }, { home: names }),
        mcpDoor({ allow: ["home/*", "bot/*", "butler/*", "tool/*"] }),
      ],
    });
  };
  await using server = options.port === undefined
    ? await start(USUAL_PORT).catch((error) => {
      if (error instanceof Deno.errors.AddrInUse) return start(0);
      throw error;
    })
    : await start(options.port);
  const [url] = server.urls;
  await using tool = await startTool(url);
  await using butler = await startButler(url);
  for (const line of linesOf(`http://127.0.0.1:${server.addr.port}`)) {
    print(line);
  }
  await using _bot = startBot(server.addr.port, options);
  const traffic = setInterval(() => {
    tool.request("home/energy.power", { where: "house" }).catch(() => {});
    tool.request("bot/greet", { name: "tool" }).catch(() => {});
    butler.request("tool", "sum", { a: 1, b: 2 }).catch(() => {});
  }, TRAFFIC_INTERVAL);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  clearInterval(traffic);
}

function linesOf(http: string): string[] {
  const curl = (path: string, data: unknown) =>
    `  curl -H 'content-type: application/json' ` +
    `-d '${JSON.stringify(data)}' ${http}${path}`;
  return [
    `The hub with all its doors: ${http}/`,
    `A page in it: ${http}/demo/`,
    "",
    "Paste one of these:",
    curl("/call/home/light.on", { where: "kitchen" }),
    curl("/call/butler/good.night", {}),
    `${curl("/call/bot/greet", { name: "curl" })} # the bot in Python`,
    `${curl("/call/bot/add", { a: 1, b: 2 })} # it, too`,
    `${curl("/call/page/show", { text: "hello" })} # once that page is open`,
    `  curl -N '${http}/events?name=shell'`,
    `${curl("/answer/ID", "hi")} # to the id that it shows`,
    `  npx -y @modelcontextprotocol/inspector --cli ${http}/mcp ` +
    "--transport http --method tools/list",
    "",
    "Ctrl-C ends all of it.",
  ];
}

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

/** Starts the Python bot, or says why there is none. Disposing ends it. */
function startBot(
  port: number,
  { python = "python3", print }: DemoOptions,
): AsyncDisposable {
  const ended = runBot(port, python, (why) =>
    print(
      `There is no bot in Python: ${why}. It needs Python 3 and ` +
        "pip install winerp 'websockets<14'; PYTHON names another Python.",
    ));
  return { [Symbol.asyncDispose]: ended };
}

/** Runs it; returns what ends it. */
function runBot(
  port: number,
  python: string,
  failed: (why: string) => void,
): () => Promise<void> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(python, {
      // The program comes by standard input: in a binary it is no file.
      args: ["-", `${port}`],
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    failed(`there is no ${python}`);
    return () => Promise.resolve();
  }
  let isOver = false;
  const running = (async () => {
    const said = new Response(child.stderr).text();
    await new Blob([await read("./bot.py")]).stream().pipeTo(child.stdin)
      .catch(() => {}); // It has ended.
    const { code } = await child.status;
    const [last = ""] = (await said).trim().split("\n").slice(-1);
    if (!isOver) failed(last || `it has ended with ${code}`);
  })();
  return async () => {
    isOver = true;
    try {
      child.kill();
    } catch {
      // It has ended by itself.
    }
    await running;
  };
}
