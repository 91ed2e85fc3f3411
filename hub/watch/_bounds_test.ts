// Copyright 2026 the Wirekit authors. MIT license.

/** What a hub remembers of its clients stays small, whatever they do. */

import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import { pair } from "@wirekit/transport/pair";
import { Hub } from "../hub.ts";
import type {
  Content,
  Participant,
  Question,
} from "../exchange/participant.ts";
import { Histogram } from "./figures/_histogram.ts";
import { Recording } from "./figures/_recording.ts";
import { RouteFigures } from "./figures/_route_figures.ts";
import type { ClientsReport } from "./reports/clients.ts";
import type { HubReport } from "./reports/hub.ts";
import type { TailReport } from "./reports/tail.ts";

const LOCAL = {
  remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
};

const NOTHING = { route: '"r"', traceback: "null", pseudoObject: "null" };
const QUESTION: Content = { ...NOTHING, data: "{}" };

/** Answers everything at once. */
class Plain implements Participant {
  readonly #hub: Hub;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  ask(question: Question): undefined {
    this.#hub.exchange.answer(question, "response", {
      ...NOTHING,
      data: "x".repeat(10_000),
    });
  }

  answer(): undefined {}
  fail(): void {}
  tell(): undefined {}
  admit(): void {}
  end(): void {}
}

function get<T>(hub: Hub, path: string): Promise<T> {
  return hub.fetch(new Request(`http://127.0.0.1${path}`), LOCAL)
    .then((response) => response.json());
}

Deno.test("A page that reads nothing is told less, and then given up", async () => {
  using time = new FakeTime();
  await using hub = new Hub();
  const [asker, asked] = ["a", "b"].map((name) => {
    const member = hub.exchange.enter(new Plain(hub));
    hub.exchange.claim(member, JSON.stringify(name));
    return member;
  });
  const ask = () =>
    hub.exchange.ask(asker!, asked!, '"u"', "request", QUESTION);
  const { body } = await hub.fetch(
    new Request("http://127.0.0.1/api/events?tail=1&payload=1"),
    LOCAL,
  );
  assert(body);
  for (let n = 0; n < 200; n++) {
    ask();
    await time.tick(100);
  }
  assert(time.timers > 0);
  await time.tick(60_000);
  // It is over: nothing runs any more, and little waits for the reader.
  assertEquals(time.timers, 0);
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  assert(bytes > 500_000 && bytes < 2_500_000, `${bytes} bytes`);
});

Deno.test("There are not more pages at a time than a hub can serve", async () => {
  await using hub = new Hub();
  const open = () =>
    hub.fetch(new Request("http://127.0.0.1/api/events"), LOCAL);
  const pages: Response[] = [];
  for (let n = 0; n < 32; n++) pages.push(await open());
  assertEquals(pages.every(({ status }) => status === 200), true);
  const more = await open();
  assertEquals(more.status, 503);
  await more.body?.cancel();
  await pages.pop()!.body!.cancel();
  pages.push(await open());
  assertEquals(pages.at(-1)!.status, 200);
  await Promise.all(pages.map(({ body }) => body!.cancel()));
});

Deno.test("A hub with 100,000 names tells of the sick and the busiest", async () => {
  await using hub = new Hub();
  const { exchange } = hub;
  const count = 100_000;
  for (let n = 0; n < count; n++) {
    const member = exchange.enter(new Plain(hub));
    exchange.claim(member, `"n${n}"`);
  }
  const members = [...exchange.members];
  const busy = members[77_777]!;
  // Each asks the busy one, and the busy one asks each: more edges than are kept.
  for (const member of members) {
    exchange.ask(member, busy, '"u"', "request", QUESTION);
    exchange.ask(busy, member, '"u"', "request", QUESTION);
  }
  const report = await get<HubReport>(hub, "/api/report");
  assertEquals(report.clients.active, count);
  assertEquals(report.traffic.requests, 2 * count);
  const clients = await get<ClientsReport>(hub, "/api/clients");
  assertEquals([clients.total, clients.clients.length], [count, 2_000]);
  assertEquals(clients.clients[0]?.name, "n77777");
  const edges = await get<{ total: number; edges: unknown[] }>(
    hub,
    "/api/edges",
  );
  assertEquals([edges.total, edges.edges.length], [65_536, 5_000]);
  // A client that leaves makes room for the edges of others.
  exchange.leave(busy);
  const rest = await get<{ total: number }>(hub, "/api/edges");
  assert(rest.total < 65_536, `${rest.total}`);
});

