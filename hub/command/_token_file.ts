// Copyright 2026 the Wirekit authors. MIT license.

/** Lists of tokens, in a file of their own or in the environment. */

import { readFile } from "@wirekit/internal/command";
import type { Token } from "../access/tokens.ts";
import { faultsOf, parseJson, type Read, type Schema } from "./_json_file.ts";
import { itemFaults } from "./_items.ts";
import schema from "../hub.schema.json" with { type: "json" };

/** Reads a file of tokens, or the list itself. */
export async function readTokens(path: string): Promise<Read<Token[]>> {
  return tokensOf(await readFile(path));
}

/** Reads a list of tokens. */
export function tokensOf(text: string): Read<Token[]> {
  const { value, faults, locate } = parseJson(text);
  if (value === undefined) return { value: [], faults };
  const { definitions } = schema as Schema;
  const found = faultsOf(schema as Schema, value, definitions!["tokens"]!);
  const tokens = value as Token[];
  if (found.length === 0) {
    found.push(
      ...itemFaults({ tokens }).map((fault) => ({
        ...fault,
        path: fault.path.replace("/tokens", ""),
      })),
    );
  }
  return { value: tokens, faults: [...faults, ...found.map(locate)] };
}
