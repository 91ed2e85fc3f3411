// Copyright 2026 the Wirekit authors. MIT license.

/** Our packages as people get them from npm: Node, Bun, Vite, and a page without any. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Server } from "@wirekit/wsrpc";
import { dirname } from "node:path";
import { PACKAGES, ROOT } from "../_packages.ts";
import { Terminal } from "../_program.ts";
import { Chromium } from "../browser/_chromium.ts";
import { install } from "./_npm.ts";
import { NpmRegistry } from "./_npm_registry.ts";

/** An empty folder of somebody who has Node 22, Bun and npm. */
class User implements AsyncDisposable {
  readonly folder: string = Deno.makeTempDirSync();
  readonly #env: Record<string, string>;

  constructor(registry: NpmRegistry, bin: string) {
    this.write(".npmrc", registry.settings);
    this.#env = { PATH: `${bin}:${Deno.env.get("PATH")}`, NO_COLOR: "1" };
  }

  write(file: string, text: string): void {
    Deno.writeTextFileSync(`${this.folder}/${file}`, text);
  }

  read(file: string): string {
    return Deno.readTextFileSync(`${this.folder}/${file}`);
  }

  /** Runs a block to its end; returns what it says. */
  async run(block: string): Promise<string> {
    const options = { cwd: this.folder, env: this.#env };
    await using terminal = new Terminal(block, options);
    const { code } = await terminal.ends();
    assertEquals(code, 0, `${block}: ${terminal.text}`);
    return terminal.text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function arrive(): Promise<AsyncDisposable & { user: User }> {
  const { folder, runtime } = await install();
  const registry = new NpmRegistry(folder);
  const user = new User(registry, dirname(runtime("node")));
  return {
    user,
    async [Symbol.asyncDispose]() {
      await user[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

/** A block of a page, by words in it. */
async function blockOf(page: string, words: string): Promise<string> {
  const text = await Deno.readTextFile(new URL(page, ROOT));
  const blocks = [...text.matchAll(/^```\w[^\n]*\n(.*?)^```$/gms)];
  const [, block] = blocks.find(([, block = ""]) => block.includes(words)) ??
    [];
  assert(block !== undefined, `${page} has no block with ${words}`);
  return block;
}

const TYPES: Record<string, string> = {
  js: "text/javascript",
  html: "text/html",
};

/** Shows a folder as a page, whose service is that of examples/page. */
async function shows(folder: string, words: string): Promise<string[]> {
  await using wsrpc = new Server<
    { add(_: { a: number; b: number }): number; greet(): string },
    { name(): string }
  >({
    allowedOrigins: ["*"],
    routes: {
      add: (_page, { a, b }) => a + b,
      greet: async (page) => `hello ${await page.call("name")}`,
    },
  });
  await using http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request, info) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/ws/") return wsrpc.fetch(request, info);
      const path = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
      const bytes = await Deno.readFile(folder + path).catch(() => undefined);
      if (!bytes) return new Response(path, { status: 404 });
      const type = TYPES[path.split(".").at(-1) ?? ""] ?? "text/plain";
      return new Response(bytes, { headers: { "content-type": type } });
    },
  );
  await using browser = await Chromium.start();
  const page = await browser.open(`http://127.0.0.1:${http.addr.port}/`);
  await page.says(words);
  assertEquals(page.complaints, []);
  return page.requests;
}

for (const { folder, name, version } of PACKAGES) {
  Deno.test(`${name} tells npm what it is, and its links are whole`, async () => {
    const { folder: home } = await install();
    const read = async (file: string) => {
      const path = new URL(`node_modules/${name}/${file}`, home);
      return await Deno.readTextFile(path);
    };
    const manifest = JSON.parse(await read("package.json"));
    assertMatch(manifest.description, /^[A-Z].{20,150}[^.]$/);
    assert(manifest.keywords.length > 3);
    assertEquals(manifest.license, "MIT");
    assertEquals(manifest.repository.directory, folder);
    assertMatch(manifest.bugs, /^https:/);
    const readme = await read("README.md");
    for (const [, link = ""] of readme.matchAll(/\]\(([^)\s]+)\)/g)) {
      assertMatch(link, /^(https?:|#)/, link);
      const [, path] = link.split(`/v${version}/`);
      // What it points to is in the repository.
      if (path !== undefined) {
        await Deno.stat(new URL(path.split("#")[0]!, ROOT));
      }
    }
  });
}

Deno.test("npm install brings a hub and a bot to Node 22 and Bun", async () => {
  await using arrival = await arrive();
  const { user } = arrival;
  await user.run(await blockOf("README.md", "npm install"));
  user.write(
    "bot.mjs",
    (await blockOf("README.md", 'new Client("greeter"'))
      // Node 22 does not have it yet.
      .replaceAll("await using", "const")
      .replace(/await me\.request\(.*?\)(?=;)/, "console.log($&)") +
      "await me.close();\nawait bot.close();\nawait hub.close();\n",
  );
  assertEquals((await user.run("node bot.mjs")).trim(), "hello zoë");
  assertEquals((await user.run("bun bot.mjs")).trim(), "hello zoë");
});

Deno.test("A page made by Vite has no code of Node, and calls its service", async () => {
  await using arrival = await arrive();
  const { user } = arrival;
  const page = "examples/page/README.md";
  user.write("api.ts", await blockOf(page, "export interface Service"));
  user.write("page.ts", await blockOf(page, '/// <reference lib="dom" />'));
  user.write(
    "index.html",
    (await blockOf(page, 'page.js"></script>')).replace("page.js", "page.ts"),
  );
  const said = await user.run(await blockOf(page, "vite build"));
  assert(!/warn|externalized|not exported/i.test(said), said);
  for await (const { name } of Deno.readDir(`${user.folder}/dist/assets`)) {
    const code = user.read(`dist/assets/${name}`);
    assert(
      !/["'`]node:(net|tls|http|fs)/.test(code),
      `${name} has code of Node`,
    );
  }
  await shows(`${user.folder}/dist`, "2 + 3 = 5, hello our page");
});

Deno.test("A page imports what npm installed, without any bundler", async () => {
  await using arrival = await arrive();
  const { user } = arrival;
  await user.run("npm install --silent @wirekit/wsrpc");
  const imports: Record<string, string> = {};
  for (const name of ["internal", "transport", "wsrpc"]) {
    const home = `node_modules/@wirekit/${name}`;
    const { exports } = JSON.parse(user.read(`${home}/package.json`));
    for (const [entry, to] of Object.entries(exports)) {
      const { browser, default: file } = to as {
        browser?: { default: string };
        default: string;
      };
      imports[`@wirekit/${name}${entry.slice(1)}`] = new URL(
        browser?.default ?? file,
        `file:///${home}/`,
      ).pathname;
    }
  }
  user.write(
    "index.html",
    `<!doctype html><link rel="icon" href="data:,"><body>
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
import { connect } from "@wirekit/wsrpc";
const service = await connect(\`ws://\${location.host}/ws/\`, {
  routes: { name: () => "plain page" },
});
document.body.append(await service.call("greet"));
</script></body>`,
  );
  const requests = await shows(user.folder, "hello plain page");
  // Nothing of it needs Node.
  assert(
    !requests.some((url) =>
      /\/(tcp|unix|serve|listen_websocket|_node)\.js$/.test(url)
    ),
    `${requests}`,
  );
});
