// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What stays of names that nobody has any more. `NAMES=100000` makes it more of
 * them.
 */

import { assert, assertEquals } from "@std/assert";
import { connectNats } from "@wirekit/hub/nats";
import { keyOf } from "../../hub/cluster/nats/_keys.ts";
import { connect, Kvm, markOf } from "../../hub/cluster/testdata/nats.ts";
import { receiver, startHolder } from "./_claims.ts";
import { say } from "./_record.ts";
import { Engine } from "./_servers.ts";

const NAMES = Number(Deno.env.get("NAMES") ?? 10_000);
/** How many are claimed at the same time. */
const AT_ONCE = 200;
const LEASE = 2_000;
/** How many names somebody has all the time. */
const KEPT = 10;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test({
  name:
    "The engine forgets names that nobody has, and gives none of their epochs again",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using engine = await Engine.start(1);
    const [servers] = engine.urls as [string];
    await using stack = new AsyncDisposableStack();
    const connection = await connect({ servers });
    stack.defer(() => connection.close());
    // Another process, which was first, looks after the bucket, and has names.
    await using _first = startHolder(servers, LEASE, KEPT);
    const kv = await new Kvm(connection).open("hub-names");
    while ((await markOf(kv)).size < KEPT) await sleep(50);
    const plane = await connectNats({ servers, lease: LEASE });
    stack.defer(() => plane.close());
    let given = 0;
    let claimed = 0;
    const claim = () => void plane.claim(`"guest ${claimed++}"`);
    plane.onMessage(receiver({
      won(name) {
        given++;
        plane.release(name);
        if (claimed < NAMES) claim();
      },
    }));
    let most = 0;
    const look = async () => {
      const { size } = await markOf(kv);
      most = Math.max(most, size);
      return size;
    };
    const start = performance.now();
    while (claimed < AT_ONCE) claim();
    while (given < NAMES) {
      assert(performance.now() - start < 300_000, `${given} were given`);
      await look();
      await sleep(100);
    }
    const took = (performance.now() - start) / 1_000;
    const end = performance.now() + 60_000;
    let left = await look();
    while (left > 1_000 + KEPT) {
      assert(performance.now() < end, `${left} of ${NAMES} have stayed`);
      await sleep(250);
      left = await look();
    }
    say(
      `  ${NAMES} names in ${took.toFixed(0)} s: at most ${most} entries, ` +
        `${left} at the end`,
    );
    // Those that somebody has are as they were.
    for (let n = 0; n < KEPT; n++) {
      const entry = await kv.get(keyOf(`"name ${n}"`));
      assertEquals(entry?.operation, "PUT");
    }
    assertEquals(plane.status().names.size, KEPT);
    // A name that was forgotten is anybody's, by a revision that is new.
    const { last } = await markOf(kv);
    const name = '"guest 0"';
    assertEquals(await kv.get(keyOf(name)), null);
    const wins = given;
    plane.claim(name);
    while (given === wins) await sleep(20);
    const entry = await kv.get(keyOf(name));
    assert(entry!.revision > last, `${entry!.revision} after ${last}`);
  },
});
