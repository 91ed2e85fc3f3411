// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { LimitError } from "@wirekit/internal/errors";
import { Methods } from "../answer/methods.ts";
import { serve } from "../answer/serve.ts";
import { connect } from "./client.ts";

Deno.test("A client that calls and notifies more in one turn than its connection keeps is refused the rest, and keeps the connection", async () => {
  await using server = await serve({
    port: 0,
    methods: new Methods().add("size", (_call, text: string) => text.length),
  });
  await using client = await connect(server.urls[0]);
  const text = "x".repeat(8_000_000);
  const sent = Array.from(
    { length: 40 },
    (_, n) =>
      n % 4 === 3
        ? client.notify("size", [text])
        : client.request("size", [text], { timeout: 60_000 }),
  );
  const outcomes = await Promise.allSettled(sent);
  const refused = outcomes.filter((each) => each.status === "rejected");
  for (const { reason } of refused) {
    assert(reason instanceof LimitError, String(reason));
  }
  const done = outcomes.length - refused.length;
  assert(done >= 4 && done < 40, `${done} were done`);
  assertEquals(await client.request("size", ["short"]), 5);
});
