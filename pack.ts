// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Makes tarballs for npm, in dist/npm: `deno task pack`.
 *
 * `deno pack` 2.9.6 translates the files, but does not say what they need of
 * other packages of a workspace, and takes the commands along, which need Deno.
 * So what it makes is unpacked, completed and packed anew.
 */

import { parseArgs } from "@std/cli/parse-args";
import { factsOf, forPages, withWholeLinks } from "./release/npm.ts";

/** The files of an entry, by the condition under which it is asked for. */
interface Entry {
  browser?: Entry;
  types?: string;
  [condition: string]: string | Entry | undefined;
}

/** What npm reads of a package. */
interface Manifest {
  name: string;
  version: string;
  exports: Record<string, Entry>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional: true }>;
  engines?: Record<string, string>;
}

const IMPORT_REGEXP =
  /^ *(?:import|export|\}|\*\/ (?:import|export))[^"'`;]*? from "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm;
/** A file that is named at run time, which nobody else renames. */
const RESOLVE_REGEXP = /(\bimport\.meta\.resolve\("\.[^"]+)\.ts"/g;
const COMMENT_REGEXP = /^ *\/?\*(?!\/).*$/gm;

/** What the licence of the standard library asks of a copy. */
const STD_NOTICE = "// Copyright 2018-2026 the Deno authors. MIT license.\n";

/** The part of a main entry that runs the command. */
const COMMAND_REGEXP = /\nif \(import\.meta\.main\) \{.*$/s;

async function run(program: string, args: string[], cwd: URL): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
  }).output();
  if (success) return;
  for (const text of [stdout, stderr]) Deno.stderr.writeSync(text);
  throw new Error(`Cannot pack: ${program} ${args.join(" ")} has failed`);
}

/** The files of a folder and of those in it. */
async function* filesOf(home: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(home)) {
    const path = new URL(isDirectory ? `${name}/` : name, home);
    if (isDirectory) yield* filesOf(path);
    else yield path;
  }
}

/**
 * Puts a module of the standard library into a package, and names it there: npm
 * has no `@std`, and nobody should need a second registry.
 */
async function vendor(
  root: URL,
  home: URL,
  specifier: string,
  imports: Record<string, string>,
  importers: Iterable<string>,
): Promise<void> {
  const [scope, name, ...path] = specifier.split("/");
  const source = [imports[`${scope}/${name}`], ...path].join("/");
  const copy = new URL(`_std/${[name, ...path].join("_")}.js`, home);
  await run(Deno.execPath(), [
    "bundle",
    "--quiet",
    "--minify",
    "--platform",
    "browser",
    "--output",
    copy.pathname,
    source,
  ], root);
  const code = await Deno.readTextFile(copy);
  await Deno.writeTextFile(copy, STD_NOTICE + code);
  for (const importer of importers) {
    const text = await Deno.readTextFile(new URL(importer));
    const depth = importer.slice(home.href.length).split("/").length - 1;
    const target = `${"../".repeat(depth) || "./"}_std/${
      copy.pathname.split("/").at(-1)
    }`;
    const renamed = text.replaceAll(`"${specifier}"`, `"${target}"`);
    await Deno.writeTextFile(new URL(importer), renamed);
  }
}

/** The files that those exported need, and what else these import. */
async function needs(
  home: URL,
  manifest: Manifest,
): Promise<{ files: Set<string>; packages: Set<string>; std: Set<string> }> {
  const paths = (entry: Entry): string[] =>
    Object.values(entry).flatMap((each) =>
      typeof each === "string" ? [each] : each ? paths(each) : []
    );
  const entries = Object.values(manifest.exports).flatMap(paths);
  const files = new Set(entries.map((path) => new URL(path, home).href));
  const packages = new Set<string>();
  const std = new Set<string>();
  for (const file of files) {
    const text = await Deno.readTextFile(new URL(file));
    const code = text.replaceAll(COMMENT_REGEXP, "");
    for (const found of code.matchAll(IMPORT_REGEXP)) {
      const specifier = found.slice(1).find(Boolean) ?? "";
      if (specifier.startsWith(".")) {
        const { href } = new URL(specifier, file);
        files.add(href);
        // What a file of types names as `x.js` has its own types in `x.d.ts`.
        if (file.endsWith(".d.ts")) files.add(await typesOf(href));
      } else if (specifier.startsWith("@std/")) std.add(specifier);
      else packages.add(specifier.split("/", 2).join("/"));
    }
  }
  return { files, packages, std };
}

/** The types of a module; the module itself if it has none. */
async function typesOf(module: string): Promise<string> {
  const types = module.replace(/\.js$/, ".d.ts");
  const found = await Deno.stat(new URL(types)).catch(() => undefined);
  return found === undefined ? module : types;
}

/**
 * What only one entry needs: npm does not install it for those who do not use
 * that, and they install it themselves.
 */
const OPTIONAL_REGEXP =
  /^(@(modelcontextprotocol|msgpack|nats-io|opentelemetry)\/|mqtt$)/;

