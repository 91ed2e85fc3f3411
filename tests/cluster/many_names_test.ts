// Copyright 2026 the Wirekit authors. MIT license.

/** What a hub does that comes to a cluster with many names. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, serve } from "@wirekit/hub";
import { connectNats } from "@wirekit/hub/nats";
import { keyOf } from "../../hub/cluster/nats/_keys.ts";
import { connect, Kvm } from "../../hub/cluster/testdata/nats.ts";
import { until } from "../../hub/watch/hubs/testdata/scene.ts";
import { record } from "./_record.ts";
import { Engine } from "./_servers.ts";

/** How many names there are. */
const NAMES = 50_000;

type Connection = Awaited<ReturnType<typeof connect>>;

/** Pretends to be a node that has many names. */
class Crowd implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #timer: ReturnType<typeof setInterval>;

  private constructor(connection: Connection, beat: () => void) {
    this.#connection = connection;
    beat();
    this.#timer = setInterval(beat, 1_000);
  }

  static async come(engine: Engine): Promise<Crowd> {
    const connection = await connect({ servers: engine.urls });
    const kvm = new Kvm(connection);
    const nodes = await kvm.open("hub-nodes");
    const names = await kvm.open("hub-names");
    const status = { label: "crowd", since: 1, figures: {} };
    const crowd = new Crowd(
      connection,
      () => void nodes.put("crowd", JSON.stringify(status)).catch(() => {}),
    );
    for (let n = 0; n < NAMES; n++) {
      const value = JSON.stringify({ node: "crowd", claim: `${n}` });
      connection.publish(`$KV.hub-names.${keyOf(`"crowd-${n}"`)}`, value);
      if (n % 1_000 === 0) await connection.flush();
    }
    await connection.flush();
    while ((await names.status()).values < NAMES);
    return crowd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#connection.close();
  }
}

Deno.test({
  name:
    "A hub answers before it knows all names of a cluster, and answers right",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using engine = await Engine.start(1);
    const start = async (label: string) => {
      const backplane = await connectNats({ servers: engine.urls, label });
      return await serve({ port: 0, backplane });
    };
    await using one = await start("one");
    await using _crowd = await Crowd.come(engine);
    await using bot = new Client("bot", { url: one.urls[0] });
    bot.route("echo", (data) => data);
    await bot.connect();
    let ends = 0;
    bot.addEventListener("disconnect", () => ends++);

    const began = performance.now();
    await using two = await start("two");
    const { exchange } = two.hub;
    const url = two.urls[0];
    await using me = new Client("me", { url });
    await me.connect();
    assertEquals(await me.request("bot", "echo", { n: 1 }), { n: 1 });
    assert(exchange.cluster!.reading, "it has waited for all names");
    record("First answer among 50,000 names", [performance.now() - began]);
    await assertRejects(
      () => me.request("nobody", "echo", {}),
      Error,
      "Destination not found.",
    );
    assert(await me.ping("bot"));
    assert(!await me.ping("nobody"));
    // A name that another hub has is held, whether this one has read of it or not.
    await using other = new Client(`crowd-${NAMES - 1}`, { url });
    const held = other.waitFor("hold");
    other.connect({ timeout: Infinity }).catch(() => {});
    await held;
    await me.request("@hub", "disconnect", { name: "bot" });
    await until(() => ends === 1);
    assert(exchange.cluster!.reading, "all names were read meanwhile");
    // A list of names is of all of them.
    const order = { prefix: "crowd-", limit: 2_000 };
    for (;;) {
      const answer = await me.request("@hub", "nodes", order);
      const { names, namesElsewhere, reading } = answer as unknown as {
        names: unknown[];
        namesElsewhere: number;
        reading?: true;
      };
      if (reading) continue;
      assertEquals(names.length, 2_000);
      assert(namesElsewhere >= NAMES, `${namesElsewhere}`);
      break;
    }
    record("All of 50,000 names are known", [performance.now() - began]);
  },
});
