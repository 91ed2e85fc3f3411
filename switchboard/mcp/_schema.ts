// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What participants announce, as assistants may get it. Any client of the hub may
 * announce anything, and one schema that is none would spoil the list of all
 * tools for an assistant.
 */

/** A JSON Schema of an object. */
export interface ObjectSchema {
  type: "object";
  properties?: Record<string, object>;
  required?: string[];
  [keyword: string]: unknown;
}

/** A schema of what a result has to be at least. */
interface ResultSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, ResultSchema>>;
  readonly required?: readonly string[];
  readonly items?: ResultSchema;
  readonly title?: string;
  readonly description?: string;
}

type Members = Readonly<Record<string, unknown>>;

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isRecord,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

/** How deep a result is described. */
const MAX_DEPTH = 8;

/** The schema of the arguments of a tool. */
export function argumentsSchema(announced: Members = {}): ObjectSchema {
  const { properties, required, ...rest } = announced;
  return {
    ...rest,
    type: "object",
    ...(isRecord(properties) && Object.values(properties).every(isRecord) && {
      properties: properties as Record<string, object>,
    }),
    ...(isTexts(required) && { required }),
  };
}

/**
 * The schema of the result of a tool, if that is announced to be an object: the
 * kinds and names of its members only. Assistants check results by it, and of all
 * that JSON Schema knows, no reference can then lead nowhere and no expression
 * can take forever.
 */
export function resultSchema(announced: unknown): ObjectSchema | undefined {
  const schema = reduced(announced, 0);
  return schema.type === "object" ? schema as ObjectSchema : undefined;
}

function reduced(schema: unknown, depth: number): ResultSchema {
  if (!isRecord(schema) || depth > MAX_DEPTH) return {};
  const { type, title, description, properties, required, items } = schema;
  const types = [type].flat();
  const isType = types.length > 0 && new Set(types).size === types.length &&
    types.every((each) => Object.hasOwn(TYPES, String(each)));
  return {
    ...(isType && { type: type as string | string[] }),
    ...(typeof title === "string" && { title }),
    ...(typeof description === "string" && { description }),
    ...(isRecord(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).filter(([name]) => name !== "__proto__").map(
          ([name, each]) => [name, reduced(each, depth + 1)],
        ),
      ),
    }),
    ...(isTexts(required) && new Set(required).size === required.length &&
      { required }),
    ...(isRecord(items) && { items: reduced(items, depth + 1) }),
  };
}

/** Whether a value is what such a schema says. */
export function fits(value: unknown, schema: object): boolean {
  const { type, properties = {}, required = [], items } =
    schema as ResultSchema;
  const types = type === undefined ? undefined : [type].flat();
  if (types && !types.some((each) => TYPES[each]!(value))) return false;
  if (Array.isArray(value)) {
    return !items || value.every((item) => fits(item, items));
  }
  if (!isRecord(value)) return true;
  return required.every((name) => Object.hasOwn(value, name)) &&
    Object.entries(properties).every(([name, each]) =>
      !Object.hasOwn(value, name) || fits(value[name], each)
    );
}

/** Reads an object so that it is written again as it came, digit by digit. */
export function exactObject(text: string): Record<string, unknown> {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return JSON.parse(
    text,
    (_key, value, context?: { source?: string }) =>
      typeof value === "number" && `${value}` !== context?.source
        ? rawJSON(context!.source!)
        : value,
  );
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) &&
    value.every((each) => typeof each === "string");
}

function isRecord(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
