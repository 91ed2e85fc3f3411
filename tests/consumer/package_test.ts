// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { PACKAGES } from "../_packages.ts";
import { Consumer, publishAll } from "./_consumer.ts";

/** What a package of ours may bring along, besides its own files. */
const SHARED_REGEXP = /^(@wirekit\/(internal|transport)|@std\/\w+)$/;

/** What else an entry of a package above the protocols may download. */
const ABOVE: Record<string, (entry: string) => string[]> = {
  "@wirekit/switchboard": (entry) =>
    [".", "./cli", "./openwebnet"].includes(entry)
      ? ["@wirekit/hub", "@wirekit/openwebnet"]
      : ["@wirekit/hub"],
};

/** What a protocol should weigh at most, dependencies included, in kB. */
const GOAL = 60;

/**
 * What is in the table, and what it may weigh with its dependencies, in kB: as
 * code without comments, and in a page, minified and gzipped. That is what was
 * measured and a hundredth more: a mend has room, and nobody adds a feature
 * without noticing.
 */
const CEILINGS: Record<string, [code: number, zipped: number]> = {
  "@wirekit/transport": [291.7, 38.4],
  "@wirekit/transport/websocket": [142, 6.9],
  "@wirekit/transport/accept-websocket": [48.3, 5],
  "@wirekit/transport/tcp": [144.1, 13.4],
  "@wirekit/hub": [819.9, 108.6],
  "@wirekit/hub/client": [315.6, 16.7],
  "@wirekit/hub/mini": [69.9, 6.1],
  "@wirekit/hub/hub": [514.5, 69.5],
  "@wirekit/openwebnet": [559.8, 74.5],
  "@wirekit/openwebnet/tcp": [332, 30.2],
  "@wirekit/openwebnet/message": [71, 1.8],
  "@wirekit/wsrpc": [356.7, 45.1],
  "@wirekit/wsrpc/client": [299.8, 13.7],
  "@wirekit/wsrpc/mini": [66.9, 6.2],
  "@wirekit/wsrpc/server": [142.6, 16.5],
  "@wirekit/wsrpc/peer": [73.1, 7.8],
  "@wirekit/switchboard": [1151.7, 132.1],
  "@wirekit/jsonrpc": [475.6, 57.5],
  "@wirekit/jsonrpc/fetch-handler": [217, 24.6],
  "@wirekit/jsonrpc/mini": [83.3, 5.8],
  "@wirekit/jsonrpc/client": [380.4, 17.8],
};

/** The entries that need a package of npm, and which. */
const NPM: Record<string, string> = {
  "@wirekit/hub/nats": "@nats-io/",
  "@wirekit/jsonrpc/msgpack": "@msgpack/msgpack",
  "@wirekit/jsonrpc/tracing": "@opentelemetry/api",
  "@wirekit/openwebnet/cli": "@rgrove/parse-xml",
  "@wirekit/openwebnet/discovery": "@rgrove/parse-xml",
  "@wirekit/openwebnet/mqtt": "mqtt",
  "@wirekit/switchboard/mcp": "@modelcontextprotocol/sdk",
};

/** What `deno info --json` says of an entry. */
interface Info {
  modules: {
    specifier: string;
    size?: number;
    error?: string;
    dependencies?: { code?: unknown; type?: unknown }[];
  }[];
}

/** What an entry downloads. */
interface Download {
  /** Which packages, by name, with the bytes of each. */
  bytes: Map<string, number>;
  /** How many of all these bytes are no comments. */
  code: number;
  /** How many modules of ours. */
  modules: number;
  /** Those of a command, by path. */
  commands: string[];
  /** Packages of npm that modules of ours name. */
  npm: Set<string>;
}

const MODULE_REGEXP = /^http:\/\/[^/]+\/(@\w+\/\w+)\/[^/]+(\/.+)$/;

/** Files that make a command, or a page that only a command serves. */
const COMMAND_REGEXP = /^\/(cli|page|command|_commands?\w*)(\/.*)?\.ts$/;

/** Comments as this repository writes them: on lines of their own. */
const COMMENT_REGEXP = /^[ \t]*(?:\/\*.*?\*\/|\/\/[^\n]*)[ \t]*\n/gms;

async function downloadOf(
  consumer: Consumer,
  entry: string,
): Promise<Download> {
  const published = await publishAll();
  const { stdout } = await consumer.deno("info", "--json", `jsr:${entry}`);
  const bytes = new Map<string, number>();
  let [code, modules] = [0, 0];
  const commands: string[] = [];
  const npm = new Set<string>();
  for (
    const { specifier, size = 0, error, dependencies = [] } of info(stdout)
      .modules
  ) {
    assertEquals(error, undefined, specifier);
    const [, name, path = ""] = MODULE_REGEXP.exec(specifier) ?? [];
    // The stand-ins of @std bring the npm package that they point to.
    if (!name) continue;
    bytes.set(name, (bytes.get(name) ?? 0) + size);
    if (name.startsWith("@wirekit/")) modules++;
    if (COMMAND_REGEXP.test(path)) commands.push(name + path);
    const text = new TextDecoder().decode(published.get(name)?.files.get(path));
    code += new TextEncoder().encode(text.replace(COMMENT_REGEXP, "")).length;
    if (!name.startsWith("@wirekit/")) continue;
    for (const { code, type } of dependencies) {
      for (const { specifier = "" } of [code, type].map(Object)) {
        const [, found] = /^npm:\/?((?:@[^/]+\/)?[^/@]+)/.exec(specifier) ?? [];
        if (found) npm.add(found);
      }
    }
  }
  return { bytes, code, modules, commands, npm };
}

