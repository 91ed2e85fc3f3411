// Copyright 2026 the Wirekit authors. MIT license.

/** JSON that people write: what is wrong with it, and in which line. */

import { closest, FileError } from "@wirekit/internal/command";

/** What is wrong, and where. */
export interface Fault {
  /** The place in the data, such as `/rules/0/ask`. */
  readonly path: string;
  readonly text: string;
  /** Where it stands, once that is known. */
  readonly line?: number;
  readonly column?: number;
  readonly isWarning?: boolean;
}

/** What a file says, and what is wrong with it. */
export interface Read<T> {
  readonly value: T;
  readonly faults: readonly Fault[];
}

/** A JSON text that has been read. */
export interface JsonFile {
  readonly value: unknown;
  readonly faults: Fault[];
  /** Adds the line and the column of a fault. */
  locate(fault: Fault): Fault;
}

/** Strings, numbers, words and punctuation of valid JSON. */
const TOKEN_REGEXP = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Reads a JSON text, and where everything stands in it. */
export function parseJson(text: string): JsonFile {
  const places = new Map<string, number>();
  const faults: Fault[] = [];
  const locate = (fault: Fault): Fault => {
    let { path } = fault;
    // The nearest that is there: of what is missing, where it should be.
    while (!places.has(path) && path !== "") {
      path = path.slice(0, path.lastIndexOf("/"));
    }
    return { ...fault, ...lineAt(text, places.get(path) ?? 0) };
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { message } = error as SyntaxError;
    const what = message.replace(/,? (in JSON|\.*"|"""|is not valid).*$/s, "");
    faults.push({ path: "", text: what, ...lineAt(text, brokenAt(text)) });
    return { value: undefined, faults, locate };
  }
  const tokens = text.matchAll(TOKEN_REGEXP);
  const next = () => tokens.next().value!;
  const enter = (token: RegExpExecArray, path: string) => {
    if (!places.has(path)) places.set(path, token.index);
    const [first] = token;
    if (first === "{") {
      for (let key = next(); key[0] !== "}"; key = next()) {
        if (key[0] === ",") continue;
        const name = JSON.parse(key[0]);
        const inner = `${path}/${escaped(name)}`;
        if (places.has(inner)) {
          const text = `${JSON.stringify(name)} stands twice`;
          faults.push({ path: inner, text });
        }
        places.set(inner, key.index);
        next(); // The colon.
        enter(next(), inner);
      }
    } else if (first === "[") {
      let n = 0;
      for (let item = next(); item[0] !== "]"; item = next()) {
        if (item[0] !== ",") enter(item, `${path}/${n++}`);
      }
    }
  };
  enter(next(), "");
  return { value, faults: faults.map(locate), locate };
}

/** Returns where a text stops to be the beginning of JSON. */
function brokenAt(text: string): number {
  const tokens = [...text.matchAll(TOKEN_REGEXP)];
  let good = 0;
  let bad = tokens.length;
  // What is before the first bad token could go on, all else could not.
  while (good < bad) {
    const middle = (good + bad) >> 1;
    const { index, 0: token } = tokens[middle]!;
    if (canGoOn(text.slice(0, index + token.length))) good = middle + 1;
    else bad = middle;
  }
  return tokens[good]?.index ?? text.length;
}

function canGoOn(start: string): boolean {
  try {
    JSON.parse(`${start} `); // With a space, or `tru` could go on.
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    const [, position] = /position (\d+)/.exec(message) ?? [];
    return /end of JSON/.test(message) || Number(position) >= start.length;
  }
}

function lineAt(
  text: string,
  offset: number,
): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** The part of JSON Schema that our schemas use. */
export interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const KINDS: Record<string, [string, (value: unknown) => boolean]> = {
  string: ["a text", (value) => typeof value === "string"],
  number: ["a number", (value) => typeof value === "number"],
  integer: ["an integer", Number.isInteger],
  boolean: ["true or false", (value) => typeof value === "boolean"],
  array: ["a list", Array.isArray],
  object: [
    "an object",
    (value) =>
      typeof value === "object" && value !== null && !Array.isArray(value),
  ],
};

