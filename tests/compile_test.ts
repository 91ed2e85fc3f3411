// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { MEMBERS, ROOT } from "./_packages.ts";
import { Program } from "./_program.ts";

/** Starts `deno task compile` with no more than the task allows. */
async function compile(
  args: string[],
  env: Record<string, string> = {},
): Promise<Program> {
  const root = await Deno.readTextFile(new URL("deno.json", ROOT));
  const { command }: { command: string } = JSON.parse(root).tasks.compile;
  const [deno, ...rest] = command.split(" ");
  assertEquals(deno, "deno");
  const { DENORT_BIN: _, ...inherited } = Deno.env.toObject();
  return new Program(Deno.execPath(), {
    args: [...rest, ...args],
    cwd: ROOT,
    clearEnv: true,
    env: { ...inherited, NO_COLOR: "1", DENO_NO_PROMPT: "1", ...env },
  });
}

const TREE_REGEXP = /^((?:│ | {2})*)[├└]─([─┬]) (\S+) \(/;

/** The files of the tree that `deno compile` prints, by path. */
function embedded(text: string): string[] {
  const files: string[] = [];
  const path: string[] = [];
  for (const line of text.split("\n")) {
    const [, indent, branch, name] = TREE_REGEXP.exec(line) ?? [];
    if (indent === undefined || name === undefined) continue;
    path.splice(indent.length / 2, Infinity, name);
    if (branch !== "┬") files.push(path.join("/"));
  }
  return files;
}

/** The name of a package of npm in its place in the binary. */
const NPM_REGEXP =
  /^\.deno_compile_node_modules\/localhost\/((?:@[^/]+\/)?[^/*]+)/;

/** Packages of npm, with all that they need. */
async function needed(names: readonly string[]): Promise<Set<string>> {
  const text = await Deno.readTextFile(new URL("deno.lock", ROOT));
  const { npm }: { npm: Record<string, { dependencies?: string[] }> } = JSON
    .parse(text);
  const found = new Set(names);
  const nameOf = (id: string) => id.replace(/(?<=.)@.*$/, "");
  for (const name of found) {
    for (const [id, { dependencies = [] }] of Object.entries(npm)) {
      if (nameOf(id) !== name) continue;
      for (const each of dependencies) found.add(nameOf(each));
    }
  }
  return found;
}

/** The packages of npm that ours import. */
async function named(): Promise<string[]> {
  const found: string[] = [];
  for (const { folder } of MEMBERS) {
    const text = await Deno.readTextFile(new URL(`${folder}/deno.json`, ROOT));
    const { imports = {} }: { imports?: Record<string, string> } = JSON
      .parse(text);
    for (const specifier of Object.values(imports)) {
      const [, name] = /^npm:((?:@[^/]+\/)?[^@/]+)/.exec(specifier) ?? [];
      if (name !== undefined) found.push(name);
    }
  }
  return found;
}

Deno.test("compile embeds the packages and what they import, and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  // Any program will do to see what would be put into it.
  const env = { DENORT_BIN: Deno.execPath() };
  await using program = await compile(["--output", folder], env);
  const { code } = await program.ends();
  await Deno.remove(folder, { recursive: true });
  // It is no denort, and that is seen.
  assertEquals(code, 1, program.text);
  assert(/wirekit was made, but does not start: /.test(program.text));

  const files = embedded(program.text);
  // The stand-ins of @std, in a checkout that cannot reach JSR, and what the
  // packages name in their own deno.json.
  const libraries = await needed(["deno-std", ...await named()]);
  assert(files.includes("mod.ts"), program.text);
  for (const { folder, exports } of MEMBERS) {
    if (!("./cli" in exports)) continue;
    assert(files.includes(`${folder}/cli.ts`), `${folder} is not embedded`);
  }
  for (const file of files) {
    const [first = ""] = file.split("/");
    const ours = MEMBERS.some(({ folder }) => folder === first);
    const known = file === "mod.ts" || ours ||
      file.startsWith("examples/switchboard/") ||
      ["links", ".deno_compile_node_modules"].includes(first);
    assert(known && !/_test|testdata|bench/.test(file), file);
    // What a command loads when it runs is there too.
    assert(files.some((file) => file.endsWith("mqtt/_npm_mqtt.ts")));
    if (first.startsWith(".deno")) {
      const [, name = ""] = NPM_REGEXP.exec(file) ?? [];
      assert(name === "" || libraries.has(name), file);
    }
  }
});

Deno.test("compile says what is missing where denort cannot be downloaded", async () => {
  await using cache = await temporaryFolder();
  // The packages of npm are there; what else is downloaded is not.
  const { npmCache } = JSON.parse(await output(["info", "--json"]));
  await Deno.symlink(npmCache, `${cache.path}/npm`);
  const nowhere = "http://127.0.0.1:1";
  await using program = await compile(["--output", cache.path], {
    DENO_DIR: cache.path,
    HTTPS_PROXY: nowhere,
    https_proxy: nowhere,
    NO_PROXY: "",
    no_proxy: "",
  });
  assertEquals((await program.ends()).code, 1);
  assert(
    /Cannot download denort [\d.]+ for \S+\. Set DENORT_BIN to that file\n$/
      .test(program.text),
    program.text,
  );
});

Deno.test("The binary may do all that the unit of systemd allows", async () => {
  const unit = await output(["run", "-A", "hub/cli.ts", "service"]);
  const made = await Deno.readTextFile(new URL("compile.ts", ROOT));
  const flags = [...unit.matchAll(/--allow-[\w-]+(?:=[\w,]+)?/g)]
    .map(([flag]) => flag);
  assert(flags.includes("--allow-sys=hostname,networkInterfaces"), unit);
  for (const flag of flags) {
    const [name, list = ""] = flag.split("=");
    const [, has] = new RegExp(`"${name}(?:=([\\w,]+))?"`).exec(made) ?? [];
    const lacks = list.split(",").filter((each) => !has?.includes(each));
    assert(made.includes(`"${name}`), flag);
    if (has !== undefined) assertEquals(lacks, [], flag);
  }
});

Deno.test("compile refuses what it does not know", async () => {
  const wrong: [string[], Record<string, string>, string][] = [
    [["--target", "mars"], {}, "There is no target mars. See --help"],
    [["--traget", "x"], {}, "There is no option --traget. See --help"],
    [["--all"], { DENORT_BIN: "x" }, "DENORT_BIN is for one target"],
  ];
  for (const [args, env, text] of wrong) {
    await using program = await compile(args, env);
    assertEquals((await program.ends()).code, 2);
    assert(program.text.includes(text), program.text);
  }
});

async function output(args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  return new TextDecoder().decode(stdout);
}

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
