// Copyright 2026 the Wirekit authors. MIT license.

/** Stock winerp clients ask the hub itself what goes on. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { until } from "../../_driver.ts";
import { serve } from "@wirekit/hub/serve";
import type { ClientReport, HubReport } from "@wirekit/hub";
import { startHub } from "./_hub.ts";
import { WinerpProcess } from "./_peer.ts";

Deno.test("A stock client asks @hub who is there, and what goes on", async () => {
  await using hub = await startHub();
  await using winerp = new WinerpProcess();
  const alpha = await winerp.client("alpha", hub);
  const beta = await winerp.client("beta", hub);
  await beta.route("greet", "greet");
  await alpha.request("beta", "greet", { name: "Zoë" });

  const ask = (route: string, kwargs = {}) =>
    alpha.request("@hub", route, kwargs);
  const clients = await ask("clients") as ClientReport[];
  assertEquals(clients.map(({ name, state }) => [name, state]), [
    ["alpha", "active"],
    ["beta", "active"],
  ]);
  const [route, ...none] = await ask("routes", { name: "beta" }) as Record<
    string,
    unknown
  >[];
  assertEquals(none, []);
  assertEquals([route?.name, route?.route, route?.count], ["beta", "greet", 1]);
  const stats = await ask("stats") as HubReport;
  assertEquals(stats.clients.active, 2);
  const limits = await ask("limits") as { option: string }[];
  assert(limits.some(({ option }) => option === "maxConnections"));
  const described = await ask("describe") as { route: string }[];
  assert(described.some(({ route }) => route === "block"));
  assertEquals(await ask("announce", { routes: { greet: {} } }), {
    announced: true,
  });
  assertEquals(await ask("describe", { name: "alpha" }), [
    { name: "alpha", route: "greet", announced: true },
  ]);
  await assertRejects(
    () => ask("nothing"),
    Error,
    'ClientRuntimeError: "@hub" has no such route, but clients',
  );
  assertEquals(await alpha.ping("@hub"), true);
  // It is none of those who are told what is for all.
  await alpha.inform("hello");
  await beta.event("information", { data: '"hello"', source: "alpha" });
  assertEquals(await alpha.ping(), true);
});

Deno.test("A stock client is told who comes, waits and goes", async () => {
  await using hub = await startHub();
  await using winerp = new WinerpProcess();
  const alpha = await winerp.client("alpha", hub);
  assertEquals(await alpha.request("@hub", "watch"), { watching: true });
  const next = async () => {
    const { data } = await alpha.event("information", { source: "@hub" });
    const { event, name, reason } = JSON.parse(String(data));
    return [event, name, reason];
  };
  const beta = await winerp.client("beta", { ...hub, reconnect: false });
  assertEquals(await next(), ["join", "beta", undefined]);
  await winerp.client("beta", {
    ...hub,
    key: "second",
    wait: false,
    reconnect: false,
  });
  assertEquals(await next(), ["hold", "beta", undefined]);
  await beta.drop();
  assertEquals(await next(), [
    "leave",
    "beta",
    "the connection ended (code 1006)",
  ]);
  assertEquals(await next(), ["join", "beta", undefined]);
});

Deno.test("A stock client that may operate disconnects and blocks, and what is ended survives", async () => {
  await using hub = await startHub();
  await using winerp = new WinerpProcess();
  const alpha = await winerp.client("alpha", hub);
  const beta = await winerp.client("beta", { ...hub, reconnect: false });
  assertEquals(await alpha.request("@hub", "disconnect", { name: "beta" }), {
    disconnected: 1,
  });
  assertEquals(await beta.closed(), 1012);
  await beta.start();
  await beta.event("ready");
  await alpha.request("@hub", "block", { name: "beta", ms: 60_000 });
  assertEquals(await beta.closed(), 1008);
  assertEquals(await alpha.ping("beta"), false);
  await beta.start();
  await beta.event("error", { text: 'The name "beta" is blocked for now.' });
});

Deno.test("A hub says which stock client is deaf, until it listens again", async () => {
  await using hub = await startHub();
  await using winerp = new WinerpProcess();
  const alpha = await winerp.client("alpha", hub);
  const beta = await winerp.client("beta", { ...hub, reconnect: false });
  await alpha.request("beta", "nothing").catch(() => {});
  assertEquals(await beta.closed(), 1011);
  const stats = async () => await alpha.request("@hub", "stats") as HubReport;
  const { health, problems: [problem] } = await stats();
  assertEquals(health, "bad");
  assertMatch(problem!.text, /^"beta" has been deaf since \d\d:\d\d: /);
  assertMatch(problem!.cure, /^Its program has to call start\(\) again/);
  await beta.start();
  await beta.event("ready");
  await until(async () => (await stats()).health === "good");
  const clients = await alpha.request("@hub", "clients") as ClientReport[];
  assertEquals(clients.at(-1)?.lastEnd, "Deaf after an unknown route");
});

Deno.test("A stock client that may not watch is told nothing", async () => {
  await using server = await serve({
    port: 0,
    tokens: [{
      label: "bots",
      token: "s3cret-s3cret-s3cret",
      names: ["*"],
    }],
  });
  await using winerp = new WinerpProcess();
  const { port } = server.addr;
  const host = "bot:s3cret-s3cret-s3cret@127.0.0.1";
  const alpha = await winerp.client("alpha", { host, port });
  for (const route of ["clients", "stats", "watch", "drain"]) {
    await assertRejects(
      () => alpha.request("@hub", route),
      Error,
      "may not",
    );
  }
});
