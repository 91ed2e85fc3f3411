// Copyright 2026 the Wirekit authors. MIT license.

/** Each call ends once, whatever happens to the one who answers. */

import { assert, assertEquals } from "@std/assert";
import { httpDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { connect } from "@wirekit/transport/connect";
import { jsonRpcEverywhere } from "./_lines.ts";
import { type Speaker, SPEAKERS } from "./_speakers.ts";

/** How many calls each asker makes. */
const CALLS = 200;

async function open() {
  return await serve({
    port: 0,
    maxOutboxBytes: 2 * 1024 * 1024,
    idleTimeout: 60_000,
    open: [httpDoor(), jsonRpcEverywhere(), wsrpcDoor()],
  });
}

async function speaker(
  urls: readonly string[],
  kind: string,
  name: string,
): Promise<Speaker> {
  const made = await SPEAKERS[kind]!(urls, name);
  await made.ready;
  return made;
}

for (const kind of Object.keys(SPEAKERS)) {
  Deno.test(`Each call of many ends once while a ${kind} answerer comes and goes`, async () => {
    await using server = await open();
    const { urls } = server;
    const askers = await Promise.all(
      Object.keys(SPEAKERS).map((each) => speaker(urls, each, `asks ${each}`)),
    );
    let over = false;
    const coming = (async () => {
      for (let n = 0; !over; n++) {
        const answerer = await speaker(urls, kind, "answers");
        const enough = 20 + 13 * (n % 7);
        // A question that is never answered waits for this end.
        for (let turn = 0; turn < 20 && !over; turn++) {
          if (answerer.asked.length >= enough) break;
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        await answerer.leave();
      }
    })();
    coming.catch(() => {}); // What is wrong shows in the ledger.
    const ledger = await Promise.all(askers.map(async (asker) => {
      const ended = { answered: 0, failed: 0, refused: 0 };
      for (let n = 0; n < CALLS; n += 10) {
        await Promise.all(Array.from({ length: 10 }, async (_, k) => {
          const route = k === 0 ? "never" : k === 1 ? "fail" : "echo";
          const data = `{"n":${n + k}}`;
          const { data: result, message } = await asker.ask(
            "answers",
            route,
            data,
          );
          if (message === undefined) {
            assertEquals([route, result], ["echo", data]);
            ended.answered++;
          } else if (message === "kaput") {
            assertEquals(route, "fail");
            ended.failed++;
          } else {
            assert(
              /disconnected before|Nobody has|not found/.test(message!),
              message,
            );
            ended.refused++;
          }
        }));
      }
      return ended;
    }));
    over = true;
    await coming;
    for (const { answered, failed, refused } of ledger) {
      assertEquals(answered + failed + refused, CALLS);
    }
    assert(ledger.some(({ answered }) => answered > 0));
    assert(ledger.some(({ refused }) => refused > 0));
    for (const { strays } of askers) assertEquals(strays, 0);
    await Promise.all(askers.map((asker) => asker.leave()));
    while (server.hub.exchange.openQuestions > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
}

Deno.test("Who does not read is disconnected, and nobody waits for that", async () => {
  await using server = await open();
  const { urls } = server;
  const [url] = urls;
  // Frozen: nothing is read of what comes, through any door.
  const frozen = await Promise.all([
    connect(`${url}/jsonrpc?name=frozen-0`),
    connect(`${url}/wsrpc/?name=frozen-1`),
    connect(urls.at(-1)!),
  ]);
  await frozen[2]!.send(
    '{"jsonrpc":"2.0","id":1,"method":"hub.join","params":["frozen-2"]}',
  );
  await using a = await speaker(urls, "JSON-RPC", "a");
  await using b = await speaker(urls, "winerp", "b");
  while (server.hub.names.length < 5) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const data = `{"text":"${"x".repeat(500_000)}"}`;
  const started = performance.now();
  while (server.hub.names.some((name) => name.startsWith("frozen"))) {
    for (const name of ["frozen-0", "frozen-1", "frozen-2"]) {
      await a.inform(data, name);
    }
    assertEquals(await a.ask("b", "echo", "{}"), { data: "{}" });
    assert(performance.now() - started < 30_000);
  }
  assertEquals(await b.ask("a", "echo", "{}"), { data: "{}" });
  await Promise.all(frozen.map((each) => each.close()));
});
