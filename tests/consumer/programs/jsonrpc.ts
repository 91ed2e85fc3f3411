// Copyright 2026 the Wirekit authors. MIT license.

// deno run --allow-net=127.0.0.1 main.ts
import { connect, Methods, serve } from "@wirekit/jsonrpc";

const methods = new Methods()
  .add("math.sum", (_call, x: number, y: number) => x + y);
await using server = await serve({ port: 0, methods });
const url = `ws://127.0.0.1:${server.addr.port}`;
await using client = await connect(url);
const sum = await client.request("math.sum", [1, 2]);
if (sum !== 3) throw new Error(String(sum));
