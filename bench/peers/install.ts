// Copyright 2026 the Wirekit authors. MIT license.

/** Installs the foreign programs into .cache/, each once. */

import { installNats } from "../../tests/_nats.ts";
import { NotHereError } from "../../tests/_not_here.ts";
import { pythonOf } from "../../tests/_python.ts";

const CACHE = new URL("../../.cache/bench/", import.meta.url);
const HERE = new URL("./", import.meta.url);

async function run(
  program: string,
  args: string[],
  cwd?: URL,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    ...(cwd && { cwd }),
  }).output();
  const text = new TextDecoder();
  if (!success) {
    throw new Error(`Cannot run ${program}: ${text.decode(stderr).trim()}`);
  }
  return text.decode(stdout).trim();
}

async function exists(file: URL): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}

async function installNpmOnce(): Promise<void> {
  const home = new URL("npm/", CACHE);
  const stamp = new URL("stamp.json", home);
  const wanted = await Deno.readTextFile(new URL("npm.json", HERE));
  if (await Deno.readTextFile(stamp).catch(() => "") === wanted) return;
  await Deno.mkdir(home, { recursive: true });
  await Deno.writeTextFile(new URL("package.json", home), wanted);
  await run("npm", ["install", "--no-audit", "--no-fund", "--silent"], home);
  await Deno.writeTextFile(stamp, wanted);
}

let npm: Promise<void> | undefined;

/**
 * Installs what comes from npm.
 *
 * @returns Resolves when it is there.
 */
export function installNpm(): Promise<void> {
  return npm ??= installNpmOnce();
}

/** Which Debian packages a program is made of. */
const DEBIAN: Record<string, string[]> = {
  "usr/sbin/nats-server": ["nats-server"],
  "usr/bin/redis-server": [
    "redis-server",
    "redis-tools",
    "libatomic1",
    "libjemalloc2",
    "liblua5.1-0",
    "liblzf1",
    "lua-bitop",
    "lua-cjson",
  ],
};

/** A server that is a program of its own. */
export interface ServerProgram {
  /** Its path. */
  path: string;
  /** What it needs to find its libraries. */
  env: Record<string, string>;
}

/** The servers that were asked for, by name. */
const servers = new Map<string, ServerProgram>();

/**
 * Fetches the server of Redis from Debian, without installing it.
 *
 * @returns The server.
 */
export async function installRedisServer(): Promise<ServerProgram> {
  const program = await installDebian("usr/bin/redis-server");
  servers.set("redis-server", program);
  return program;
}

/**
 * Makes the newest server of NATS; without Go, fetches that of Debian.
 *
 * @returns The server.
 */
export async function installNatsServer(): Promise<ServerProgram> {
  const program = await installNats().then(
    (path) => ({ path, env: {} }),
    (error) => {
      if (error instanceof NotHereError) {
        return installDebian("usr/sbin/nats-server");
      }
      throw error;
    },
  );
  servers.set("nats-server", program);
  return program;
}

/** Unpacks a program of Debian beside the system, by where it is in its package. */
async function installDebian(file: string): Promise<ServerProgram> {
  const root = new URL("debian/", CACHE);
  const program = new URL(file, root);
  if (!await exists(program)) {
    await Deno.mkdir(root, { recursive: true });
    await run("apt-get", ["download", "-q", ...DEBIAN[file]!], root);
    for await (const { name } of Deno.readDir(root)) {
      if (name.endsWith(".deb")) await run("dpkg", ["-x", name, "."], root);
    }
  }
  const libraries = new URL("usr/lib/x86_64-linux-gnu", root).pathname;
  return { path: program.pathname, env: { LD_LIBRARY_PATH: libraries } };
}

/** How the programs in native/ are built, each from its folder. */
const NATIVE = {
  go: (into: string) => ["go", "build", "-o", into, "."],
  rust: (into: string) => [
    ..."cargo build --release --quiet --target-dir".split(" "),
    into,
  ],
};

/** A language of which there is a native program. */
export type Native = keyof typeof NATIVE;

/**
 * Builds a program of `native/`, where its compiler is.
 *
 * @param language Which.
 * @returns Its path; `undefined` without a compiler.
 */
export async function buildNative(
  language: Native,
): Promise<string | undefined> {
  const out = new URL(`native/${language}/`, CACHE);
  const [compiler, ...args] = NATIVE[language](out.pathname);
  try {
    await run(compiler!, [language === "go" ? "version" : "--version"]);
  } catch {
    return undefined;
  }
  await Deno.mkdir(out, { recursive: true });
  await run(compiler!, args, new URL(`native/${language}/`, HERE));
  const file = language === "go" ? "bench" : "release/wirekit-bench";
  return new URL(file, out).pathname;
}

/**
 * Which foreign programs there are.
 *
 * @returns Their versions, of those that are installed.
 */
export async function versions(): Promise<string> {
  const found: string[] = [];
  for (const [compiler, flag] of [["go", "version"], ["rustc", "--version"]]) {
    const line = await run(compiler!, [flag!]).catch(() => "");
    const version = /\d+\.\d+\.\d+/.exec(line)?.[0];
    if (version) found.push(`${compiler} ${version}`);
  }
  const node = await run("node", ["--version"]).catch(() => "");
  if (node) found.push(`Node ${node.slice(1)}`);
  const home = new URL("npm/", CACHE);
  if (await exists(home)) {
    const { dependencies } = JSON.parse(
      await Deno.readTextFile(new URL("npm.json", HERE)),
    );
    for (const [name, version] of Object.entries(dependencies)) {
      found.push(`${name} ${version}`);
    }
  }
  const wanted =
    /^(winerp|websockets|wsrpc-aiohttp|aiohttp|uvloop|pyown|OWNd)=/i;
  for (const name of ["winerp", "uvloop", "openwebnet"]) {
    const list = await run(pythonOf(name), [
      ..."-m pip list --format freeze --disable-pip-version-check".split(" "),
    ]).catch(() => "");
    found.push(
      ...list.split("\n").filter((line) => wanted.test(line))
        .map((line) => line.replace("==", " ")),
    );
  }
  for (const [name, { path, env }] of servers) {
    const { stdout } = await new Deno.Command(path, { args: ["-v"], env })
      .output();
    const version = /v=?(\d[\d.]*)/.exec(new TextDecoder().decode(stdout));
    found.push(`${name} ${version?.[1]}`);
  }
  return found.join(", ");
}
