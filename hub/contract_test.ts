// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { Client } from "./client.ts";
import type { RemoteObject, SharedObject } from "./objects.ts";
import { Peer } from "./peer.ts";

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

  const peer = new Client("alpha").peer<Routes>("beta");
  is<typeof peer, Peer<Routes>>(true);
  const greeting = await peer.request("greet", { name: "zoë" });
  is<typeof greeting, string>(true);
  const later = await peer.request("later", { n: 1 }, { timeout: 1 });
  is<typeof later, number>(true);
  const status = await peer.request("status");
  is<typeof status, { up: boolean }>(true);
  await peer.request("status", undefined, { timeout: 1 });
  await peer.request("search");
  await peer.request("search", { text: "x" });
  const account = await peer.request("account");
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
  await peer.request("greet");
  // @ts-expect-error the data has the wrong type
  await peer.request("greet", { name: 1 });
  // @ts-expect-error there is no such route
  await peer.request("greeet", { name: "zoë" });
  // @ts-expect-error a contract has routes only
  new Client<{ greet: string }>("alpha");

  const untyped = new Client("alpha");
  untyped.route("any", ({ anything }) => anything);
  const answer = await untyped.request("beta", "greet", { name: "zoë" });
  is<typeof answer, unknown>(true);
  const text = await untyped.request<string>("beta", "greet");
  is<typeof text, string>(true);
  const loose = await untyped.peer("beta").request("whatever", { a: 1 });
  is<typeof loose, unknown>(true);
  const { data, source } = await untyped.waitFor("information");
  is<typeof data, unknown>(true);
  is<typeof source, string>(true);
  // @ts-expect-error there is no such event
  untyped.addEventListener("redy", () => {});
}

Deno.test("Peer calls by the name of its client", async () => {
  const calls: unknown[][] = [];
  const caller = {
    request: (...args: unknown[]) => Promise.resolve(calls.push(args)),
    inform: (...args: unknown[]) => Promise.resolve(void calls.push(args)),
    ping: (...args: unknown[]) => Promise.resolve(calls.push(args) > 0),
  };
  const peer = new Peer<Routes>(caller, "beta");
  assertEquals(peer.name, "beta");
  await peer.request("greet", { name: "zoë" }, { timeout: 1 });
  await peer.request("status");
  await peer.inform("hello");
  assertEquals(await peer.ping({ timeout: 2 }), true);
  assertEquals(calls, [
    ["beta", "greet", { name: "zoë" }, { timeout: 1 }],
    ["beta", "status"],
    ["hello", "beta"],
    ["beta", { timeout: 2 }],
  ]);
});
