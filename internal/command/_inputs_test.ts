// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { checkUrl, needNetwork, readFile } from "./_inputs.ts";
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

for (
  const [typed, meant] of [
    ["ws://::1:8080", "ws://[::1]:8080"],
    ["ws://::1", "ws://[::1]"],
    ["tcp://fe80::a1:8080/", "tcp://[fe80::a1]:8080"],
    ["2001:db8::5:8080", "ws://[2001:db8::5]:8080"],
  ] as const
) {
  Deno.test(`checkUrl() says how ${typed} is written`, () => {
    assertThrows(
      () => checkUrl(typed, ["ws:", "tcp:"]),
      UsageError,
      `An IPv6 address has to stand in brackets: ${meant}`,
    );
  });
}

Deno.test("needNetwork() says that the address of a server has no brackets", () => {
  assertThrows(
    () => needNetwork("[::1]", 0),
    UsageError,
    "--hostname takes no brackets: --hostname ::1",
  );
  needNetwork("::1", 0);
});
