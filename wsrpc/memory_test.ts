// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { pair } from "@wirekit/transport/pair";
import { Peer } from "./peer.ts";

const CALLS = 1_000_000;
const DEPTH = 64;

/** What a leak of one small object for each call would exceed. */
const MARGIN_BYTES = 4 * 1024 * 1024;

Deno.test("Peer needs no more memory after 1 000 000 calls than before", async () => {
  const [near, far] = pair();
  await using server = new Peer(near, {
    routes: { add: (_peer, { a, b }) => a + b },
  });
  await using client = new Peer(far);
  const { signal } = new AbortController();
  let made = 0;
  // The garbage of a moment counts too: the least of many looks does not.
  const least = { early: Infinity, late: Infinity };

  async function work(): Promise<void> {
    while (made < CALLS) {
      const a = made++;
      const options = a % 8 === 0 ? { signal, timeout: 5_000 } : undefined;
      const sum = await client.call("add", { a, b: 1 }, options);
      if (sum !== a + 1) throw new Error(`Wrong answer ${sum}`);
      if (a % 500 !== 0) continue;
      const { heapUsed } = Deno.memoryUsage();
      if (a > 0.1 * CALLS && a < 0.4 * CALLS) {
        least.early = Math.min(least.early, heapUsed);
      } else if (a > 0.7 * CALLS) {
        least.late = Math.min(least.late, heapUsed);
      }
    }
  }

  await Promise.all(Array.from({ length: DEPTH }, work));
  assertEquals(client.nextId, 2 * CALLS + 1);
  assertEquals([client.calls, client.handlers], [0, 0]);
  assertEquals([server.calls, server.handlers], [0, 0]);
  const growth = least.late - least.early;
  assert(growth < MARGIN_BYTES, `The heap has grown by ${growth} bytes`);
});
