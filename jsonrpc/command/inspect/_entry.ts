// Copyright 2026 the Wirekit authors. MIT license.

/** What can be called, as the inspector knows it. */

import { valueOf } from "@wirekit/internal/command";
import type {
  ContentDescriptor,
  JsonSchema,
  OpenRpcDocument,
} from "../../contract/openrpc.ts";
import type { Params } from "../../wire/message.ts";
import { recordOf, textOf } from "../_document.ts";

/** A request, ready to be sent. */
export interface Question {
  readonly method: string;
  readonly params?: Params | undefined;
}

/** Something that can be called by its name: a method, or a tool. */
export interface Entry {
  readonly name: string;
  readonly summary?: string | undefined;
  /** The params, in their order. */
  readonly params: readonly ContentDescriptor[];
  /** Whether they are sent by name. */
  readonly byName: boolean;
  /** Makes the request, which for a tool is not of its own name. */
  ask?(
    params: Params | undefined,
    signal: AbortSignal,
  ): Question | Promise<Question>;
  /** Says a result in words; `undefined` shows it as it came. */
  show?(result: unknown): string | undefined;
}

/** What can be called at the other end. */
export interface Found {
  readonly entries: readonly Entry[];
  /** What could not be read or is not listed; empty if that is nothing. */
  readonly remark: string;
}

/** The methods of a document. */
export function entriesOf(document: OpenRpcDocument): Entry[] {
  return document.methods.map((
    { name, summary, description, params, paramStructure },
  ) => ({
    name,
    summary: summary ?? description,
    params,
    byName: paramStructure === "by-name",
  }));
}

/** The params that a JSON Schema of an object, of any shape, describes. */
export function paramsOfSchema(schema: unknown): ContentDescriptor[] {
  const { properties, required } = recordOf(schema);
  const needed = Array.isArray(required) ? required : [];
  const all = Object.entries(recordOf(properties)).map(([name, schema]) => {
    const description = textOf(recordOf(schema).description);
    return {
      name,
      schema: schema as JsonSchema,
      required: needed.includes(name),
      ...(description !== undefined && { description }),
    };
  });
  // What has to be there is asked for first.
  return [...all.filter((p) => p.required), ...all.filter((p) => !p.required)];
}

/** A word as its schema wants it: text stays text, all else is JSON. */
export function typed(word: string, schema: JsonSchema | undefined): unknown {
  const { type } = Object(schema) as { type?: unknown };
  const isText = type === "string" && !/^".*"$/s.test(word);
  return isText ? word : valueOf(word);
}

/**
 * Puts words together to params: all of them as one JSON text, `name=value`, or
 * one after another.
 */
export function paramsOf(
  words: readonly string[],
  entry: Entry | undefined,
): Params | undefined {
  if (words.length === 0) return undefined;
  const [only = ""] = words;
  if (words.length === 1 && /^\s*[[{]/.test(only)) {
    const value = valueOf(only);
    if (typeof value === "object" && value !== null) return value as Params;
  }
  const { params = [], byName = false } = entry ?? {};
  const named = words.map((word) => /^([A-Za-z_$][\w.$-]*)=(.*)$/s.exec(word));
  if (named.every((each) => each !== null)) {
    return Object.fromEntries(named.map(([, name = "", word = ""]) => {
      const param = params.find((each) => each.name === name);
      return [name, typed(word, param?.schema)];
    }));
  }
  const values = words.map((word, i) => typed(word, params[i]?.schema));
  if (!byName) return values;
  return Object.fromEntries(
    values.map((value, i) => [params[i]?.name ?? `${i}`, value]),
  );
}

/**
 * Splits a line into words as a shell does, but leaves JSON in one piece:
 * `sum {"a": 1} 'two words'` has three.
 */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let [word, depth, quote] = ["", 0, ""];
  let isOpen = false;
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (quote === "'" && depth === 0) {
      if (char === "'") quote = "";
      else word += char;
    } else if (quote === '"') {
      word += char;
      if (char === "\\") word += line[++i] ?? "";
      else if (char === '"') quote = "";
    } else if (char === '"' || (char === "'" && depth === 0)) {
      quote = char;
      isOpen = true;
      if (char === '"') word += char;
    } else if (/\s/.test(char) && depth === 0) {
      if (isOpen) words.push(word);
      [word, isOpen] = ["", false];
    } else {
      if (/[[{]/.test(char)) depth++;
      if (/[\]}]/.test(char)) depth = Math.max(0, depth - 1);
      word += char;
      isOpen = true;
    }
  }
  if (isOpen) words.push(word);
  return words;
}
