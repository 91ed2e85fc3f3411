// Copyright 2026 the Wirekit authors. MIT license.

import { connectWebSocket } from "@wirekit/transport/websocket";
import { Peer } from "@wirekit/wsrpc";
import { same, scenario } from "../_scenario.ts";

await scenario(async (url) => {
  const transport = await connectWebSocket(url("/wsrpc"));
  const peer = new Peer(transport, { routes: { name: () => "me" } });
  same(await peer.proxy.greet({ greeting: "hello" }), "hello me");
  await peer.close();
});
