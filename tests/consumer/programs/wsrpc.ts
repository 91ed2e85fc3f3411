// Copyright 2026 the Wirekit authors. MIT license.

// deno run --allow-net=127.0.0.1 main.ts
import { connect, serve, Server } from "@wirekit/wsrpc";

await using wsrpc = new Server({ routes: { div: (_peer, { a, b }) => a / b } });
await using server = await serve(wsrpc, { port: 0 });
await using client = await connect(server.urls[0]);
const quotient = await client.remote.div({ a: 6, b: 3 });
if (quotient !== 2) throw new Error(String(quotient));
