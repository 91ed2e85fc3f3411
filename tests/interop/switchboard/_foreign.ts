// Copyright 2026 the Wirekit authors. MIT license.

/** Programs without a library of ours: packages of Python and npm, and curl. */

import { JsonSlice } from "@wirekit/hub";
import { Driver } from "../../_driver.ts";
import { PEERS_LOCK } from "../../_packages.ts";
import { pythonOf } from "../../_python.ts";
import { type Information, type Program, Told } from "./_program.ts";

const fileOf = (name: string) => new URL(name, import.meta.url).pathname;

/** Each kind, and what it runs on. */
export const FOREIGN: Record<string, "python" | "npm" | "curl"> = {
  winerp: "python",
  "wsrpc-aiohttp": "python",
  wsjsonrpc: "python",
  "@wsrpc/client": "npm",
  "vscode-jsonrpc": "npm",
  "rpc-websockets": "npm",
  "@modelcontextprotocol/sdk": "npm",
  curl: "curl",
};

/** Those that have no way to be asked. */
export const ASKS_ONLY: readonly string[] = [
  "rpc-websockets",
  "@modelcontextprotocol/sdk",
];

/** Starts one, which then has its name, if it can have one. */
export function startForeign(
  kind: string,
  port: number,
  name: string,
): Promise<Program> {
  const more = [kind, `${port}`, name];
  switch (FOREIGN[kind]) {
    case "curl":
      return new Curl(port, name).ready();
    case "python":
      return new Driven(kind, name, [
        pythonOf("switchboard"),
        fileOf("peer.py"),
        ...more,
      ]).ready();
    case "npm": {
      const run = ["run", "-A", "--quiet", PEERS_LOCK, fileOf("npm_peer.ts")];
      const isNameless = kind === "@modelcontextprotocol/sdk";
      const args = [Deno.execPath(), ...run, ...more];
      return new Driven(kind, isNameless ? "" : name, args).ready();
    }
    default:
      throw new Error(`There is no program ${kind}`);
  }
}

/** A program that is driven by lines of JSON. */
export class Driven implements Program {
  readonly driver: Driver;
  readonly isExact: boolean;
  readonly told?: () => Promise<Information>;
  readonly enter?: NonNullable<Program["enter"]>;

  constructor(readonly kind: string, readonly name: string, args: string[]) {
    this.driver = new Driver(args);
    this.isExact = FOREIGN[kind] === "python";
    if (ASKS_ONLY.includes(kind)) return;
    this.told = () => this.#told();
    this.enter = (name, tag) => this.#enter(name, tag);
  }

  async ready(): Promise<this> {
    await this.driver.event({ event: "ready" });
    return this;
  }

  ask(to: string, route: string, data: string): Promise<string> {
    return this.driver.text("ask", { to, route, data });
  }

  inform(data: string, to?: string): Promise<unknown> {
    return this.driver.text("inform", { data, to });
  }

  async #told(): Promise<Information> {
    const { source, data } = await this.driver.event({ event: "told" });
    return {
      source: source as string | null,
      data: JSON.parse(String(data)),
    };
  }

  async #enter(name: string, tag: string): Promise<AsyncDisposable> {
    await this.driver.do("enter", { name, tag });
    const leave = () => this.driver.do<void>("leave", { name });
    return { [Symbol.asyncDispose]: leave };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.driver.kill();
  }
}

const JSON_TYPE = ["-H", "content-type: application/json"];

/** A shell script: it asks by one curl each, and is asked while one reads events. */
class Curl implements Program {
  readonly kind = "curl";
  readonly isExact = true;
  readonly #told = new Told();
  readonly #running = new Set<Deno.ChildProcess>();
  #readers = new Map<string, Reader>();

  constructor(readonly port: number, readonly name: string) {}

  async ready(): Promise<this> {
    const reader = this.#read(this.name, this.name);
    await reader.ready;
    return this;
  }

  async ask(to: string, route: string, data: string): Promise<string> {
    const text = await this.#post(`call/${to}/${route}`, data);
    const error = /^\{"error":(\{.*\})\}$/s.exec(text)?.[1];
    if (error === undefined) return text;
    const { code, message } = JSON.parse(error);
    throw new Error(`${code} ${message}`);
  }

