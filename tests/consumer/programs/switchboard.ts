// Copyright 2026 the Wirekit authors. MIT license.

// deno run --allow-net=127.0.0.1 main.ts
import { httpDoor, jsonRpcDoor, serve } from "@wirekit/switchboard";

await using server = await serve({
  port: 0,
  open: [httpDoor(), jsonRpcDoor()],
});
const { port } = server.addr;
const response = await fetch(`http://127.0.0.1:${port}/call/@hub/clients`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: "{}",
});
if (!response.ok) throw new Error(await response.text());
await response.body?.cancel();
