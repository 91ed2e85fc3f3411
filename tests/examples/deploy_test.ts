// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client } from "@wirekit/hub/client";
import { NotConnectedError, RemoteError } from "@wirekit/hub/errors";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";

const README = new URL("examples/deploy/README.md", ROOT);

/** What the README says to run: the environment and the arguments of `deno`. */
async function command(): Promise<{ args: string[]; token: string }> {
  const readme = await Deno.readTextFile(README);
  const [, token = "", line = ""] =
    /^WIREKIT_TOKEN=(\S+) deno (serve .*)$/m.exec(readme) ?? [];
  return { args: line.split(" "), token };
}

/** A running instance of the app. */
interface Instance extends AsyncDisposable {
  program: Program;
  /** Where it is, without a scheme and a slash at the end. */
  host: string;
  token: string;
}

async function start(): Promise<Instance> {
  const { args: [serve = "", ...rest], token } = await command();
  const program = new Program(Deno.execPath(), {
    // Here another port, and this machine only.
    args: [serve, "--host=127.0.0.1", "--port=0", ...rest],
    cwd: ROOT,
    env: { WIREKIT_TOKEN: token, NO_COLOR: "1", DENO_NO_PROMPT: "1" },
  });
  const [, host = ""] = await program.says(/http:\/\/([\d.]+:\d+)\//);
  return {
    program,
    host,
    token,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

function client(name: string, { host, token }: Instance): Client {
  return new Client(name, { url: `ws://${host}/hub`, token });
}

Deno.test("The app for Deploy runs with the permissions that its README says", async () => {
  await using app = await start();
  const home = await fetch(`http://${app.host}/`);
  assertEquals(home.status, 200);
  assert((await home.text()).includes("/hub"));
  const missing = await fetch(`http://${app.host}/missing`);
  assertEquals(missing.status, 404);
  await missing.body?.cancel();
});

Deno.test("The app for Deploy lets clients of its hub call each other", async () => {
  await using app = await start();
  await using bot = client("bot", app);
  bot.route("greet", ({ name }: { name: string }) => `hello ${name}`);
  await bot.connect();
  await using me = client("me", app);
  await me.connect();
  const greeting = await me.request("bot", "greet", { name: "zoë" });
  assertEquals(greeting, "hello zoë");
});

Deno.test("The app for Deploy lets in nobody without the token", async () => {
  await using app = await start();
  await using stranger = new Client("stranger", {
    url: `ws://${app.host}/hub`,
  });
  await assertRejects(() => stranger.connect(), NotConnectedError);
});

Deno.test("The app for Deploy does not start without a token", async () => {
  const { args: [serve = "", ...rest] } = await command();
  await using program = new Program(Deno.execPath(), {
    args: [serve, "--host=127.0.0.1", "--port=0", ...rest],
    cwd: ROOT,
    env: { WIREKIT_TOKEN: "", NO_COLOR: "1" },
  });
  assertEquals((await program.ends()).success, false);
  assert(program.text.includes("Set WIREKIT_TOKEN"), program.text);
});

Deno.test("Two instances of the app for Deploy are two hubs", async () => {
  await using one = await start();
  await using other = await start();
  await using bot = client("bot", one);
  await bot.connect();
  await using namesake = client("bot", other);
  await namesake.connect();
  await using near = client("me", one);
  await near.connect();
  assert(await near.ping("bot"));
  await namesake.close();
  await using far = client("me", other);
  await far.connect();
  await assertRejects(() => far.request("bot", "greet"), RemoteError);
});

Deno.test("The app for Deploy ends cleanly when it is asked to", async () => {
  await using app = await start();
  await using bot = new Client("bot", {
    url: `ws://${app.host}/hub`,
    token: app.token,
    reconnect: false,
  });
  await bot.connect();
  const left = bot.waitFor("disconnect");
  assertEquals((await app.program.stop("SIGINT")).code, 0);
  await left;
});
