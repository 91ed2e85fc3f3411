// Copyright 2026 the Wirekit authors. MIT license.

/** The blocks of `examples/cluster`, in their order, as a reader pastes them. */

import { assert, assertEquals } from "@std/assert";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";
import { freePort } from "../_port.ts";
import { Engine, natsProgram } from "./_servers.ts";

const EXAMPLE = new URL("examples/cluster/", ROOT);
const PATIENCE = 30_000;

/** A block that runs in a terminal of its own. */
class Terminal implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<unknown>;
  text = "";

  constructor(block: string, cwd: string) {
    // A group of its own, so that all that it starts ends with it.
    this.#child = new Deno.Command("setsid", {
      args: ["bash", "-c", block],
      cwd,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1", WIREKIT_TOKEN: "" },
    }).spawn();
    const { stdout, stderr } = this.#child;
    this.#done = Promise.all([this.#read(stdout), this.#read(stderr)]);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      this.text += part;
    }
  }

  /** Waits until it has said something that often. */
  async says(words: RegExp, times = 1): Promise<void> {
    const all = new RegExp(words, "g");
    const end = performance.now() + PATIENCE;
    while ([...this.text.matchAll(all)].length < times) {
      if (performance.now() > end) {
        throw new Error(`It has not said ${words}: ${this.text}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Deno.Command("kill", {
      args: ["-KILL", "--", `-${this.#child.pid}`],
      stderr: "null",
    }).output();
    await this.#child.status;
    await this.#done;
  }
}

Deno.test({
  name: "The example of three hubs works as it is written",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const page = await Deno.readTextFile(new URL("README.md", EXAMPLE));
    const port = freePort();
    const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(
      ([, text = ""]) =>
        text
          .replaceAll(/^( *)deno run/gm, `$1${Deno.execPath()} run`)
          .replaceAll(
            "jsr:@wirekit/hub",
            `--allow-read ${new URL("hub/cli.ts", ROOT).pathname}`,
          )
          .replaceAll("bot.ts", new URL("bot.ts", EXAMPLE).pathname)
          .replace("nats-server ", `${natsProgram()} --port ${port} `)
          .replace("nats://127.0.0.1", `nats://127.0.0.1:${port}`),
    );
    assertEquals(blocks.length, 4); // The last one is for Deploy.
    const folder = await Deno.makeTempDir();
    {
      const [engine, hubs, bots] = blocks as [string, string, string];
      await using server = new Terminal(engine, folder);
      await server.says(/Server is ready/);
      await using nodes = new Terminal(hubs, folder);
      await nodes.says(/listens on/, 3);
      await using calls = new Terminal(bots, folder);
      await calls.says(/hello zoë, from 13251/);
      await calls.says(/"label":"hub1"/);
      assert(/"name":"greeter","node":"hub1"/.test(calls.text), calls.text);
    }
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("The blocks of hub/cluster/README.md run, on one server", async () => {
  const page = await Deno.readTextFile(
    new URL("hub/cluster/README.md", ROOT),
  );
  const blocks = [...page.matchAll(/^```(sh|ts)\b[^\n]*\n(.*?)^```$/gms)];
  const [command = "", program = ""] = blocks.map(([, , text = ""]) => text);
  await using engine = await Engine.start(1);
  const [url = ""] = engine.urls;
  await using hub = new Program(Deno.execPath(), {
    args: [
      ...["run", "-A", new URL("hub/cli.ts", ROOT).pathname],
      ...command.trim().split(" ").slice(1)
        .map((word) => word.startsWith("nats://") ? url : word),
      "--port=0",
    ],
    env: { NO_COLOR: "1", WIREKIT_TOKEN: "" },
  });
  await hub.says(/listens on/);
  const file = await Deno.makeTempFile({ dir: ROOT.pathname, suffix: ".ts" });
  try {
    const here = program.replace("nats://10.0.0.1", url)
      .replace("{ backplane }", "{ backplane, port: 0 }");
    await Deno.writeTextFile(file, `${here}console.log(server.urls[0]);\n`);
    await using serving = new Program(Deno.execPath(), {
      args: ["run", "-A", "--quiet", file],
      cwd: ROOT,
    });
    await serving.says(/^ws:\/\/127/m);
  } finally {
    await Deno.remove(file);
  }
});
