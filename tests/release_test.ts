// Copyright 2026 the Wirekit authors. MIT license.

/** What a release does, as far as it can be done without releasing. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { strays, versionOf } from "../release/version.ts";
import { MEMBERS, ROOT } from "./_packages.ts";

const read = (file: string) => Deno.readTextFile(new URL(file, ROOT));

/** Runs a step; returns what it says. */
async function step(...args: string[]): Promise<[code: number, text: string]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "release", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return [code, text.decode(stdout) + text.decode(stderr)];
}

Deno.test("One file has the version, and all that name it name the same", async () => {
  const version = await versionOf();
  assertEquals(await strays(version), []);
  for (const member of MEMBERS) assertEquals(member.version, version);
  assert((await strays("9.9.9")).length > MEMBERS.length);
});

Deno.test("A release of another version is refused, and one that the changelog does not know", async () => {
  const version = await versionOf();
  assertEquals((await step("check", `v${version}`))[0], 0);
  const [code, text] = await step("check", "v9.9.9");
  assertEquals(code, 1);
  assertStringIncludes(text, `The tag is v9.9.9, and the version ${version}`);
  assertEquals((await step("nonsense"))[0], 2);
});

Deno.test("The notes of a release are its part of the changelog", async () => {
  assertEquals((await step("notes"))[0], 0);
  const notes = await read("dist/notes.md");
  assertStringIncludes(await read("CHANGELOG.md"), notes.trim());
  assert(!/^## /m.test(notes));
});

Deno.test("The workflow does each step of a release, and only those", async () => {
  const workflow = await read(".github/workflows/release.yml");
  const [, names = ""] = /Steps: (.*)/.exec((await step())[1]) ?? [];
  const used = workflow.matchAll(/run: deno task release (\w+)/g);
  assertEquals(
    [...used].map(([, name]) => name).sort(),
    names.split(", ").sort(),
  );
  // The one that .ci/run has.
  const [, wanted] = /deno@([\d.]+)/.exec(await read(".ci/run")) ?? [];
  for (const [, found] of workflow.matchAll(/deno-version: (\S+)/g)) {
    assertEquals(found, wanted);
  }
});
