// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { exceeds } from "./_utf8.ts";

Deno.test("exceeds() counts the bytes that are sent, whatever the text is", () => {
  const encoder = new TextEncoder();
  const units = [
    "a",
    "\x7f",
    "\x80",
    "\u07ff",
    "\u0800",
    "\ud7ff",
    "\ud800",
    "\udbff",
    "\udc00",
    "\udfff",
    "\ue000",
    "\uffff",
    "\u{1f600}",
  ];
  for (const first of units) {
    for (const second of units) {
      for (const third of ["", ...units]) {
        const text = first + second + third;
        const { length } = encoder.encode(text);
        assertEquals(exceeds(text, length), false, JSON.stringify(text));
        assertEquals(exceeds(text, length - 1), true, JSON.stringify(text));
      }
    }
  }
});
