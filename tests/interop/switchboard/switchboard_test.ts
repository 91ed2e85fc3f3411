// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Real programs, without a library of ours, in one hub: winerp, wsrpc-aiohttp and
 * wsjsonrpc in Python; `@wsrpc/client`, `vscode-jsonrpc` and `rpc-websockets` of
 * npm; curl. Each calls each that can be asked.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { httpDoor, jsonRpcDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { Driver } from "../../_driver.ts";
import { PEERS_LOCK } from "../../_packages.ts";
import { installPython } from "../../_python.ts";

const python = await installPython(new URL("./", import.meta.url));
const fileOf = (name: string) => new URL(name, import.meta.url).pathname;

/** A program that takes part. */
interface Program extends AsyncDisposable {
  readonly kind: string;
  readonly name: string;
  ask(to: string, route: string, data: string): Promise<string>;
  inform?(data: string, to: string): Promise<unknown>;
  told?(): Promise<unknown>;
}

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
const ASKS_ONLY = new Set(["rpc-websockets", "curl"]);

function start(kind: string, port: number): Promise<Program> {
  const name = kind.replace(/\W/g, "-");
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
  await using server = await serve({
    port: 0,
    open: [httpDoor(), jsonRpcDoor(), wsrpcDoor()],
  });
  const { port } = server.addr;
  const kinds = Object.keys(KINDS);
  const programs = await Promise.all(kinds.map((kind) => start(kind, port)));
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
          const exact = [a, b].every(({ kind }) => KINDS[kind] !== "npm");
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
            a.kind === "winerp"
              ? /Destination not found/
              : /Nobody has the name/,
          );
          const told = b.told?.();
          await a.inform?.('{"on":true}', b.name);
          assertEquals(await told, { source: a.name, data: { on: true } });
        });
      }
    }
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
      const curl = programs.at(-1)!;
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
