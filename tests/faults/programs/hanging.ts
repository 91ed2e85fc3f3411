// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Servers with room for five, whose `authorize` and whose handler never settle
 * for a path `/hang`, and whose clients are let in on any other.
 */

import { serve as serveJsonRpc } from "@wirekit/jsonrpc";
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import { serve as serveWsrpc, Server } from "@wirekit/wsrpc";

const hangs = ({ url }: Request) => new URL(url).pathname === "/hang";
const never = new Promise<never>(() => {});
const room = { port: 0, maxConnections: 5, handshakeTimeout: 1_000 };

const starts: Record<string, () => Promise<string>> = {
  async transport() {
    const listener = await listenWebSocket({
      ...room,
      authorize: (request) => hangs(request) ? never : undefined,
      handler: (request) => hangs(request) ? never : new Response("hello"),
    });
    (async () => {
      for await (const { transport } of listener) {
        (async () => {
          for await (const message of transport) await transport.send(message);
        })().catch(() => {});
      }
    })();
    return `ws://127.0.0.1:${listener.addr.port}`;
  },
  async jsonrpc() {
    const { addr } = await serveJsonRpc({
      ...room,
      authorize: (request) => hangs(request) ? never : {},
    });
    return `ws://127.0.0.1:${addr.port}`;
  },
  async wsrpc() {
    const server = new Server({
      ...room,
      authorize: (request) => hangs(request) ? never : true,
    });
    const { urls } = await serveWsrpc(server, room);
    return urls[0];
  },
};

const url = await starts[Deno.args[0] ?? ""]!();
Deno.stdout.writeSync(
  new TextEncoder().encode(`The server listens on ${url}\n`),
);
