// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The interface that zod, valibot, arktype and others share
 * (<https://standardschema.dev>), so that a contract may use any of them. It is
 * written out here, as its authors suggest for libraries: it is part of public
 * types, and a package for it would be a dependency of everybody who imports
 * this one. A test compares it with `@standard-schema/spec`, and runs contracts
 * of all three libraries.
 *
 * @module
 */

/**
 * Something that checks values.
 *
 * @typeParam Input What it takes.
 * @typeParam Output What it gives.
 *
 * @category Contracts
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** What makes it a Standard Schema. */
  readonly "~standard": StandardSchemaProps<Input, Output>;
}

/**
 * See {@linkcode StandardSchema}.
 *
 * @typeParam Input What it takes.
 * @typeParam Output What it gives.
 *
 * @category Contracts
 */
export interface StandardSchemaProps<Input = unknown, Output = Input> {
  /** The version of the interface. */
  readonly version: 1;
  /** The library. */
  readonly vendor: string;
  /** Checks a value. */
  readonly validate: (
    value: unknown,
  ) => StandardResult<Output> | Promise<StandardResult<Output>>;
  /** The types, which exist for the compiler alone. */
  readonly types?:
    | { readonly input: Input; readonly output: Output }
    | undefined;
  /** Makes a JSON Schema, where the library can do that. */
  readonly jsonSchema?: {
    /** For what it takes. */
    readonly input: (options: { target: string }) => Record<string, unknown>;
    /** For what it gives. */
    readonly output: (options: { target: string }) => Record<string, unknown>;
  } | undefined;
}

/**
 * The outcome of a check.
 *
 * @typeParam Output What the schema gives.
 *
 * @category Contracts
 */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/**
 * What is wrong with a value.
 *
 * @category Contracts
 */
export interface StandardIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where. */
  readonly path?:
    | readonly (PropertyKey | { readonly key: PropertyKey })[]
    | undefined;
}

/**
 * What a schema takes.
 *
 * @typeParam S The schema.
 *
 * @category Contracts
 */
export type InputOf<S extends StandardSchema> = NonNullable<
  S["~standard"]["types"]
>["input"];

/**
 * What a schema gives.
 *
 * @typeParam S The schema.
 *
 * @category Contracts
 */
export type OutputOf<S extends StandardSchema> = NonNullable<
  S["~standard"]["types"]
>["output"];

/**
 * Makes a schema of a TypeScript type alone: nothing is checked at run time.
 *
 * @typeParam T The type.
 * @param jsonSchema What to say of it in an OpenRPC document.
 * @returns The schema.
 *
 * @example A type without a check
 * ```ts
 * import { type } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const number = type<number>({ type: "number" });
 * const outcome: unknown = number["~standard"].validate("no number");
 * assertEquals(outcome, { value: "no number" });
 * ```
 *
 * @category Contracts
 */
export function type<T>(
  jsonSchema: Record<string, unknown> = {},
): StandardSchema<T> {
  const make = () => jsonSchema;
  return {
    "~standard": {
      version: 1,
      vendor: "wirekit",
      validate: (value) => ({ value: value as T }),
      jsonSchema: { input: make, output: make },
    },
  };
}

/**
 * Makes a schema of a function.
 *
 * @typeParam T The type of what passes.
 * @param check Whether a value is of the type.
 * @param message What to say of one that is not.
 * @param jsonSchema What to say of it in an OpenRPC document.
 * @returns The schema.
 *
 * @example A check without a library
 * ```ts
 * import { check } from "@wirekit/jsonrpc";
 * import { assertEquals } from "@std/assert";
 *
 * const number = check(
 *   (value): value is number => typeof value === "number",
 *   "Expected a number",
 * );
 * assertEquals(number["~standard"].validate("one"), {
 *   issues: [{ message: "Expected a number" }],
 * });
 * ```
 *
 * @category Contracts
 */
export function check<T>(
  check: (value: unknown) => value is T,
  message: string,
  jsonSchema: Record<string, unknown> = {},
): StandardSchema<T> {
  const { "~standard": standard } = type<T>(jsonSchema);
  return {
    "~standard": {
      ...standard,
      validate: (value) => check(value) ? { value } : { issues: [{ message }] },
    },
  };
}
