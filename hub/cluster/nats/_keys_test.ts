// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { isName } from "../_messages.ts";
import { keyOf, nameOf } from "./_keys.ts";

/** What `nameOf()` does, the plain way. */
function plain(key: string): string | undefined {
  try {
    const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
    const name = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return isName(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

Deno.test("The name that has a key is found as quickly as it may be, and none where none is", () => {
  const letters = [
    "a",
    "7",
    " ",
    "~",
    "\x7f",
    "\\",
    '"',
    "\n",
    "é",
    "\u{1f600}",
  ];
  let seed = 7;
  const random = (most: number) => {
    seed = Math.imul(seed ^ seed >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return (seed >>> 0) % most;
  };
  const some = (most: number) =>
    Array.from({ length: random(most) }, () => letters[random(letters.length)])
      .join("");
  for (let n = 0; n < 5_000; n++) {
    const name = JSON.stringify(some(n % 50 === 0 ? 400 : 12));
    assertEquals(nameOf(keyOf(name)), name);
    // Whatever else anybody wrote into the bucket.
    const text = [
      some(8),
      `"${some(8)}"`,
      name.slice(1),
      `${name} `,
    ][random(4)]!;
    const key = keyOf(text).slice(0, random(3) === 0 ? -1 : undefined);
    assertEquals(nameOf(key), plain(key), key);
  }
  for (const key of ["", "-", "InZiIg=", "%%", "IiI", "bnVsbA", "MQ"]) {
    assertEquals(nameOf(key), plain(key), key);
  }
});
