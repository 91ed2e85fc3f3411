// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { History } from "./_history.ts";

const MOMENT = { clients: 2, informs: 0, errors: 0, p50: 1, p99: 9, lag: 0.5 };

Deno.test("History tells what was added within each second", () => {
  const history = new History();
  for (const requests of [100, 130, 130]) {
    history.tick({ ...MOMENT, requests });
  }
  const { requests, clients, p99 } = history.report();
  assertEquals(requests, [0, 30, 0]);
  assertEquals(clients, [2, 2, 2]);
  assertEquals(p99, [9, 9, 9]);
});

Deno.test("History keeps ten minutes, and no more", () => {
  const history = new History();
  for (let n = 0; n < 3000; n++) history.tick({ ...MOMENT, requests: n ** 2 });
  const { at, requests } = history.report();
  assertEquals([at.length, requests.length], [600, 600]);
  assertEquals(requests.at(-1), 2999 ** 2 - 2998 ** 2);
});
