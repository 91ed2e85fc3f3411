// Copyright 2026 the Wirekit authors. MIT license.

/** Every protocol calls every other, client by client: at one hub, or at two. */

import { assert, assertEquals } from "@std/assert";
import type { Backplane, HubServer } from "@wirekit/hub";
import { httpDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import { Assistant } from "./_assistant.ts";
import { jsonRpcEverywhere } from "./_lines.ts";
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

/** Hubs that are one: where the one who asks is, and where the other. */
export interface Net extends AsyncDisposable {
  readonly urls: readonly [readonly string[], readonly string[]];
  names(): string[];
}

/** Starts a hub with all doors. */
export async function openHub(backplane?: Backplane): Promise<HubServer> {
  return await serve({
    port: 0,
    open: [
      httpDoor(),
      jsonRpcEverywhere(),
      wsrpcDoor(),
      mcpDoor({ allow: ["*/*"] }),
    ],
    ...(backplane && { backplane }),
  });
}

async function speakers(
  urls: Net["urls"],
  ...kinds: string[]
): Promise<Speaker[]> {
  const all = await Promise.all(
    kinds.map((kind, n) => SPEAKERS[kind]!(urls[n]!, `${"ab"[n]} ${kind}`)),
  );
  await Promise.all(all.map(({ ready }) => ready));
  return all;
}

/**
 * Registers the tests.
 *
 * @param where The first words of each name.
 * @param open Starts the hubs of one test.
 * @param options What all tests have.
 */
export function testMatrix(
  where: string,
  open: () => Promise<Net>,
  options: Partial<Deno.TestDefinition> = {},
): void {
  for (const other of Object.keys(SPEAKERS)) {
    Deno.test(
      `${where}an assistant calls ${other} by name, and is told at once that it leaves`,
      options,
      async () => {
        await using net = await open();
        await using responder = await SPEAKERS[other]!(net.urls[1], "b");
        await responder.ready;
        await using caller = await Assistant.connect(net.urls[0][0]!, "a");

        for (const data of VALUES) {
          // The client of the SDK reads and writes with `JSON`.
          const same = JSON.stringify(JSON.parse(data));
          assertEquals(await caller.ask("b", "echo", data), { data: same });
          const [, route, given] = responder.asked.pop()!;
          assertEquals([route, given], ["echo", same]);
        }

        assertEquals([
          await caller.ask("b", "fail", "{}"),
          await caller.ask("b", "no such", "{}"),
          await caller.ask("nobody", "echo", "{}"),
        ], [
          { message: "kaput" },
          { message: "Route not found" },
          { message: 'Nobody has the name "nobody".' },
        ]);

        responder.asked.length = 0;
        const call = caller.ask("b", "never", "{}");
        while (responder.asked.length === 0) await tick();
        await responder.leave();
        assertEquals(await call, {
          message: "The destination disconnected before it answered.",
        });
      },
    );
  }

  for (const one of Object.keys(SPEAKERS)) {
    for (const other of Object.keys(SPEAKERS)) {
      Deno.test(
        `${where}${one} and ${other} call each other by name`,
        options,
        async () => {
          await using net = await open();
          const [a, b] = await speakers(net.urls, one, other);
          await using _a = a!;
          await using _b = b!;
          const caller = a!;
          const responder = b!;

          for (const data of VALUES) {
            assertEquals(await caller.ask(responder.name, "echo", data), {
              data,
            });
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
            const statuses = [failed, missing, nobody].map(({ status }) =>
              status
            );
            assertEquals(statuses, [502, 404, 404]);
          }
        },
      );

      Deno.test(
        `${where}${one} and ${other} tell each other`,
        options,
        async () => {
          await using net = await open();
          const [a, b] = await speakers(net.urls, one, other);
          await using _a = a!;
          await using _b = b!;
          for (const data of [EXACT, "1.0", '"text"', "[1,2]"]) {
            await a!.inform(data, b!.name);
            assertEquals(await b!.told.next(), [a!.name, data]);
            await a!.inform(data);
            assertEquals(await b!.told.next(), [a!.name, data]);
          }
          assertEquals(a!.told.size, 0);
        },
      );

      Deno.test(
        `${where}${one} is told at once that ${other} leaves before it answers`,
        options,
        async () => {
          await using net = await open();
          const [a, b] = await speakers(net.urls, one, other);
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
        },
      );

      Deno.test(
        `${where}${one} leaves while it waits for ${other}, which harms nobody`,
        options,
        async () => {
          await using net = await open();
          const [a, b] = await speakers(net.urls, one, other);
          await using responder = b!;
          const call = a!.ask(responder.name, "never", "{}");
          while (responder.asked.length === 0) await tick();
          await a!.leave();
          await Promise.allSettled([call]);
          while (net.names().length > 1) await tick();
          assertEquals(net.names(), [responder.name]);
          // The other goes on.
          assertEquals(
            await responder.ask(responder.name + "x", "echo", "{}").then((
              { message },
            ) => typeof message),
            "string",
          );
        },
      );

      Deno.test(
        `${where}${other} gets the name that ${one} gives up`,
        options,
        async () => {
          await using net = await open();
          await using first = await SPEAKERS[one]!(net.urls[0], "name");
          await first.ready;
          await using second = await SPEAKERS[other]!(net.urls[1], "name");
          let isReady = false;
          second.ready.then(() => isReady = true);
          await using asker = await SPEAKERS["JSON-RPC"]!(net.urls[0], "asker");
          await asker.ready;
          assertEquals(await asker.ask("name", "echo", "{}"), { data: "{}" });
          assertEquals([first.asked.length, second.asked.length], [1, 0]);
          assert(!isReady);
          await first.leave();
          await second.ready;
          assertEquals(await asker.ask("name", "echo", EXACT), { data: EXACT });
          assertEquals(second.asked.length, 1);
        },
      );
    }
  }
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
