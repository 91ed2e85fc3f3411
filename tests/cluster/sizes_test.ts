// Copyright 2026 the Wirekit authors. MIT license.

/** What a client is told that sends more than the engine of a cluster takes. */

import { assertEquals } from "@std/assert";
import { Client } from "@wirekit/hub";
import { connectNats } from "@wirekit/hub/nats";
import { httpDoor } from "@wirekit/switchboard/http";
import { jsonRpcDoor } from "@wirekit/switchboard/jsonrpc";
import { serve } from "@wirekit/switchboard/serve";
import { connect } from "@wirekit/transport/connect";
import { Engine } from "./_servers.ts";

/** More than the 1 MiB of the engine, less than the 2 MiB of a hub. */
const LARGE = JSON.stringify({ text: "x".repeat(1_500_000) });
const WORDS = "larger than the 1048576 bytes that the engine of the cluster " +
  "passes on.";

interface Answer {
  result?: unknown;
  error?: { code: number; message: string };
}

Deno.test({
  name:
    "Who sends more than the engine passes on is told so by -32007 and 413, in JSON-RPC and HTTP, and goes on",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using engine = await Engine.start(1);
    await using stack = new AsyncDisposableStack();
    const open = async (label: string) =>
      stack.use(
        await serve({
          port: 0,
          open: [httpDoor(), jsonRpcDoor()],
          backplane: await connectNats({ servers: engine.urls, label }),
        }),
      );
    const one = await open("one");
    const two = await open("two");
    const told: string[] = [];
    const join = async (name: string, url: string) => {
      const client = stack.use(new Client(name, { url }));
      client.route("echo", (data) => data);
      client.route("long", () => LARGE);
      client.addEventListener("information", () => void told.push(name));
      await client.connect();
    };
    await join("here", one.urls[0]);
    await join("there", two.urls[0]);

    const transport = await connect(`${one.urls[0]}/jsonrpc`);
    stack.defer(() => transport.close());
    const lines = transport[Symbol.asyncIterator]();
    let id = 0;
    const call = async (method: string, params: string): Promise<Answer> => {
      await transport.send(
        `{"jsonrpc":"2.0","id":${++id},"method":"${method}","params":${params}}`,
      );
      for (;;) {
        const { value } = await lines.next();
        const answer = JSON.parse(String(value));
        if (answer.id === id) return answer;
      }
    };
    const post = async (path: string, body: string) => {
      const http = one.urls[0].replace("ws:", "http:");
      const response = await fetch(`${http}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      return [response.status, await response.json() as Answer] as const;
    };
    const tooLarge = { code: -32007, message: `The message is ${WORDS}` };
    const tooLong = { code: -32008, message: `The answer is ${WORDS}` };
    const errorOf = ({ error }: Answer) =>
      error && { code: error.code, message: error.message };

    await call("hub.join", '{"name":"caller"}');
    assertEquals(errorOf(await call("there/echo", LARGE)), tooLarge);
    assertEquals(errorOf(await call("there/long", "{}")), tooLong);
    // Within a hub, it is no message of the engine.
    assertEquals((await call("here/echo", LARGE)).error, undefined);
    assertEquals((await call("there/echo", '{"a":1}')).result, { a: 1 });

    const [refused, why] = await post("/call/there/echo", LARGE);
    assertEquals([refused, errorOf(why)], [413, tooLarge]);
    const [failed, late] = await post("/call/there/long", "{}");
    assertEquals([failed, errorOf(late)], [502, tooLong]);
    assertEquals((await post("/call/there/echo", '{"a":1}'))[0], 200);

    // Information for all is for all, or for nobody.
    for (const path of ["/inform", "/inform/there"]) {
      const [status, body] = await post(path, LARGE);
      assertEquals([status, errorOf(body)], [413, tooLarge], path);
    }
    const informed = await call("hub.inform", `{"data":${LARGE}}`);
    assertEquals(errorOf(informed), tooLarge);
    assertEquals(told, []);
    assertEquals((await post("/inform", '{"a":1}'))[0], 200);
    const end = performance.now() + 10_000;
    while (told.length < 2 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assertEquals(told.toSorted(), ["here", "there"]);
  },
});
