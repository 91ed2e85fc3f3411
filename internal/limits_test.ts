// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { Outbox } from "./limits.ts";

const NEVER = new Promise<void>(() => {});

Deno.test("An outbox counts the bytes of large texts, the first one included", () => {
  for (const [letter, bytes] of [["x", 1], ["é", 2], ["€", 3]] as const) {
    const text = letter.repeat(1_000_000);
    const outbox = new Outbox();
    let count = 0;
    while (outbox.hasRoom(text)) {
      outbox.sent(text, NEVER);
      count++;
    }
    assertEquals(count, Math.floor(58.720256 / bytes));
  }
});

Deno.test("An outbox has room again once the carrier has taken what was sent", async () => {
  let hasRoom = 0;
  const outbox = new Outbox(() => hasRoom++);
  const { promise, resolve } = Promise.withResolvers<void>();
  const bytes = new Uint8Array(40_000_000);
  outbox.sent(bytes, promise);
  assert(outbox.isBlocked && !outbox.hasRoom(bytes));
  resolve();
  await promise;
  assert(hasRoom === 1 && !outbox.isBlocked && outbox.hasRoom(bytes));
});
