// Copyright 2026 the Wirekit authors. MIT license.

// deno run main.ts
import { Methods, Peer } from "@wirekit/jsonrpc";
import { pair } from "@wirekit/transport/pair";

const methods = new Methods()
  .add("math.sum", (_call, x: number, y: number) => x + y);
const [near, far] = pair();
await using _server = new Peer(far, { methods });
await using client = new Peer(near);
const sum = await client.request("math.sum", [1, 2]);
if (sum !== 3) throw new Error(String(sum));
