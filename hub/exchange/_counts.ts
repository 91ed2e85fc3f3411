// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Totals } from "./totals.ts";

/** What an exchange has passed on so far, while it counts. */
export class Counts implements Totals {
  requests = 0;
  answers = 0;
  errors = 0;
  failures = 0;
  abandoned = 0;
  informs = 0;
  told = 0;
  fromElsewhere = 0;
}
