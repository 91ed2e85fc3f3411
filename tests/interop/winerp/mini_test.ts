// Copyright 2026 the Wirekit authors. MIT license.

/** Our small client with the real server of winerp, and real clients there. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  connect,
  NotConnectedError,
  RemoteError,
} from "@wirekit/hub/mini";
import { startWinerp, WinerpProcess } from "./_peer.ts";

Deno.test("The small client asks and answers winerp clients at winerp's server", async () => {
  await using server = await startWinerp();
  const url = `ws://127.0.0.1:${server.port}`;
  await using winerp = new WinerpProcess();
  const beta = await winerp.client("beta", server);
  await beta.route("greet", "greet");
  await beta.route("echo", "echo");
  await beta.route("raise", "raise");
  const heard: unknown[] = [];
  const told = Promise.withResolvers<void>();
  await using page = await connect(url, {
    name: "page",
    routes: { add: ({ a, b }, { source }) => `${source}: ${a + b}` },
  });
  page.addEventListener("information", ({ detail }) => {
    heard.push(detail);
    told.resolve();
  });
  assertEquals(
    await page.request("beta", "greet", { name: "zoë" }),
    "hello zoë",
  );
  const value = { big: 9007199254740993n, text: "ключ", list: [1, null] };
  assertEquals(await page.request("beta", "echo", value), value);
  await assertRejects(() => page.request("beta", "raise"), RemoteError);
  await assertRejects(
    () => page.request("nobody", "greet"),
    RemoteError,
    "Destination not found.",
  );
  assertEquals(await page.ping(), true);
  assertEquals(await page.ping("beta"), true);
  assertEquals(await page.ping("nobody"), false);
  assertEquals(await beta.request("page", "add", { a: 1, b: 2 }), "beta: 3");
  await assertRejects(
    () => beta.request("page", "none", {}),
    Error,
    "Route not",
  );
  await beta.inform({ shop: "open" }, ["page"]);
  await told.promise;
  assertEquals(heard, [{ data: { shop: "open" }, source: "beta" }]);
  await page.inform({ shop: "closed" }, "beta");
  await beta.event("information");
});

Deno.test("The small client is held by winerp's server, and released", async () => {
  await using server = await startWinerp();
  const url = `ws://127.0.0.1:${server.port}`;
  await using first = await connect(url, { name: "page" });
  await using second = new Client(url, { name: "page" });
  await new Promise((resolve) => second.addEventListener("hold", resolve));
  assertEquals(second.state, "held");
  // That server tells a client to wait before it notes that it does, and forgets
  // one whose name is free by then: a round trip later it has noted it.
  await first.ping("page");
  await first.close();
  await second.ready({ timeout: 20_000 });
  assertEquals(await second.ping("page"), true);
});

Deno.test("The small client notices that winerp's server is killed", async () => {
  const server = await startWinerp();
  const url = `ws://127.0.0.1:${server.port}`;
  await using page = await connect(url, { name: "page", reconnect: false });
  const gone = page.closed;
  await server[Symbol.asyncDispose]();
  await gone;
  await assertRejects(() => page.ping(), NotConnectedError, "has ended");
});
