// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { randomFrom } from "../../hub/winerp/testdata/model.ts";
import { certaintyOf, quantile, trendOf } from "./_trend.ts";

Deno.test("trendOf() finds a slope among noise and odd values", () => {
  const random = randomFrom(7);
  for (const count of [50, 399, 1_200]) {
    for (const slope of [0, 0.01, -0.02]) {
      const values = Array.from({ length: count }, (_, n) => {
        const odd = random() < 0.1 ? 100 * random() : 0;
        return 150 + slope * n + random() + odd;
      });
      assertAlmostEquals(trendOf(values), slope, 0.01);
    }
  }
  // Half of what a heap does is a saw.
  const saw = Array.from({ length: 600 }, (_, n) => 150 + n % 40);
  assert(Math.abs(trendOf(saw)) < 0.01, `${trendOf(saw)}`);
  assertEquals(trendOf([1, 2, 3]), 1);
});

Deno.test("quantile() orders numbers as numbers", () => {
  const values = Array.from({ length: 100 }, (_, n) => 99 - n);
  assertEquals([0.5, 0.99].map((part) => quantile(values, part)), [50, 99]);
});

Deno.test("certaintyOf() tells a trend from chance", () => {
  const random = randomFrom(7);
  let found = 0;
  for (let n = 0; n < 1_000; n++) {
    if (certaintyOf(Array.from({ length: 7 }, random)) > 2) found++;
  }
  assert(found > 10 && found < 70, `${found} of 1,000`);
  for (const length of [7, 20, 100]) {
    const values = Array.from({ length }, (_, n) => n + random());
    assert(certaintyOf(values) > 2);
  }
  assertEquals(certaintyOf([3, 3, 3]), 0);
});
