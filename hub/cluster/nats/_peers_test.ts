// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import type { KV, KvEntry } from "@nats-io/kv";
import { keyOf } from "./_keys.ts";
import { NatsNames } from "./_names.ts";
import { Peers } from "./_peers.ts";

/** A name as the cluster has it, which is JSON. */
const BOT = '"bot"';

/** An entry of a node called `other`, or of what is left of it. */
function entry(
  operation: "PUT" | "DEL",
  revision: number,
  { key = "other", since = 1 } = {},
): KvEntry {
  const text = JSON.stringify({ label: "other", since, figures: {} });
  return { key, operation, revision, string: () => text } as KvEntry;
}

/** The nodes and names of a node, whose engine answers as it is told. */
function setup({ label = "me", since = 0, isUndecided = false } = {}) {
  const gone: string[] = [];
  const log: string[] = [];
  const won: string[] = [];
  const engine = {
    asked: 0,
    node: (): Promise<KvEntry | null> => Promise.resolve(null),
    name: (): Promise<KvEntry | null> => Promise.resolve(null),
  };
  const nodes = {
    get: () => {
      engine.asked++;
      return engine.node();
    },
  };
  const watcher = {
    id: "me",
    self: { label, since },
    ready: true,
    isUndecided,
    log: (_level: string, line: string) => void log.push(line),
    gone(id: string) {
      gone.push(id);
      names.vacate(id);
    },
    failed() {},
  };
  const peers: Peers = new Peers(nodes as unknown as KV, 4_000, watcher);
  const bucket = {
    get: () => engine.name(),
    async put(_key: string, _value: string, { previousSeq = 0 }) {
      if (previousSeq === ((await engine.name())?.revision ?? 0)) return 99;
      throw Object.assign(new Error(), { code: 10071 });
    },
  };
  const names: NatsNames = new NatsNames(bucket as unknown as KV, {
    id: "me",
    ready: true,
    isThere: (node) => peers.isThere(node),
    suspect: (node) => void (peers.has(node) || peers.suspect(node)),
    open: () => Promise.resolve(),
    shut() {},
    won: (name) => void won.push(name),
    held() {},
    lost() {},
    left() {},
    failed() {},
  });
  return { peers, watcher, names, engine, gone, log, won };
}

Deno.test("Peers brings back no node that has left while it was looked for", async () => {
  for (const isKnown of [true, false]) {
    const { peers, engine, gone, log } = setup();
    if (isKnown) peers.hear(entry("PUT", 5));
    const answer = Promise.withResolvers<KvEntry>();
    engine.node = () => answer.promise;
    const looked = peers.suspect("other");
    peers.hear(entry("DEL", 7));
    answer.resolve(entry("PUT", 5));
    await looked;
    assertEquals(peers.has("other"), false);
    assertEquals(new Set(gone), new Set(["other"]));
    assertEquals(
      log.filter((line) => line.includes("is here")).length,
      +isKnown,
    );
  }
});

Deno.test("Peers says of a node that gives no sign of life when its names are free, unless no sign of anybody would come", async () => {
  using time = new FakeTime();
  const { peers } = setup();
  const stuck = setup({ isUndecided: true });
  const endsIn = () => peers.statuses[0]?.endsIn;
  for (const each of [peers, stuck.peers]) each.hear(entry("PUT", 1));
  await time.tick(2_000);
  assertEquals(endsIn(), undefined);
  await time.tick(500);
  assertEquals([endsIn(), stuck.peers.statuses[0]?.endsIn], [1_500, undefined]);
  peers.hear(entry("PUT", 2));
  assertEquals(endsIn(), undefined);
});

Deno.test("Peers takes nobody for silent until half a lease after signs of life can come again", async () => {
  using time = new FakeTime();
  const { peers, watcher } = setup();
  const endsIn = () => peers.statuses[0]?.endsIn;
  peers.hear(entry("PUT", 1));
  watcher.isUndecided = true;
  await time.tick(1_500);
  peers.tick();
  watcher.isUndecided = false;
  for (let ms = 0; ms < 2_000; ms += 500) {
    peers.tick();
    assertEquals(endsIn(), undefined);
    await time.tick(500);
  }
  await time.tick(100);
  peers.tick();
  assert(endsIn() !== undefined);
});

