// Copyright 2026 the Wirekit authors. MIT license.

import { assert } from "@std/assert";
import { ROOT } from "../../_packages.ts";

const PAGES = ["tests/faults/README.md", "SECURITY.md"];
const TEST_REGEXP = /`([\w/.]+_test\.ts)`(?: "([^"]+)")?/g;

Deno.test("Each test that the tables of faults name is there", async () => {
  const missing: string[] = [];
  let count = 0;
  for (const page of PAGES) {
    const text = await Deno.readTextFile(new URL(page, ROOT));
    for (const [found, path = "", title = ""] of text.matchAll(TEST_REGEXP)) {
      if (!path.includes("/")) continue; // Named beside its folder.
      count++;
      const file = new URL(
        path.startsWith("waits/") ? `tests/faults/${path}` : path,
        ROOT,
      );
      const code = await Deno.readTextFile(file).catch(() => undefined);
      if (code === undefined || !await has(file, code, title)) {
        missing.push(found);
      }
    }
  }
  assert(missing.length === 0 && count > 50, missing.join("\n"));
});

/** Whether a test stands in a file, or in what the file runs with a subject. */
async function has(file: URL, code: string, title: string): Promise<boolean> {
  if (code.includes(title)) return true;
  const rest = title.slice(title.indexOf(" "));
  for (const [, path] of code.matchAll(/"(\.\/testdata\/[\w/]+\.ts)"/g)) {
    const shared = await Deno.readTextFile(new URL(path!, file));
    if (shared.includes(`\${subject}${rest}`)) return true;
  }
  return false;
}
