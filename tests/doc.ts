// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Checks the documentation of every public symbol with `deno doc --lint`: of all
 * packages in one go, since a type of one is public in the signature of another.
 */
import { MEMBERS, ROOT } from "./_packages.ts";

const files = MEMBERS.flatMap(({ folder, exports }) =>
  Object.values(exports).map((path) => `${folder}/${path}`)
);
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["doc", "--lint", "--quiet", ...files],
  cwd: ROOT,
  stdout: "null",
}).spawn().status;
Deno.exit(code);
