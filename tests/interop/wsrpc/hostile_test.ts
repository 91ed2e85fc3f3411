// Copyright 2026 the Wirekit authors. MIT license.

/** What a real server of wsrpc-aiohttp does not survive, on real sockets. */

import { assert, assertEquals } from "@std/assert";
import { connect } from "@wirekit/wsrpc/client";
import { RawWebSocket } from "../../_raw_websocket.ts";
import { type Carrier, startOurs, until } from "./_server.ts";

const MIB = 1024 * 1024;

for (const carrier of ["own", "deno"] satisfies Carrier[]) {
  Deno.test(`Server (${carrier}) holds little for a client that asks for much and does not read`, async () => {
    let started = 0;
    await using ours = await startOurs({}, carrier);
    const large = "x".repeat(MIB);
    ours.wsrpc.router.add("large", () => {
      started++;
      return large;
    });
    using raw = await RawWebSocket.connect(Number(new URL(ours.url).port));
    const before = Deno.memoryUsage().rss;
    for (let id = 2; id < 602; id += 2) {
      await raw.send(`{"id":${id},"method":"large"}`);
    }
    await using client = await connect(ours.url);
    assertEquals(await client.call("add", { a: 1, b: 2 }), 3);
    const [peer] = ours.wsrpc.clients.values();
    await until(() => peer!.handlers > 200);
    assert(started < 50, `${started} of 300 have run`);
    const grown = (Deno.memoryUsage().rss - before) / MIB;
    assert(grown < 200, `Memory has grown by ${grown} MiB`);
  });

  Deno.test(`Server (${carrier}) runs a thousand of 30 000 calls at once, and answers all`, async () => {
    let running = 0;
    let most = 0;
    const gate = Promise.withResolvers<void>();
    await using ours = await startOurs({ maxInFlight: 1 }, carrier);
    ours.wsrpc.router.add("wait", async () => {
      most = Math.max(most, ++running);
      await gate.promise;
      running--;
    });
    await using client = await connect(ours.url, { maxInFlight: 30_000 });
    const calls = Array.from(
      { length: 30_000 },
      () => client.call("wait", {}).then(() => "done", (error) => error.type),
    );
    const [peer] = ours.wsrpc.clients.values();
    await until(() => peer!.handlers > 20_000);
    gate.resolve();
    const outcomes = await Promise.all(calls);
    assertEquals(most, 1024);
    const refused = outcomes.filter((outcome) => outcome === "LimitError");
    const done = outcomes.filter((outcome) => outcome === "done");
    assertEquals(refused.length + done.length, 30_000);
    assert(done.length > 20_000);
  });
}
