// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { MEMBERS } from "../_packages.ts";
import { Program } from "../_program.ts";
import { install } from "./_npm.ts";
import { startServer } from "./_server.ts";

const SCENARIOS = new URL("./scenarios/", import.meta.url);

/** How each runtime runs a program. */
const RUNTIMES = [
  {
    command: "node",
    title: "Node 22",
    // It strips types, and says that this is new.
    args: ["--disable-warning=ExperimentalWarning"],
    says: /^ok on Node\.js\/22$/m,
  },
  { command: "bun", title: "Bun", args: ["run"], says: /^ok on Bun\/1\./m },
];

for (const { folder, name } of MEMBERS) {
  for (const { command, title, args, says } of RUNTIMES) {
    Deno.test(`${name} runs on ${title}, as an npm package`, async () => {
      const installation = await install();
      const programs = new URL("programs/scenarios/", installation.folder);
      await Deno.mkdir(programs, { recursive: true });
      for (const file of ["../_scenario.ts", `${folder}.ts`]) {
        await Deno.copyFile(new URL(file, SCENARIOS), new URL(file, programs));
      }
      await using server = startServer();
      await using program = new Program(installation.runtime(command), {
        args: [...args, new URL(`${folder}.ts`, programs).pathname, server.url],
      });
      await program.says(says);
      assertEquals((await program.ends()).code, 0);
    });
  }
}
