// Copyright 2026 the Wirekit authors. MIT license.

/** The chapter "Closed to strangers" of the hub's page, as a reader follows it. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, RemoteError } from "@wirekit/hub";
import config from "../../hub/deno.json" with { type: "json" };
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";

const CLI = new URL("hub/cli.ts", ROOT).pathname;

/** The code of a chapter, by language. */
async function codeOf(page: string, chapter: string): Promise<
  Record<string, string>
> {
  const text = await Deno.readTextFile(new URL(page, ROOT));
  const [, part = ""] = text.split(`\n## ${chapter}\n`);
  const [own = ""] = part.split("\n## ");
  return Object.fromEntries(
    [...own.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
      .map(([, language, code]) => [language!, code!]),
  );
}

Deno.test("The chapter on tokens and rules does what it says", async () => {
  const { json = "", sh = "" } = await codeOf(
    "hub/README.md",
    "Closed to strangers",
  );
  assertEquals(
    JSON.parse(json).$schema,
    `https://jsr.io/@wirekit/hub/${config.version}/hub.schema.json`,
  );
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/hub.json`, json);
  const lines = sh.trim().split("\n");
  assertEquals(lines.pop(), "hub serve --config hub.json");
  const define =
    `hub() { "${Deno.execPath()}" run -A --no-prompt "${CLI}" "$@"; }`;
  const tokens: string[] = [];
  for (const line of lines) {
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", `${define}\n${line}`],
      cwd: folder,
      env: { NO_COLOR: "1", WIREKIT_TOKEN: "" },
    }).output();
    const [out, err] = [stdout, stderr].map((text) =>
      new TextDecoder().decode(text)
    ) as [string, string];
    assertEquals(code, 0, `${line}\n${out}${err}`);
    if (line.startsWith("hub token")) tokens.push(out.trim());
    else assert(/^hub.json is fine: .*3 tokens, .*2 rules$/m.test(err), err);
  }
  const [shops, bank, zoe] = tokens as [string, string, string];
  {
    await using program = new Program(Deno.execPath(), {
      args: ["run", "-A", CLI, "serve", "--config", "hub.json", "--port=0"],
      cwd: folder,
      env: { NO_COLOR: "1", WIREKIT_TOKEN: "" },
    });
    await program.says(/It asks every client for a token, and knows 3/);
    const [url = ""] = /ws:\S+:\d+/.exec(program.text) ?? [];
    await using teller = new Client("bank", { url, token: bank });
    teller.route("pay", () => "paid");
    teller.route("open", () => "opened");
    await teller.connect();
    await using shop = new Client("shop-1", { url, token: shops });
    await shop.connect();
    assertEquals(await shop.request("bank", "pay", {}), "paid");
    await assertRejects(
      () => shop.request("bank", "open", {}),
      RemoteError,
      '"shop-1" may not ask "bank" for "open".',
    );
    const http = url.replace("ws:", "http:");
    const session = await fetch(`${http}/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: zoe }),
    });
    const { label, mayOperate } = await session.json();
    assertEquals([session.status, label, mayOperate], [200, "zoë", true]);
    await program.stop("SIGINT");
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("The image of examples/docker runs a hub, with the permissions that it has", async () => {
  const text = await Deno.readTextFile(
    new URL("examples/docker/Dockerfile", ROOT),
  );
  const [, list = "[]"] = /^ENTRYPOINT (\[.*\])$/m.exec(text) ?? [];
  const [deno, ...words] = JSON.parse(list) as string[];
  assertEquals(deno, "deno");
  const named = [...text.matchAll(/@wirekit\/hub@([\d.]+)(\/\w+)/g)]
    .map(([, version, entry]) => `${version}${entry}`);
  // What is loaded when it is needed is in the image too.
  assertEquals(
    named,
    ["/cli", "/nats", "/cli"].map((entry) => `${config.version}${entry}`),
  );
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/hub.json`,
    JSON.stringify({ tokens: "tokens.json", port: 0 }),
  );
  await Deno.writeTextFile(
    `${folder}/tokens.json`,
    JSON.stringify([{ label: "a", token: "secret", names: ["a"] }]),
  );
  const args = words
    .map((word) => word.replace(/^jsr:@wirekit\/hub@[\d.]+\/cli$/, CLI))
    .map((word) => word.replace("/etc/wirekit", folder))
    .filter((word) => word !== "--cached-only");
  {
    await using program = new Program(Deno.execPath(), {
      args: [...args, "--config", "hub.json"],
      cwd: folder,
      env: { NO_COLOR: "1", WIREKIT_TOKEN: "" },
    });
    await program.says(/It asks every client for a token, and knows 1/);
    const [, port = ""] = /ws:\/\/0\.0\.0\.0:(\d+)/.exec(program.text) ?? [];
    await using client = new Client("a", {
      url: `ws://127.0.0.1:${port}`,
      token: "secret",
    });
    await client.connect();
    await program.stop("SIGINT");
  }
  await Deno.remove(folder, { recursive: true });
});
