// Copyright 2026 the Wirekit authors. MIT license.

import { toJson } from "@wirekit/internal/command";
import { exactly } from "./_exact_codec.ts";

/** How many levels are laid out on lines: each of them moves all in it. */
const MAX_LAID_OUT = 100;

/**
 * Writes what a stranger sent as JSON; of what is nested too deeply it says so.
 *
 * @param value The value.
 * @param space How far to indent; none is one line.
 * @returns The text.
 */
export function written(value: unknown, space?: number): string {
  const isFlat = space === undefined || isDeeper(value, MAX_LAID_OUT);
  try {
    return toJson(exactly(value), isFlat ? undefined : space);
  } catch (error) {
    return `(${(error as Error).message})`;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 ||
    Object.values(value).some((each) => isDeeper(each, levels - 1));
}
