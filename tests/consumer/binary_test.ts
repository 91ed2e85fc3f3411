// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { Client } from "@wirekit/hub/client";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";

const OPTIONS: Deno.CommandOptions = {
  cwd: ROOT,
  env: { NO_COLOR: "1", DENO_NO_PROMPT: "1" },
};

/** A hub over WebSocket and a Unix socket serves clients until Ctrl-C. */
async function servesClients(file: string, args: string[]): Promise<void> {
  const folder = await Deno.makeTempDir();
  const hub = ["hub", "--port", "0", "--unix", `${folder}/hub.sock`];
  const all = { ...OPTIONS, args: [...args, ...hub] };
  await using program = new Program(file, all);
  const [url, path] = await program.says(/ws:\/\/[\d.]+:\d+, (unix:\S+)/);
  for (const where of [url.split(",")[0] ?? "", path ?? ""]) {
    await using client = new Client("me", { url: where });
    await client.connect();
    assert(await client.ping());
  }
  assertEquals((await program.stop()).code, 0, program.text);
  await Deno.remove(folder, { recursive: true });
}

Deno.test("wirekit runs with the permissions that its binary has", async () => {
  const script = await Deno.readTextFile(new URL("compile.ts", ROOT));
  const permissions = script.match(/--allow-[^"\s]+/g) ?? [];
  assert(permissions.length > 0);
  await servesClients(Deno.execPath(), ["run", ...permissions, "mod.ts"]);
});

Deno.test("wirekit runs as a binary, where there is a denort", async () => {
  const folder = await Deno.makeTempDir();
  await using program = new Program(Deno.execPath(), {
    ...OPTIONS,
    args: ["task", "compile", "--output", folder],
  });
  const { success } = await program.ends();
  if (success) await servesClients(`${folder}/wirekit`, []);
  // Some machines do not reach the host that has it, and are told so.
  else assert(program.text.includes("Cannot download denort"), program.text);
  await Deno.remove(folder, { recursive: true });
});