/**
 * Adds a main entry for pages, without the servers and sockets that no page has:
 * bundlers take it by the condition `browser`.
 */
async function addPages(home: URL, manifest: Manifest): Promise<void> {
  const main = manifest.exports["."];
  if (!main) return;
  const source = await Deno.readTextFile(new URL("mod.js", home));
  const fit = new Map<string, boolean>();
  for (const [, path = ""] of source.matchAll(/ from "(\.[^"]+)"/g)) {
    const text = await Deno.readTextFile(new URL(path, home));
    fit.set(path, text.includes("// This module is browser compatible."));
  }
  for (const end of [".js", ".d.ts"]) {
    const text = await Deno.readTextFile(new URL(`mod${end}`, home));
    const page = forPages(
      text,
      // What only types come from is no module here.
      (path) => fit.get(path) ?? end === ".d.ts",
    );
    await Deno.writeTextFile(new URL(`mod.browser${end}`, home), page);
  }
  const page = { types: "./mod.browser.d.ts", default: "./mod.browser.js" };
  manifest.exports["."] = { browser: page, ...main };
}

async function pack(
  root: URL,
  folder: string,
  output: URL,
  imports: Record<string, string>,
): Promise<void> {
  const home = new URL(`${folder}/package/`, output);
  await Deno.mkdir(home, { recursive: true });
  const made = new URL("../made.tgz", home);
  await run(Deno.execPath(), [
    "pack",
    "--quiet",
    "--allow-dirty",
    "--no-source-maps",
    "--output",
    made.pathname,
  ], new URL(`${folder}/`, root));
  await run("tar", ["-xzf", "made.tgz"], new URL("../", home));

  const file = new URL("package.json", home);
  const manifest: Manifest = JSON.parse(await Deno.readTextFile(file));
  delete manifest.exports["./cli"];
  delete manifest.exports["./command"];
  if (manifest.exports["."]) {
    const main = new URL("mod.js", home);
    const text = await Deno.readTextFile(main);
    await Deno.writeTextFile(main, text.replace(COMMAND_REGEXP, "\n"));
  }
  // What some files tell of the package, which does not come along.
  await Deno.writeTextFile(
    new URL("deno.json", home),
    `${JSON.stringify({ name: manifest.name, version: manifest.version })}\n`,
  );
  await addPages(home, manifest);
  const { files, packages, std } = await needs(home, manifest);
  for await (const path of filesOf(home)) {
    const code = /(\.(js|d\.ts)|\/deno\.json)$/.test(path.pathname);
    if (code && !files.has(path.href)) await Deno.remove(path);
  }
  for (const each of files) {
    const text = await Deno.readTextFile(new URL(each));
    const renamed = text.replaceAll(RESOLVE_REGEXP, '$1.js"');
    if (renamed !== text) await Deno.writeTextFile(new URL(each), renamed);
  }
  for (const each of std) await vendor(root, home, each, imports, files);
  const { dependencies = {} } = manifest;
  for (const name of packages) {
    if (name.startsWith("node:") || name in dependencies) continue;
    // All packages have one version.
    if (!name.startsWith("@wirekit/")) {
      throw new Error(`Cannot pack ${folder}: npm has no ${name}`);
    }
    dependencies[name] = `^${manifest.version}`;
  }
  for (const [name, version] of Object.entries(dependencies)) {
    if (!OPTIONAL_REGEXP.test(name)) continue;
    delete dependencies[name];
    (manifest.peerDependencies ??= {})[name] = version;
    (manifest.peerDependenciesMeta ??= {})[name] = { optional: true };
  }
  // A bundler leaves out each file of which a page uses nothing.
  const sideEffects = false;
  const engines = { node: ">=22" };
  const readme = await Deno.readTextFile(new URL(`${folder}/README.md`, root));
  Object.assign(manifest, factsOf(folder, readme), {
    dependencies,
    engines,
    sideEffects,
  });
  const json = JSON.stringify(manifest, undefined, 2);
  await Deno.writeTextFile(file, `${json}\n`);
  await Deno.writeTextFile(
    new URL("README.md", home),
    withWholeLinks(readme, folder, manifest.version),
  );
  await Deno.copyFile(new URL("LICENSE", root), new URL("LICENSE", home));

  const name = `wirekit-${folder}-${manifest.version}.tgz`;
  const tarball = new URL(name, output);
  await run("tar", ["-czf", tarball.pathname, "package"], new URL("../", home));
  await Deno.remove(new URL("../", home), { recursive: true });
  Deno.stdout.writeSync(new TextEncoder().encode(`${tarball.pathname}\n`));
}

const { output } = parseArgs(Deno.args, {
  string: ["output"],
  default: { output: "dist/npm" },
});
const root = new URL("./", import.meta.url);
const config = await Deno.readTextFile(new URL("deno.json", root));
const { workspace, imports }: {
  workspace: string[];
  imports: Record<string, string>;
} = JSON.parse(config);
for (const folder of workspace) {
  await pack(root, folder, new URL(`${output}/`, root), imports);
}