/** What an entry weighs in a page: one file, minified, without and with gzip. */
async function weightOf(
  consumer: Consumer,
  entry: string,
): Promise<[number, number]> {
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
  return [file.length, (await new Response(zipped).bytes()).length];
}

/** The packages of npm that a command downloads when it is run. */
async function npmOfCommand(entry: string): Promise<Set<string>> {
  await using consumer = await Consumer.arrive();
  await consumer.deno("run", "--allow-all", `jsr:${entry}`, "--version");
  const { npmCache } = JSON.parse(
    (await consumer.deno("info", "--json")).stdout,
  );
  const found = new Set<string>();
  for await (const name of packagesIn(npmCache)) found.add(name);
  // What the stand-ins of @std point to.
  found.delete("deno-std");
  return found;
}

/** The packages in a cache, which has a folder for each registry. */
async function* packagesIn(cache: string): AsyncGenerator<string> {
  for (const registry of Deno.readDirSync(cache)) {
    if (!registry.isDirectory) continue;
    const home = `${cache}/${registry.name}`;
    for await (const { name } of Deno.readDir(home)) {
      if (!name.startsWith("@")) yield name;
      else {
        for await (const each of Deno.readDir(`${home}/${name}`)) {
          yield `${name}/${each.name}`;
        }
      }
    }
  }
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

for (const { name, folder, version, exports } of PACKAGES) {
  Deno.test(`${name} is published with what a user needs, and nothing else`, async () => {
    const published = (await publishAll()).get(name);
    assert(published);
    assertEquals(published.version, version);
    assertEquals(published.exports, exports);
    for (const path of published.files.keys()) {
      assertMatch(
        path,
        /^\/([\w/]+\.ts|\w+\.schema\.json|README\.md|LICENSE|deno\.json)$/,
      );
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
        if (other === name || ABOVE[name]?.(entry).includes(other)) continue;
        assertMatch(other, SHARED_REGEXP, entry);
      }
    }
  });

  Deno.test(`${name} downloads nothing from npm but for who needs it`, async () => {
    await using consumer = await Consumer.arrive();
    for (const key of Object.keys(exports)) {
      const entry = name + key.slice(1);
      const npm = key === "./cli"
        ? await npmOfCommand(entry)
        : (await downloadOf(consumer, entry)).npm;
      for (const each of npm) {
        assert(each.startsWith(NPM[entry] ?? "none"), `${entry}: ${each}`);
      }
      assertEquals(npm.size > 0, entry in NPM, entry);
    }
  });

  Deno.test(`${name} downloads no command for a program that imports it`, async () => {
    await using consumer = await Consumer.arrive();
    assertEquals((await downloadOf(consumer, name)).commands, []);
  });

  Deno.test(`${name} runs in a program of ten lines, in an empty folder`, async () => {
    await using consumer = await Consumer.arrive();
    const text = await programOf(folder);
    await Deno.writeTextFile(`${consumer.folder}/main.ts`, text);
    assertEquals(text.match(/from "[^"]+"/g), [`from "${name}"`]);
    await consumer.deno("add", `jsr:${name}`);
    await consumer.deno("check", "main.ts");
    await consumer.deno("run", ...permissionsOf(text), "main.ts");
  });
}

Deno.test("A table says what each import weighs and needs, and none has grown", async () => {
  await using consumer = await Consumer.arrive();
  const rows = [
    `| import | modules | source | with its dependencies | without comments | ÷ ${GOAL} kB | minified | and gzip | permissions of a small program |`,
    "| --- | --: | --: | --: | --: | --: | --: | --: | --- |",
  ];
  const grown: string[] = [];
  for (const { name, folder, exports } of PACKAGES) {
    assert(name in CEILINGS, name);
    const flags = permissionsOf(await programOf(folder)).join(" ") || "none";
    for (const key of Object.keys(exports)) {
      const entry = name + key.slice(1);
      const [mostCode, mostZipped] = CEILINGS[entry] ?? [];
      if (mostCode === undefined || mostZipped === undefined) continue;
      const { bytes, code, modules } = await downloadOf(consumer, entry);
      const all = [...bytes.values()].reduce((sum, size) => sum + size);
      const [minified, zipped] = await weightOf(consumer, entry);
      const sizes = [bytes.get(name) ?? 0, all, code].map(kilobytes);
      const cells = [
        ...[modules, ...sizes, (code / 1000 / GOAL).toFixed(1)],
        ...[minified, zipped].map(kilobytes),
        key === "." ? flags : "",
      ];
      rows.push(`| \`${entry}\` | ${cells.join(" | ")} |`);
      if (code > mostCode * 1000) grown.push(`${entry}: ${code} of code`);
      if (zipped > mostZipped * 1000) grown.push(`${entry}: ${zipped} zipped`);
    }
  }
  Deno.stdout.writeSync(new TextEncoder().encode(`\n${rows.join("\n")}\n`));
  assertEquals(grown, []);
});

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
