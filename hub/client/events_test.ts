// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertRejects } from "@std/assert";
import type { Client } from "../client.ts";
import { LimitError, TimeoutError } from "../errors.ts";
import type { ClientEventType, Information } from "./events.ts";
import { connected } from "./testdata/fake_hub.ts";

const information = (data: unknown) => ({ type: 6, id: "beta", data });

Deno.test("Client tells of requests, responses and informations", async () => {
  const { client, connection } = await connected();
  const seen = record(client, "request", "response", "information");
  client.route("greet", () => "hello");
  await connection.send({
    type: 2,
    route: "greet",
    data: { a: 1 },
    destination: "beta",
    uuid: "u",
  });
  await connection.read();
  const answer = client.request("beta", "greet");
  await connection.answer(await connection.read(), 0);
  await answer;
  const told = client.waitFor("information");
  await connection.send(information(false));
  assertEquals(await told, { data: false, source: "beta" });
  assertEquals(seen, [
    ["request", { route: "greet", source: "beta", data: { a: 1 } }],
    ["response", { route: "greet", source: "beta", data: 0 }],
    ["information", { data: false, source: "beta" }],
  ]);
  await client.close();
});

Deno.test("Client stops telling a listener that was removed", async () => {
  const { client, connection } = await connected();
  let count = 0;
  const listener = { handleEvent: () => count++ };
  client.addEventListener("information", listener);
  client.addEventListener("information", null);
  let told = client.waitFor("information");
  await connection.send(information(1));
  await told;
  client.removeEventListener("information", listener);
  told = client.waitFor("information");
  await connection.send(information(2));
  await told;
  assertEquals(count, 1);
  await client.close();
});

Deno.test("Client waitFor() ends at its deadline, by its signal, and twice is fine", async () => {
  const { client, connection } = await connected();
  await assertRejects(
    () => client.waitFor("hold", { timeout: 1 }),
    TimeoutError,
    'No event "hold" in time',
  );
  const reason = new Error("enough");
  for (const early of [true, false]) {
    const controller = new AbortController();
    if (early) controller.abort(reason);
    const { signal } = controller;
    const waiting = client.waitFor("hold", { signal, timeout: Infinity });
    controller.abort(reason);
    assertEquals(await waiting.catch((error) => error), reason);
  }
  const both = [client.waitFor("information"), client.waitFor("information")];
  await connection.send(information(1));
  await connection.send(information(2));
  assertEquals((await Promise.all(both)).map(({ data }) => data), [1, 1]);
  await assertRejects(
    () => client.waitFor("ready", { timeout: NaN }),
    RangeError,
  );
  await client.close();
});

Deno.test("Client information() gives each loop all of them, in order", async () => {
  const { client, hub, connection } = await connected();
  const loops = [client.information(), client.information()];
  const first = loops[0]!.next();
  for (let i = 0; i < 50; i++) await connection.send(information(i));
  assertEquals((await first).value, { data: 0, source: "beta" });
  await connection.transport.close();
  const next = await hub.next();
  await next.accept();
  await next.send(information(50));
  for (const [k, loop] of loops.entries()) {
    const seen: unknown[] = [];
    for await (const { data } of loop) {
      seen.push(data);
      if (data === 50) break;
    }
    assertEquals(
      seen,
      Array.from({ length: 51 - (1 - k) }, (_, i) => i + 1 - k),
    );
  }
  assertEquals(await loops[0]!.next(), { done: true, value: undefined });
  await client.close();
});

Deno.test("Client information() ends with an error when it falls behind, after what waits", async () => {
  const { client, connection } = await connected();
  const loop = client.information({ maxInboxBytes: 400 });
  for (let i = 0; i < 5; i++) await connection.send(information("x"));
  const seen: Information[] = [];
  await assertRejects(
    async () => {
      for await (const information of loop) seen.push(information);
    },
    LimitError,
    "Fell behind: more than 400 bytes",
  );
  assertEquals(seen.length, 3);
  assertEquals(await loop.next(), { done: true, value: undefined });
  await client.close();
});

Deno.test("Client information() ends by its signal", async () => {
  const { client } = await connected();
  const reason = new Error("enough");
  const early = client.information({ signal: AbortSignal.abort(reason) });
  assertEquals(await early.next().catch((error) => error), reason);
  const controller = new AbortController();
  const loop = client.information({ signal: controller.signal });
  const next = loop.next();
  controller.abort(reason);
  assertEquals(await next.catch((error) => error), reason);
  await using _ = client.information();
  await client.close();
});

function record(
  client: Client,
  ...types: ClientEventType[]
): [string, unknown][] {
  const seen: [string, unknown][] = [];
  for (const type of types) {
    client.addEventListener(type, ({ detail }) => seen.push([type, detail]));
  }
  return seen;
}