/** Returns what is wrong with data by a schema. */
export function faultsOf(
  root: Schema,
  value: unknown,
  start: Schema = root,
): Fault[] {
  const faults: Fault[] = [];
  const check = (schema: Schema, value: unknown, path: string): void => {
    const say = (text: string) =>
      faults.push({ path, text: `${nameOf(path)} ${text}` });
    if (schema.$ref) {
      const name = schema.$ref.split("/").at(-1)!;
      check(root.definitions![name]!, value, path);
    }
    if (schema.anyOf) {
      const resolved = schema.anyOf.map((each) =>
        each.$ref ? root.definitions![each.$ref.split("/").at(-1)!]! : each
      );
      const fitting = resolved.find((each) => isOfType(each, value));
      if (fitting) check(fitting, value, path);
      else {say(
          `has to be ${resolved.map(kindOf).join(" or ")}, not ${short(value)}`,
        );}
    }
    if (!isOfType(schema, value)) {
      const needs = schema.required?.length
        ? ` with ${schema.required.map((name) => `"${name}"`).join(", ")}`
        : "";
      return void say(
        `has to be ${kindOf(schema)}${needs}, not ${short(value)}`,
      );
    }
    const { minLength, minItems, minimum = -Infinity, maximum = Infinity } =
      schema;
    if (typeof value === "string") {
      if (value.length < (minLength ?? 0)) say("is empty");
      else if (schema.pattern && !new RegExp(schema.pattern).test(value)) {
        say(`is not valid: ${short(value)}`);
      }
    }
    if (typeof value === "number" && !(value >= minimum && value <= maximum)) {
      const range = maximum === Infinity
        ? `${minimum} or more`
        : `from ${minimum} to ${maximum}`;
      const unit = /in milliseconds/i.test(schema.description ?? "")
        ? " milliseconds"
        : "";
      say(`has to be ${range}${unit}, not ${value}`);
    }
    if (Array.isArray(value)) {
      if (value.length < (minItems ?? 0)) say("is empty");
      value.forEach((item, n) => {
        if (schema.items) check(schema.items, item, `${path}/${n}`);
      });
    } else if (typeof value === "object" && value !== null) {
      const { properties = {}, additionalProperties = true } = schema;
      for (const name of schema.required ?? []) {
        if (!Object.hasOwn(value, name)) say(`lacks "${name}"`);
      }
      for (const [name, member] of Object.entries(value)) {
        const inner = `${path}/${escaped(name)}`;
        if (Object.hasOwn(properties, name)) {
          check(properties[name]!, member, inner);
        } else if (typeof additionalProperties === "object") {
          check(additionalProperties, member, inner);
        } else if (!additionalProperties) {
          const known = Object.keys(properties);
          const near = closest(name, known) ??
            known.find((each) => name.length > 2 && each.startsWith(name));
          const hint = near ? `. Did you mean "${near}"?` : "";
          faults.push({
            path: inner,
            text: `There is no setting ${short(name)}${
              path === "" ? "" : ` in ${nameOf(path)}`
            }${hint}`,
          });
        }
      }
    }
  };
  check(start, value, "");
  return faults;
}

function isOfType({ type, enum: values }: Schema, value: unknown): boolean {
  if (values) return values.includes(value);
  return type === undefined || KINDS[type]![1](value);
}

function kindOf({ type, enum: values }: Schema): string {
  return values
    ? values.map((value) => JSON.stringify(value)).join(" or ")
    : KINDS[type ?? "object"]![0];
}

/** Names a place as programs do: `rules[0].ask`. */
function nameOf(path: string): string {
  if (path === "") return "The file";
  return path.slice(1).split("/").map((part, n) =>
    /^\d+$/.test(part)
      ? `[${part}]`
      : n === 0
      ? unescaped(part)
      : `.${unescaped(part)}`
  ).join("");
}

/** Shows a value, without what stands before a host, which may be a secret. */
function short(value: unknown): string {
  const text = JSON.stringify(value).replace(/"[^"]+@/g, '"…@');
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function unescaped(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** Says that a file cannot be used, with each line. */
export function refuseFaults(path: string, faults: readonly Fault[]): void {
  const wrong = faults.filter(({ isWarning }) => !isWarning);
  if (wrong.length === 0) return;
  const lines = wrong.map((fault) => described(path, fault));
  throw new FileError(path, `Cannot use ${path}\n${lines.join("\n")}`);
}

/** Writes a fault as compilers do, so that editors can go there. */
export function described(path: string, fault: Fault): string {
  const { line = 1, column = 1, text, isWarning } = fault;
  const kind = isWarning ? "warning: " : "";
  return `${path}:${line}:${column}: ${kind}${text}`;
}
