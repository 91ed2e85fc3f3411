// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What a router does for winerp clients, whether it is one or many that are one.
 */

import { testInformation } from "./router/information.ts";
import { testLimits } from "./router/limits.ts";
import { testNames } from "./router/names.ts";
import { testRequests } from "./router/requests.ts";
import type { RouterClass } from "./router/wires.ts";

/**
 * Registers the tests.
 *
 * @param subject What is tested, as the first words of each name.
 * @param Router Makes what is tested.
 */
export function testRouter(subject: string, Router: RouterClass): void {
  testNames(subject, Router);
  testRequests(subject, Router);
  testInformation(subject, Router);
  testLimits(subject, Router);
}
