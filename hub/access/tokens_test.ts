// Copyright 2026 the Wirekit authors. MIT license.

/** Which texts can be tokens, and how clients show them. */

import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { Client } from "../client.ts";
import { Hub } from "../hub.ts";
import { serve } from "../serve.ts";

Deno.test("Whatever token a hub takes, each way of showing it opens the hub", async () => {
  for (
    const token of ["s3cret", "a  b", "crêt", '"a,b";=', "x".repeat(1_024)]
  ) {
    await using server = await serve({ port: 0, tcpPort: 0, token });
    for (const url of server.urls) {
      await using client = new Client("bot", { url, token });
      await client.connect();
    }
  }
});

Deno.test("A hub takes no token that nobody could show, and tells it to nobody", () => {
  const faults: [string, RegExp][] = [
    ["s3cret\n", /no header carries/],
    ["s3\r\ncret", /no header carries/],
    ["s3cret\0", /no header carries/],
    ["s3\tcret", /no header carries/],
    ["s3cr€t", /no header carries/],
    [" s3cret", /begins or ends with a space/],
    ["s3cret ", /begins or ends with a space/],
    [" ", /begins or ends with a space/],
    ["s3cret".repeat(200), /longer than 1024/],
    ["", /is empty/],
  ];
  for (const [token, why] of faults) {
    const names = ["bot"];
    for (
      const options of [{ token }, { tokens: [{ label: "x", token, names }] }]
    ) {
      const { message } = assertThrows(() => new Hub(options), TypeError);
      assertMatch(message, why);
      assertEquals(message.includes("s3"), false, message);
    }
  }
});

Deno.test("A client says that it cannot send its token, and not the token", async () => {
  await using hub = await serve({ port: 0 });
  for (const token of ["s3cret\nx", "s3cr€t", "s3cret\0"]) {
    await using client = new Client("bot", { url: hub.urls[0], token });
    const error = await assertRejects(() => client.connect(), TypeError);
    assertMatch(error.message, /"authorization" is not valid$/);
    assertEquals(Deno.inspect(error).includes("s3"), false);
  }
});
