// Copyright 2026 the Wirekit authors. MIT license.

/** Every protocol calls every other through one hub, client by client. */

import { assert, assertEquals } from "@std/assert";
import { httpDoor, jsonRpcDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { type Speaker, SPEAKERS } from "./_speakers.ts";

/** What no JavaScript number holds, a spelling of its own, and an order. */
const EXACT =
  '{"id":18446744073709551615,"one":1.0,"10":1,"2":"\\u00eb","e":1e3,"z":-0}';

/** Every kind of value, in what every protocol can carry. */
const VALUES = [
  "{}",
  EXACT,
  '{"a":null,"b":true,"c":false,"d":"","e":[],"f":{},"g":[1,[2,{"x":"😀"}]]}',
  '{"text":"\\"\\\\\\n\\u2028 zoë"}',
  `{"long":"${"x".repeat(100_000)}"}`,
];

async function open() {
  return await serve({
    port: 0,
    open: [httpDoor(), jsonRpcDoor({ tcpPort: 0 }), wsrpcDoor()],
  });
}

async function speakers(
  urls: readonly string[],
  ...kinds: string[]
): Promise<Speaker[]> {
  const all = await Promise.all(
    kinds.map((kind, n) => SPEAKERS[kind]!(urls, `${"ab"[n]} ${kind}`)),
  );
  await Promise.all(all.map(({ ready }) => ready));
  return all;
}

for (const one of Object.keys(SPEAKERS)) {
  for (const other of Object.keys(SPEAKERS)) {
    Deno.test(`${one} and ${other} call each other by name`, async () => {
      await using server = await open();
      const [a, b] = await speakers(server.urls, one, other);
      await using _a = a!;
      await using _b = b!;
      const caller = a!;
      const responder = b!;

      for (const data of VALUES) {
        assertEquals(await caller.ask(responder.name, "echo", data), { data });
        assertEquals(responder.asked.pop(), [caller.name, "echo", data]);
      }

      const failed = await caller.ask(responder.name, "fail", "{}");
      assertEquals(failed.message, "kaput");
      const missing = await caller.ask(responder.name, "no such", "{}");
      assertEquals(missing.message, "Route not found");
      const nobody = await caller.ask("nobody", "echo", "{}");
      assertEquals(
        nobody.message,
        caller.protocol === "winerp"
          ? "Destination not found."
          : 'Nobody has the name "nobody".',
      );
      if (caller.protocol !== "winerp") {
        const own = responder.protocol === "JSON-RPC" ? 7 : -32000;
        assertEquals(failed.code, own);
        assertEquals([missing.code, nobody.code], [-32601, -32020]);
      }
      if (caller.protocol === "HTTP") {
        const statuses = [failed, missing, nobody].map(({ status }) => status);
        assertEquals(statuses, [502, 404, 404]);
      }
    });

    Deno.test(`${one} and ${other} tell each other`, async () => {
      await using server = await open();
      const [a, b] = await speakers(server.urls, one, other);
      await using _a = a!;
      await using _b = b!;
      for (const data of [EXACT, "1.0", '"text"', "[1,2]"]) {
        await a!.inform(data, b!.name);
        assertEquals(await b!.told.next(), [a!.name, data]);
        await a!.inform(data);
        assertEquals(await b!.told.next(), [a!.name, data]);
      }
      assertEquals(a!.told.size, 0);
    });

    Deno.test(`${one} is told at once that ${other} leaves before it answers`, async () => {
      await using server = await open();
      const [a, b] = await speakers(server.urls, one, other);
      await using caller = a!;
      await using responder = b!;
      const call = caller.ask(responder.name, "never", "{}");
      while (responder.asked.length === 0) await tick();
      await responder.leave();
      const { message, code, status } = await call;
      assertEquals(
        message,
        "The destination disconnected before it answered.",
      );
      if (caller.protocol !== "winerp") assertEquals(code, -32021);
      if (caller.protocol === "HTTP") assertEquals(status, 502);
    });

    Deno.test(`${one} leaves while it waits for ${other}, which harms nobody`, async () => {
      await using server = await open();
      const [a, b] = await speakers(server.urls, one, other);
      await using responder = b!;
      const call = a!.ask(responder.name, "never", "{}");
      while (responder.asked.length === 0) await tick();
      await a!.leave();
      await Promise.allSettled([call]);
      while (server.hub.names.length > 1) await tick();
      assertEquals(server.hub.names, [responder.name]);
      // The other goes on.
      assertEquals(
        await responder.ask(responder.name + "x", "echo", "{}").then((
          { message },
        ) => typeof message),
        "string",
      );
    });

    Deno.test(`${other} gets the name that ${one} gives up`, async () => {
      await using server = await open();
      await using first = await SPEAKERS[one]!(server.urls, "name");
      await first.ready;
      await using second = await SPEAKERS[other]!(server.urls, "name");
      let isReady = false;
      second.ready.then(() => isReady = true);
      await using asker = await SPEAKERS["JSON-RPC"]!(server.urls, "asker");
      await asker.ready;
      assertEquals(await asker.ask("name", "echo", "{}"), { data: "{}" });
      assertEquals([first.asked.length, second.asked.length], [1, 0]);
      assert(!isReady);
      await first.leave();
      await second.ready;
      assertEquals(await asker.ask("name", "echo", EXACT), { data: EXACT });
      assertEquals(second.asked.length, 1);
    });
  }
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
