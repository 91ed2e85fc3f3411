// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Measures what a name costs the engine and each hub: `deno task sizing` writes
 * the table in hub/cluster/README.md, from which its arithmetic goes on.
 */

import type { KV } from "../../hub/cluster/testdata/nats.ts";
import { connectNats } from "@wirekit/hub/nats";
import type { NameKeeper } from "../../hub/cluster/nats/_keeper.ts";
import { NatsNames } from "../../hub/cluster/nats/_names.ts";
import { keyOf } from "../../hub/cluster/nats/_keys.ts";
import { connect, Kvm } from "../../hub/cluster/testdata/nats.ts";
import { installNats } from "../_nats.ts";
import { claimMany } from "./_claims.ts";
import { hubSizes, rss } from "./_hub_sizes.ts";
import { writeTable } from "./_record.ts";
import { Engine } from "./_servers.ts";

/** How many names the directory of a hub is filled with. */
const KNOWN = 500_000;
/** How many names are claimed: of one server, and of three. */
const CLAIMED = { 1: 20_000, 3: 5_000 };
const SUBSCRIBED = 100_000;

const { gc } = globalThis as unknown as { gc: () => void };

/** How much a hub remembers of a name that another hub has. */
function directory(): number {
  const keeper: NameKeeper = {
    id: "here",
    ready: false,
    isThere: () => Promise.resolve(true),
    suspect() {},
    open: () => Promise.resolve(),
    shut() {},
    won() {},
    held() {},
    lost() {},
    left() {},
    failed() {},
  };
  const names = new NatsNames(undefined as unknown as KV, keeper);
  const nodes = Array.from({ length: 100 }, () => crypto.randomUUID());
  gc();
  const before = Deno.memoryUsage().heapUsed;
  for (let n = 0; n < KNOWN; n++) {
    const claim = crypto.randomUUID();
    const text = JSON.stringify({ node: nodes[n % nodes.length], claim });
    names.hear(
      {
        key: keyOf(`"client-${n}"`),
        revision: n + 1,
        operation: "PUT",
        string: () => text,
      } as Parameters<NatsNames["hear"]>[0],
    );
  }
  gc();
  return (Deno.memoryUsage().heapUsed - before) / names.nodes.size;
}

async function engineOf(servers: 1 | 3): Promise<Record<string, number>> {
  await using engine = await Engine.start(servers);
  const plane = await connectNats({
    servers: engine.urls,
    connectTimeout: 30_000,
  });
  const names = CLAIMED[servers];
  const claims = await claimMany(plane, names);
  const client = await connect({ servers: engine.urls });
  const bucket = await new Kvm(client).open("hub-names");
  const stored = (await bucket.status()).streamInfo.state.bytes / names;
  const [first] = engine.servers;
  const before = await rss(first!.pid);
  for (let n = 0; n < SUBSCRIBED; n++) {
    client.subscribe(`hub.n.${keyOf(`"sub-${n}"`)}`, { callback() {} });
  }
  await client.flush();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const interest = (await rss(first!.pid) - before) / SUBSCRIBED;
  await client.close();
  await plane.close();
  return { claims, stored, interest };
}

Deno.env.set("NATS_SERVER", await installNats());
const known = directory();
const one = await engineOf(1);
const three = await engineOf(3);
const hub = await hubSizes();
const grouped = (value: number) => Math.round(value).toLocaleString("en");
const bytes = (value = 0) => `${grouped(value)} B`;
const rate = (value = 0) => `${grouped(value)}/s`;
/** What does not depend on how many servers there are. */
const both = (what: string, text: string) => [what, text, text];
const mebibytes = `${Math.round(hub.process / 1_048_576)} MiB`;
const kibibytes = `${(hub.client / 1_024).toFixed(1)} KiB`;
await writeTable("sizing", [
  ["what", "one server", "three servers"],
  ["names claimed", rate(one["claims"]), rate(three["claims"])],
  ["a name, stored", bytes(one["stored"]), bytes(three["stored"])],
  [
    "the subject of a name, in the memory of a server",
    bytes(one["interest"]),
    bytes(three["interest"]),
  ],
  both("a name that nobody has any more, stored", bytes(hub.marker)),
  both("a name of another hub, in the memory of a hub", bytes(known)),
  both("a client of the hub, in the memory of a hub", kibibytes),
  both("the process of a hub that nobody uses", mebibytes),
  both(
    "CPU time of a hub for a name that another claims",
    `${Math.round(hub.hearing)} µs`,
  ),
]);
