// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A node without a hub in a process of its own, which wins names, acts as their
 * owner and gives them up, again and again: `_racer.ts URLS LEASE LABEL NAMES`.
 * It prints what it does, and when, by a clock that all processes of a
 * machine share: a number of a name, of a message or an epoch, and a time in
 * milliseconds.
 *
 * - `won NAME TIME`, and once it is known `epoch NAME EPOCH`
 * - `heard NAME MESSAGE TIME`: it took a message to a name that it has
 * - `sent TIME`: it sent a message, with all names that it has
 * - `gave NAME`, or `lost NAME`: it was told that another has it
 * - `log LINE`, and `here` once it takes part
 *
 * It reads `over`: it gives up all; `want`: it claims name 0 and keeps it; and
 * `give`: it gives that up.
 */

import { connectNats } from "../../hub/cluster/nats.ts";
import { keyOf } from "../../hub/cluster/nats/_keys.ts";
import { connect } from "../../hub/cluster/testdata/nats.ts";
import { receiver } from "./_claims.ts";

const [urls, lease, label, count] = Deno.args as [
  string,
  string,
  string,
  string,
];
const servers = urls.split(",");
const NAMES = Number(count);
/** How often it says something in its names, in milliseconds. */
const PACE = 10;

const encoder = new TextEncoder();
const say = (...words: unknown[]) => {
  const line = encoder.encode(`${words.join(" ")}\n`);
  for (let at = 0; at < line.length;) {
    at += Deno.stdout.writeSync(line.subarray(at));
  }
};
const time = () => performance.timeOrigin + performance.now();
const nameOf = (n: number) => `"name ${n}"`;
const numberOf = (name: string) => Number(/\d+/.exec(name)![0]);

const log = (line: string) => say("log", `${label}: ${line}`);
const plane = await connectNats({
  servers,
  lease: Number(lease),
  label,
  connectTimeout: 60_000,
  logger: { info: log, warn: log, error: log },
});
const connection = await connect({ servers, maxReconnectAttempts: -1 });

/** What it has: each time it wins is another. */
const held = new Map<string, object>();
let isOver = false;

/** The last epochs that it has told. */
const epochs = new Map<string, number>();

/** The entry of a name, as the leader knows it: other servers may lag behind. */
async function entryOf(
  name: string,
): Promise<{ seq: number; data?: string } | undefined> {
  try {
    const reply = await connection.request(
      "$JS.API.STREAM.MSG.GET.KV_hub-names",
      JSON.stringify({ last_by_subj: `$KV.hub-names.${keyOf(name)}` }),
    );
    return reply.json<{ message?: { seq: number; data?: string } }>().message;
  } catch {
    return undefined; // There is no leader now.
  }
}

/**
 * Tells the epoch of a name, if it is still this node's. One that it has told
 * before is what a leader knows that has just been thawed, or that of a name
 * which it gave up while nobody took notice.
 */
async function tellEpoch(name: string, tenure: object): Promise<void> {
  const { seq, data } = await entryOf(name) ?? {};
  if (!seq || !data || held.get(name) !== tenure) return;
  const { node } = JSON.parse(atob(data)) as { node: string };
  if (node !== plane.status().node || seq <= (epochs.get(name) ?? 0)) return;
  epochs.set(name, seq);
  say("epoch", numberOf(name), seq);
}

function give(name: string): void {
  if (held.delete(name)) say("gave", numberOf(name));
  plane.release(name);
}

plane.onMessage(receiver({
  async won(name) {
    const tenure = {};
    held.set(name, tenure);
    say("won", numberOf(name), time());
    // Some are kept until long after the lease of a hub that is cut off.
    const isLong = Math.random() < 0.03;
    const stay = (isLong ? 2 * Number(lease) : 10) * Math.random();
    await tellEpoch(name, tenure);
    if (isOver) return;
    setTimeout(() => {
      if (isOver || held.get(name) !== tenure) return;
      give(name);
      // A racer that came back at once would always keep it.
      setTimeout(() => {
        if (!isOver) plane.claim(name);
      }, 30 * Math.random());
    }, stay);
  },
  lost(name) {
    if (held.delete(name)) say("lost", numberOf(name));
  },
  message(bytes) {
    const { name, message } = JSON.parse(new TextDecoder().decode(bytes));
    if (held.has(name)) say("heard", numberOf(name), message, time());
  },
}));

setInterval(() => {
  if (held.size === 0) return;
  // Whoever is stopped after this has no right to send any more.
  const before = time();
  if (plane.publish("all", "{}") === undefined) say("sent", before);
}, PACE);

for (let n = 0; n < NAMES; n++) plane.claim(nameOf(n));
say("here");

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
for await (const text of lines) {
  for (const order of text.trim().split("\n")) {
    if (order === "over") {
      isOver = true;
      for (let n = 0; n < NAMES; n++) give(nameOf(n));
    } else if (order === "want") plane.claim(nameOf(0));
    else if (order === "give") give(nameOf(0));
  }
}
