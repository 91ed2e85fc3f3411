// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { connect } from "@wirekit/transport/connect";
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import type { Transport } from "@wirekit/transport/transport";
import { Hub } from "../hub.ts";
import { serve } from "../serve.ts";

/** A client by hand, and what it got. */
interface Bot {
  name: string;
  transport: Transport;
  got: Map<string, string>;
}

/** Data that shows where a byte of another message is in it. */
function dataOf(id: string, size: number): string {
  return id.repeat(Math.ceil(size / id.length));
}

async function join(url: string, name: string, isSlow: boolean): Promise<Bot> {
  const transport = await connect(url);
  await transport.send(JSON.stringify({ type: 1, id: name }));
  const bot: Bot = { name, transport, got: new Map() };
  const isIn = Promise.withResolvers<void>();
  void (async () => {
    let count = 0;
    for await (const text of transport) {
      const { type, data, uuid, destination } = JSON.parse(text);
      isIn.resolve();
      if (typeof data !== "object" || data === null) continue;
      const { id, all } = data as { id: string; all: string };
      bot.got.set(`${type} ${id}`, all);
      if (isSlow && ++count % 8 === 0) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      if (type !== 2) continue;
      // As winerp's client writes it, and in another order of its members.
      const answer = count % 3 === 0 ? { data, uuid, destination, type: 3 } : {
        id: name,
        type: 3,
        route: "r",
        traceback: null,
        data,
        uuid,
        destination,
        pseudo_object: null,
      };
      transport.send(JSON.stringify(answer));
    }
  })();
  await isIn.promise;
  return bot;
}

Deno.test("large messages stay what they are, whoever is slow to read them and whoever else gets them", async () => {
  await using server = await serve({ port: 0, tcpPort: 0 });
  const [ws, tcp] = server.urls as [string, string];
  const bots = await Promise.all(
    [ws, ws, ws, ws, tcp, tcp].map((url, n) => {
      const host = url.replace("0.0.0.0", "127.0.0.1");
      return join(host, `bot${n}`, n === 1 || n === 5);
    }),
  );
  const sent: { from: Bot; to: Bot[]; type: number; id: string }[] = [];
  const sizes = [40, 3_000, 20_000, 61_000, 66_000, 131_000, 270_000];
  for (let n = 0; n < 420; n++) {
    const from = bots[n % bots.length]!;
    const others = bots.filter((bot) => bot !== from);
    const to = n % 7 === 0 ? others : [others[n % others.length]!];
    const isRequest = to.length === 1 && n % 7 !== 3;
    const id = `<${n}>`;
    from.transport.send(JSON.stringify({
      id: from.name,
      type: isRequest ? 2 : 6,
      route: isRequest ? "r" : to.map(({ name }) => name),
      traceback: null,
      data: { id, all: dataOf(id, sizes[n * 5 % sizes.length]!) },
      uuid: id,
      destination: isRequest ? to[0]!.name : null,
      pseudo_object: null,
    }));
    sent.push({ from, to, type: isRequest ? 2 : 6, id });
    if (n % 12 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const missing = () =>
    sent.filter(({ from, to, type, id }) =>
      !to.every(({ got }) => got.has(`${type} ${id}`)) ||
      type === 2 && !from.got.has(`3 ${id}`)
    );
  const until = performance.now() + 60_000;
  while (missing().length > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertEquals(missing().map(({ id }) => id), []);
  for (const { got } of bots) {
    for (const [key, all] of got) {
      const id = key.slice(2);
      assert(all === dataOf(id, all.length), `${key} is another's`);
      assert(sizes.some((size) => all.length === dataOf(id, size).length));
    }
  }
  for (const { transport } of bots) await transport.close();
});

Deno.test("what a transport of a program keeps of large messages is not overwritten", async () => {
  await using hub = new Hub();
  await using listener = await listenWebSocket({ port: 0, format: "utf8" });
  const kept: Uint8Array[] = [];
  void (async () => {
    for await (const { transport } of listener) {
      const close = (error?: Error) => transport.close(error);
      void hub.accept({
        send(message) {
          kept.push(message);
          return transport.send(message);
        },
        close,
        async *[Symbol.asyncIterator]() {
          for await (const message of transport) {
            kept.push(message);
            yield message;
          }
        },
        [Symbol.asyncDispose]: () => close(),
      });
    }
  })();
  const url = `ws://127.0.0.1:${listener.addr.port}`;
  const alpha = await join(url, "alpha", false);
  const bravo = await join(url, "bravo", false);
  const all = dataOf("x", 70_000);
  for (let n = 0; n < 60; n++) {
    const id = `<${n}>`;
    alpha.transport.send(JSON.stringify({
      id: "alpha",
      type: 2,
      route: "r",
      traceback: null,
      data: { id, all },
      uuid: id,
      destination: "bravo",
      pseudo_object: null,
    }));
    const until = performance.now() + 30_000;
    while (!alpha.got.has(`3 ${id}`)) {
      assert(performance.now() < until, `no answer to ${id}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  const ids = new Map<string, number>();
  for (const message of kept.filter(({ length }) => length > 70_000)) {
    const { uuid } = JSON.parse(new TextDecoder().decode(message));
    ids.set(uuid, (ids.get(uuid) ?? 0) + 1);
  }
  // A question and its answer, as each was read and as it was sent.
  assertEquals([...ids.values()], Array(60).fill(4));
  for (const { transport } of [alpha, bravo]) await transport.close();
});
