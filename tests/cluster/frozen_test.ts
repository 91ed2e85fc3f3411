// Copyright 2026 the Wirekit authors. MIT license.

/** A process that has names is frozen for longer than its lease, and killed; or its server hangs. */

import { assert, assertEquals } from "@std/assert";
import { connectNats } from "@wirekit/hub/nats";
import { connect, Kvm } from "../../hub/cluster/testdata/nats.ts";
import { receiver, startHolder } from "./_claims.ts";
import { lasting } from "./_ledger.ts";
import { startNodes } from "./_nodes.ts";
import { record, say } from "./_record.ts";
import { Engine } from "./_servers.ts";

const LEASE = 2_000;
const NAMES = 100;
/** How late a message may arrive that was sent before the name was another's. */
const MARGIN = 250;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test({
  name:
    "A process that was frozen or killed says nothing in names that others have got, whose epochs have grown",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using engine = await Engine.start(1);
    const [servers] = engine.urls as [string];
    await using stack = new AsyncDisposableStack();
    const plane = await connectNats({ servers, lease: LEASE });
    stack.defer(() => plane.close());
    /** Since when a name is this node's. */
    const since = new Map<string, number>();
    let heard = 0;
    let wins = 0;
    plane.onMessage(receiver({
      won(name) {
        assert(!since.has(name), `${name} was won twice`);
        since.set(name, performance.now());
        wins++;
      },
      lost: (name) => void since.delete(name),
      message(bytes) {
        heard++;
        for (
          const name of JSON.parse(new TextDecoder().decode(bytes)) as string[]
        ) {
          const mine = performance.now() - (since.get(name) ?? Infinity);
          late = Math.max(late, mine);
        }
      },
    }));
    let late = -Infinity;
    const names = Array.from({ length: NAMES }, (_, n) => `"name ${n}"`);
    const start = () => stack.use(startHolder(servers, LEASE, NAMES));
    /** Waits until the other has all names, and this node wants them. */
    const yielded = async () => {
      for (const name of names) {
        since.delete(name);
        plane.release(name);
      }
      const before = heard;
      const end = performance.now() + 60_000;
      while (plane.status().names.size < NAMES || heard <= before) {
        assert(performance.now() < end, "The other does not get its names");
        await sleep(20);
      }
      for (const name of names) assert(!plane.claim(name), name);
    };
    const taken = async () => {
      const end = performance.now() + 30_000;
      while (since.size < NAMES) {
        assert(performance.now() < end, `Only ${since.size} were taken over`);
        await sleep(20);
      }
    };
    const connection = await connect({ servers });
    stack.defer(() => connection.close());
    const kv = await new Kvm(connection).open("hub-names");
    const epochs: number[] = [];
    /** Fails unless the epoch of a name has grown with its owner. */
    const checkEpoch = async () => {
      const entry = await kv.get(btoa(names[0]!).replaceAll("=", ""));
      assert(entry && entry.revision > (epochs.at(-1) ?? 0), `${epochs}`);
      epochs.push(entry.revision);
    };
    let child = start();
    for (let round = 0; round < 2; round++) {
      await yielded();
      await checkEpoch();
      child.kill("SIGSTOP");
      const frozen = performance.now();
      await taken();
      record("The names of a frozen process", [performance.now() - frozen]);
      child.kill("SIGCONT");
      await sleep(1_000);
      assert(late < MARGIN, `It spoke ${late} ms after a name was another's`);
      assert(since.size === NAMES, `Only ${since.size} were kept`);
      await checkEpoch();
      await yielded();
      await checkEpoch();
      await child[Symbol.asyncDispose]();
      const killed = performance.now();
      await taken();
      record("The names of a killed process", [performance.now() - killed]);
      await checkEpoch();
      child = start();
    }
    say(`  ${wins} names taken over, ${heard} messages`);
    assert(late < MARGIN, `It spoke ${late} ms after a name was another's`);
  },
});

/** Two hubs on one server: `me` at the first can ask a bot at the second. */
async function twoHubs(stack: AsyncDisposableStack, lease: number) {
  const engine = stack.use(await Engine.start(1));
  const { nodes } = stack.use(await startNodes(engine, 2, lease));
  const [hub, other] = nodes;
  const bot = stack.use(lasting("bot", other!.url));
  bot.route("echo", (data: unknown) => data);
  await bot.connect();
  const me = stack.use(lasting("me", hub!.url));
  await me.connect();
  return { server: engine.servers[0]!, hub: hub!, me };
}

Deno.test({
  name:
    "A hub whose only server hangs says that it does not answer, and takes part again when it goes on",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using stack = new AsyncDisposableStack();
    const { server, hub, me } = await twoHubs(stack, 2_000);
    server.signal("SIGSTOP");
    hub.text = "";
    await hub.says(/NATS servers do not answer|NATS servers cannot be reach/);
    const options = { timeout: 2_000 };
    const why = await me.request("bot", "echo", {}, options).catch(String);
    server.signal("SIGCONT");
    assert(/do not answer|be reached|renew its lease/.test(`${why}`), `${why}`);
    assert(!hub.text.includes("cannot keep the names"), hub.text);
    for (let tries = 0;; tries++) {
      const answer = await me.request("bot", "echo", { ok: 1 }, options)
        .catch(String);
      if (typeof answer === "object") break;
      assert(tries < 100, `${answer}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  },
});

Deno.test({
  name:
    "Calls to other hubs wait while their only server hangs for a second, and fail within some three if it goes on",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using stack = new AsyncDisposableStack();
    const { server, hub, me } = await twoHubs(stack, 15_000);
    const ask = () => me.request("bot", "echo", { a: 1 }, { timeout: 30_000 });
    assertEquals(await ask(), { a: 1 });
    hub.text = "";
    server.signal("SIGSTOP");
    const answer = ask();
    await sleep(1_000);
    server.signal("SIGCONT");
    assertEquals(await answer, { a: 1 });
    assert(!hub.text.includes("lost"), hub.text);
    server.signal("SIGSTOP");
    const start = performance.now();
    const error = await ask().then(() => "", String);
    const took = performance.now() - start;
    server.signal("SIGCONT");
    assert(error.includes("NATS servers cannot be reached"), error);
    assert(took < 3_900, `It took ${took} ms`);
    record("A call through a server that hangs has failed", [took]);
  },
});
