// Copyright 2026 the Wirekit authors. MIT license.

// Each server of the kit, and what each says when it cannot listen: a program
// for Deno, Node and Bun.

import { serve as serveHub } from "@wirekit/hub/serve";
import { Methods, serve as serveJsonRpc } from "@wirekit/jsonrpc";
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import { serve as serveWsrpc } from "@wirekit/wsrpc/serve";
import { Server } from "@wirekit/wsrpc/server";
import process from "node:process";

/** How each server is started. */
const STARTS = {
  transport: (options) => listenWebSocket(options),
  hub: (options) => serveHub(options),
  wsrpc: (options) =>
    serveWsrpc(new Server({ routes: { one: () => 1 } }), options),
  jsonrpc: (options) =>
    serveJsonRpc({ ...options, methods: new Methods().add("one", () => 1) }),
};

for (const [name, start] of Object.entries(STARTS)) {
  const { addr: { port }, urls = [] } = await start({ port: 0, tcpPort: 0 });
  for (
    const options of [
      { port },
      { port: 0, hostname: "no.such.invalid" },
      { port: 0, tls: { cert: "garbage", key: "garbage" } },
    ]
  ) {
    // Elsewhere than at home, a hub asks for a token.
    const all = name === "hub" ? { token: "s3cret", ...options } : options;
    const error = await start(all).catch((error) => error);
    process.stdout.write(
      `${name} cannot: ${error.name} ${error.code} ${error.message}\n`,
    );
  }
  process.stdout.write(`${name} listens on ${port}.\n`);
  process.stdout.write(`${name} is at ${urls.join(" ")} .\n`);
}
process.stdout.write("ready\n");
