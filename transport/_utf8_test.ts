// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { decodeText, encodeText, exceeds } from "./_utf8.ts";

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

/** Runs a function; an error is a result too. */
function resultOf(fn: () => unknown): unknown {
  try {
    return fn();
  } catch {
    return "refused";
  }
}

Deno.test("decodeText() and encodeText() do what the strict coders do", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const encoder = new TextEncoder();
  const pieces = [
    ...["a", "hello ".repeat(50), "\x7f", "\ufeff", "\ufffd", "ü", "€", "😀"],
    ...["\ud800", "\udfff"],
  ];
  const bytes = [
    ...pieces.map((text) => encoder.encode(text)),
    ...[[0x80], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98]]
      .map((each) => new Uint8Array(each)),
  ];
  for (let seed = 0; seed < 2_000; seed++) {
    const chosen = Array.from(
      { length: seed % 6 },
      (_, n) => Math.floor(Math.abs(Math.sin(seed * 7 + n)) * 1e6),
    );
    const text = chosen.map((n) => pieces[n % pieces.length]).join("");
    assertEquals(encodeText(text), encoder.encode(text), JSON.stringify(text));
    const raw = new Uint8Array(
      chosen.flatMap((n) => [...bytes[n % bytes.length]!]),
    );
    assertEquals(
      resultOf(() => decodeText(raw)),
      resultOf(() => decoder.decode(raw)),
      `${raw}`,
    );
  }
});
