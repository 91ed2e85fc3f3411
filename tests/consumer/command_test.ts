// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { WinerpProcess } from "../interop/winerp/_peer.ts";
import { MEMBERS, ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";
import { installPython } from "../_python.ts";
import { Consumer, publishAll } from "./_consumer.ts";

/** A command as the documentation shows it, on a line or in a sentence. */
const COMMAND_REGEXP =
  /deno (?:run|install) [^\n`"'#]*?jsr:@wirekit\/[^\n`"'#]*/g;

/** All commands that the pages and the module comments of the packages show. */
async function documented(): Promise<Set<string>> {
  const pages = [await Deno.readTextFile(new URL("README.md", ROOT))];
  for (const { files } of (await publishAll()).values()) {
    for (const bytes of files.values()) {
      pages.push(new TextDecoder().decode(bytes));
    }
  }
  const commands = pages.flatMap((page) => page.match(COMMAND_REGEXP) ?? []);
  return new Set(commands.map((command) => command.trim()));
}

/** Two of Python's clients talk through the hub that `program` runs. */
async function servesWinerp(program: Program): Promise<void> {
  const [, port = ""] = await program.says(/ws:\/\/127\.0\.0\.1:(\d+)/);
  await using python = new WinerpProcess();
  const alpha = await python.client("alpha", { port });
  const beta = await python.client("beta", { port });
  await beta.route("greet", "greet");
  const answer = await alpha.request("beta", "greet", { name: "zoë" });
  assertEquals(answer, "hello zoë");
}

Deno.test("Each documented command runs with its permissions and no more", async (t) => {
  await installPython(new URL("../interop/winerp/", import.meta.url));
  const commands = await documented();
  for (const { name, exports } of MEMBERS) {
    if (!("./cli" in exports)) continue;
    assert(
      [...commands].some((command) => command.includes(`jsr:${name}`)),
      `No page shows the command of ${name}`,
    );
  }
  for (const command of commands) {
    await t.step(command, async () => {
      await using consumer = await Consumer.arrive();
      const [program = "", ...args] = command.split(/ +/);
      if (args[0] === "install") {
        await consumer.deno(...args);
        const [, name = ""] = /jsr:@wirekit\/(\w+)/.exec(command) ?? [];
        return await runs(consumer, `${consumer.bin}/${name}`, []);
      }
      assertEquals(program, "deno");
      const entry = args.find((arg) => arg.startsWith("jsr:")) ?? "";
      await consumer.deno("cache", "--quiet", entry);
      await runs(consumer, Deno.execPath(), args);
    });
  }
});

for (const { name, exports } of MEMBERS) {
  if (!("./cli" in exports)) continue;
  Deno.test(`${name}, when it is run, is its command or says where that is`, async () => {
    await using consumer = await Consumer.arrive();
    const args = ["run", `jsr:${name}`, "--help"];
    const options = { ...consumer.options, args };
    await using program = new Program(Deno.execPath(), options);
    const { success } = await program.ends();
    const words = success ? "Usage: " : `its command is jsr:${name}/cli`;
    assert(program.text.includes(words), program.text);
  });
}

/** Runs a command, and ends it as a person would, by Ctrl-C. */
async function runs(
  { options }: Consumer,
  file: string,
  args: string[],
): Promise<void> {
  const isHub = /wirekit\/(hub|switchboard)|\/hub$/.test(
    [file, ...args].join(" "),
  );
  const asked = args.some((arg) => /^--(help|version)$/.test(arg));
  const serves = !asked && (isHub || args.includes("serve"));
  // The port may be taken on this machine, so another one is.
  const at = args.indexOf("--port");
  const rest = at < 0 ? args : args.toSpliced(at, 2);
  const all = serves ? [...rest, "--port", "0"] : args;
  await using program = new Program(file, { ...options, args: all });
  if (isHub && serves) await servesWinerp(program);
  else if (serves) await program.says(/:\/\//);
  // Others want to talk with something that is not there, and say so.
  const { code } = serves ? await program.stop() : await program.ends();
  assert(program.text !== "");
  assert(!/NotCapable|Requires \w+ access/.test(program.text), program.text);
  if (asked || serves) assertEquals(code, 0, program.text);
}
