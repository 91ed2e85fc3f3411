// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { Client } from "../client.ts";
import type { RemoteObject, SharedObject } from "./objects.ts";
import { makeRemote, type Remote } from "./remote.ts";

interface Routes {
  greet(data: { name: string; id?: bigint }): string;
  later(data: { n: number }): Promise<number>;
  status(): { up: boolean };
  search(data?: { text: string }): string[];
  account(): SharedObject<{ balance: number }, {
    deposit(amount: number): number;
  }>;
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

function is<A, B>(_: Equal<A, B>): void {}

// Compiled, never run: what a contract allows and refuses.
export async function compiles(client: Client<Routes>): Promise<void> {
  client.route("greet", ({ name, id }, { source, signal }) => {
    is<typeof name, string>(true);
    is<typeof id, bigint | undefined>(true);
    is<typeof source, string>(true);
    is<typeof signal, AbortSignal>(true);
    return name;
  });
  client.route("later", ({ n }) => n).route("status", () => ({ up: true }));
  client.route("later", async ({ n }) => await Promise.resolve(n));
  client.removeRoute("later");
  // @ts-expect-error the result has the wrong type
  client.route("greet", () => 1);
  // @ts-expect-error there is no such route
  client.route("greeet", () => "");
  // @ts-expect-error there is no such route
  client.removeRoute("greeet");

  const peer = new Client("alpha").remote<Routes>("beta");
  is<typeof peer, Remote<Routes>>(true);
  const greeting = await peer.greet({ name: "zoë" });
  is<typeof greeting, string>(true);
  const later = await peer.later({ n: 1 }, { timeout: 1 });
  is<typeof later, number>(true);
  const status = await peer.status();
  is<typeof status, { up: boolean }>(true);
  await peer.status(undefined, { timeout: 1 });
  await peer.search();
  await peer.search({ text: "x" });
  const account = await peer.account();
  is<
    typeof account,
    RemoteObject<{ balance: number }, { deposit(amount: number): number }>
  >(true);
  is<typeof account.attributes.balance, number>(true);
  const balance = await account.call("deposit", [5]);
  is<typeof balance, number>(true);
  // @ts-expect-error there is no such method
  await account.call("withdraw", [5]);
  // @ts-expect-error the argument has the wrong type
  await account.call("deposit", ["5"]);
  // @ts-expect-error the data is missing
  await peer.greet();
  // @ts-expect-error the data has the wrong type
  await peer.greet({ name: 1 });
  // @ts-expect-error there is no such route
  await peer.greeet({ name: "zoë" });
  // @ts-expect-error a contract has routes only
  new Client<{ greet: string }>("alpha");

  const untyped = new Client("alpha");
  untyped.route("any", ({ anything }) => anything);
  const answer = await untyped.request("beta", "greet", { name: "zoë" });
  is<typeof answer, unknown>(true);
  const text = await untyped.request<string>("beta", "greet");
  is<typeof text, string>(true);
  const loose = await untyped.remote("beta").whatever({ a: 1 });
  void loose;
  const { data, source } = await untyped.waitFor("information");
  is<typeof data, unknown>(true);
  is<typeof source, string>(true);
  // @ts-expect-error there is no such event
  untyped.addEventListener("redy", () => {});
}

Deno.test("Client remote() has a function for each route", async () => {
  const calls: unknown[][] = [];
  const remote = makeRemote<Routes>((...args) => {
    calls.push(args);
    return Promise.resolve(calls.length);
  });
  await remote.greet({ name: "zoë" }, { timeout: 1 });
  await remote.status();
  assertEquals(calls, [
    ["greet", { name: "zoë" }, { timeout: 1 }],
    ["status", undefined, undefined],
  ]);
  // It is no promise, and prints like an object.
  assertEquals(await Promise.resolve(remote), remote);
  assertEquals(`${Deno.inspect(remote)}`, "{}");
  assertEquals(JSON.stringify({ remote }), '{"remote":{}}');
  assertEquals(calls.length, 2);
});