Deno.test("Peers takes an earlier start of its node for gone unless it gives a sign of life", () => {
  using _time = new FakeTime();
  for (
    const [label, since] of [["other", 2], ["other", 0], ["me", 2]] as const
  ) {
    const { peers } = setup({ label, since });
    const endsIn = () => peers.statuses[0]!.endsIn;
    peers.hear(entry("PUT", 1));
    const isEarlier = label === "other" && since > 1;
    assertEquals(endsIn(), isEarlier ? 4_000 : undefined);
    peers.hear(entry("PUT", 2));
    assertEquals(endsIn(), undefined);
  }
});

Deno.test("Peers takes an earlier start of another node for gone unless it gives a sign of life", async () => {
  using time = new FakeTime();
  const { peers } = setup();
  const silent = () =>
    peers.statuses.filter(({ endsIn }) => endsIn !== undefined)
      .map(({ id }) => id);
  peers.hear(entry("PUT", 1));
  peers.hear(entry("PUT", 2));
  await time.tick(500);
  peers.hear(entry("PUT", 3, { key: "again", since: 2 }));
  assertEquals(silent(), ["other"]);
  await time.tick(100);
  // Two are called the same.
  peers.hear(entry("PUT", 4));
  assertEquals(silent(), []);
  await time.tick(100);
  peers.hear(entry("PUT", 5, { key: "again", since: 2 }));
  assertEquals(silent(), []);
});

Deno.test("Peers says that a node has left only if it has heard of it more than once: it may have been dead before", () => {
  for (const signs of [1, 2]) {
    const { peers, log } = setup();
    for (let sign = 1; sign <= signs; sign++) peers.hear(entry("PUT", sign));
    peers.hear(entry("DEL", 9));
    assertEquals(
      log.at(-1),
      signs === 1
        ? "Node other is gone: it has left, or was dead before this hub came"
        : "Node other is gone: it has left",
    );
  }
});

Deno.test("Peers does not take for another node what this one was before", async () => {
  const { peers, engine } = setup();
  engine.node = () => Promise.resolve(entry("PUT", 5));
  assertEquals(await peers.isThere("other"), true);
  const text = JSON.stringify({ label: "me", since: 0, figures: {} });
  const before = { ...entry("PUT", 5), key: "before", string: () => text };
  engine.node = () => Promise.resolve(before);
  assertEquals(await peers.isThere("before"), false);
});

Deno.test("Peers asks again whether a node is there, if nobody could say so", async () => {
  using time = new FakeTime();
  const { peers, engine, gone } = setup();
  engine.node = () => Promise.reject(new Error("timeout"));
  const looked = peers.suspect("other");
  peers.suspect("other");
  await time.tick(1_000);
  engine.node = () => Promise.resolve(null);
  await time.tick(1_000);
  await looked;
  assertEquals(gone, ["other"]);
  assertEquals(engine.asked < 8, true);
});

Deno.test("A name of a node that has left is free, in whichever order the news comes", async () => {
  const name = {
    key: keyOf(BOT),
    operation: "PUT",
    revision: 3,
    string: () => JSON.stringify({ node: "other", claim: "" }),
  } as KvEntry;
  const hear: Record<string, (scene: ReturnType<typeof setup>) => void> = {
    "node name left": ({ peers, names }) => {
      peers.hear(entry("PUT", 5));
      names.hear(name);
      peers.hear(entry("DEL", 7));
    },
    "node left name": ({ peers, names }) => {
      peers.hear(entry("PUT", 5));
      peers.hear(entry("DEL", 7));
      names.hear(name);
    },
    "name left": ({ peers, names }) => {
      names.hear(name);
      peers.hear(entry("DEL", 7));
    },
    "left name": ({ peers, names }) => {
      peers.hear(entry("DEL", 7));
      names.hear(name);
    },
    "name": ({ names }) => names.hear(name),
  };
  for (const [order, act] of Object.entries(hear)) {
    using time = new FakeTime();
    const scene = setup();
    const { names, engine, won } = scene;
    names.settle();
    engine.name = () => Promise.resolve(name);
    engine.node = () => Promise.resolve(entry("PUT", 5));
    names.claims.add(BOT);
    await time.tick(100);
    assertEquals(won, [], order);
    engine.node = () => Promise.resolve(entry("DEL", 7));
    act(scene);
    await time.tick(100);
    assertEquals(won, [BOT], order);
  }
});
