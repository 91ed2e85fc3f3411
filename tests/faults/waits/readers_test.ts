// Copyright 2026 the Wirekit authors. MIT license.

/** Frozen and slow readers, on every carrier of the hub. */

import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Party, type RunningServer, start, TLS_FLAGS } from "../_kit.ts";
import { Wire } from "../_wire.ts";

const CARRIERS = ["ws", "wss", "tcp", "tls", "unix"];

async function hub(carrier: string): Promise<
  RunningServer & { url: string; mine: string }
> {
  const directory = await Deno.makeTempDir();
  const flags = ["--idle-timeout=4", "--tcp=0", `--unix=${directory}/hub.sock`];
  if (/wss|tls/.test(carrier)) flags.push(...TLS_FLAGS);
  const server = await start("hub", flags);
  const { urls } = server;
  return { ...server, url: urls[carrier]!, mine: (urls["ws"] ?? urls["wss"])! };
}

async function enter(url: string, name: string): Promise<Wire> {
  const wire = await Wire.open(url);
  await wire.send(`{"type":1,"id":"${name}","uuid":"v"}`);
  assertEquals(JSON.parse(await wire.receive() ?? "{}").type, 0);
  return wire;
}

/** Takes the next answer, past what the hub says for a sign of life. */
async function answer(wire: Wire): Promise<{ type?: number; uuid?: string }> {
  for (;;) {
    const message = JSON.parse(await wire.receive() ?? "{}");
    if (message.type !== 6) return message;
  }
}

function question(uuid: string, data: unknown): string {
  const to = { destination: "other", route: "r" };
  return JSON.stringify({ type: 2, id: "me", ...to, data, uuid });
}

for (const carrier of CARRIERS) {
  Deno.test(`A client that freezes on ${carrier} loses its name, and its callers hear of it`, async () => {
    await using server = await hub(carrier);
    await using frozen = new Party("hub");
    await frozen.do("enter", { url: server.url, name: "other" });
    frozen.freeze();
    using me = await enter(server.mine, "me");
    // What it has been asked, it is never to answer; some of it is large.
    const size = 1_000_000;
    for (let i = 1; i <= 3; i++) {
      await me.send(
        question(`u${i}`, { text: "x".repeat(i === 3 ? size : 1) }),
      );
    }
    const outcomes = [];
    for (let i = 1; i <= 3; i++) {
      const { type, uuid } = await answer(me);
      outcomes.push(`${type} ${uuid}`);
    }
    assertEquals(outcomes.sort(), ["4 u1", "4 u2", "4 u3"]);
    using next = await enter(server.mine, "other");
    await me.send(question("u4", {}));
    assertEquals((await answer(next)).uuid, "u4");
    await server.program.says(/"other".* (left|dropped)|[Dd]ropped.*"other"/);
  });

  Deno.test(`A client that does not read on ${carrier} is dropped before it costs more than it may`, async () => {
    await using server = await hub(carrier);
    await using frozen = new Party("hub");
    await frozen.do("enter", { url: server.url, name: "other" });
    frozen.freeze();
    using me = await enter(server.mine, "me");
    const data = "x".repeat(1_000_000);
    const inform = JSON.stringify({
      type: 6,
      id: "me",
      route: ["other"],
      data,
    });
    for (let i = 0; i < 60; i++) await me.send(inform);
    await me.send('{"type":5,"id":"me","uuid":"p","destination":null}');
    assertEquals((await answer(me)).uuid, "p");
    await server.program.says(/"other".* (left|dropped)|[Dd]ropped.*"other"/);
  });

  Deno.test(`A client that reads slowly on ${carrier} gets all, past the idle time`, async () => {
    await using server = await hub(carrier);
    using slow = await enter(server.url, "other");
    using me = await enter(server.mine, "me");
    const data = "x".repeat(1_500_000);
    const inform = JSON.stringify({
      type: 6,
      id: "me",
      route: ["other"],
      data,
    });
    const count = 5;
    for (let i = 0; i < count; i++) await me.send(inform);
    let left = count * data.length;
    const buffer = new Uint8Array(65_536);
    const begin = performance.now();
    while (left > 0) {
      const read = await slow.conn.read(buffer);
      assert(read !== null, `The end came ${left} bytes early`);
      left -= read;
      await delay(read / 1_000); // A megabyte a second.
    }
    assert(performance.now() - begin > 4_000);
  });
}
