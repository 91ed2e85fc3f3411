// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Looks at 16 bytes at a time, which only WebAssembly can. */

/**
 * How many bytes a program takes at most. They are copied into its memory, and
 * stay in the fastest cache of a processor that way.
 */
export const PIECE_BYTES = 16_384;

/** A program, and the memory that it looks at. */
export interface SimdProgram {
  /** Its memory: 64 KiB. */
  readonly memory: Uint8Array<ArrayBuffer>;
  /** Calls its function, which takes numbers of 32 bits and returns one. */
  readonly run: (...numbers: number[]) => number;
}

/** What a module begins with: that it is WebAssembly, version 1. */
const MAGIC = "0061736d01000000";

/** One function; one page of memory; that they are called `f` and `m`. */
const SECTIONS = "03020100050401010101070902016d020001660000";

/**
 * Returns what makes a program of the code of its function, when it is first
 * needed.
 *
 * @param parameters How many numbers it takes.
 * @param code Its local variables and its instructions, in hexadecimal: at most
 * 125 bytes.
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
  const byte = (value: number) => value.toString(16).padStart(2, "0");
  const size = code.length / 2;
  const type = `0160${byte(parameters)}${"7f".repeat(parameters)}017f`;
  const hex = `${MAGIC}01${byte(type.length / 2)}${type}${SECTIONS}` +
    `0a${byte(size + 2)}01${byte(size)}${code}`;
  try {
    const bytes = hex.match(/../g)!.map((pair) => parseInt(pair, 16));
    const module = new WebAssembly.Module(new Uint8Array(bytes));
    const { m, f } = new WebAssembly.Instance(module).exports;
    const { buffer } = m as WebAssembly.Memory;
    return {
      memory: new Uint8Array(buffer as ArrayBuffer),
      run: f as SimdProgram["run"],
    };
  } catch {
    return undefined;
  }
}
