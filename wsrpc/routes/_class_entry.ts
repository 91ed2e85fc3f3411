// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { type Exposable, exposureOf } from "./_exposure.ts";
import { Instances } from "./_instances.ts";
import type { RouteEntry } from "./_table.ts";

/**
 * Makes the entry of a class. Throws a `TypeError` if it exposes what it cannot.
 */
export function entryOf(name: string, type: Exposable): RouteEntry {
  const exposure = exposureOf(type);
  return {
    methods: Array.from(
      exposure.methods.keys(),
      (method) => `${name}.${method}`,
    ),
    call(scope, method, args) {
      scope.instances ??= new Instances(scope.peer);
      // The bare name of a class is its `init`.
      const called = method === name ? "init" : method.slice(name.length + 1);
      return scope.instances.call(exposure, called, args);
    },
  };
}
