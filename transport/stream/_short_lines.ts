// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { allocate } from "@wirekit/internal/bytes";
import { Buffer } from "../_node.ts";
import { decodeText } from "../_utf8.ts";
import type { MessageOf } from "../transport.ts";

const RETURN = 0x0d;

const { latin1Slice } = Buffer?.prototype ?? {};

/**
 * Makes messages of the lines of a chunk of ASCII, and adds them to those that
 * there are of the first ones. At least one is left.
 */
export function takeLines<F extends "text" | "utf8">(
  chunk: Uint8Array,
  newlines: number[],
  format: F,
  lines: MessageOf<F>[],
): void {
  const first = lines.length > 0 ? newlines[0]! + 1 : 0;
  const size = newlines.at(-1)! - first;
  // One copy costs less than many: a line is a part of it.
  const copy = format === "utf8" ? allocate(size) : undefined;
  copy?.set(chunk.subarray(first, first + size));
  let start = first;
  for (let n = lines.length; n < newlines.length; n++) {
    const newline = newlines[n]!;
    const hasReturn = newline > start && chunk[newline - 1] === RETURN;
    const end = hasReturn ? newline - 1 : newline;
    const line = copy
      ? end - start === size ? copy : copy.subarray(start - first, end - first)
      : latin1Slice?.call(chunk, start, end) ??
        decodeText(chunk.subarray(start, end));
    lines.push(line as MessageOf<F>);
    start = newline + 1;
  }
}
