// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { pair } from "@wirekit/transport/pair";
import { noproxy, proxy } from "./decorators.ts";
import { WsrpcError } from "../errors.ts";
import { Peer } from "../peer.ts";
import { AllowedRoute, PrefixRoute, Route } from "./route.ts";
import { Router, type Routes } from "./router.ts";

/** Calls routes from the other end. */
function callTo(routes: Routes) {
  const [near, far] = pair();
  const failures: unknown[] = [];
  const server = new Peer(near, {
    routes,
    hooks: { error: (_, error) => failures.push(error) },
  });
  const client = new Peer(far);
  return {
    server,
    client,
    failures,
    call: (method: string, params?: unknown) => client.call(method, params),
    async refused(method: string): Promise<string> {
      const error = await assertRejects(() => client.call(method), WsrpcError);
      return `${error.type}: ${error.message}`;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

const NOT_IMPLEMENTED = "NotImplementedError: Method not implemented";
const MASKED = "NotImplementedError: Method masked";

class Storage extends Route {
  inits = 0;
  #data: Map<string, unknown> | undefined;

  init(): void {
    this.inits++;
    this.#data = new Map();
  }

  @proxy
  set({ key, value }: { key: string; value: unknown }): boolean {
    this.#data!.set(key, value);
    return true;
  }

  @proxy
  get({ key }: { key: string }): unknown {
    return this.#data!.get(key);
  }

  @proxy
  count(): number {
    return this.inits;
  }

  plain(): number {
    return 1;
  }

  @noproxy
  secret(): number {
    return 2;
  }

  _private(): number {
    return 3;
  }
}

Deno.test("Route runs init once, before the first method", async () => {
  await using at = callTo({ kv: Storage });
  assertEquals(await at.call("kv.set", { key: "a", value: 1 }), true);
  assertEquals(await at.call("kv.get", { key: "a" }), 1);
  assertEquals(await at.call("kv.count"), 1);
});

Deno.test("Route runs init at each call of the alias, and of its name", async () => {
  await using at = callTo({ kv: Storage });
  assertEquals(await at.call("kv"), null);
  assertEquals(await at.call("kv.set", { key: "a", value: 1 }), true);
  assertEquals(await at.call("kv.count"), 1);
  assertEquals(await at.call("kv.init"), null);
  assertEquals(await at.call("kv.count"), 2);
  assertEquals(await at.call("kv.get", { key: "a" }), null);
});

Deno.test("Route leaves an init that needs arguments to its caller", async () => {
  class Seeded extends Route {
    seed = 0;
    @proxy
    init({ seed }: { seed: number }): { inited: boolean } {
      this.seed = seed;
      return { inited: true };
    }
    @proxy
    get(): number {
      return this.seed;
    }
  }
  await using at = callTo({ seeded: Seeded });
  assertEquals(await at.call("seeded.get"), 0);
  assertEquals(await at.call("seeded", { seed: 5 }), { inited: true });
  assertEquals(await at.call("seeded.get"), 5);
});

Deno.test("Route lets methods wait for an asynchronous init", async () => {
  const gate = Promise.withResolvers<void>();
  class Slow extends AllowedRoute {
    ready = false;
    async init(): Promise<string> {
      await gate.promise;
      this.ready = true;
      return "done";
    }
    isReady(): boolean {
      return this.ready;
    }
  }
  await using at = callTo({ slow: Slow });
  const calls = [at.call("slow.isReady"), at.call("slow.isReady")];
  await at.call("ping");
  assertEquals(at.server.handlers, 2);
  gate.resolve();
  assertEquals(await Promise.all(calls), [true, true]);
  assertEquals(await at.call("slow"), "done");
});

Deno.test("Route starts anew when init fails", async () => {
  let tries = 0;
  class Flaky extends AllowedRoute {
    init(): void {
      if (++tries === 1) throw new Error("not yet");
    }
    tries(): number {
      return tries;
    }
  }
  class FlakyLater extends AllowedRoute {
    init(): Promise<void> {
      return ++tries === 1
        ? Promise.reject(new Error("not yet"))
        : Promise.resolve();
    }
    tries(): number {
      return tries;
    }
  }
  for (const route of [Flaky, FlakyLater]) {
    tries = 0;
    await using at = callTo({ flaky: route });
    assertEquals(
      await at.refused("flaky.tries"),
      "InternalError: Route failed",
    );
    assertEquals(await at.call("flaky.tries"), 2);
  }
});

Deno.test("Route exposes what is marked, and nothing else", async () => {
  await using at = callTo({ kv: Storage });
  assertEquals(await at.refused("kv.plain"), NOT_IMPLEMENTED);
  assertEquals(await at.refused("kv._private"), NOT_IMPLEMENTED);
  assertEquals(await at.refused("kv.secret"), MASKED);
  for (
    const name of [
      "constructor",
      "toString",
      "__proto__",
      "hasOwnProperty",
      "valueOf",
      "__defineGetter__",
      "peer",
      "inits",
      "a.b",
      "",
      "set.call",
    ]
  ) assertEquals(await at.refused(`kv.${name}`), NOT_IMPLEMENTED);
});

Deno.test("Route takes plain lists in place of decorators", async () => {
  class Listed extends Route {
    static override readonly proxy = ["a", "b"];
    static override readonly noproxy = ["c"];
    a(): string {
      return "a";
    }
    b(): string {
      return "b";
    }
    c(): string {
      return "c";
    }
  }
  await using at = callTo({ listed: Listed });
  assertEquals(await at.call("listed.a"), "a");
  assertEquals(await at.call("listed.b"), "b");
  assertEquals(await at.refused("listed.c"), MASKED);
});

Deno.test("Route hands its exposure on to subclasses", async () => {
  class Base extends Route {
    @proxy
    one(): string {
      return "base";
    }
    @proxy
    two(): string {
      return "base";
    }
    three(): string {
      return "base";
    }
  }
  class Derived extends Base {
    override one(): string {
      return "derived";
    }
    @noproxy
    override two(): string {
      return "derived";
    }
    @proxy
    override three(): string {
      return `derived of ${super.three()}`;
    }
  }
  await using at = callTo({ base: Base, derived: Derived });
  assertEquals(await at.call("derived.one"), "derived");
  assertEquals(await at.refused("derived.two"), MASKED);
  assertEquals(await at.call("derived.three"), "derived of base");
  assertEquals(await at.call("base.one"), "base");
  assertEquals(await at.refused("base.three"), NOT_IMPLEMENTED);
});

Deno.test("Route lets a subclass decide by other means", async () => {
  class ByName extends Route {
    static override isAllowed(name: string): boolean {
      return name.startsWith("get");
    }
    static override isMasked(name: string): boolean {
      return name.endsWith("Secret");
    }
    getName(): string {
      return "name";
    }
    getSecret(): string {
      return "secret";
    }
    set(): void {}
  }
  await using at = callTo({ by: ByName });
  assertEquals(await at.call("by.getName"), "name");
  assertEquals(await at.refused("by.getSecret"), MASKED);
  assertEquals(await at.refused("by.set"), NOT_IMPLEMENTED);
});

class Tools extends AllowedRoute {
  static override readonly noproxy = ["masked"];
  static Nested = class {};
  Inner = class {};
  arrow = () => "property";
  #count = 0;
  init(): string {
    return "allowed-init";
  }
  incr({ by = 1 } = {}): number {
    return this.#count += by;
  }
  get getter(): () => string {
    throw new Error("No getter is called");
  }
  masked(): void {}
  _private(): void {}
}
Object.defineProperty(Tools.prototype, "Constructed", { value: class {} });

Deno.test("AllowedRoute exposes its methods: no class, property, or getter", async () => {
  await using at = callTo({ tools: Tools });
  assertEquals(await at.call("tools"), "allowed-init");
  assertEquals(await at.call("tools.incr", { by: 4 }), 4);
  assertEquals(await at.refused("tools.masked"), MASKED);
  assertEquals(await at.refused("tools._private"), MASKED);
  for (
    const name of [
      "Nested",
      "Inner",
      "Constructed",
      "arrow",
      "getter",
      "constructor",
      "toString",
      "_unknown",
    ]
  ) assertEquals(await at.refused(`tools.${name}`), NOT_IMPLEMENTED);
});

Deno.test("PrefixRoute exposes what has the prefix, without it", async () => {
  class Prefixed extends PrefixRoute {
    rpc_init(): string {
      return "pref-init";
    }
    rpc_hello({ name }: { name: string }): string {
      return `hello ${name}`;
    }
    hidden(): void {}
  }
  class Other extends PrefixRoute {
    static override readonly prefix = "on";
    onHello(): string {
      return "hello";
    }
    rpc_hello(): void {}
  }
  await using at = callTo({ pref: Prefixed, other: Other });
  assertEquals(await at.call("pref"), "pref-init");
  assertEquals(await at.call("pref.hello", { name: "bob" }), "hello bob");
  assertEquals(await at.refused("pref.hidden"), NOT_IMPLEMENTED);
  assertEquals(await at.refused("pref.rpc_hello"), NOT_IMPLEMENTED);
  assertEquals(await at.call("other.Hello"), "hello");
  assertEquals(await at.refused("other.hello"), NOT_IMPLEMENTED);
  assertEquals(await at.refused("other"), NOT_IMPLEMENTED);
});

Deno.test("Route has one instance for each connection, and knows its peer", async () => {
  class Who extends AllowedRoute {
    calls = 0;
    count(): number {
      return ++this.calls;
    }
    ask(): Promise<unknown> {
      return this.peer.call("name");
    }
  }
  const router = new Router({ who: Who });
  const [a, b] = [pair(), pair()];
  await using _a = new Peer(a[0], { router });
  await using _b = new Peer(b[0], { router });
  await using alice = new Peer(a[1], { routes: { name: () => "alice" } });
  await using bob = new Peer(b[1], { routes: { name: () => "bob" } });
  assertEquals(await alice.call("who.count"), 1);
  assertEquals(await alice.call("who.count"), 2);
  assertEquals(await bob.call("who.count"), 1);
  assertEquals(await alice.call("who.ask"), "alice");
  assertEquals(await bob.call("who.ask"), "bob");
});

Deno.test("Route is disposed when the connection has ended, once", async () => {
  const disposed: string[] = [];
  class Sync extends AllowedRoute {
    get(): void {}
    [Symbol.dispose](): void {
      disposed.push("sync");
    }
  }
  class Async extends AllowedRoute {
    get(): void {}
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.resolve();
      disposed.push("async");
    }
  }
  class Broken extends AllowedRoute {
    get(): void {}
    [Symbol.dispose](): void {
      throw new Error("broken");
    }
  }
  const at = callTo({ broken: Broken, sync: Sync, async: Async, unused: Sync });
  for (const name of ["broken", "sync", "async"]) await at.call(`${name}.get`);
  await at.client.close();
  await at.server.closed;
  assertEquals(disposed, ["sync", "async"]);
  assertEquals(at.failures.length, 1);
});

Deno.test("proxy refuses what is never a route", () => {
  assertThrows(
    () => {
      class _A extends Route {
        @proxy
        _private(): void {}
      }
    },
    TypeError,
    "underscore",
  );
  assertThrows(
    () => {
      class _B extends Route {
        @proxy
        static method(): void {}
      }
    },
    TypeError,
    "public",
  );
  class Missing extends Route {
    static override readonly proxy = ["missing"];
  }
  class Private extends Route {
    static override readonly proxy = ["_private"];
    _private(): void {}
  }
  assertThrows(() => new Router({ a: Missing }), TypeError, "no such method");
  assertThrows(() => new Router({ a: Private }), TypeError, "underscore");
});

Deno.test("Router takes no private, empty, taken or reserved name", () => {
  const router = new Router({ one: () => 1 });
  for (const name of ["_x", "", "a.", ".a", "a..b", "kv._x", "__proto__"]) {
    assertThrows(() => router.add(name, () => 1), TypeError, "underscore");
  }
  assertThrows(() => router.add("one", () => 1), TypeError, "exists already");
  assertThrows(() => router.add("ping", () => 1), TypeError, "by itself");
  assertThrows(() => router.add("x", 5 as never), TypeError, "not a function");
  assertEquals(router.names, ["one"]);
});

Deno.test("Router finds only what was added", async () => {
  await using at = callTo({ one: () => 1 });
  for (
    const name of [
      "constructor",
      "toString",
      "__proto__",
      "hasOwnProperty",
      "_x",
    ]
  ) {
    assert((await at.refused(name)).includes("not implemented"));
  }
});

Deno.test("Router takes dotted names, and groups", async () => {
  await using at = callTo({
    "ns.sub": () => "sub",
    math: { more: { mul: (_peer, x: number, y: number) => x * y }, Tools },
  });
  assertEquals(await at.call("ns.sub"), "sub");
  assertEquals(await at.call("math.more.mul", [6, 7]), 42);
  assertEquals(await at.call("math.Tools.incr"), 1);
  assertEquals(await at.call("math.Tools"), "allowed-init");
  assertEquals(
    await at.refused("ns.other"),
    'NotImplementedError: Callback function "ns.other" not implemented',
  );
});

Deno.test("Router shares nothing with another one", async () => {
  await using one = callTo({ only: () => "here" });
  await using two = callTo({});
  assertEquals(await one.call("only"), "here");
  await two.refused("only");
  one.server.router.add("more", () => 1);
  await two.refused("more");
});
