// Copyright 2026 the Wirekit authors. MIT license.

/** Three servers, of which one, with its hub, is cut off from the others. */

import { assertEquals } from "@std/assert";
import { connect } from "../../hub/cluster/testdata/nats.ts";
import { lasting } from "./_ledger.ts";
import { Node } from "./_nodes.ts";
import { record } from "./_record.ts";
import { Engine } from "./_servers.ts";
import { Valve } from "./_valve.ts";

const LEASE = 4_000;
const options = { sanitizeOps: false, sanitizeResources: false };

/** The server that leads a bucket. */
async function leaderOf(bucket: string, engine: Engine): Promise<number> {
  const connection = await connect({ servers: engine.urls });
  const subject = `$JS.API.STREAM.INFO.KV_${bucket}`;
  const reply = await connection.request(subject, "");
  await connection.close();
  const { cluster } = reply.json<{ cluster: { leader: string } }>();
  return Number(cluster.leader.slice(1));
}

async function readiness({ url }: Node): Promise<number> {
  const response = await fetch(`${url.replace("ws:", "http:")}/readyz`);
  await response.body?.cancel();
  return response.status;
}

Deno.test(
  "The server that leads the nodes is cut off from the others, with a hub: another hub has its names only when that one has let go of them",
  options,
  async () => {
    await using stack = new AsyncDisposableStack();
    const links: { ends: number[]; valve: Valve }[] = [];
    const engine = stack.use(
      await Engine.start(
        3,
        // What servers tell each other of their ports would lead past a cut.
        ["--cluster_advertise", "127.0.0.1:1"],
        (port, ...ends) => {
          const valve = stack.use(new Valve(port));
          links.push({ ends, valve });
          return valve.port;
        },
      ),
    );
    // The first hub makes the buckets, which may be led by any server.
    const nodeAt = async (server: number, name: string) => {
      const urls = [engine.urls[server]!];
      const node = stack.use(new Node({ urls }, name, LEASE));
      await node.start();
      return node;
    };
    await using maker = await nodeAt(0, "maker");
    const alone = await leaderOf("hub-nodes", engine);
    await maker.end("SIGTERM");
    const one = await nodeAt(alone, "one");
    const two = await nodeAt((alone + 1) % 3, "two");
    await using holder = lasting("bot", one.url);
    await holder.connect();
    await using rival = lasting("bot", two.url);
    const won = rival.connect({ timeout: 60_000 });
    // Two signs of life that say the same.
    await new Promise((resolve) => setTimeout(resolve, LEASE / 2));
    for (const { ends, valve } of links) if (ends.includes(alone)) valve.shut();
    const start = performance.now();
    let isWon = false;
    won.then(() => isWon = true, () => {});
    let heldUntil = 0;
    while (!isWon && performance.now() - start < 60_000) {
      if (await readiness(one) === 200) heldUntil = performance.now() - start;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await won;
    assertEquals(await readiness(one), 503, one.text);
    const taken = performance.now() - start;
    record("Cut off with its server: a hub lets go", [heldUntil]);
    record("Cut off with its server: another has its names", [taken]);
  },
);
