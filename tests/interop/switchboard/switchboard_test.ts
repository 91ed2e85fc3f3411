// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Real programs, without a library of ours, in one hub: winerp, wsrpc-aiohttp and
 * wsjsonrpc in Python; `@wsrpc/client`, `vscode-jsonrpc` and `rpc-websockets` of
 * npm; curl. Each calls each that can be asked.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { Gateway, GatewaySimulator } from "@wirekit/openwebnet";
import { httpDoor, jsonRpcDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import { gatewayDoor } from "@wirekit/switchboard/openwebnet";
import { Driver } from "../../_driver.ts";
import { PEERS_LOCK } from "../../_packages.ts";
import { installPython } from "../../_python.ts";
import {
  assistant,
  ourJsonRpc,
  ourWinerp,
  ourWsrpc,
  Page,
  type Program,
} from "./_programs.ts";

const python = await installPython(new URL("./", import.meta.url));
const fileOf = (name: string) => new URL(name, import.meta.url).pathname;

class Driven implements Program {
  readonly #driver: Driver;

  constructor(readonly kind: string, readonly name: string, args: string[]) {
    this.#driver = new Driver(args);
  }

  async ready(): Promise<this> {
    await this.#driver.event({ event: "ready" });
    return this;
  }

  ask(to: string, route: string, data: string): Promise<string> {
    return this.#driver.text("ask", { to, route, data });
  }

  inform(data: string, to: string): Promise<unknown> {
    return this.#driver.text("inform", { data, to });
  }

  async told(): Promise<unknown> {
    const { source, data } = await this.#driver.event({ event: "told" });
    return { source, data: JSON.parse(String(data)) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#driver.kill();
  }
}

/** A shell script: it asks, and takes its name for as long as that takes. */
class Curl implements Program {
  readonly kind = "curl";

  constructor(readonly port: number, readonly name: string) {}

  async ask(to: string, route: string, data: string): Promise<string> {
    const text = await this.#run(`call/${to}/${route}`, data);
    const error = /^\{"error":(\{.*\})\}$/s.exec(text)?.[1];
    if (error === undefined) return text;
    const { code, message } = JSON.parse(error);
    throw new Error(`${code} ${message}`);
  }

  inform(data: string, to: string): Promise<unknown> {
    return this.#run(`inform/${to}`, data);
  }

  async #run(path: string, data: string): Promise<string> {
    const url = `http://127.0.0.1:${this.port}/${path}?name=${this.name}`;
    const type = "content-type: application/json";
    const { stdout } = await new Deno.Command("curl", {
      args: ["-sS", "-H", type, "--data-binary", data, url],
    }).output();
    return new TextDecoder().decode(stdout);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

const KINDS: Record<string, "python" | "npm" | "curl"> = {
  winerp: "python",
  "wsrpc-aiohttp": "python",
  wsjsonrpc: "python",
  "@wsrpc/client": "npm",
  "vscode-jsonrpc": "npm",
  "rpc-websockets": "npm",
  curl: "curl",
};

/** Those that have no way to be asked. */
const ASKS_ONLY = new Set([
  "rpc-websockets",
  "curl",
  "the official MCP client",
]);

/** Those that are in this process, or in a browser: JavaScript's numbers. */
const isScript = ({ kind }: Program) => !/^(curl|python)$/.test(KINDS[kind]!);

/** Those that can have a name, and wait for one. */
const HOLDERS = [
  "winerp",
  "wsrpc-aiohttp",
  "wsjsonrpc",
  "@wsrpc/client",
  "vscode-jsonrpc",
];

function start(
  kind: string,
  port: number,
  name = kind.replace(/\W/g, "-"),
): Promise<Program> {
  const more = [kind, `${port}`, name];
  switch (KINDS[kind]) {
    case "curl":
      return Promise.resolve(new Curl(port, name));
    case "python": {
      const args = [python, fileOf("peer.py"), ...more];
      return new Driven(kind, name, args).ready();
    }
    case "npm": {
      const run = ["run", "-A", "--quiet", PEERS_LOCK, fileOf("npm_peer.ts")];
      const args = [Deno.execPath(), ...run, ...more];
      return new Driven(kind, name, args).ready();
    }
    default:
      throw new Error(`There is no program ${kind}`);
  }
}

/** What no JavaScript number holds. */
const EXACT = '{"id":9223372036854775807,"one":1.5}';

const VALUES = [
  "{}",
  '{"a":null,"b":true,"c":"zoë \\u2028 😀","d":[1,[2]],"e":{"f":1.5}}',
];

Deno.test("Real programs of all protocols call each other by name", async (t) => {
  await using page = await Page.create();
  await using simulator = new GatewaySimulator();
  const home = new Gateway({ transport: () => simulator.connect() });
  await using server = await serve({
    port: 0,
    allowedOrigins: [page.origin],
    open: [
      httpDoor(),
      jsonRpcDoor(),
      wsrpcDoor(),
      gatewayDoor({ home }),
      mcpDoor({ allow: ["*"] }),
    ],
  });
  const { port } = server.addr;
  const kinds = Object.keys(KINDS);
  const programs = await Promise.all([
    ...kinds.map((kind) => start(kind, port)),
    ourWinerp(port, "our-winerp"),
    ourJsonRpc(port, "our-json-rpc"),
    ourWsrpc(port, "our-wsrpc"),
    page.enter(port, "page"),
    assistant(port),
  ]);
  try {
    for (const a of programs) {
      for (const b of programs) {
        if (a === b || ASKS_ONLY.has(b.kind)) continue;
        await t.step(`${a.kind} asks ${b.kind}`, async () => {
          for (const data of VALUES) {
            const answer = await a.ask(b.name, "echo", data);
            assertEquals(JSON.parse(answer), JSON.parse(data));
          }
          // Python and curl keep every digit, and JavaScript none of these.
          const exact = !isScript(a) && !isScript(b);
          if (exact) {
            const answer = await a.ask(b.name, "echo", EXACT);
            assertEquals(answer.replaceAll(" ", ""), EXACT);
          }
          const failure = await reasonOf(a.ask(b.name, "fail", "{}"));
          // wsjsonrpc does not tell what was thrown.
          const text = b.kind === "wsjsonrpc" ? /.+/ : /kaput/;
          assertMatch(failure, text);
          const nobody = await reasonOf(a.ask("nobody", "echo", "{}"));
          assertMatch(
            nobody,
            a.kind.endsWith("winerp")
              ? /Destination not found/
              : /Nobody has the name/,
          );
          const told = b.told?.();
          await a.inform?.('{"on":true}', b.name);
          const source = a.name === "" ? null : a.name;
          assertEquals(
            await told,
            b.kind === "our winerp" && source === null
              ? { source: "", data: { on: true } }
              : { source, data: { on: true } },
          );
        });
      }
    }
    await t.step("each asks a simulated home", async () => {
      for (const a of programs) {
        const where = '{"where":"12"}';
        assertEquals(await a.ask("home", "light.on", where), "null");
        const states = JSON.parse(await a.ask("home", "light.status", where));
        assertEquals(states, [{ where: "12", on: true }]);
        const bad = await reasonOf(a.ask("home", "light.on", "{}"));
        // wsjsonrpc knows its own texts of such codes.
        assertMatch(bad, /where has to be a string|Invalid params/);
        const missing = await reasonOf(a.ask("home", "nothing", "{}"));
        assertMatch(missing, /Route not found|Method not found/);
        await a.ask("home", "light.off", where);
      }
    });
    await t.step(
      "a name is given on, whoever had it and whoever waits",
      async () => {
        const { hub } = server;
        for (const kind of HOLDERS) {
          const next = HOLDERS[(HOLDERS.indexOf(kind) + 1) % HOLDERS.length]!;
          const name = `held-${kind.replace(/\W/g, "-")}`;
          const first = await start(kind, port, name);
          const waiting = start(next, port, name);
          const held = () =>
            [...hub.exchange.members].some((each) =>
              each.name === JSON.stringify(name) && each.held
            );
          while (!held()) {
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          const curl = programs.find(({ kind }) => kind === "curl")!;
          assertEquals(
            JSON.parse(await curl.ask(name, "echo", '{"n":1}')),
            { n: 1 },
          );
          await first[Symbol.asyncDispose]();
          const second = await waiting;
          while (held()) {
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          assertEquals(
            JSON.parse(await curl.ask(name, "echo", '{"n":2}')),
            { n: 2 },
          );
          await second[Symbol.asyncDispose]();
        }
      },
    );
    await t.step("who leaves while it waits leaves nothing open", async () => {
      const { exchange } = server.hub;
      for (const kind of Object.keys(KINDS)) {
        if (kind === "curl") continue;
        const leaving = await start(
          kind,
          port,
          `leaves-${kind.replace(/\W/g, "-")}`,
        );
        leaving.ask("our-winerp", "never", "{}").catch(() => {});
        while (exchange.openQuestions === 0) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        await leaving[Symbol.asyncDispose]();
        while (exchange.openQuestions > 0) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }
    });
    await t.step("an unknown route is an error everywhere", async () => {
      for (const b of programs) {
        // It makes a stock winerp client deaf, so it comes last.
        if (ASKS_ONLY.has(b.kind) || b.kind === "winerp") continue;
        for (const a of programs) {
          if (a === b) continue;
          const reason = await reasonOf(a.ask(b.name, "nothing", "{}"));
          assertMatch(reason, /./);
          if (a.kind === "curl") assertMatch(reason, /^-32601 /);
        }
      }
    });
    await t.step("who leaves ends what it was asked", async () => {
      const curl = programs.find(({ kind }) => kind === "curl")!;
      for (const b of programs) {
        if (ASKS_ONLY.has(b.kind)) continue;
        const reason = reasonOf(curl.ask(b.name, "never", "{}"));
        while (
          !server.hub.exchange.find(JSON.stringify(b.name))?.answering
        ) await new Promise((resolve) => setTimeout(resolve, 10));
        await b[Symbol.asyncDispose]();
        assertMatch(await reason, /^-32021 /);
      }
    });
  } finally {
    await Promise.all(programs.map((each) => each[Symbol.asyncDispose]()));
  }
});

async function reasonOf(call: Promise<string>): Promise<string> {
  return await call.then(
    (value) => {
      throw new Error(`It answered ${value}`);
    },
    (error: Error) => error.message,
  );
}
