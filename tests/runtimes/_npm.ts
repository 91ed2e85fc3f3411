// Copyright 2026 the Wirekit authors. MIT license.

/** The other runtimes, and our packages as npm knows packages. */

import { MEMBERS, ROOT } from "../_packages.ts";

/** The runtimes, and what checks types for their users. */
const DEPENDENCIES = {
  "@types/node": "22.20.5",
  "bun": "1.4.5",
  "deno": "2.5.0",
  // Only one entry needs it, so only those who use that install it.
  "mqtt": "5.16.0",
  "node": "22.23.3",
  "typescript": "5.9.3",
};

const CACHE = new URL(".cache/npm/runtimes/", ROOT);

async function run(
  program: string,
  args: string[],
  cwd: URL,
): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    stdin: "null",
  }).output();
  if (success) return;
  const [out, err] = [stdout, stderr].map((b) => new TextDecoder().decode(b));
  throw new Error(`${program} ${args.join(" ")}: ${out}${err}`);
}

/**
 * The tarballs of a package and of what it needs of ours.
 *
 * @param folder The folder of the package.
 * @param home Where they are.
 * @returns Their paths.
 */
export function tarballsOf(folder: string, home: URL): string[] {
  const below = folder === "switchboard" ? ["hub", "openwebnet"] : [];
  const all = new Set(["internal", "transport", ...below, folder]);
  return [...all].map((each) => {
    const { version } = MEMBERS.find((member) => member.folder === each)!;
    return new URL(`wirekit-${each}-${version}.tgz`, home).pathname;
  });
}

/**
 * Installs packages with npm, and waits until it has.
 *
 * @param folder Where.
 * @param packages What, as npm knows it; all that its `package.json` names, if
 * there is none.
 */
export async function npmInstall(
  folder: URL,
  packages: string[],
): Promise<void> {
  const options = ["--no-audit", "--no-fund", "--no-package-lock", "--no-save"];
  await run("npm", ["install", ...options, ...packages], folder);
}

/** A folder in which programs for other runtimes find our packages. */
export interface Installation {
  /** The folder. */
  folder: URL;
  /**
   * Says where a runtime is.
   *
   * @param name Its command.
   * @returns Its file.
   */
  runtime(name: string): string;
}

let installed: Promise<Installation> | undefined;

/**
 * Installs the runtimes, and the tarballs of all packages as `deno task pack`
 * makes them, once for all tests of a file.
 *
 * @returns Where.
 */
export function install(): Promise<Installation> {
  return installed ??= (async () => {
    await Deno.mkdir(CACHE, { recursive: true });
    await Deno.writeTextFile(
      new URL("package.json", CACHE),
      JSON.stringify({
        private: true,
        type: "module",
        dependencies: DEPENDENCIES,
      }),
    );
    const task = ["task", "--quiet", "pack", "--output", CACHE.pathname];
    await run(Deno.execPath(), task, ROOT);
    // npm would keep what it has of the same version.
    for (const stale of ["@wirekit", ".package-lock.json"]) {
      const path = new URL(`node_modules/${stale}`, CACHE);
      await Deno.remove(path, { recursive: true }).catch(() => {});
    }
    const tarballs = MEMBERS.flatMap(({ folder }) => tarballsOf(folder, CACHE));
    await npmInstall(CACHE, [...new Set(tarballs)]);
    const modules = new URL("node_modules/", CACHE);
    // This command of npm's package unpacks Deno, and would start it as a child.
    await run(new URL(".bin/deno", modules).pathname, ["--version"], CACHE);
    return {
      folder: CACHE,
      runtime: (name) =>
        new URL(name === "deno" ? "deno/deno" : `.bin/${name}`, modules)
          .pathname,
    };
  })();
}
