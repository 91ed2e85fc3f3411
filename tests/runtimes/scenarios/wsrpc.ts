// Copyright 2026 the Wirekit authors. MIT license.

import { connectWebSocket } from "@wirekit/transport/websocket";
import { connect, Peer, serve, Server } from "@wirekit/wsrpc";
import * as mini from "@wirekit/wsrpc/mini";
import { PORTS, same, scenario } from "../_scenario.ts";

await scenario(async (url) => {
  const transport = await connectWebSocket(url("/wsrpc"));
  const peer = new Peer(transport, { routes: { name: () => "me" } });
  same(await peer.remote.greet({ greeting: "hello" }), "hello me");
  await peer.close();

  // Over the WebSocket of the platform, which is not told why it is refused.
  const small = await mini.connect(url("/wsrpc"), {
    routes: { name: () => "me" },
  });
  same(await small.remote.greet({ greeting: "hello" }), "hello me");
  await small.close();
  const nowhere = await mini.connect("ws://127.0.0.1:9", {
    connectTimeout: 600_000,
  }).catch((error) => error);
  same(nowhere.name, "NotConnectedError");
  if (!PORTS) return;

  // A server, where there are ports to listen on.
  const server = new Server({ routes: { add: (_peer, { a, b }) => a + b } });
  const listening = await serve(server, { port: 0 });
  const client = await connect(listening.urls[0]);
  same(await client.remote.add({ a: 2, b: 3 }), 5);
  await client.close();
  await listening.close();
  await server.close();
});
