// Copyright 2026 the Wirekit authors. MIT license.

/** What operators see and do in a cluster, at whichever hub they ask. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type HubServer, serve } from "../../serve.ts";
import { labelsOf } from "./_cluster.ts";
import type { RouteReport } from "../reports/calls.ts";
import type { ClientReport, PresenceReport } from "../reports/clients.ts";
import type { ElsewhereReport } from "../reports/cluster.ts";
import type { HubReport } from "../reports/hub.ts";
import { Scene, until } from "./testdata/scene.ts";

Deno.test("@hub tells who is at which hub of a cluster, all at once or page by page", async () => {
  await using scene = await Scene.open();
  const me = await scene.client("me", 0);
  for (let n = 0; n < 5; n++) await scene.client(`c${n}`, 1);
  for (let n = 0; n < 3; n++) await scene.client(`h${n}`, 2);
  await scene.waits("c0", 2);
  const list = async (order: Record<string, unknown>) =>
    (await me.request("@hub", "clients", order) as ClientReport[])
      .map(({ name, node, state }) => `${name} ${node} ${state}`);
  assertEquals(await list({}), [
    "me attic active",
    ...["c0", "c1", "c2", "c3", "c4"].map((name) => `${name} cellar active`),
    ...["h0", "h1", "h2"].map((name) => `${name} hall active`),
    "c0 hall held",
  ]);
  assertEquals(await list({ prefix: "h", limit: 2 }), [
    "h0 hall active",
    "h1 hall active",
  ]);
  const pages: string[] = [];
  for (let after = -1;;) {
    const page = await me.request("@hub", "clients", {
      node: "cellar",
      after,
      limit: 2,
    }) as ClientReport[];
    pages.push(...page.map(({ name }) => name!));
    if (page.length < 2) break;
    after = page.at(-1)!.id;
  }
  assertEquals(pages, ["c0", "c1", "c2", "c3", "c4"]);
  await assertRejects(
    () => list({ after: 1 }),
    Error,
    "after needs the node whose id it is",
  );
  await assertRejects(
    () => list({ node: "roof" }),
    Error,
    'There is no hub "roof" in the cluster, but attic, cellar, hall',
  );
  const { id } = scene.servers[1]!.hub.exchange.cluster!.nodes.find((
    { label },
  ) => label === "cellar")!;
  const stats = await me.request("@hub", "stats", { node: id }) as HubReport;
  assertEquals(stats.clients.active, 5);
});

Deno.test("@hub gathers edges, open requests and routes of all hubs", async () => {
  await using scene = await Scene.open();
  const me = await scene.client("me", 0);
  const other = await scene.client("other", 1);
  const bot = await scene.client("bot", 2);
  bot.route("never", () => new Promise(() => {}));
  await other.request("bot", "echo", { a: 1 });
  await me.request("bot", "echo", { a: 1 });
  const open = other.request("bot", "never", {});
  open.catch(() => {});
  await until(() => scene.servers[2]!.hub.exchange.openQuestions > 0);
  const edges = await me.request("@hub", "edges") as { from: string }[];
  assertEquals(
    edges.map((edge) => JSON.stringify(edge)).sort(),
    [
      { from: "me", to: "@hub", requests: 1, errors: 0, informs: 0 },
      { from: "me", to: "bot", requests: 1, errors: 0, informs: 0 },
      { from: "other", to: "bot", requests: 2, errors: 0, informs: 0 },
    ].map((edge) => JSON.stringify(edge)),
  );
  const busiest = await me.request("@hub", "edges", { limit: 1 });
  assertEquals((busiest as unknown[]).length, 2);
  const asked = await me.request("@hub", "open") as Record<string, unknown>[];
  assertEquals(
    asked.filter(({ to }) => to === "bot").map((
      { from, route },
    ) => [from, route]),
    [["other", "never"]],
  );
  const routes = await me.request("@hub", "routes", { name: "bot" });
  assertEquals(
    (routes as RouteReport[]).map(({ route, count }) => [route, count]),
    [["echo", 2], ["never", 0]],
  );
  await bot.close();
});

Deno.test("Whoever watches hears who comes, waits and goes at any hub, and why", async () => {
  await using scene = await Scene.open();
  const heard: string[] = [];
  const me = await scene.client("me", 0);
  me.addEventListener("information", ({ detail }) => {
    const { event, name, node, reason = "" } = detail
      .data as unknown as PresenceReport;
    heard.push(`${event} ${name} ${node} ${reason}`.trim());
  });
  await me.request("@hub", "watch");
  const early = await scene.client("early", 1);
  const waits = await scene.waits("early", 2);
  await until(() => heard.length === 2);
  await early.close();
  await until(() => heard.length === 4);
  assertEquals(heard.splice(0).sort(), [
    "hold early hall",
    "join early cellar",
    "join early hall",
    "leave early cellar it closed the connection",
  ]);
  // A hub that is gone cannot say so itself.
  scene.planes[2]!.cut();
  await until(() => heard.length === 1);
  assertEquals(heard.splice(0), ["leave early hall the hub hall is gone"]);
  scene.planes[2]!.heal();
  await until(() => heard.length === 1);
  assertEquals(heard.splice(0), ["join early hall"]);
  await waits.close();
  const again = await scene.client("again", 2);
  await until(() => heard.some((line) => line === "join again hall"));
  heard.splice(0);
  // One that closes says it.
  const closing = scene.servers[2]!.close();
  await until(() => heard.length > 0);
  assertEquals(heard[0], "leave again hall the hub is closing");
  await closing;
  assert(again.state !== "open");
  await me.request("@hub", "unwatch");
  heard.splice(0);
  await scene.client("late", 1);
  await new Promise((done) => setTimeout(done, 300));
  assertEquals(heard, []);
});

Deno.test("An operator disconnects, frees and blocks at whichever hub", async () => {
  await using scene = await Scene.open();
  const me = await scene.client("me", 0);
  const bot = await scene.client("bot", 1);
  let ends = 0;
  bot.addEventListener("disconnect", () => ends++);
  await until(() => scene.servers[0]!.hub.exchange.has('"bot"'));
  await me.request("@hub", "disconnect", { name: "bot" });
  await until(() => ends === 1);

  const holder = await scene.client("seat", 1);
  const waits = await scene.waits("seat", 2);
  await until(() => scene.servers[0]!.hub.exchange.has('"seat"'));
  await me.request("@hub", "free", { name: "seat" });
  await waits.ready({ timeout: 5_000 });
  await until(() => holder.state !== "open");
  await assertRejects(
    () => me.request("@hub", "free", { name: "seat" }),
    Error,
    'Nobody waits for the name "seat"',
  );
  await assertRejects(
    () => me.request("@hub", "disconnect", { name: "nobody" }),
    Error,
    'Nobody has the name "nobody"',
  );

  await me.request("@hub", "block", { name: "seat", ms: 60_000 });
  await until(() => waits.state !== "open");
  const refused = (at: number) =>
    assertRejects(
      () => scene.client("seat", at),
      Error,
      'The name "seat" is blocked for now',
    );
  for (const at of [0, 1, 2]) await refused(at);
  // A hub that comes later is told.
  const plane = scene.engine.node("new");
  await using late = await serve({ port: 0, backplane: plane });
  await until(() => late.hub.exchange.blocked.size === 1);
  await me.request("@hub", "block", { name: "seat", ms: 0 });
  await until(() => late.hub.exchange.blocked.size === 0);
  await scene.client("seat", 2);

  await me.request("@hub", "drain", { on: true, node: "hall" });
  assert(scene.servers[2]!.hub.isDraining);
  assert(!scene.servers[0]!.hub.isDraining);
});

Deno.test("What a client announced is known at all hubs, also at one that comes later", async () => {
  await using scene = await Scene.open();
  const bot = await scene.client("bot", 1);
  const routes = { greet: { description: "Says hello." } };
  await bot.request("@hub", "announce", { routes });
  const known = (server: HubServer) =>
    server.hub.exchange.routes.of('"bot"').map(({ route, description }) =>
      `${route}: ${description}`
    );
  await until(() => known(scene.servers[2]!).length > 0);
  assertEquals(known(scene.servers[2]!), ["greet: Says hello."]);
  const late = scene.engine.node("late");
  await using fourth = await serve({ port: 0, backplane: late });
  scene.planes[1]!.cut();
  await until(() => known(scene.servers[2]!).length === 0);
  scene.planes[1]!.heal();
  await until(() => known(scene.servers[2]!).length > 0);
  await until(() => known(fourth).length > 0);
  await bot.close();
  await until(() => known(scene.servers[2]!).length === 0);
  // Another bot of this name announces nothing.
  await scene.client("bot", 0);
  assertEquals(known(scene.servers[2]!), []);
});

Deno.test("A hub that does not answer is named, and the others are shown", async () => {
  await using scene = await Scene.open();
  const me = await scene.client("me", 0);
  const other = await scene.client("c", 1);
  await other.request("me", "echo", {});
  const [, , plane] = scene.planes;
  plane!.publish = () => undefined;
  await assertRejects(
    () => me.request("@hub", "clients"),
    Error,
    "The hub hall did not answer within 3 seconds",
  );
  const http = scene.servers[0]!.urls[0].replace("ws:", "http:");
  const { body } = await fetch(`${http}/api/events`);
  let text = "";
  for await (const part of body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    const [, data] = /^event: elsewhere\ndata: (.*)$/m.exec(text) ?? [];
    if (data === undefined) continue;
    const report: ElsewhereReport = JSON.parse(data);
    assertEquals(report.silent, ["hall"]);
    assertEquals(report.clients.map(({ name, node }) => [name, node]), [
      ["c", "cellar"],
    ]);
    assertEquals(report.edges.map(({ from, to }) => [from, to]), [["c", "me"]]);
    break;
  }
});

Deno.test("Hubs that are called the same are told apart", () => {
  const nodes = ["id-of-the-first", "id-of-the-second", "other"].map((id) => ({
    id,
    label: id === "other" ? "alone" : "same",
    since: 0,
    figures: {},
  }));
  assertEquals([...labelsOf(nodes).values()], [
    "same -first",
    "same second",
    "alone",
  ]);
});
