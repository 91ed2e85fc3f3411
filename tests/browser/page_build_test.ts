// Copyright 2026 the Wirekit authors. MIT license.

import { assert } from "@std/assert";
import { ROOT } from "../_packages.ts";

Deno.test("The pages are what their sources give", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "page", "--check"],
    cwd: ROOT,
  }).output();
  const said = [stdout, stderr].map((part) => new TextDecoder().decode(part));
  assert(success, said.join(""));
});
