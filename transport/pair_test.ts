// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { pair } from "./pair.ts";
import { CloseError } from "./transport.ts";

Deno.test("pair() delivers what was sent before a close", async () => {
  const [near, far] = pair();
  near.send("one");
  near.send("two");
  await near.close(new CloseError(1012, { reason: "restarting" }));
  const received: string[] = [];
  const error = await assertRejects(async () => {
    for await (const message of far) received.push(message);
  }, CloseError);
  assertEquals(received, ["one", "two"]);
  assertEquals([error.code, error.reason], [1012, "restarting"]);
});

Deno.test("pair() makes a sender wait for a slow reader", async () => {
  const [near, far] = pair({ highWaterMark: 56 });
  assertEquals(near.send("a"), near.send("b")); // One shared promise.
  await near.send("c");
  let resolved = false;
  const sent = near.send("d".repeat(24)).then(() => resolved = true);
  const reader = far[Symbol.asyncIterator]();
  for (let i = 0; i < 2; i++) await reader.next();
  assert(!resolved);
  await reader.next();
  await sent;
});

Deno.test("pair() rejects a waiting sender when the peer closes", async () => {
  const [near, far] = pair({ highWaterMark: 1 });
  const sent = near.send("a");
  await far.close(new CloseError(1008));
  const error = await assertRejects(() => sent, CloseError);
  assertEquals(error.code, 1008);
});

Deno.test("pair() closes a sender that does not wait with code 1013", async () => {
  const [near, far] = pair({ highWaterMark: 10, maxOutboxBytes: 250 });
  for (let i = 0; i < 100; i++) near.send("x");
  const error = await assertRejects(() => near.send("x"), CloseError);
  assertEquals([error.code, error.reason], [1013, "outbox is full"]);
  let count = 0;
  await assertRejects(async () => {
    for await (const _ of far) count++;
  }, CloseError);
  assertEquals(count, 15);
});

Deno.test("pair() tells the peer no word of a foreign error", async () => {
  const [near, far] = pair();
  await near.close(new Error("secret"));
  const seen = await assertRejects(() => Array.fromAsync(far), CloseError);
  assertEquals([seen.code, seen.reason, seen.cause], [1011, "", undefined]);
  const own = await assertRejects(() => Array.fromAsync(near), CloseError);
  assertEquals((own.cause as Error).message, "secret");
});

Deno.test("pair() counts the bytes of text, not its characters", async () => {
  const [near, far] = pair({ maxMessageBytes: 10 });
  await near.send("\u20ac".repeat(3));
  await near.send("\u{1f600}\u{1f600}é");
  const error = await assertRejects(
    () => near.send("\u20ac\u20ac\u20acéa"),
    CloseError,
  );
  assertEquals(error.code, 1009);
  await assertRejects(() => Array.fromAsync(far), CloseError);
});
