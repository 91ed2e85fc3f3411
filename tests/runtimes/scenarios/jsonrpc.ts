// Copyright 2026 the Wirekit authors. MIT license.

import { Methods, Peer } from "@wirekit/jsonrpc";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { same, scenario } from "../_scenario.ts";

await scenario(async (url) => {
  const transport = await connectWebSocket(url("/jsonrpc"));
  const methods = new Methods().add("name", () => "me");
  const peer = new Peer(transport, { methods });
  same(await peer.request("greet", ["hello"]), "hello me");
  await peer.close();
});
