// Copyright 2026 the Wirekit authors. MIT license.

/** Whatever is sent to the hub's own routes gets an answer, and breaks nothing. */

import { assert, assertEquals } from "@std/assert";
import { Random } from "@wirekit/internal/testing";
import { Client } from "../client.ts";
import { RemoteError } from "../errors.ts";
import { serve } from "../serve.ts";
import { HUB_ROUTES } from "./host/_hub_routes.ts";

const VALUES: unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e300,
  2 ** 53,
  "",
  "beta",
  "@hub",
  "__proto__",
  "\ud800",
  "a\nb\u202e",
  "x".repeat(70_000),
  "{",
  "[[1]]",
  '{"a":1}',
  [],
  ["beta"],
  [1, null],
  {},
  { toString: 1 },
];

const KEYS = [
  "name",
  "id",
  "ms",
  "on",
  "to",
  "route",
  "data",
  "timeout",
  "prefix",
  "after",
  "limit",
  "presence",
  "tail",
  "payload",
  "routes",
  "__proto__",
];

const ROUTES = [
  "clients",
  "routes",
  "describe",
  "announce",
  "stats",
  "limits",
  "edges",
  "open",
  "watch",
  "unwatch",
  "disconnect",
  "free",
  "block",
  "record",
  "hasOwnProperty",
  "",
];

const POSTS = [
  "disconnect",
  "free",
  "block",
  "record",
  "drain",
  "request",
  "inform",
];

/** Random numbers, the same in each run. */
function makeRandom(seed: number): (most: number) => number {
  const random = new Random(seed);
  return (most) => random.below(most);
}

Deno.test("Nothing that is sent to the hub's own routes breaks it", async () => {
  const random = makeRandom(4007);
  const some = <T>(list: readonly T[]) => list[random(list.length)]!;
  const order = (route: string) => {
    // What a route does not take is refused before the rest is looked at.
    const takes = Object.hasOwn(HUB_ROUTES, route)
      ? HUB_ROUTES[route]!.takes
      : [];
    const keys = takes.length > 0 && random(4) > 0 ? takes : KEYS;
    return Object.fromEntries(
      Array.from({ length: random(4) }, () => [some(keys), some(VALUES)]),
    );
  };
  const failures: string[] = [];
  const logger = { error: (line: string) => void failures.push(line) };
  await using server = await serve({ port: 0, logger });
  const url = server.urls[0];
  const http = url.replace("ws:", "http:");
  await using beta = new Client("beta", { url, reconnect: { minDelay: 1 } });
  beta.route("echo", (data) => data);
  await beta.connect();
  await using me = new Client("me", { url, reconnect: { minDelay: 1 } });
  await me.connect();

  for (let n = 0; n < 400; n++) {
    // It may have disconnected itself, or be blocked for a while.
    await me.ready({ timeout: 5_000 }).catch(() => {});
    const route = some(ROUTES);
    await me.request("@hub", route, order(route), { timeout: 5_000 })
      .catch((error) => {
        const { message } = error as Error;
        assert(!message.includes("is not a function"), message);
        if (error instanceof RemoteError) assert(message.length < 2_000);
      });
    // A block would keep it out for longer than this test may take.
    for (const name of ["me", "beta"]) {
      server.hub.exchange.block(JSON.stringify(name), 0);
    }
  }
  const statuses = new Set<number>();
  for (let n = 0; n < 400; n++) {
    const act = some(POSTS);
    const body = random(10) === 0
      ? JSON.stringify(some(VALUES)).slice(random(3))
      : JSON.stringify(order(act));
    const response = await fetch(`${http}/api/${act}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const text = await response.text();
    JSON.parse(text);
    statuses.add(response.status);
    assert(response.status < 500 || response.status === 504, text);
  }
  assert(statuses.has(200) && statuses.has(400) && statuses.has(409));
  for (const query of ["?name=%00", "?tail=x&payload=1", "?name=&tail=1"]) {
    const { status, body } = await fetch(`${http}/api/events${query}`);
    assertEquals(status, 200);
    await body!.cancel();
  }
  server.hub.drain(false);
  await using late = new Client("late", { url });
  await late.connect();
  const { requests } = server.hub.exchange.totals;
  assert(requests > 200, `${requests}`);
  assertEquals(failures, []);
});
