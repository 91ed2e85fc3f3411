// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Many nodes want the same names at the same time. `CLAIMS=100000` makes it more
 * of them.
 */

import { race } from "./_race.ts";

const WINS = Number(Deno.env.get("CLAIMS") ?? 10_000);

for (const servers of [1, 3]) {
  const where = servers === 1 ? "the server" : "one of three servers";
  Deno.test({
    name:
      `No two nodes have a name at the same time, in 10,000 contests while their processes are frozen and killed, links are cut, and ${where} is killed and frozen`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await race({ servers, wins: WINS, patience: 240_000 + WINS * 20 });
    },
  });
}
