// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertRejects } from "@std/assert";
import { readFile } from "./_inputs.ts";
import { UsageError } from "./_usage_error.ts";

Deno.test("readFile() leaves out a byte order mark", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, '\ufeff{"name":"zoë"}');
  assertEquals(await readFile(path), '{"name":"zoë"}');
  await Deno.remove(path);
});

for (
  const [path, why] of [
    ["/dev/zero", "it is larger than 64 MiB"],
    ["/nowhere/at-all", "there is no such file"],
  ] as const
) {
  Deno.test(`readFile() says of ${path} that ${why}`, async () => {
    await assertRejects(
      () => readFile(path),
      UsageError,
      `Cannot read ${path}: ${why}`,
    );
  });
}

Deno.test("readFile() says that a folder is one", async () => {
  const path = await Deno.makeTempDir();
  const text = `Cannot read ${path}: it is a folder`;
  await assertRejects(() => readFile(path), UsageError, text);
  await Deno.remove(path);
});
