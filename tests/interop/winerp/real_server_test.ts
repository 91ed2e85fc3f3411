// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The real winerp on both sides: the proof that `peer.py` drives it right, and
 * that what the other tests compare with is so.
 */

import { assertEquals, assertRejects } from "@std/assert";
import { WinerpProcess } from "./_peer.ts";

Deno.test("winerp answers a request with keyword arguments", async () => {
  await using winerp = new WinerpProcess();
  const port = await winerp.serve();
  const alpha = await winerp.client("alpha", { port });
  const beta = await winerp.client("beta", { port });
  await beta.route("greet", "greet");
  await beta.route("source", "source");

  assertEquals(
    await alpha.request("beta", "greet", { name: "zoë" }),
    "hello zoë",
  );
  assertEquals(await alpha.request("beta", "source"), "alpha");
  assertEquals(await beta.ran("greet"), 1);
});

Deno.test("winerp carries 64-bit integers and 1.0 as they are", async () => {
  await using winerp = new WinerpProcess();
  const port = await winerp.serve();
  const alpha = await winerp.client("alpha", { port });
  const beta = await winerp.client("beta", { port });
  await beta.route("echo", "echo");

  const text = '{"id":9007199254740993,"min":-9223372036854775808,"one":1.0}';
  assertEquals(await alpha.requestText("beta", "echo", text), text);
});

Deno.test("winerp tells a requester what a route raised", async () => {
  await using winerp = new WinerpProcess();
  const port = await winerp.serve();
  const alpha = await winerp.client("alpha", { port });
  const beta = await winerp.client("beta", { port });
  await beta.route("raise", "raise");

  await assertRejects(
    () => alpha.request("beta", "raise"),
    Error,
    "ClientRuntimeError: kaput",
  );
  await assertRejects(
    () => alpha.request("nobody", "raise"),
    Error,
    "Destination not found.",
  );
});

Deno.test("winerp leaves the requester of an unknown route waiting", async () => {
  await using winerp = new WinerpProcess();
  const port = await winerp.serve();
  const alpha = await winerp.client("alpha", { port });
  await winerp.client("beta", { port });

  await assertRejects(
    () => alpha.request("beta", "nothing", {}, 0.3),
    Error,
    "TimeoutError",
  );
});

Deno.test("winerp transfers an object whose methods can be called", async () => {
  await using winerp = new WinerpProcess();
  const port = await winerp.serve();
  const alpha = await winerp.client("alpha", { port });
  const beta = await winerp.client("beta", { port });
  await beta.route("thing", "object");

  assertEquals(await alpha.object("beta", "thing", { args: [21] }), {
    name: "Thing",
    x: 1,
    words: ["a", "b"],
    twice: 42,
  });
});

Deno.test("winerp informs one and all, and pings", async () => {
  await using winerp = new WinerpProcess();
  const port = await winerp.serve();
  const alpha = await winerp.client("alpha", { port });
  const beta = await winerp.client("beta", { port });
  const gamma = await winerp.client("gamma", { port });

  await alpha.inform({ k: [1, 2, 3] }, ["beta", "nobody"]);
  const told = await beta.event("information");
  assertEquals([told["data"], told["source"]], ['{"k":[1,2,3]}', "alpha"]);
  await alpha.inform("to everyone");
  await beta.event("information", { data: '"to everyone"' });
  await gamma.event("information", { data: '"to everyone"' });

  assertEquals(await alpha.ping(), true);
  assertEquals(await alpha.ping("beta"), true);
  assertEquals(await alpha.ping("nobody"), false);
});

Deno.test("winerp holds a second client of a name until the first has left", async () => {
  await using winerp = new WinerpProcess();
  const port = await winerp.serve();
  const first = await winerp.client("alpha", { port, reconnect: false });
  const second = await winerp.client("alpha", {
    port,
    key: "second",
    wait: false,
  });
  // The server notes a held client only after it has told it so. It takes one
  // message of a client after the other, so an answer shows that it has.
  await second.raw('{"type":5}');
  await second.event("error", { text: "Not authorized." });
  await first.drop();
  await second.event("ready");
  assertEquals(await second.ping(), true);
});
