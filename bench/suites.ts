// Copyright 2026 the Wirekit authors. MIT license.

/** All parts of the benchmark, in the order of the table. */

import type { Suite } from "./suite.ts";
import * as calls from "./suites/calls.ts";
import * as hub from "./suites/hub.ts";

/** The suites. */
export const suites: Suite[] = [hub, calls].map(({ suite }) => suite);
