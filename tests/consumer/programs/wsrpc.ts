// Copyright 2026 the Wirekit authors. MIT license.

// deno run main.ts
import { Peer } from "@wirekit/wsrpc";
import { pair } from "@wirekit/transport/pair";

const [near, far] = pair();
await using _server = new Peer(near, {
  routes: { div: (_peer, { a, b }) => a / b },
});
await using client = new Peer(far);
const quotient = await client.proxy.div({ a: 6, b: 3 });
if (quotient !== 2) throw new Error(String(quotient));
