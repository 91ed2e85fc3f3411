// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A node without a hub in a process of its own, which keeps what it wins, and
 * says to all, again and again, which names it has: `_holder.ts URL LEASE COUNT`.
 */

import { connectNats } from "../../hub/cluster/nats.ts";
import { receiver } from "./_claims.ts";

const [servers, lease, count] = Deno.args as [string, string, string];
const plane = await connectNats({ servers, lease: Number(lease) });
const had = new Set<string>();
plane.onMessage(receiver({
  won: (name) => void had.add(name),
  lost: (name) => void had.delete(name),
}));
for (let n = 0; n < Number(count); n++) {
  const name = `"name ${n}"`;
  if (plane.claim(name)) had.add(name);
}
setInterval(() => {
  if (had.size > 0) plane.publish("all", JSON.stringify([...had]));
}, 5);
