// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertMatch } from "@std/assert";
import { sleep } from "@wirekit/internal/clock";
import { FakeTime } from "@wirekit/internal/testing";
import { Membership } from "./_membership.ts";

/** A node whose lease is over, and an engine that answers at once. */
async function setup() {
  const scene = {
    /** How often it is coming back now, and at most at the same time. */
    returning: 0,
    most: 0,
    renewing: 0,
    opening: Promise.resolve(),
    listening: Promise.resolve(),
    leases: new Set<string>(),
    /** Whether the engine takes a sign of life. */
    takes: true,
    log: [] as string[],
  };
  const bucket = {
    status: () =>
      Promise.resolve({
        values: 0,
        streamInfo: { created: "now", state: { last_seq: 0, messages: 0 } },
      }),
    async watch() {
      await scene.listening;
      return Object.assign((async function* () {})(), { stop() {} });
    },
    put(id: string) {
      if (!scene.takes) return Promise.reject(new Error("timeout"));
      if (id !== "-") scene.leases.add(id);
      return Promise.resolve(1);
    },
    delete(id: string) {
      scene.leases.delete(id);
      return Promise.resolve();
    },
  };
  const connection = {
    subscribe: () => ({ unsubscribe() {} }),
    publish() {},
    flush: () => Promise.resolve(),
    status: () => (async function* () {})(),
    isClosed: () => false,
    close: () => Promise.resolve(),
  };
  const nothing = new Proxy({}, {
    get: (_, key) => key === "claims" ? claims : key === "ids" ? [] : () => [],
  });
  const claims = {
    hold() {},
    resume() {},
    renew: () => sleep(scene.renewing),
    open: () => scene.opening,
  };
  type Args = ConstructorParameters<typeof Membership>;
  const args: unknown = [
    { connection, onRefusal() {} },
    { names: bucket, nodes: bucket },
    {
      prefix: "hub",
      lease: 4_000,
      maxOutboxBytes: 1,
      async restore() {
        scene.most = Math.max(scene.most, ++scene.returning);
        await sleep(300);
        scene.returning--;
      },
    },
    {
      names: nothing,
      peers: nothing,
      mail: { open() {}, shutNames() {}, drop() {}, endTurn() {} },
    },
    {
      describe: () => ({ id: member.id, label: "a", since: 0, figures: {} }),
      log: (_level: string, line: string) => void scene.log.push(line),
      interrupted() {},
      attached() {},
      detached() {},
      listed() {},
      unsent() {},
    },
  ];
  const member: Membership = new Membership(...args as Args);
  await member.start(Infinity);
  return { member, scene };
}

Deno.test("Membership comes back once at a time, though it is cut off again while it does", async () => {
  using time = new FakeTime();
  const { member, scene } = await setup();
  member.robbed();
  await time.tick(250);
  scene.opening = sleep(700);
  await time.tick(350);
  assertEquals(member.state, "open");
  member.robbed();
  await time.tick(5_000);
  assertEquals(member.state, "open");
  assertEquals(scene.most, 1);
  assertEquals([...scene.leases], [member.id]);
  await member.close();
});

Deno.test("Membership that is closed while it comes back stays closed, and leaves no lease", async () => {
  using time = new FakeTime();
  const { member, scene } = await setup();
  const listened = Promise.withResolvers<void>();
  scene.listening = listened.promise;
  member.robbed();
  await time.tick(1_000);
  assertEquals(scene.leases.size, 2);
  await member.close();
  assertEquals(scene.leases.has(member.id), false);
  listened.resolve();
  await time.tick(1_000);
  assertEquals(member.state, "closed");
});

Deno.test("Membership comes back though its names are so many that they take longer than its lease", async () => {
  using time = new FakeTime();
  const { member, scene } = await setup();
  scene.renewing = 10_000;
  member.robbed();
  await time.tick(12_000);
  assertEquals(member.state, "open");
  await time.tick(1_000);
  assertEquals(member.state, "open");
  await member.close();
});

Deno.test("Membership that stood still for longer than its lease says so in one line, and does not blame the servers", async () => {
  using time = new FakeTime();
  const { member, scene } = await setup();
  await time.tick(1_000);
  // The machine is suspended: timers do not run meanwhile.
  const date = Date.now() + 60_000;
  Date.now = () => date;
  assertEquals(member.isOpen(), false);
  assertEquals(scene.log, [
    "This hub stood still for 60 s, and could not renew its lease. Clients of " +
    "this hub reach each other, no others. Look whether its process was " +
    "stopped, or its machine suspended or overloaded.",
  ]);
  await member.close();
});

Deno.test("Membership that goes on while no server takes its lease says in one line to look at the servers", async () => {
  using time = new FakeTime();
  const { member, scene } = await setup();
  await time.tick(1_000);
  scene.takes = false;
  await time.tick(4_000);
  const [line, ...rest] = scene.log.filter((line) => /no others/.test(line));
  assertEquals(rest, []);
  assertMatch(line!, /^This hub could not renew its lease in time\. /);
  assertMatch(line!, /Check that most of the NATS servers are running/);
  await member.close();
});

Deno.test("Membership that stood still and has then lost its servers says what to do about these", async () => {
  using time = new FakeTime();
  const { member } = await setup();
  await time.tick(1_000);
  const date = Date.now() + 60_000;
  Date.now = () => date;
  assertEquals(member.isOpen(), false);
  assertMatch(member.standing.cure!, /its process was stopped/);
  member.away("The NATS servers cannot be reached.");
  assertMatch(member.standing.cure!, /this machine can reach them/);
  await member.close();
});
