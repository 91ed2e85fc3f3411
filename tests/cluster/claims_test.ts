// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Many nodes want the same names at the same time. `CLAIMS=100000` makes it more
 * of them.
 */

import { race } from "./_race.ts";

const WINS = Number(Deno.env.get("CLAIMS") ?? 10_000);

const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "No two nodes have a name at the same time, in 10,000 contests",
  options,
  async () => {
    await race({ servers: 1, wins: WINS, patience: 30_000 + WINS * 20 });
  },
);

Deno.test(
  "No two nodes have a name at the same time, in 10,000 contests while links are cut, nodes die, and the server is killed and frozen",
  options,
  async () => {
    const patience = 60_000 + WINS * 50;
    await race({ servers: 1, wins: WINS, faults: true, patience });
  },
);
