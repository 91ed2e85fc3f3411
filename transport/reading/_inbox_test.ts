// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { Inbox } from "./_inbox.ts";
import { countTurns, work } from "../testdata/turns.ts";
import { CloseError } from "../transport.ts";

Deno.test("Inbox leaves turns to the others while its reader works on many messages", async () => {
  const inbox = new Inbox<string>();
  for (let i = 0; i < 400; i++) inbox.push(`${i}`);
  inbox.end(new CloseError(1000));
  const counted = countTurns();
  const received: string[] = [];
  for await (const message of { [Symbol.asyncIterator]: () => inbox }) {
    received.push(message);
    work(0.2);
  }
  const turns = counted();
  assert(turns >= 5, `${turns} turns`);
  assertEquals(received, Array.from({ length: 400 }, (_, i) => `${i}`));
});
