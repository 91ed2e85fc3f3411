// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { LimitError } from "@wirekit/internal/errors";
import { Client } from "../client.ts";
import { serve } from "../serve.ts";

Deno.test("A client that asks and tells more in one turn than its connection keeps is refused the rest, and keeps the connection", async () => {
  await using server = await serve({
    port: 0,
    maxMessageBytes: 16 * 1024 * 1024,
    maxOutboxBytes: Infinity,
  });
  const [url] = server.urls;
  const options = { url, maxSentBytes: 16 * 1024 * 1024 };
  await using bot = new Client("bot", options);
  bot.route("size", ({ text }: { text: string }) => text.length);
  await bot.connect();
  // Each sign takes one byte, or three.
  for (const sign of ["x", "€"]) {
    await using me = new Client("me", options);
    await me.connect();
    let lost = 0;
    me.addEventListener("disconnect", () => lost++);
    const text = sign.repeat(8_000_000 / (sign === "x" ? 1 : 3));
    const sent = Array.from(
      { length: 40 },
      (_, n) =>
        n % 4 === 3
          ? me.inform({ text }, "bot").then(() => "told")
          : me.request("bot", "size", { text }, { timeout: 60_000 }),
    );
    const outcomes = await Promise.allSettled(sent);
    const refused = outcomes.filter((each) => each.status === "rejected");
    for (const { reason } of refused) {
      assert(reason instanceof LimitError, String(reason));
    }
    const done = outcomes.length - refused.length;
    assert(done >= 4 && done < 10, `${done} were sent`);
    assertEquals(lost, 0);
    assertEquals(await me.request("bot", "size", { text: "short" }), 5);
  }
});