Deno.test("A hub that nobody watches has no timer once its clients are gone", async () => {
  using time = new FakeTime();
  await using hub = new Hub();
  const [near, far] = pair<Uint8Array<ArrayBuffer>>();
  const served = hub.accept(far);
  await time.tick(1_000);
  assert(time.timers > 0);
  await near.close();
  await served;
  assertEquals(time.timers, 0);
});

Deno.test("RouteFigures forgets those of other clients first", () => {
  const routes = new RouteFigures();
  const end = { now: 0, us: 1, weight: 1, isError: false };
  for (let n = 0; n < 300; n++) {
    for (let r = 0; r < 250; r++) routes.add(`"n${n}"`, `"r${r}"`, end);
  }
  const names = [...routes.names];
  assertEquals(names.length, 25);
  assertEquals(routes.of('"n299"', '"r199"').count, 1);
  assertEquals(routes.of('"n299"', '"r200"').count, 0);
  assertEquals(routes.of('"n0"', '"r0"').count, 0);
  routes.add('"n299"', JSON.stringify("x".repeat(300)), end);
  assertEquals(routes.of('"n299"', JSON.stringify("x".repeat(300))).count, 0);
});

Deno.test("Recording keeps five minutes, and no more than there is room for", async () => {
  using time = new FakeTime();
  const recording = new Recording();
  const row = (id: number): TailReport => ({
    id,
    at: Date.now(),
    kind: "request",
    from: "a",
    bytes: 1,
  });
  let id = 0;
  for (let second = 0; second < 600; second++) {
    for (let n = 0; n < 1_000; n++) recording.add(row(++id), undefined);
    recording.tick();
    await time.tick(1_000);
  }
  const rows = [...recording.lines(false)].map((line) => JSON.parse(line));
  assert(rows.length <= 18_100 && rows.length > 17_000, `${rows.length}`);
  assert(Date.now() - rows[0].at < 302_000);
  recording.payloadsUntil = Date.now() + 1_000_000;
  const data = "x".repeat(65_536);
  for (let n = 0; n < 2_000; n++) recording.add(row(++id), { data });
  const kept = [...recording.lines(true)].join("").length;
  assert(kept < 25_000_000, `${kept} characters`);
});

Deno.test("Histogram tells any time within 1/16, and counts what it stands for", () => {
  for (
    const us of [0, 1, 7, 8, 9, 15, 16, 100, 12_345, 999_999, 3_600_000_000]
  ) {
    const histogram = new Histogram();
    histogram.add(us, 3);
    assertEquals(histogram.count, 3);
    for (const share of [0.01, 0.5, 1]) {
      const off = Math.abs(histogram.quantile(share) - us);
      assert(off <= us / 16 + 0.5, `${us}: ${histogram.quantile(share)}`);
    }
    assertEquals(histogram.upTo(us * 1.2 + 1), 3);
    assertEquals(us > 1 ? histogram.upTo(us * 0.8 - 1) : 0, 0);
  }
  const histogram = new Histogram();
  for (let us = 1; us <= 1_000; us++) histogram.add(us, 1);
  assert(Math.abs(histogram.quantile(0.95) - 950) < 60);
  histogram.halve();
  assert(histogram.count <= 500);
  histogram.clear();
  assertEquals(histogram.report(), { count: 0, p50: 0, p95: 0, p99: 0 });
});
