// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { PACKAGES } from "../_packages.ts";
import { Program } from "../_program.ts";
import { install, npmInstall, tarballsOf } from "./_npm.ts";

/** What `tsc --init` asks for, and what Node 22 has. */
const TSC_OPTIONS = [
  ...["--noEmit", "--strict", "--allowJs", "--checkJs"],
  ...["--module", "nodenext", "--target", "es2024"],
  // Its types and theirs, as they are.
  ...["--skipLibCheck", "false"],
];

/** The types of a page, and those of a program for Node. */
const LIBS: [string, string[]][] = [
  ["page", ["--lib", "esnext,dom,dom.iterable,dom.asynciterable"]],
  ["program", ["--lib", "esnext", "--types", "node"]],
];

for (const { folder, name, version } of PACKAGES) {
  Deno.test(`${name} is installed by npm into an empty folder, and runs in a program of ten lines`, async () => {
    const { folder: home, runtime } = await install();
    await using user = await emptyFolder();
    await npmInstall(user.folder, tarballsOf(folder, home));

    const manifest = `node_modules/${name}/package.json`;
    const text = await Deno.readTextFile(new URL(manifest, user.folder));
    const { dependencies } = JSON.parse(text);
    const transport = dependencies["@wirekit/transport"];
    const own = folder === "transport";
    assertEquals(transport, own ? undefined : `^${version}`);

    const program = new URL(`./programs/${folder}.mjs`, import.meta.url);
    const copy = new URL("main.mjs", user.folder);
    await Deno.copyFile(program, copy);
    const types = `${home.pathname}node_modules/@types`;
    for (
      const [command, args] of [
        ["node", ["main.mjs"]],
        ...LIBS.map(([of, lib]) =>
          [
            "tsc",
            [
              ...[...TSC_OPTIONS, ...lib],
              ...(of === "page" ? [] : ["--typeRoots", types]),
              "main.mjs",
            ],
          ] as const
        ),
      ] as const
    ) {
      await using started = new Program(runtime(command), {
        args: [...args],
        cwd: user.folder,
      });
      assertEquals((await started.ends()).code, 0, started.text);
    }
  });
}

async function emptyFolder(): Promise<AsyncDisposable & { folder: URL }> {
  const path = await Deno.makeTempDir();
  return {
    folder: new URL(`file://${path}/`),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