  inform(data: string, to?: string): Promise<unknown> {
    return this.#post(to === undefined ? "inform" : `inform/${to}`, data);
  }

  told(): Promise<Information> {
    return this.#told.next();
  }

  async enter(name: string, tag: string): Promise<AsyncDisposable> {
    const reader = this.#read(name, tag);
    // Over HTTP, nobody waits for a name: one is told so, and tries again.
    await Promise.race([reader.ready, reader.refused]);
    return { [Symbol.asyncDispose]: () => reader.end() };
  }

  #read(name: string, tag: string): Reader {
    const reader = new Reader(this.port, name, {
      told: (source, data) => this.#told.push(source, data),
      asked: (id, route, data) => void this.#answer(id, route, data, tag),
    });
    this.#readers.set(name, reader);
    return reader;
  }

  async #answer(id: string, route: string, data: string, tag: string) {
    if (route === "never") return;
    const result: Record<string, () => string> = {
      echo: () => data,
      give: () =>
        JsonSlice.of(new TextEncoder().encode(data)).members().get("v")!.text,
      who: () => JSON.stringify(tag),
    };
    const path = `answer/${id}`;
    if (result[route]) await this.#curl(path, result[route]());
    else if (route === "fail") await this.#curl(`${path}?error`, '"kaput"');
    else {
      const error = '{"code":-32601,"message":"Route not found"}';
      await this.#curl(`${path}?error`, error);
    }
  }

  #post(path: string, data: string): Promise<string> {
    const key = this.#readers.get(this.name)?.key;
    return this.#curl(`${path}?as=${key}`, data);
  }

  async #curl(path: string, data: string): Promise<string> {
    const url = `http://127.0.0.1:${this.port}/${path}`;
    const child = new Deno.Command("curl", {
      args: ["-sS", ...JSON_TYPE, "--data-binary", "@-", url],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#running.add(child);
    try {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(data));
      await writer.close();
      const { stdout, stderr, success } = await child.output();
      if (!success) throw new Error(new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout);
    } finally {
      this.#running.delete(child);
    }
  }

  /** All of its curls are killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running) child.kill("SIGKILL");
    const readers = [...this.#readers.values()];
    await Promise.all(readers.map((reader) => reader.end()));
  }
}

/** What comes by events. */
interface Events {
  asked(id: string, route: string, data: string): void;
  told(source: string | null, data: unknown): void;
}

/** One curl that reads events, and the next if its name is taken. */
class Reader {
  readonly #ready = Promise.withResolvers<void>();
  readonly #refused = Promise.withResolvers<void>();
  readonly #events: Events;
  readonly #done: Promise<void>;
  #child: Deno.ChildProcess | undefined;
  #isOver = false;
  /** By which it asks under its name. */
  key = "";

  constructor(port: number, name: string, events: Events) {
    this.#events = events;
    this.#done = this.#run(`http://127.0.0.1:${port}/events?name=${name}`);
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** That another has the name. */
  get refused(): Promise<void> {
    return this.#refused.promise;
  }

  async #run(url: string): Promise<void> {
    while (!this.#isOver) {
      const child = this.#child = new Deno.Command("curl", {
        args: ["-sSN", "-w", "%{http_code}", url],
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      let rest = "";
      for await (
        const part of child.stdout.pipeThrough(new TextDecoderStream())
      ) {
        const events = (rest + part).split("\n\n");
        rest = events.pop()!;
        for (const event of events) this.#take(event);
      }
      await child.status;
      if (rest.endsWith("409")) this.#refused.resolve();
      if (!this.#isOver) await new Promise((next) => setTimeout(next, 50));
    }
  }

  #take(event: string): void {
    const [, type, data = ""] = /^event: (\w+)\ndata: ([^\n]*)$/.exec(event) ??
      [];
    if (type === undefined) return; // A comment.
    const { id, key, source, route } = JSON.parse(data);
    const text = JsonSlice.of(new TextEncoder().encode(data)).members()
      .get("data")?.text ?? "null";
    if (type === "ready") {
      this.key = key;
      this.#ready.resolve();
    } else if (type === "request") this.#events.asked(id, route, text);
    else if (type === "information") {
      this.#events.told(source, JSON.parse(text));
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    try {
      this.#child?.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#done;
  }
}
