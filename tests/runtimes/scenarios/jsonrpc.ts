// Copyright 2026 the Wirekit authors. MIT license.

import { connect, HttpClient, Methods, Peer, serve } from "@wirekit/jsonrpc";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { PORTS, same, scenario } from "../_scenario.ts";

await scenario(async (url) => {
  const transport = await connectWebSocket(url("/jsonrpc"));
  const methods = new Methods().add("name", () => "me");
  const peer = new Peer(transport, { methods });
  same(await peer.request("greet", ["hello"]), "hello me");
  await peer.close();
  const poster = new HttpClient(url("/post").replace("ws", "http"));
  same(await poster.request("name"), "server");
  await poster.close();
  if (!PORTS) return;

  // A server, where there are ports to listen on.
  const server = await serve({ port: 0, methods });
  const host = `127.0.0.1:${server.addr.port}`;
  const client = await connect(`ws://${host}`);
  same(await client.request("name"), "me");
  await client.close();
  const other = new HttpClient(`http://${host}`);
  same(await other.request("name"), "me");
  await other.close();
  await server.close();
});
