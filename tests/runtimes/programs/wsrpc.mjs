// Copyright 2026 the Wirekit authors. MIT license.

import { connect, serve, Server } from "@wirekit/wsrpc";

const wsrpc = new Server({ routes: { div: (_peer, { a, b }) => a / b } });
const server = await serve(wsrpc, { port: 0 });
const client = await connect(server.urls[0]);
const quotient = await client.remote.div({ a: 6, b: 3 });
if (quotient !== 2) throw new Error(String(quotient));
await client.close();
await server.close();
await wsrpc.close();
