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

  // A client that sends no more, and waits for its answer, as `nc -N` does.
  methods.add("slow", async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return "slow";
  });
  const lines = await serve({ port: 0, tcpPort: 0, methods });
  const { port } = new URL(lines.urls[1]!);
  const { createConnection } = (globalThis as unknown as WithBuiltins).process
    .getBuiltinModule("node:net");
  const said = await new Promise<string>((resolve) => {
    let text = "";
    createConnection(Number(port), "127.0.0.1")
      .on("data", (chunk) => text += chunk)
      .on("end", () => resolve(text))
      .end('{"jsonrpc":"2.0","id":1,"method":"slow"}\n');
  });
  same(said, '{"jsonrpc":"2.0","id":1,"result":"slow"}\n');
  await lines.close();
});

/** The part of Node that Bun and Deno have as well. */
interface WithBuiltins {
  process: {
    getBuiltinModule(name: "node:net"): typeof import("node:net");
  };
}
