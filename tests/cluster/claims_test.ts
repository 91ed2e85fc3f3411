// Copyright 2026 the Wirekit authors. MIT license.

/** Many nodes want the same names at the same time. */

import { race } from "./_race.ts";

const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "No two nodes have a name at the same time, in 10,000 contests",
  options,
  async () => {
    await race(1, 10_000);
  },
);
