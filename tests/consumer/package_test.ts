// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { MEMBERS } from "../_packages.ts";
import { Consumer, publishAll } from "./_consumer.ts";

/** What a package of ours may bring along, besides its own files. */
const SHARED_REGEXP = /^(@wirekit\/transport|@std\/\w+)$/;

/** The entries that the table has, of each package that has them. */
const ENTRIES = [".", "./client", "./hub", "./websocket", "./message"];

/** What `deno info --json` says of an entry. */
interface Info {
  modules: { specifier: string; size?: number; error?: string }[];
}

/** What an entry downloads. */
interface Download {
  /** Which packages, by name, with the bytes of each. */
  bytes: Map<string, number>;
  /** How many modules of ours. */
  modules: number;
}

async function downloadOf(
  consumer: Consumer,
  entry: string,
): Promise<Download> {
  const { stdout } = await consumer.deno("info", "--json", `jsr:${entry}`);
  const bytes = new Map<string, number>();
  let modules = 0;
  for (const { specifier, size = 0, error } of info(stdout).modules) {
    assertEquals(error, undefined, specifier);
    const [, name] = /^http:\/\/[^/]+\/(@\w+\/\w+)\//.exec(specifier) ?? [];
    // The stand-ins of @std bring the npm package that they point to.
    if (!name) continue;
    bytes.set(name, (bytes.get(name) ?? 0) + size);
    if (name.startsWith("@wirekit/")) modules++;
  }
  return { bytes, modules };
}

/** What an entry weighs in a page: one file, minified, with gzip. */
async function weightOf(consumer: Consumer, entry: string): Promise<number> {
  await consumer.deno(
    "bundle",
    "--quiet",
    "--minify",
    "--platform=browser",
    "--output=bundle.js",
    `jsr:${entry}`,
  );
  const file = await Deno.readFile(`${consumer.folder}/bundle.js`);
  const stream = new Blob([file]).stream();
  const zipped = stream.pipeThrough(new CompressionStream("gzip"));
  return (await new Response(zipped).bytes()).length;
}

/** The program of ten lines. */
function programOf(folder: string): Promise<string> {
  const program = new URL(`./programs/${folder}.ts`, import.meta.url);
  return Deno.readTextFile(program);
}

/** What a program says that it needs. */
function permissionsOf(program: string): string[] {
  const [, flags = ""] = /^\/\/ deno run (.*)main\.ts$/m.exec(program) ?? [];
  return flags.split(" ").filter(Boolean);
}

function info(text: string): Info {
  return JSON.parse(text);
}

for (const { name, folder, version, exports } of MEMBERS) {
  Deno.test(`${name} is published with what a user needs, and nothing else`, async () => {
    const published = (await publishAll()).get(name);
    assert(published);
    assertEquals(published.version, version);
    assertEquals(published.exports, exports);
    for (const path of published.files.keys()) {
      assertMatch(path, /^\/(\w+\.ts|README\.md|LICENSE|deno\.json)$/);
      assert(!/_(test|bench)/.test(path), path);
    }
    for (const needed of ["README.md", "deno.json"]) {
      assert(published.files.has(`/${needed}`), `${name} has no ${needed}`);
    }
    for (const file of Object.values(exports)) {
      assert(published.files.has(file.slice(1)), file);
    }
  });

  Deno.test(`${name} downloads no other protocol`, async () => {
    await using consumer = await Consumer.arrive();
    for (const entry of Object.keys(exports)) {
      const { bytes } = await downloadOf(consumer, name + entry.slice(1));
      for (const other of bytes.keys()) {
        if (other !== name) assertMatch(other, SHARED_REGEXP, entry);
      }
    }
  });

  Deno.test(`${name} runs in a program of ten lines, in an empty folder`, async () => {
    await using consumer = await Consumer.arrive();
    const text = await programOf(folder);
    await Deno.writeTextFile(`${consumer.folder}/main.ts`, text);
    const needs = new Set(text.match(/@wirekit\/\w+/g));
    for (const other of needs) {
      if (other !== name) assertMatch(other, SHARED_REGEXP);
    }
    await consumer.deno("add", ...[...needs].map((other) => `jsr:${other}`));
    await consumer.deno("check", "main.ts");
    await consumer.deno("run", ...permissionsOf(text), "main.ts");
  });
}

Deno.test("A table says what each import weighs and needs", async () => {
  await using consumer = await Consumer.arrive();
  const rows = [
    "| import | modules | source | with its dependencies | minified, gzip | permissions of a small program |",
    "| --- | --: | --: | --: | --: | --- |",
  ];
  for (const { name, folder, exports } of MEMBERS) {
    const flags = permissionsOf(await programOf(folder)).join(" ") || "none";
    for (const key of ENTRIES) {
      if (!(key in exports)) continue;
      const entry = name + key.slice(1);
      const { bytes, modules } = await downloadOf(consumer, entry);
      const all = [...bytes.values()].reduce((sum, size) => sum + size);
      const weight = await weightOf(consumer, entry);
      const sizes = [bytes.get(name) ?? 0, all, weight].map(kilobytes);
      const cells = [modules, ...sizes, key === "." ? flags : ""];
      rows.push(`| \`${entry}\` | ${cells.join(" | ")} |`);
    }
  }
  Deno.stdout.writeSync(new TextEncoder().encode(`\n${rows.join("\n")}\n`));
});

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
