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
  const rest = `\${subject}${title.slice(title.indexOf(" "))}`;
  return code.includes(rest) || await anyShared(file, code, rest);
}

async function anyShared(
  file: URL,
  code: string,
  words: string,
): Promise<boolean> {
  for (const [, path] of code.matchAll(/"(\.\/[\w/]+\.ts)"/g)) {
    const url = new URL(path!, file);
    if (!url.pathname.includes("/testdata/")) continue;
    const shared = await Deno.readTextFile(url);
    if (shared.includes(words)) return true;
    if (await anyShared(url, shared, words)) return true;
  }
  return false;
}
