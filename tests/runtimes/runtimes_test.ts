// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { PACKAGES, ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";
import { install } from "./_npm.ts";
import { startServer } from "./_server.ts";

const SCENARIOS = new URL("./scenarios/", import.meta.url);

/** How each runtime runs a program. */
const RUNTIMES = [
  {
    command: "node",
    title: "Node 22, as an npm package",
    // It strips types, and says that this is new.
    args: ["--disable-warning=ExperimentalWarning"],
    says: /^ok on Node\.js\/22$/m,
  },
  {
    command: "bun",
    title: "Bun, as an npm package",
    args: ["run"],
    says: /^ok on Bun\/1\./m,
  },
  {
    command: "deno",
    title: "the Deno that Deploy has",
    args: ["run", "--no-lock", "--no-prompt", "--allow-net"],
    says: /^ok on Deno\/2\.5\.0$/m,
  },
];

async function copyScenarios(folder: URL): Promise<URL> {
  await Deno.mkdir(folder, { recursive: true });
  for await (const { name } of Deno.readDir(SCENARIOS)) {
    await Deno.copyFile(new URL(name, SCENARIOS), new URL(name, folder));
  }
  const shared = "../_scenario.ts";
  await Deno.copyFile(new URL(shared, SCENARIOS), new URL(shared, folder));
  return folder;
}

for (const { folder, name } of PACKAGES) {
  for (const { command, title, args, says } of RUNTIMES) {
    Deno.test(`${name} runs on ${title}`, async () => {
      const { folder: home, runtime } = await install();
      // Deno takes the packages from the workspace, the others from npm.
      const scenarios = command === "deno"
        ? SCENARIOS
        : await copyScenarios(new URL("programs/scenarios/", home));
      await using server = startServer();
      await using program = new Program(runtime(command), {
        args: [
          ...args,
          new URL(`${folder}.ts`, scenarios).pathname,
          server.url,
        ],
        cwd: ROOT,
      });
      await program.says(says);
      assertEquals((await program.ends()).code, 0);
    });
  }
}
