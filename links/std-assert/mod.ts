import * as original from "npm:deno-std@1.4.0/assert/mod.js";

// deno-lint-ignore no-explicit-any
type Constructor<T> = abstract new (...args: any[]) => T;
type Compare = <T>(actual: T, expected: T, msg?: string) => void;

export const AssertionError: new (message: string) => Error =
  original.AssertionError;
export const assert: (expr: unknown, msg?: string) => asserts expr =
  original.assert;
export const assertFalse: (expr: unknown, msg?: string) => void =
  original.assertFalse;
export const assertEquals: Compare = original.assertEquals;
export const assertNotEquals: Compare = original.assertNotEquals;
export const assertStrictEquals: Compare = original.assertStrictEquals as never;
export const assertGreater: Compare = original.assertGreater;
export const assertGreaterOrEqual: Compare = original.assertGreaterOrEqual;
export const assertLess: Compare = original.assertLess;
export const assertLessOrEqual: Compare = original.assertLessOrEqual;
export const assertAlmostEquals: (
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
) => void = original.assertAlmostEquals;
export const assertArrayIncludes: <T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
) => void = original.assertArrayIncludes;
export const assertExists: <T>(
  actual: T,
  msg?: string,
) => asserts actual is NonNullable<T> = original.assertExists as never;
export const assertInstanceOf: <T>(
  actual: unknown,
  expectedType: Constructor<T>,
  msg?: string,
) => asserts actual is T = original.assertInstanceOf as never;
export const assertMatch: (
  actual: string,
  expected: RegExp,
  msg?: string,
) => void = original.assertMatch;
export const assertNotMatch: (
  actual: string,
  expected: RegExp,
  msg?: string,
) => void = original.assertNotMatch;
export const assertObjectMatch: (
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
) => void = original.assertObjectMatch;
export const assertStringIncludes: (
  actual: string,
  expected: string,
  msg?: string,
) => void = original.assertStringIncludes;
export const assertThrows: <E extends Error = Error>(
  fn: () => unknown,
  ErrorClass?: Constructor<E>,
  msgIncludes?: string,
  msg?: string,
) => E = original.assertThrows as never;
export const assertRejects: <E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass?: Constructor<E>,
  msgIncludes?: string,
  msg?: string,
) => Promise<E> = original.assertRejects as never;
export const fail: (msg?: string) => never = original.fail;
export const unreachable: (reason?: string) => never = original.unreachable;
