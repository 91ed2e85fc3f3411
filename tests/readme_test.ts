// Copyright 2026 the Wirekit authors. MIT license.

/** The commands that the pages show, typed into a shell as they stand. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { Client, serve } from "@wirekit/hub";
import { GatewaySimulator } from "@wirekit/openwebnet";
import { ROOT } from "./_packages.ts";
import { Program } from "./_program.ts";

const PATIENCE = 60_000;

/** The lines of a block of a shell on a page, by a line that is in it. */
async function linesOf(page: string, part: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(page, ROOT));
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gsm)];
  const [, block = ""] = blocks.find(([block]) => block.includes(part)) ?? [];
  // What begins `alias` is for jsr:, and `tests/consumer/command_test.ts` runs it.
  return block.split("\n").filter((line) => !/^(|alias .*)$/.test(line));
}

/** A shell in a folder of its own, in which the commands are those of here. */
class Shell implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();
  readonly #env: Record<string, string>;

  constructor(names: string[], env: Record<string, string>) {
    this.#env = env;
    for (const name of names) {
      const cli = new URL(`${name}/cli.ts`, ROOT).pathname;
      this.program(name, `run -A -q "${cli}" "$@"`);
    }
  }

  write(file: string, text: string): void {
    Deno.writeTextFileSync(`${this.folder}/${file}`, text);
  }

  /** Makes a program that runs Deno with these arguments. */
  program(name: string, args: string): void {
    this.write(name, `#!/bin/sh\nexec "${Deno.execPath()}" ${args}\n`);
    Deno.chmodSync(`${this.folder}/${name}`, 0o755);
  }

  /** Begins to run a line. */
  start(line: string): Program {
    return new Program("bash", {
      args: ["-c", line],
      cwd: this.folder,
      env: {
        // Another home, but not another cache.
        DENO_DIR: Deno.env.get("DENO_DIR") ??
          `${Deno.env.get("HOME")}/.cache/deno`,
        HOME: this.folder,
        PATH: `${this.folder}:${Deno.env.get("PATH")}`,
        NO_COLOR: "1",
        ...this.#env,
      },
    });
  }

  /** Runs a line to its end; returns what it says. */
  async run(line: string): Promise<string> {
    await using program = this.start(line);
    const { code } = await deadline(program.ends(), PATIENCE);
    assertEquals(code, 0, `${line}: ${program.text}`);
    return program.text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("hub/README.md: the commands for who has a hub run as they stand", async () => {
  await using server = await serve({ port: 0 });
  const [url] = server.urls;
  const { port } = new URL(url);
  await using shell = new Shell(["hub"], { WIREKIT_URL: url });
  const heard: unknown[] = [];
  await using bots = new AsyncDisposableStack();
  for (const name of ["some-bot", "another-bot"]) {
    const bot = bots.use(new Client(name, { url }));
    bot.route("greet", (data) => data);
    bot.addEventListener("information", ({ detail }) => {
      heard.push(detail.data);
    });
    await bot.connect();
  }
  shell.write("question.json", '{"name":"zoë"}');
  const seen: Record<string, string> = {};
  for (const line of await linesOf("hub/README.md", "hub inform")) {
    if (line.startsWith("hub listen")) {
      await using program = shell.start(line);
      await program.says(/Listening as dashboard/);
      await shell.run("hub inform hello dashboard");
      await program.says(/"data":"hello"/);
      continue;
    }
    seen[line] = await shell.run(line.replace("8080", port));
  }
  const text = Object.values(seen).join("");
  assertStringIncludes(text, '{"name":"zoë","id":123456789012345678}');
  assertStringIncludes(text, '{"name":"zoë"}\n');
  assertStringIncludes(text, "some-bot is connected");
  assertEquals(heard, [{ shop: "open" }, { shop: "open" }]);
  assertEquals(Object.keys(seen).length, 6);
});

Deno.test("hub/README.md: the commands that watch run as they stand", async () => {
  await using server = await serve({ port: 0 });
  const [url] = server.urls;
  await using shell = new Shell(["hub"], { WIREKIT_URL: url });
  await using bot = new Client("some-bot", { url });
  bot.route("greet", (data) => data);
  await bot.connect();
  await using asker = new Client("asker", { url });
  await asker.connect();
  const ask = () => asker.request("some-bot", "greet", { name: "zoë" });
  const record = (path: string, init?: RequestInit) =>
    fetch(new URL(path, url.replace("ws:", "http:")), init);
  await (await record("/api/record", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  })).body?.cancel();
  await ask();
  const lines = (await linesOf("hub/README.md", "hub top"))
    .map((line) => line.replace(/ +#.*/, ""));
  assertEquals(lines.length, 5);
  for (const line of lines) {
    if (/ (tail|watch)/.test(line)) {
      await using program = shell.start(line);
      await program.says(/^Watching/m);
      if (line.includes("tail")) await ask();
      else {
        await using guest = new Client("guest", { url });
        await guest.connect();
      }
      await program.says(/asker → some-bot greet|guest joined/);
      continue;
    }
    if (line.includes("replay")) {
      shell.write(
        "recording.jsonl",
        await (await record("/api/recording")).text(),
      );
    }
    assertStringIncludes(
      await shell.run(line),
      line.includes("replay") ? "Sent 2 requests: 2 answered" : "some-bot",
    );
  }
});

Deno.test("switchboard/README.md: assistants reach what the commands open", async () => {
  await using shell = new Shell(["switchboard"], {});
  const [serving = "", start = "", inspector = ""] = await linesOf(
    "switchboard/README.md",
    "--mcp 'home/*'",
  );
  await using hub = shell.start(`${serving} --port 0`);
  const [, port = ""] = await hub.says(/ws:\/\/127\.0\.0\.1:(\d+)/);
  // In place of the MCP Inspector, which tests/interop/switchboard runs, another
  // program that starts a server.
  const cli = new URL("jsonrpc/cli.ts", ROOT).pathname;
  shell.program("jsonrpc", `run -A -q "${cli}" "$@"`);
  const program = start.replace(/ +#.*/, "");
  const text = await shell.run(
    `echo 'home/light.on where=12' | jsonrpc inspect --mcp -- ` +
      `${program} --port ${port}`,
  );
  assertStringIncludes(text, "speaks MCP");
  assertStringIncludes(text, "\nnull\n");
  assertStringIncludes(inspector, "http://127.0.0.1:13254/mcp");
});

Deno.test("jsonrpc/README.md: the commands run as they stand", async () => {
  await using shell = new Shell(["jsonrpc"], {});
  shell.write("math.ts", "export const sum = (x: number, y: number) => x + y;");
  shell.write("numbers.json", "[1,-2]");
  // In place of clangd, a program that speaks as language servers do.
  shell.write(
    "lsp.ts",
    "export const initialize = ({ capabilities }) => ({ capabilities });",
  );
  const cli = new URL("jsonrpc/cli.ts", ROOT).pathname;
  shell.program("clangd", `run -A -q "${cli}" serve --stdio --lsp lsp.ts`);
  const [first = "", ...lines] = await linesOf("jsonrpc/README.md", "math.ts");
  await using server = shell.start(`${first.replace(/ +#.*/, "")} --port 0`);
  const [, port = ""] = await server.says(/ws:\/\/127\.0\.0\.1:(\d+)/);
  const seen: string[] = [];
  for (const line of lines) {
    seen.push(await shell.run(line.replace("8095", port)));
  }
  assertEquals(seen.slice(0, 3), ["-1\n", "-1\n", "-1\n"]);
  assertStringIncludes(seen[3]!, "sum");
  assertStringIncludes(seen[4]!, "capabilities");
  assertEquals(seen.length, 5);
});

Deno.test("openwebnet/README.md: the commands run as they stand, on the simulator", async () => {
  await using simulator = new GatewaySimulator({
    authentication: "open",
    plant: { travel: 60_000 },
  });
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    for await (const conn of listener) simulator.acceptStream(conn);
  })();
  const { port } = listener.addr as Deno.NetAddr;
  await using shell = new Shell(["openwebnet"], {
    OPENWEBNET_HOST: "127.0.0.1",
    OPENWEBNET_PASSWORD: "12345",
  });
  const seen: string[] = [];
  for (
    const line of await linesOf("openwebnet/README.md", "openwebnet press")
  ) {
    if (/^export /.test(line)) continue;
    if (/discover/.test(line)) continue; // It asks the network around.
    if (/monitor/.test(line)) {
      await using program = shell.start(`${line} --port ${port}`);
      // It says nothing until something happens.
      for (let i = 0; !/light.state/.test(program.text) && i < 30; i++) {
        const action = i % 2 === 0 ? "on" : "off";
        await shell.run(`openwebnet light ${action} 11 --port ${port}`);
      }
      await program.says(/"type":"light.state"/);
      continue;
    }
    if (/simulate/.test(line)) {
      await using program = shell.start(`${line} --port 0`);
      await program.says(/A gateway listens on .* sha256/);
      continue;
    }
    const needsPort = !/decode/.test(line);
    seen.push(await shell.run(needsPort ? `${line} --port ${port}` : line));
  }
  assertStringIncludes(seen.join(""), "21.5 °C");
  const sent = simulator.executed.join(" ");
  for (
    const frame of ["*1*1*12##", "*#1*21*#1*150", "*#2*31*#11", "*17*1*2##"]
  ) assertStringIncludes(sent, frame);
  const text = await Deno.readTextFile(new URL("openwebnet/README.md", ROOT));
  const [, home = ""] = /^```json\n(.*?)^```$/sm.exec(text) ?? [];
  shell.write(
    "home.json",
    home.replace('"192.168.1.35"', `"127.0.0.1", "port": ${port}`)
      .replace('"seconds": 22', '"seconds": 0.3'),
  );
  shell.write("home.password", "12345\n");
  await using atHome = new Shell(["openwebnet"], {});
  for (const file of ["home.json", "home.password"]) {
    await Deno.copyFile(`${shell.folder}/${file}`, `${atHome.folder}/${file}`);
  }
  const before = simulator.executed.length;
  const lines = await linesOf(
    "openwebnet/README.md",
    "openwebnet light on kitchen",
  );
  for (const line of lines) await atHome.run(line);
  const named = simulator.executed.slice(before).join(" ");
  assertStringIncludes(named, "*1*1*12##");
  assert(/\*2\*[12]\*31##/.test(named), named);
  listener.close();
  await accepting.catch(() => {});
});

Deno.test("examples/deploy/README.md: a hub with a certificate starts as it stands", async () => {
  await using shell = new Shell(["hub"], {});
  const keys = new URL("transport/testdata/", ROOT).pathname;
  await Deno.copyFile(`${keys}localhost.crt`, `${shell.folder}/chain.pem`);
  await Deno.copyFile(`${keys}localhost.key`, `${shell.folder}/key.pem`);
  const [line = ""] = await linesOf("examples/deploy/README.md", "chain.pem");
  // Not for other machines, and at any port.
  const here = `${line.replace("0.0.0.0", "127.0.0.1")} --port 0`;
  await using program = shell.start(here);
  await program.says(/listens on wss:\/\/127\.0\.0\.1:\d+/);
  await program.says(/asks every client for the token/);
});

Deno.test("transport/README.md: the contract is the interface", async () => {
  const page = await Deno.readTextFile(new URL("transport/README.md", ROOT));
  const [, shown = ""] =
    /```ts ignore\n(interface Transport.*?)```/s.exec(page) ?? [];
  const file = new URL("transport/transport.ts", ROOT);
  const source = (await Deno.readTextFile(file))
    .replaceAll(/^ *\/?\*.*\n/gm, "");
  const [, code = ""] = /export (interface Transport<.*?^})/ms.exec(source) ??
    [];
  const flat = (text: string) => text.replaceAll(/\s+/g, " ").trim();
  assertEquals(flat(shown), flat(code));
});
