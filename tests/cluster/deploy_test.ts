// Copyright 2026 the Wirekit authors. MIT license.

/** Several `deno serve` processes that share an engine, as instances on Deploy. */

import { assertEquals } from "@std/assert";
import { Client } from "@wirekit/hub";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";
import { Engine } from "./_servers.ts";

const TOKEN = "s3cret";

/** Starts an instance with the permissions that the README says. */
async function start(engine: Engine) {
  const page = new URL("examples/cluster/README.md", ROOT);
  const [, line = ""] = /deno serve (.*deploy\.ts)$/m
    .exec(await Deno.readTextFile(page)) ?? [];
  const args = line.split(" ");
  args[args.length - 1] = new URL("examples/cluster/deploy.ts", ROOT).pathname;
  const program = new Program(Deno.execPath(), {
    args: ["serve", "--no-lock", "--host=127.0.0.1", "--port=0", ...args],
    cwd: ROOT,
    env: {
      NO_COLOR: "1",
      DENO_NO_PROMPT: "1",
      WIREKIT_TOKEN: TOKEN,
      NATS_URL: engine.urls.join(","),
    },
  });
  const [, host = ""] = await program.says(/http:\/\/([\d.]+:\d+)\//);
  return { program, host };
}

function client(name: string, host: string): Client {
  return new Client(name, {
    url: `ws://${host}`,
    token: TOKEN,
    reconnect: { minDelay: 50, maxDelay: 500 },
  });
}

Deno.test({
  name:
    "Instances of an app that share an engine are one hub; one that is stopped gives up its names",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using engine = await Engine.start(1);
    const instances = await Promise.all([1, 2, 3].map(() => start(engine)));
    await using stack = new AsyncDisposableStack();
    for (const { program } of instances) stack.use(program);
    const [one, two, three] = instances as [
      typeof instances[0] & object,
      typeof instances[0] & object,
      typeof instances[0] & object,
    ];
    await using bot = client("bot", one.host);
    bot.route("where", () => "one");
    await bot.connect();
    await using me = client("me", three.host);
    await me.connect();
    assertEquals(await me.request("bot", "where"), "one");

    // Deploy sends SIGINT; systemd, containers and `kill` send SIGTERM.
    for (
      const [ending, signal, next, where] of [
        [one, "SIGINT", two, "two"],
        [two, "SIGTERM", three, "three"],
      ] as const
    ) {
      const heir = stack.use(client("bot", next.host));
      heir.route("where", () => where);
      const held = heir.waitFor("hold", { timeout: 10_000 });
      const ready = heir.connect({ timeout: 30_000 });
      await held;
      const stopped = ending.program.stop(signal);
      await ready;
      await stopped;
      assertEquals(await me.request("bot", "where"), where);
    }
  },
});
