// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { connectWebSocket } from "@wirekit/transport/websocket";
import type { Door } from "./door.ts";
import { Hub } from "./hub.ts";
import { Client } from "./client.ts";
import { serve } from "./serve.ts";

/** A door for everything below `/hello`. */
const hello: Door = {
  fetch: ({ url }) =>
    new URL(url).pathname === "/hello" ? new Response("Hello") : undefined,
  accept({ request, transport, pass }) {
    if (new URL(request.url).pathname !== "/hello") return undefined;
    return transport.send(new TextEncoder().encode(`Hello ${pass.label}`));
  },
};

async function helloFrom(url: string): Promise<string | undefined> {
  await using transport = await connectWebSocket(`${url}/hello`);
  for await (const message of transport) return message;
  return undefined;
}

for (const through of ["serve()", "Hub.fetch"]) {
  Deno.test(`A door shares the hub's port with winerp clients, by ${through}`, async () => {
    await using hub = new Hub({ doors: [hello] });
    await using server = through === "serve()"
      ? await serve({ port: 0, doors: [hello] })
      : Deno.serve({ port: 0, onListen() {} }, hub.fetch);
    const { port } = server.addr;
    const response = await fetch(`http://127.0.0.1:${port}/hello`);
    assertEquals(await response.text(), "Hello");
    const other = await fetch(`http://127.0.0.1:${port}/`);
    assertEquals(other.status, 426);
    await other.body?.cancel();
    const url = `ws://127.0.0.1:${port}`;
    assertEquals(await helloFrom(url), "Hello open");
    await using client = new Client("me", { url });
    await client.connect();
    assertEquals(await client.ping(), true);
  });
}
