// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { LimitError } from "@wirekit/internal/errors";
import { connect } from "./client.ts";
import { serve } from "./serve.ts";

Deno.test("A client that calls and emits more in one turn than its connection keeps is refused the rest, and keeps the connection", async () => {
  await using server = await serve({
    port: 0,
    routes: { size: (_peer, { text }: { text: string }) => text.length },
  });
  await using client = await connect(server.urls[0]);
  const text = "x".repeat(3_900_000);
  const sent = Array.from(
    { length: 80 },
    (_, n) =>
      n % 4 === 3
        ? client.emit({ text })
        : client.call("size", { text }, { timeout: 60_000 }),
  );
  const outcomes = await Promise.allSettled(sent);
  const refused = outcomes.filter((each) => each.status === "rejected");
  for (const { reason } of refused) {
    assert(reason instanceof LimitError, String(reason));
  }
  const done = outcomes.length - refused.length;
  assert(done >= 8 && done < 20, `${done} were sent`);
  assertEquals(await client.call("size", { text: "short" }), 5);
});
