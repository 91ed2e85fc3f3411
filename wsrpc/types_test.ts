// Copyright 2026 the Wirekit authors. MIT license.

/** What the compiler has to accept and to refuse; nothing here runs. */

import { assertEquals } from "@std/assert";
import type { RemoteOf, RouteName } from "./contract.ts";
import type { Client } from "./client.ts";
import type { Peer } from "./peer.ts";
import { Router, type Routes } from "./routes/router.ts";
import type { Server } from "./server.ts";

/** Fails to compile unless the types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

function assertType<_ extends true>(): void {}

interface Api {
  add(params: { a: number; b: number }): number;
  join(params: [first: string, second: string]): Promise<string>;
  stats(): { clients: number };
  kv: {
    (params: { seed: number }): boolean;
    get(params: { key: string }): unknown;
    deep: { er(params?: string): null };
  };
}

Deno.test("RouteName lists all routes, with dots", () => {
  assertType<
    Same<
      RouteName<Api>,
      "add" | "join" | "stats" | "kv" | "kv.get" | "kv.deep.er"
    >
  >();
});

Deno.test("call() and proxy are checked by a contract", () => {
  const _compile = async (
    peer: Peer<Api> | Client<Api>,
    server: Server<Api, Api>,
  ) => {
    const sum: number = await peer.call("add", { a: 1, b: 2 });
    const text: string = await peer.call("join", ["a", "b"]);
    await peer.call("stats", undefined, { timeout: 1 });
    await peer.call("kv", { seed: 1 });
    await peer.call("kv.deep.er");
    // @ts-expect-error There is no such route.
    await peer.call("sub", {});
    // @ts-expect-error It takes numbers.
    await peer.call("add", { a: "1", b: 2 });
    // @ts-expect-error It has to have params.
    await peer.call("add");
    // @ts-expect-error It returns a number.
    const wrong: string = await peer.call("add", { a: 1, b: 2 });

    const proxy: RemoteOf<Api> = peer.remote;
    assertType<
      Same<Awaited<ReturnType<typeof proxy.stats>>, { clients: number }>
    >();
    const found: unknown = await proxy.kv.get({ key: "a" }, { timeout: 5 });
    const seeded: boolean = await proxy.kv({ seed: 1 });
    // @ts-expect-error There is no such route.
    proxy.kv.other();
    // @ts-expect-error It takes no text.
    proxy.kv.get("a");

    const [first] = await server.broadcast("add", { a: 1, b: 2 });
    if (first?.status === "fulfilled") {
      const value: number = first.value;
      return value;
    }
    return [sum, text, wrong, found, seeded];
  };
});

Deno.test("Routes and Router are checked by a contract", () => {
  const routes: Routes<Api> = {
    add: (_peer, { a, b }) => a + b,
    join: (_peer, first, second) => first + second,
    kv: { get: (_peer, { key }) => key },
    // @ts-expect-error It has to return an object.
    stats: () => 5,
  };
  const router = new Router<Api>();
  router.add("add", (_peer, { a, b }) => Promise.resolve(a + b));
  router.add("kv.deep.er", (_peer, text) => text === "" ? null : null);
  // @ts-expect-error There is no such route.
  router.add("other", () => 1);
  // @ts-expect-error It has to return a number.
  router.add("join", () => 1);
  assertEquals(router.names.length, 4);
  assertEquals(Object.keys(routes).length, 4);
});
