// Copyright 2026 the Wirekit authors. MIT license.

/** What is loaded when it is needed first. */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Late } from "./_late.ts";

Deno.test("Late loads once, whoever waits for it", async () => {
  let loads = 0;
  const late = new Late(() => Promise.resolve({ number: ++loads }), undefined);
  assertEquals([late.now, loads], [undefined, 0]);
  const [one, other] = await Promise.all([late.get(), late.get()]);
  assertStrictEquals(one, other);
  assertStrictEquals(await late.get(), late.now);
  assertEquals(loads, 1);
});

Deno.test("Late says in the log why it cannot load, and tries again", async () => {
  const lines: string[] = [];
  const logger = { error: (line: string) => void lines.push(line) };
  let tries = 0;
  const late = new Late(() => {
    return ++tries === 1
      ? Promise.reject(new TypeError("no such module"))
      : Promise.resolve(tries);
  }, logger);
  const both = [late.get(), late.get()];
  for (const each of both) await assertRejects(() => each, TypeError);
  assertEquals(lines, [
    "Cannot load a part of the hub: TypeError: no such module",
  ]);
  assertEquals([await late.get(), late.now, tries], [2, 2, 2]);
});
