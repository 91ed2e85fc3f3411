// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { pair } from "@wirekit/transport/pair";
import { Peer } from "./peer.ts";
import { usedHeap } from "../tests/_heap.ts";

const WARM_UP = 100_000;
const CALLS = 1_000_000;
const DEPTH = 64;

/** What a leak of one pointer for each call would exceed. */
const MARGIN_BYTES = 2 * 1024 * 1024;

Deno.test("Peer needs no more memory after 1 000 000 calls than before", async () => {
  const [near, far] = pair();
  await using server = new Peer(near, {
    routes: { add: (_peer, { a, b }) => a + b },
  });
  await using client = new Peer(far);
  const { signal } = new AbortController();
  let made = 0;

  async function work(until: number): Promise<void> {
    while (made < until) {
      const a = made++;
      const options = a % 8 === 0 ? { signal, timeout: 5_000 } : undefined;
      const sum = await client.call("add", { a, b: 1 }, options);
      if (sum !== a + 1) throw new Error(`Wrong answer ${sum}`);
    }
  }

  async function heapAfter(calls: number): Promise<number> {
    await Promise.all(Array.from({ length: DEPTH }, () => work(calls)));
    return usedHeap();
  }

  const early = await heapAfter(WARM_UP);
  const late = await heapAfter(CALLS);
  assertEquals(client.nextId, 2 * CALLS + 1);
  assertEquals([client.calls, client.handlers], [0, 0]);
  assertEquals([server.calls, server.handlers], [0, 0]);
  const growth = late - early;
  assert(growth < MARGIN_BYTES, `The heap has grown by ${growth} bytes`);
});
