// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Param } from "./contract.ts";
import { InvalidParamsError } from "../wire/error.ts";
import type { Params } from "../wire/message.ts";
import type { StandardIssue, StandardSchema } from "./standard_schema.ts";

/** What is wrong with a param, as it stands in the `data` of -32602. */
export interface Issue {
  message: string;
  path: (string | number)[];
}

/** Writes issues so that they can travel; `at` is where the value is. */
export function issuesOf(
  issues: readonly StandardIssue[],
  ...at: (string | number)[]
): Issue[] {
  // `Array.from()`, as `map()` of a library's own class of lists makes another
  // of its class, of which arktype's takes the length for a member.
  return Array.from(issues, ({ message, path = [] }) => ({
    message,
    path: [
      ...at,
      ...Array.from(path, (part) => {
        const key = typeof part === "object" ? part.key : part;
        return typeof key === "number" ? key : String(key);
      }),
    ],
  }));
}

/** Checks params; returns what follows the context, at once where it can. */
export function checkParams(
  spec: readonly Param[] | StandardSchema | undefined,
  params: Params | undefined,
): unknown[] | Promise<unknown[]> {
  if (spec === undefined || Array.isArray(spec)) {
    return checkList(spec ?? [], params);
  }
  if (Array.isArray(params)) {
    throw invalid([{ message: "Expected params by name", path: [] }]);
  }
  const schema = spec as StandardSchema;
  return settle([check(schema, params ?? {})]);
}

function checkList(
  spec: readonly Param[],
  params: Params | undefined,
): unknown[] | Promise<unknown[]> {
  const isList = params === undefined || Array.isArray(params);
  const args = isList ? params ?? [] : byName(spec, params as object);
  const issues: Issue[] = [];
  if (isList && args.length > spec.length) {
    const message = `Expected at most ${spec.length} params`;
    issues.push({ message, path: [spec.length] });
  }
  const checks = spec.map(({ name, schema, optional }, index) => {
    const at = isList ? index : name;
    if (args[index] !== undefined) return check(schema, args[index], at);
    if (!optional) issues.push({ message: "Missing", path: [at] });
    return { value: undefined };
  });
  return settle(checks, issues);
}

function byName(spec: readonly Param[], params: object): unknown[] {
  const names = new Set(spec.map(({ name }) => name));
  const issues = Object.keys(params)
    .filter((name) => !names.has(name))
    .map((name) => ({ message: "Unknown param", path: [name] }));
  if (issues.length > 0) throw invalid(issues);
  return spec.map(({ name }) =>
    Object.hasOwn(params, name)
      ? (params as Record<string, unknown>)[name]
      : undefined
  );
}

type Checked = { value?: unknown; issues?: Issue[] };

function check(
  schema: StandardSchema,
  value: unknown,
  ...at: (string | number)[]
): Checked | Promise<Checked> {
  const outcome = schema["~standard"].validate(value);
  const read = (result: Awaited<typeof outcome>): Checked =>
    result.issues
      ? { issues: issuesOf(result.issues, ...at) }
      : { value: result.value };
  return outcome instanceof Promise ? outcome.then(read) : read(outcome);
}

function settle(
  checks: readonly (Checked | Promise<Checked>)[],
  issues: Issue[] = [],
): unknown[] | Promise<unknown[]> {
  const read = (all: readonly Checked[]): unknown[] => {
    const wrong = [...issues, ...all.flatMap(({ issues = [] }) => issues)];
    if (wrong.length > 0) throw invalid(wrong);
    return all.map(({ value }) => value);
  };
  return checks.some((check) => check instanceof Promise)
    ? Promise.all(checks).then(read)
    : read(checks as Checked[]);
}

function invalid(issues: Issue[]): InvalidParamsError {
  return new InvalidParamsError({ data: { issues } });
}
