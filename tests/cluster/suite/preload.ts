// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Makes of `Deno.test` what leaves out the tests that are about one hub by their
 * nature, and leaves alone the timers of the client of NATS, which last longer
 * than a test.
 */

import { isPerNode } from "./per_node.ts";

const lenient = { sanitizeOps: false, sanitizeResources: false };
const register = Deno.test;
const wrapped = ((...args: unknown[]) => {
  const definition: Record<string, unknown> = {};
  for (const arg of args) {
    if (typeof arg === "string") definition.name = arg;
    else if (typeof arg === "function") {
      definition.name ??= arg.name;
      definition.fn = arg;
    } else Object.assign(definition, arg);
  }
  const all = { ...definition, ...lenient } as Deno.TestDefinition;
  if (!isPerNode(all.name)) register(all);
}) as typeof Deno.test;
Reflect.set(Deno, "test", Object.assign(wrapped, register));
