// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Problem } from "../reports/hub.ts";

/** A problem as it is found: the rest is known from before. */
export type Found = Pick<Problem, "id" | "severity" | "text" | "cure"> & {
  count?: number;
  since?: number;
};
