// Copyright 2026 the Wirekit authors. MIT license.

import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { described, errorOf, readable } from "./errors.ts";
import { revoked } from "./testing.ts";

Deno.test("errorOf() and readable() return an error as it is, and make one of what cannot be read", () => {
  const error = new RangeError("far");
  assertStrictEquals(errorOf(error), error);
  assertStrictEquals(readable(error), error);
  for (const thrown of [null, undefined, "text", 5n, Symbol.iterator, {}]) {
    assertStrictEquals(readable(thrown), thrown);
    assertInstanceOf(errorOf(thrown), Error);
  }
  const texts = [
    readable(revoked()),
    errorOf(revoked()),
    errorOf(Object.create(null)),
  ].map(String);
  assertEquals(texts, Array(3).fill("Error: unreadable error"));
});

Deno.test("described() says the name and the message of an error, and never throws", () => {
  const broken = Object.defineProperty(new Error(), "message", {
    get() {
      throw null;
    },
  });
  assertEquals(described(new RangeError("far")), "RangeError: far");
  assertEquals(described("text"), "text");
  assertEquals(described(null), "null");
  assertEquals(described(Symbol("s")), "Symbol(s)");
  for (const thrown of [revoked(), Object.create(null), broken]) {
    assertEquals(described(thrown), "unreadable error");
  }
});
