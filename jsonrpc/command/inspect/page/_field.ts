// Copyright 2026 the Wirekit authors. MIT license.

/** Forms of methods: what a schema asks for, and what was typed in. */

import { parseExactly, printable, valueOf } from "@wirekit/internal/command";
import type { ContentDescriptor } from "../../../contract/openrpc.ts";
import type { Params } from "../../../wire/message.ts";
import { typeOf } from "../../_manual.ts";
import { written } from "../../_written.ts";
import type { Entry } from "../_entry.ts";
import type { FieldReport, MethodReport } from "./_report.ts";

const NUMBER_REGEXP = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;

/** Describes the form of a method. */
export function methodReport(entry: Entry): MethodReport {
  const { name, summary, params, byName } = entry;
  return {
    name: printable(name),
    byName,
    ...(summary !== undefined && { about: printable(summary.trim()) }),
    fields: params.map(fieldOf),
  };
}

function fieldOf(param: ContentDescriptor): FieldReport {
  const { name, schema, required = false } = param;
  const about = param.summary ?? param.description;
  const { type, enum: values } = Object(schema) as {
    type?: unknown;
    enum?: unknown;
  };
  const choices = Array.isArray(values)
    ? values.map((value) => printable(written(value)))
    : type === "boolean"
    ? ["true", "false"]
    : undefined;
  const isNumber = type === "number" || type === "integer";
  return {
    name: printable(name),
    type: printable(typeOf(schema)),
    kind: type === "string" ? "text" : isNumber ? "number" : "json",
    ...(choices && { choices }),
    required,
    ...(about !== undefined && { about: printable(about) }),
  };
}

/**
 * Puts together what was typed into the fields of a form.
 *
 * @throws {SyntaxError} If a field is not what its param wants: it says which.
 */
export function paramsOfFields(
  fields: Readonly<Record<string, unknown>>,
  { params, byName, name: method }: Entry,
): Params | undefined {
  const given: [name: string, value: unknown][] = [];
  let left: string | undefined;
  for (const param of params) {
    const name = printable(param.name);
    const text = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof text !== "string") {
      if (param.required) throw new SyntaxError(`${method} needs ${name}.`);
      left ??= name;
    } else if (left !== undefined && !byName) {
      throw new SyntaxError(
        `${name} needs ${left} too: params of ${method} go by their position.`,
      );
    } else given.push([param.name, valueOfField(text, fieldOf(param), param)]);
  }
  if (given.length === 0) return undefined;
  return byName ? Object.fromEntries(given) : given.map(([, value]) => value);
}

function valueOfField(
  text: string,
  { kind, choices }: FieldReport,
  { name, schema }: ContentDescriptor,
): unknown {
  if (choices) return json(text, name);
  if (kind === "text") return text;
  if (kind === "number") {
    if (NUMBER_REGEXP.test(text.trim())) return json(text, name);
    throw new SyntaxError(`${name} has to be a number, not ${text}.`);
  }
  const { type } = Object(schema) as { type?: unknown };
  const isOnlyJson = type === "object" || type === "array";
  return isOnlyJson ? json(text, name) : valueOf(text);
}

/**
 * Reads all params, which are JSON.
 *
 * @throws {SyntaxError} If they are not.
 */
export function paramsOfJson(text: string): Params | undefined {
  if (text.trim() === "") return undefined;
  const value = json(text, "The text of the params");
  // A number that is kept as it was typed is an object too.
  const isParams = /^\s*[[{]/.test(text) && typeof value === "object";
  if (isParams) return value as Params;
  throw new SyntaxError("Params are a JSON array or object.");
}

function json(text: string, name: string): unknown {
  try {
    return parseExactly(text);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new SyntaxError(`${name} is nested too deeply.`);
    }
    throw new SyntaxError(`${name} is no JSON: ${(error as Error).message}`);
  }
}
