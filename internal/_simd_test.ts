// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { PIECE_BYTES, readMemory, simdProgram } from "./_simd.ts";

/** Returns what its first number says stands in the memory. */
const LOAD = "00" + "2000" + "2d0000" + "0b";

Deno.test("simdProgram() makes a program that sees its memory", () => {
  const program = simdProgram(1, LOAD)()!;
  assertEquals(program.memory.length >= PIECE_BYTES, true);
  program.memory[7] = 42;
  assertEquals(program.run(7), 42);
  assertEquals(program.run(8), 0);
});

Deno.test("readMemory() is seen by all programs, and no piece is copied over it", () => {
  const bytes = readMemory();
  bytes.fill(1);
  for (const program of [simdProgram(1, LOAD)()!, simdProgram(1, LOAD)()!]) {
    assertEquals(program.memory.buffer, bytes.buffer);
    program.memory.fill(2, 0, PIECE_BYTES);
    assertEquals(program.run(bytes.byteOffset), 1);
    assertEquals(program.run(bytes.byteOffset + bytes.length - 1), 1);
  }
  assertEquals(bytes.byteOffset + bytes.length, bytes.buffer.byteLength);
  assertEquals(readMemory().buffer, bytes.buffer);
});

Deno.test("simdProgram() makes none where there is a page, no WebAssembly, or no such instruction", () => {
  assertEquals(simdProgram(1, "00fdff0b")(), undefined);
  Object.assign(globalThis, { document: {} });
  assertEquals(simdProgram(1, LOAD)(), undefined);
  Reflect.deleteProperty(globalThis, "document");
  const { WebAssembly } = globalThis;
  Reflect.deleteProperty(globalThis, "WebAssembly");
  assertEquals(simdProgram(1, LOAD)(), undefined);
  Object.assign(globalThis, { WebAssembly });
});
