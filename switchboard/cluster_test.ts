// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { Client, MemoryEngine } from "@wirekit/hub";
import { connect } from "@wirekit/transport/connect";
import type { Transport } from "@wirekit/transport/transport";
import { httpDoor } from "./http.ts";
import { jsonRpcDoor } from "./jsonrpc.ts";
import { serve } from "./serve.ts";

/** Reads JSON-RPC messages, each once. */
function reader(transport: Transport) {
  const messages = transport[Symbol.asyncIterator]();
  // deno-lint-ignore no-explicit-any -- a value of the other end
  return async (): Promise<any> => {
    for (;;) {
      const message = JSON.parse((await messages.next()).value);
      // The hub asks each once for what it could announce.
      if (message.method !== "rpc.discover") return message;
    }
  };
}

Deno.test("Doors reach who is at another hub of a cluster, in any protocol, with errors as they are", async () => {
  const engine = new MemoryEngine();
  const open = (label: string) =>
    serve({
      port: 0,
      open: [httpDoor(), jsonRpcDoor({ tcpPort: 0 })],
      backplane: engine.node(label),
    });
  await using one = await open("one");
  await using two = await open("two");
  const tcp = (urls: readonly string[]) =>
    urls.find((url) => url.startsWith("tcp:"))!;

  await using bot = new Client("bot", { url: one.urls[0] });
  bot.route("add", ({ a, b }: { a: number; b: number }) => a + b);
  await bot.connect();
  await using tool = await connect(tcp(one.urls));
  const next = reader(tool);
  await tool.send(
    '{"jsonrpc":"2.0","id":1,"method":"hub.join","params":{"name":"tool"}}',
  );
  assertEquals((await next()).error, undefined);

  await using asker = await connect(tcp(two.urls));
  const answer = reader(asker);
  await asker.send(
    '{"jsonrpc":"2.0","id":1,"method":"hub.join","params":{"name":"asker"}}',
  );
  assertEquals((await answer()).error, undefined);
  await asker.send(
    '{"jsonrpc":"2.0","id":2,"method":"bot/add","params":{"a":1,"b":2}}',
  );
  assertEquals(await answer(), { jsonrpc: "2.0", id: 2, result: 3 });

  await asker.send(
    '{"jsonrpc":"2.0","id":3,"method":"tool/break","params":{}}',
  );
  const question = await next();
  // What is told at one hub is known at the other, as a description too.
  await tool.send(
    '{"jsonrpc":"2.0","id":4,"method":"hub.announce","params":{"routes":' +
      '{"break":{"description":"Breaks it."}}}}',
  );
  const http = two.urls.find((url) => url.startsWith("ws:"))!
    .replace("ws:", "http:");
  for (let described = false; !described;) {
    const response = await fetch(`${http}/openapi.json`);
    described = (await response.text()).includes("Breaks it.");
  }
  const error = { code: 4711, message: "broken", data: { why: [1.5] } };
  await tool.send(JSON.stringify({ jsonrpc: "2.0", id: question.id, error }));
  assertEquals((await answer()).error, error);
});
