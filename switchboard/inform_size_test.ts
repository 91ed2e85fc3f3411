// Copyright 2026 the Wirekit authors. MIT license.

/** Information that is too large is refused, whoever is there, and where. */

import { assertEquals } from "@std/assert";
import { Client, MemoryEngine } from "@wirekit/hub";
import { connect } from "@wirekit/transport/connect";
import { httpDoor } from "./http.ts";
import { jsonRpcDoor } from "./jsonrpc.ts";
import { serve } from "./serve.ts";

const MAX = 10_000;

/** Who may be told, and at which hub. */
const RECEIVERS: Record<string, string[]> = {
  "nobody": [],
  "a winerp client": ["winerp"],
  "a JSON-RPC client": ["jsonrpc"],
  "both": ["winerp", "jsonrpc"],
};

for (const [who, kinds] of Object.entries(RECEIVERS)) {
  for (const where of ["the same hub", "another hub"]) {
    Deno.test(`Information over HTTP that fits no message is 413, and what fits is told, with ${who} at ${where}`, async () => {
      const engine = new MemoryEngine();
      await using stack = new AsyncDisposableStack();
      const open = async (label: string) =>
        stack.use(
          await serve({
            port: 0,
            open: [httpDoor(), jsonRpcDoor()],
            maxMessageBytes: MAX,
            backplane: engine.node(label),
          }),
        );
      const one = await open("one");
      const two = await open("two");
      const [url] = (where === "the same hub" ? one : two).urls;
      let told = 0;
      if (kinds.includes("winerp")) {
        const client = stack.use(new Client("bot", { url }));
        client.addEventListener("information", () => void told++);
        await client.connect();
      }
      if (kinds.includes("jsonrpc")) {
        const transport = await connect(`${url}/jsonrpc`);
        stack.defer(() => transport.close());
        await transport.send(
          '{"jsonrpc":"2.0","id":1,"method":"hub.join","params":{"name":"bot2"}}',
        );
        let joined = () => {};
        const joining = new Promise<void>((resolve) => joined = resolve);
        (async () => {
          for await (const text of transport) {
            if (String(text).includes('"id":1,')) joined();
            if (String(text).includes("xxx")) told++;
          }
        })().catch(() => {});
        await joining;
      }
      const inform = async (to: string, size: number) => {
        const response = await fetch(
          `${one.urls[0].replace("ws:", "http:")}/inform${to}`,
          {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: `"${"x".repeat(size - 2)}"`,
          },
        );
        await response.body?.cancel();
        return response.status;
      };
      for (const to of ["", "/bot", "/bot2"]) {
        // Around data there are names, and what a message has besides.
        for (const size of [MAX - 100, MAX - 50, MAX, MAX + 1, 2 * MAX - 1]) {
          assertEquals(await inform(to, size), 413, `${to} ${size}`);
        }
      }
      assertEquals(told, 0);
      for (const to of ["", "/bot", "/bot2"]) {
        assertEquals(await inform(to, MAX - 500), 200, to);
      }
      // Each by all, and by its name.
      const end = performance.now() + 10_000;
      while (told < 2 * kinds.length && performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      assertEquals(told, 2 * kinds.length);
    });
  }
}
