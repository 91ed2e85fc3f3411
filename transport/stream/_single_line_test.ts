// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { isSingleLine } from "./_single_line.ts";
import { NewlineFramer } from "./newline_framer.ts";

const encoder = new TextEncoder();

/** Decodes chunks that stand where reads do, or where no single line is seen. */
function decoded(
  format: "text" | "utf8",
  chunks: Uint8Array[],
  offset: number,
): string[] {
  const framer = new NewlineFramer({ format, maxMessageBytes: 5_000 });
  const memory = new Uint8Array(8_192);
  const messages: string[] = [];
  try {
    for (const chunk of chunks) {
      memory.fill(0x0a);
      memory.set(chunk, offset);
      const read = memory.subarray(offset, offset + chunk.length);
      for (const message of framer.decode(read)) {
        messages.push(
          typeof message === "string"
            ? message
            : new TextDecoder().decode(message),
        );
      }
    }
  } catch (error) {
    messages.push(`${error}`);
  }
  return [...messages, `${framer.pending} pending`];
}

Deno.test("A read that is a single line is what it is among others", () => {
  const random = new Random();
  const parts = ["{}", '{"a":1}', "é", "\r", "\n", "\n", "", "x".repeat(300)];
  for (let round = 0; round < 5_000; round++) {
    const chunks = Array.from({ length: 1 + random.below(4) }, () => {
      const some = Array.from(
        { length: random.below(4) },
        () => random.pick(parts),
      );
      return encoder.encode(some.join("") + random.pick(["\n", "\n", ""]));
    });
    if (random.below(9) === 0) {
      chunks.push(encoder.encode("y".repeat(4_090 + random.below(1_000))));
      chunks.push(encoder.encode("\n"));
    }
    for (const format of ["text", "utf8"] as const) {
      assertEquals(
        decoded(format, chunks, 0),
        decoded(format, chunks, 1),
        `seed ${random.seed}`,
      );
    }
  }
});

Deno.test("isSingleLine() sees one newline, at the end, and only ASCII", () => {
  for (
    const [text, isSingle] of [
      ["{}\n", true],
      ["\n", true],
      ["a\r\n", true],
      ["", false],
      ["{}", false],
      ["a\nb\n", false],
      ["\n\n", false],
      ["é\n", false],
      ["x".repeat(5_000) + "\n", false],
    ] as const
  ) {
    assertEquals(isSingleLine(encoder.encode(text)), isSingle, text);
  }
  assertEquals(isSingleLine(encoder.encode("\n{}\n").subarray(1)), false);
});
