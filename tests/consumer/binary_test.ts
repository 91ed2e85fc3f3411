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

/** What `deno task compile` puts into the binary. */
async function permissions(): Promise<string[]> {
  const script = await Deno.readTextFile(new URL("compile.ts", ROOT));
  const found = script.match(/--allow-[^"\s]+/g) ?? [];
  assert(found.length > 0);
  return found;
}

Deno.test("wirekit runs with the permissions that its binary has", async () => {
  const args = ["run", ...await permissions(), "mod.ts"];
  await servesClients(Deno.execPath(), args);
});

/** Runs `wirekit` with the permissions of the binary to its end. */
async function wirekit(...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    ...OPTIONS,
    args: ["run", ...await permissions(), "mod.ts", ...args],
  }).output();
  return new TextDecoder().decode(stdout);
}

/** The examples of a help, and of the helps that it leads to. */
async function examplesOf(...path: string[]): Promise<string[]> {
  const help = await wirekit(...path, "--help");
  const [, shown = ""] = /Examples?:\n(.*)$/s.exec(help) ?? [];
  const [, table = ""] = /Commands:\n(.*?)\n\n/s.exec(help) ?? [];
  const names = [...table.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) =>
    name!
  );
  const inner = await Promise.all(
    names.filter((name) => name !== "completion")
      .map((name) => examplesOf(...path, name)),
  );
  const own = shown.trim().split("\n").map((line) => line.trim());
  return [...own, ...inner.flat()].filter((line) => line !== "");
}

Deno.test("Each example of each help runs with the permissions of the binary", async (t) => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/question.json`, '{"a":1}');
  await Deno.writeTextFile(`${folder}/numbers.json`, "[1,2]");
  const home = '{ "names": { "kitchen": { "light": "12" } } }';
  await Deno.writeTextFile(`${folder}/home.json`, home);
  await Deno.writeTextFile(`${folder}/hub.json`, '{ "tokens": "tokens.json" }');
  await Deno.writeTextFile(`${folder}/tokens.json`, "[]");
  await Deno.writeTextFile(`${folder}/recording.jsonl`, "");
  const ca = new URL("transport/testdata/ca.crt", ROOT);
  await Deno.copyFile(ca, `${folder}/ca.crt`);
  const math = "export const sum = (a: number, b: number) => a + b;";
  await Deno.writeTextFile(`${folder}/math.ts`, math);
  // What is watched has to be stopped. A gateway or a hub need not be there.
  const define = `wirekit() { timeout --preserve-status -s INT 10 ` +
    `"${Deno.execPath()}" run ${(await permissions()).join(" ")} ` +
    `"${new URL("mod.ts", ROOT).pathname}" "$@"; }`;
  const examples = new Set(await examplesOf());
  assert(examples.size > 30, [...examples].join("\n"));
  const queue = [...examples];
  const run = async () => {
    for (let line = queue.pop(); line !== undefined; line = queue.pop()) {
      const example = line;
      // Traffic stays on this machine, and no program is there by luck.
      const local = example
        .replaceAll(/\b(192\.168\.\d+\.\d+|0\.0\.0\.0)\b/g, "127.0.0.1")
        .replaceAll("wss://node.example", "ws://127.0.0.1:1")
        .replaceAll("https://hub.example.org", "http://127.0.0.1:1")
        .replace("-- clangd", "-- cat").replace(/ > .*$/, "");
      const { code, stdout, stderr } = await new Deno.Command("bash", {
        args: ["-c", `${define}\n${local}`],
        cwd: folder,
        env: { ...OPTIONS.env, OPENWEBNET_HOST: "127.0.0.1" },
        stdin: "null",
      }).output();
      const text = new TextDecoder().decode(stdout) +
        new TextDecoder().decode(stderr);
      await t.step({
        name: example,
        sanitizeOps: false,
        sanitizeResources: false,
        sanitizeExit: false,
        fn() {
          assert(
            !/This needs .* access|Requires|was not made/.test(text),
            text,
          );
          // What asks questions wants somebody to answer them.
          const asks = text.includes("run it in a terminal");
          assert(code !== 2 || asks, text);
        },
      });
    }
  };
  await Promise.all([run(), run(), run()]);
  await Deno.remove(folder, { recursive: true });
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
