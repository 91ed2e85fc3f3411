// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Looks at 16 bytes at a time, which only WebAssembly can. */

/**
 * How many bytes are copied into the memory of programs at a time. They stay in
 * the fastest cache of a processor that way.
 */
export const PIECE_BYTES = 16_384;

/** A page of the memory of WebAssembly. */
const PAGE_BYTES = 65_536;

/** What is read: two messages of 64 KiB, and what is around them. */
const READ_BYTES = 139_264;

/** Enough for that and, before it, for a piece. */
const PAGES = 3;

/** The memory of all programs. */
let common: WebAssembly.Memory | undefined;

/** A program, and the memory that it looks at. */
export interface SimdProgram {
  /**
   * The memory, which all programs share. Pieces are copied to its start, if
   * they do not stand in it already.
   */
  readonly memory: Uint8Array<ArrayBuffer>;
  /**
   * Calls its function with numbers of 32 bits, mostly where bytes start and end
   * in the memory. It returns one.
   */
  readonly run: (...numbers: number[]) => number;
}

/** What a module begins with: that it is WebAssembly, version 1. */
const MAGIC = "0061736d01000000";

/** It imports a memory, has one function, and calls it `f`. */
const SECTIONS = "020801016d016d0200010302010007050101660000";

/**
 * Returns what makes a program of the code of its function, when it is first
 * needed.
 *
 * @param parameters How many numbers it takes.
 * @param code Its local variables and its instructions, in hexadecimal: at most
 * 252 bytes.
 * @returns Returns the program, always the same; `undefined` in a page, whose
 * policy may forbid it, and where the runtime lacks WebAssembly or these
 * instructions.
 *
 * @example Add two numbers
 * ```ts
 * import { simdProgram } from "@wirekit/internal/bytes";
 * import { assertEquals } from "@std/assert";
 *
 * // No local variables; the first number, the second, add, end.
 * const program = simdProgram(2, "00200020016a0b");
 * assertEquals(program()?.run(2, 3), 5);
 * ```
 */
export function simdProgram(
  parameters: number,
  code: string,
): () => SimdProgram | undefined {
  let program: SimdProgram | undefined | null = null;
  return () => program === null ? program = make(parameters, code) : program;
}

function make(parameters: number, code: string): SimdProgram | undefined {
  if ("document" in globalThis) return undefined;
  const byte = (n: number) => n.toString(16).padStart(2, "0");
  // Seven bits in each.
  const two = (n: number) => byte(n | 128) + byte(n >> 7);
  const size = code.length / 2;
  const type = `0160${byte(parameters)}${"7f".repeat(parameters)}017f`;
  const hex = `${MAGIC}01${byte(type.length / 2)}${type}${SECTIONS}` +
    `0a${two(size + 3)}01${two(size)}${code}`;
  try {
    const bytes = Uint8Array.from(hex.match(/../g)!, (n) => parseInt(n, 16));
    const module = new WebAssembly.Module(bytes);
    const m = commonMemory();
    const { f } = new WebAssembly.Instance(module, { m: { m } }).exports;
    return {
      memory: new Uint8Array(m.buffer as ArrayBuffer),
      run: f as SimdProgram["run"],
    };
  } catch {
    return undefined;
  }
}

function commonMemory(): WebAssembly.Memory {
  return common ??= new WebAssembly.Memory({ initial: PAGES });
}

/**
 * Returns memory to read into: 136 KiB, always the same. Programs look at it
 * without a copy, where there are any. It ends where its buffer does.
 *
 * @returns The memory.
 *
 * @example Look at what was read
 * ```ts
 * import { readMemory, simdProgram } from "@wirekit/internal/bytes";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = readMemory();
 * bytes[0] = 42;
 * // No local variables; the byte where the first number says, end.
 * const program = simdProgram(1, "0020002d00000b");
 * assertEquals(program()?.run(bytes.byteOffset), 42);
 * ```
 */
export function readMemory(): Uint8Array<ArrayBuffer> {
  let buffer;
  try {
    ({ buffer } = commonMemory());
  } catch {
    buffer = new ArrayBuffer(PAGES * PAGE_BYTES);
  }
  return new Uint8Array(buffer as ArrayBuffer, PAGES * PAGE_BYTES - READ_BYTES);
}
