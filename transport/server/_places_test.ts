// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { connect as connectSocket, type Socket } from "node:net";
import { connect } from "../connect.ts";
import { listenWebSocket } from "../listen_websocket.ts";
import { serve } from "../serve.ts";
import { Places } from "./_places.ts";

const PATIENCE = 20_000;
const PLACES = 10;

const keys = new URL("../testdata/", import.meta.url);
const read = (name: string) => Deno.readTextFileSync(new URL(name, keys));
const tls = { cert: read("localhost.crt"), key: read("localhost.key") };
const ca = read("ca.crt");

/** Connects from an address of this machine, and says nothing. */
function idle(url: string, localAddress: string): Promise<Socket> {
  const { port } = new URL(url);
  const socket = connectSocket({
    host: "127.0.0.1",
    port: Number(port),
    localAddress,
  });
  socket.on("error", () => {}).resume();
  return new Promise((resolve) =>
    socket.once("connect", () => resolve(socket))
  );
}

/** A server on all carriers whose clients hear themselves. */
async function echo(
  options: { tls?: typeof tls },
): Promise<
  { urls: readonly string[]; lines: string[]; close(): Promise<void> }
> {
  const lines: string[] = [];
  const server = await serve({
    ...options,
    port: 0,
    tcpPort: 0,
    maxConnections: PLACES,
    handshakeTimeout: 600_000,
    logger: { warn: (line) => void lines.push(line) },
  }, async ({ transport }) => {
    for await (const message of transport) await transport.send(message);
  });
  return { urls: server.urls, lines, close: () => server.close() };
}

async function hears(transport: Awaited<ReturnType<typeof connect>>) {
  await transport.send("hello");
  for await (const message of transport) return message;
  return "the end";
}

/** The servers, the URL of the carrier, and how many have to be idle. */
const CARRIERS: Record<
  string,
  [() => ReturnType<typeof echo>, number, number]
> = {
  ws: [() => echo({}), 0, 1_100],
  wss: [() => echo({ tls }), 0, 1_100],
  tls: [() => echo({ tls }), 1, 3 * PLACES],
};

for (const [carrier, [start, at, count]] of Object.entries(CARRIERS)) {
  Deno.test(`connections that ask for nothing keep nobody out, over ${carrier}`, async () => {
    const server = await start();
    const bare = server.urls[at]!;
    const url = bare.replace("127.0.0.1", "localhost");
    const dial = () => deadline(connect(url, { tls: { ca } }), PATIENCE);
    const known = await dial();
    assertEquals(await hears(known), "hello");
    const slow = await idle(bare, "127.0.0.1");
    let isGone = false;
    slow.once("close", () => isGone = true);

    const begin = performance.now();
    const flood: Socket[] = [];
    for (let i = 0; i < count; i++) flood.push(await idle(bare, "127.0.0.2"));
    for (let i = 0; i < 3; i++) {
      const client = await dial();
      assertEquals(await deadline(hears(client), PATIENCE), "hello");
      await client.close();
      flood.push(await idle(bare, "127.0.0.2"));
    }
    // Clients that are in stay, and so do slow ones at another address.
    assertEquals(await deadline(hears(known), PATIENCE), "hello");
    assertEquals(isGone, false);
    // Each second has its share, whatever it takes to connect so often.
    const seconds = Math.ceil((performance.now() - begin) / 1_000);
    assert(server.lines.length <= 21 * seconds, server.lines.join("\n"));
    await known.close();
    for (const socket of [slow, ...flood]) socket.destroy();
    await server.close();
  });
}

Deno.test("those who have come in fill a server, and the next one is told so", async () => {
  const server = await echo({});
  const clients = [];
  for (let i = 0; i < PLACES; i++) {
    const client = await connect(server.urls[0]!);
    assertEquals(await hears(client), "hello");
    clients.push(client);
  }
  const response = await fetch(server.urls[0]!.replace("ws:", "http:"), {
    headers: { upgrade: "websocket", connection: "upgrade" },
  });
  await response.body?.cancel();
  const error = await connect(server.urls[0]!).catch((error) => error);
  assertEquals(error.status, 503);
  assert(server.lines.some((line) => line.includes("10 connections already")));
  for (const client of clients) await client.close();
  await server.close();
});

Deno.test("Places takes over the oldest place of the address with the most", () => {
  const places = new Places(4);
  const dropped: string[] = [];
  const enter = (address: string, name: string) => {
    const place = places.enter(address);
    place?.offer(() => dropped.push(name));
    return place;
  };
  const a1 = enter("a", "a1");
  enter("b", "b1");
  enter("b", "b2");
  enter("2001:db8:1:2::1", "c1");
  assert(enter("2001:db8:1:2::2", "c2"));
  assertEquals(dropped, ["b1"]);
  assert(enter("d", "d1"));
  assertEquals(dropped, ["b1", "c1"]);
  a1?.keep();
  for (const name of ["e1", "e2", "e3"]) assert(enter("e", name));
  assertEquals(dropped.slice(2), ["b2", "c2", "e1"]);
  a1?.offer(() => dropped.push("a1"));
  assert(places.enter("f"));
  assertEquals(dropped.at(-1), "e2");
  assertEquals(places.taken, 4);
  a1?.leave();
  a1?.leave();
  a1?.offer(() => dropped.push("a1"));
  assertEquals(places.taken, 3);
  // Those that are kept are not touched.
  const full = new Places(1);
  assert(full.enter("a"));
  assertEquals(full.enter("b"), undefined);
});

Deno.test("those whose request is answered are not in the way of others, nor lost", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener = await listenWebSocket({
    port: 0,
    handler: async () => {
      await promise;
      return new Response("late");
    },
  });
  const url = `http://127.0.0.1:${listener.addr.port}`;
  const asking = Array.from({ length: 1_050 }, () => fetch(url));
  const early = Promise.race(asking).then(() => "early", String);
  assertEquals(
    await Promise.race([early, new Promise((done) => setTimeout(done, 2_000))]),
    undefined,
  );
  resolve();
  const answers = await Promise.all(asking);
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  assertEquals(new Set(texts), new Set(["late"]));
  await listener.close();
});
