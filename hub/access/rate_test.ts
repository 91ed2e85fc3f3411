// Copyright 2026 the Wirekit authors. MIT license.

/** A client that sends too much is slowed down, and loses nothing. */

import { assert, assertEquals } from "@std/assert";
import { connect } from "@wirekit/transport/connect";
import type { Transport } from "@wirekit/transport/transport";
import { Client } from "../client.ts";
import { type HubServer, serve } from "../serve.ts";
import type { LimitReport } from "../watch/reports/hub.ts";

function limitOf(
  { hub }: HubServer,
  option: string,
): Omit<LimitReport, "option"> {
  const { option: _, ...rest } = hub.limits.find((each) =>
    each.option === option
  )!;
  return rest;
}

/** Sends pings without waiting; resolves when all are answered. */
async function flood(
  wire: Transport,
  count: number,
  data = "",
): Promise<number> {
  const started = performance.now();
  for (let n = 0; n < count; n++) {
    void wire.send(JSON.stringify({ type: 5, uuid: `${n}`, data }));
  }
  let next = 0;
  for await (const message of wire) {
    const { type, uuid } = JSON.parse(message as string);
    if (type === 6) continue; // Before the hub asks for a sign of life.
    assertEquals(uuid, `${next++}`);
    if (next === count) break;
  }
  return performance.now() - started;
}

async function enter(url: string, id: string): Promise<Transport> {
  const wire = await connect(url) as Transport;
  await wire.send(JSON.stringify({ type: 1, id }));
  for await (const _ of wire) break;
  return wire;
}

for (const carrier of [0, 1]) {
  const name = carrier ? "TCP" : "WebSocket";
  Deno.test(`A flood of messages waits at its sender, over ${name}`, async () => {
    const lines: string[] = [];
    await using server = await serve({
      port: 0,
      tcpPort: 0,
      maxMessagesPerSecond: 200,
      logger: { warn: (line) => lines.push(line) },
    });
    await using wire = await enter(server.urls[carrier]!, "flood");
    await using calm = new Client("calm", { url: server.urls[0] });
    await calm.connect();
    const flooding = flood(wire, 600);
    for (let n = 0; n < 20; n++) assert(await calm.ping());
    // 200 at once, and 200 in each second after that.
    const took = await flooding;
    assert(took > 1_500, `${took}`);
    assert(limitOf(server, "maxMessagesPerSecond").hits > 0);
    assertEquals(limitOf(server, "maxBytesPerSecond").hits, 0);
    assertEquals(lines, [
      `Slowed down "flood" (${name}): it sends more than 200 messages a second`,
    ]);
  });

  Deno.test(`A flood of bytes waits at its sender, over ${name}`, async () => {
    await using server = await serve({
      port: 0,
      tcpPort: 0,
      maxBytesPerSecond: 100_000,
      idleTimeout: 1_000,
    });
    await using wire = await enter(server.urls[carrier]!, "flood");
    // One message for three seconds: a pause longer than `idleTimeout`.
    const took = await flood(wire, 2, "x".repeat(400_000));
    assert(took > 2_500, `${took}`);
    assert(server.hub.names.includes("flood"));
    assert(limitOf(server, "maxBytesPerSecond").hits > 0);
  });
}

Deno.test("A hub closes at once while it slows clients down", async () => {
  const server = await serve({ port: 0, tcpPort: 0, maxBytesPerSecond: 1_000 });
  await using a = await enter(server.urls[0]!, "a");
  await using b = await enter(server.urls[1]!, "b");
  for (const wire of [a, b]) {
    await wire.send(JSON.stringify({ type: 5, data: "x".repeat(100_000) }));
    for await (const _ of wire) break;
  }
  const started = performance.now();
  await server.close();
  assert(performance.now() - started < 1_500);
});

Deno.test("Hub.limits counts how near its clients came to each", async () => {
  await using server = await serve({
    port: 0,
    maxConnections: 2,
    maxMessageBytes: 1_000,
    maxRequests: 2,
  });
  const [url] = server.urls;
  await using wire = await enter(url, "a");
  await using _b = await enter(url, "b");
  await connect(url).then(() => {
    throw new Error("There was room");
  }, () => {});
  for (const data of ["x", "x", "x", "x".repeat(2_000)]) {
    await wire.send(
      JSON.stringify({ type: 2, uuid: "u", destination: "b", data }),
    );
  }
  let errors = 0;
  for await (const _ of wire) if (++errors === 2) break;
  const { limit: _, ...connections } = limitOf(server, "maxConnections");
  assertEquals(connections, { default: 10_000, peak: 2, now: 2, hits: 1 });
  const requests = limitOf(server, "maxRequests");
  assertEquals(requests, {
    limit: 2,
    default: 16_384,
    peak: 2,
    now: 2,
    hits: 2,
  });
  const message = limitOf(server, "maxMessageBytes");
  assert(message.peak > 2_000);
  assertEquals(
    server.hub.limits.map(({ option }) => option).sort(),
    [
      "handshakeTimeout",
      "idleTimeout",
      "maxBytesPerSecond",
      "maxConnections",
      "maxConnectionsPerAddress",
      "maxMessageBytes",
      "maxMessagesPerSecond",
      "maxNameBytes",
      "maxOutboxBytes",
      "maxRequests",
      "requestTimeout",
    ],
  );
});

Deno.test("Requests over HTTP have a rate by address", async () => {
  await using server = await serve({ port: 0, maxMessagesPerSecond: 20 });
  const http = server.urls[0].replace("ws:", "http:");
  const ask = async () => {
    const response = await fetch(`${http}/nothing`);
    await response.body?.cancel();
    return [response.status, response.headers.get("retry-after")];
  };
  const answers: unknown[] = [];
  const started = performance.now();
  for (let n = 0; n < 40; n++) answers.push(await ask());
  if (performance.now() - started < 500) {
    assertEquals(answers.at(-1), [429, "1"]);
  }
  // What was refused costs nothing: after a second there is room again.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  assertEquals((await ask())[0], 426);
  // Other addresses are not affected.
  const other = await server.hub.fetch(new Request(`${http}/nothing`), {
    remoteAddr: { transport: "tcp", hostname: "192.0.2.1" },
  });
  assertEquals(other.status, 426);
});
