// Copyright 2026 the Wirekit authors. MIT license.

/** The other runtimes, and our packages as npm knows packages. */

import { MEMBERS, ROOT } from "../_packages.ts";

/** The runtimes, and what the stand-ins of `@std` need. */
const DEPENDENCIES = {
  "bun": "1.4.5",
  "deno": "2.5.0",
  "deno-std": "1.4.0",
  "node": "22.23.3",
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

/** Makes a tarball of the package in a folder. */
async function pack(folder: URL, tarball: URL): Promise<void> {
  const args = ["pack", "--quiet", "--allow-dirty", "-o", tarball.pathname];
  await run(Deno.execPath(), args, folder);
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
 * Installs the runtimes, and by `deno pack` all packages with
 * the stand-ins of `@std`, once for all tests of a file.
 *
 * The tarballs do not name what they depend on, so all are installed together.
 * Those that users get are made by JSR, and do.
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
    const folders = MEMBERS.map(({ folder }) => folder);
    for await (const { name } of Deno.readDir(new URL("links/", ROOT))) {
      if (name.startsWith("std-")) folders.push(`links/${name}`);
    }
    const tarballs: string[] = [];
    for (const folder of folders) {
      const tarball = `${folder.replace("/", "-")}.tgz`;
      await pack(new URL(`${folder}/`, ROOT), new URL(tarball, CACHE));
      tarballs.push(`./${tarball}`);
    }
    // npm would keep what it has of the same version.
    for (const stale of ["@wirekit", "@std", ".package-lock.json"]) {
      const path = new URL(`node_modules/${stale}`, CACHE);
      await Deno.remove(path, { recursive: true }).catch(() => {});
    }
    const options = ["--no-audit", "--no-fund", "--no-package-lock"];
    await run("npm", ["install", ...options, "--no-save", ...tarballs], CACHE);
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
