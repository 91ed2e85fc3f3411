// Copyright 2026 the Wirekit authors. MIT license.

/** Finds the lines of a read by WebAssembly: as a plain search does. */

import { assertEquals } from "@std/assert";
import { readMemory } from "@wirekit/internal/bytes";
import { Random } from "@wirekit/internal/testing";
import { findNewlines } from "./_newlines.ts";
import { NewlineFramer } from "./newline_framer.ts";

const encoder = new TextEncoder();

/** What is found, by the plain means of the language. */
function plain(bytes: Uint8Array) {
  return {
    places: [...bytes.keys()].filter((at) => bytes[at] === 0x0a),
    isAscii: bytes.every((byte) => byte < 0x80),
  };
}

/** Bytes where sockets are read into, among newlines. */
function read(bytes: Uint8Array, offset: number): Uint8Array {
  const memory = readMemory().subarray(offset);
  memory.fill(0x0a, 0, bytes.length + 64);
  memory.set(bytes);
  return memory.subarray(0, bytes.length);
}

Deno.test("findNewlines() finds what a plain search does", () => {
  const random = new Random();
  for (let round = 0; round < 3_000; round++) {
    const offset = random.below(40);
    const length = random.below(random.pick([20, 300, 10_000, 70_000]));
    const bytes = new Uint8Array(offset + length).subarray(offset);
    bytes.fill(0x20 + random.below(0x5f));
    // Neighbours of what is looked for, and newlines that are cut off.
    const some = [0x0a, 0x0a, 0x09, 0x0b, 0x0d, 0x00, 0x7f, 0x80, 0x8a, 0xff];
    const rare = random.below(4) ? 7 : some.length;
    for (let n = random.below(60); n > 0 && length > 0; n--) {
      bytes[random.below(length)] = some[random.below(rare)]!;
    }
    const what = `seed ${random.seed}, round ${round}`;
    const expected = plain(bytes);
    assertEquals(findNewlines(bytes), expected, what);
    assertEquals(findNewlines(read(bytes, random.below(40))), expected, what);
  }
});

Deno.test("findNewlines() has room for a chunk of nothing but newlines", () => {
  for (const length of [0, 1, 15, 16, 17, 3_072, 3_073, 65_536]) {
    const bytes = new Uint8Array(length).fill(0x0a);
    assertEquals(findNewlines(bytes), plain(bytes));
    assertEquals(findNewlines(read(bytes, 1)), plain(bytes));
    if (length === 0) continue;
    bytes[length - 1] = 0x80;
    assertEquals(findNewlines(bytes), plain(bytes));
    assertEquals(findNewlines(read(bytes, 1)), plain(bytes));
  }
});

const MAX_MESSAGE_BYTES = 500;

/** The messages of a framer, and what is left or what it throws. */
function decoded(format: "text" | "utf8", chunks: Uint8Array[]): string[] {
  const framer = new NewlineFramer({
    format,
    maxMessageBytes: MAX_MESSAGE_BYTES,
  });
  const messages: (string | Uint8Array)[] = [];
  let end: string | undefined;
  try {
    for (const chunk of chunks) {
      for (const message of framer.decode(read(chunk, 0))) {
        messages.push(message);
      }
    }
  } catch (error) {
    end = `${error}`;
  }
  readMemory().fill(0); // No message is a part of what is read into.
  const texts = messages.map((message) =>
    typeof message === "string" ? message : new TextDecoder().decode(message)
  );
  return [...texts, end ?? `${framer.pending} pending`];
}

/** The same, as plainly as can be. */
function split(chunks: Uint8Array[]): string[] {
  const messages: string[] = [];
  const failure = "CloseError: " +
    "Transport closed with code 1009: message over 500 bytes";
  const length = (text: string) => encoder.encode(text).length;
  let rest = "";
  for (const chunk of chunks) {
    const lines = (rest + new TextDecoder().decode(chunk)).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const message = line.replace(/\r$/, "");
      if (length(message) > MAX_MESSAGE_BYTES) return [...messages, failure];
      messages.push(message);
    }
    // The last byte may be a carriage return.
    if (length(rest) > MAX_MESSAGE_BYTES + 1) return [...messages, failure];
  }
  return [...messages, `${length(rest)} pending`];
}

Deno.test("Reads of many lines are what splitting them gives", () => {
  const random = new Random();
  const parts = ["{}", '{"a":1}', "\r", "\r\n", "\n", "\n", "x".repeat(100)];
  for (let round = 0; round < 5_000; round++) {
    const chunks = Array.from({ length: 1 + random.below(4) }, () => {
      const some = Array.from(
        { length: random.below(random.pick([4, 40])) },
        () => random.pick(parts),
      );
      if (random.below(8) === 0) some.push("é");
      if (random.below(20) === 0) some.push("y".repeat(random.below(700)));
      return encoder.encode(some.join("") + random.pick(["\n", "\n", ""]));
    });
    const expected = split(chunks);
    for (const format of ["text", "utf8"] as const) {
      const what = `seed ${random.seed}, round ${round}`;
      assertEquals(decoded(format, chunks), expected, what);
    }
  }
});
