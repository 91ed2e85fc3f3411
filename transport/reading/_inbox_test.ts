// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "../_node.ts";
import { Inbox } from "./_inbox.ts";
import { CloseError } from "../transport.ts";

/** Burns a processor. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

Deno.test("Inbox leaves turns to the others while its reader works on many messages", async () => {
  const inbox = new Inbox<string>();
  for (let i = 0; i < 400; i++) inbox.push(`${i}`);
  inbox.end(new CloseError(1000));
  let turns = 0;
  let over = false;
  const turn = () => {
    turns++;
    if (!over) setImmediate(turn);
  };
  setImmediate(turn);
  const received: string[] = [];
  for await (const message of { [Symbol.asyncIterator]: () => inbox }) {
    received.push(message);
    work(0.2);
  }
  over = true;
  assert(turns >= 5, `${turns} turns`);
  assertEquals(received, Array.from({ length: 400 }, (_, i) => `${i}`));
});
