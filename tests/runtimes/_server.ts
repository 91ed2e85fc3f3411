// Copyright 2026 the Wirekit authors. MIT license.

/** The server that every scenario talks with. */

import { Hub } from "@wirekit/hub/hub";
import { fetchHandler, Methods, Peer as JsonRpcPeer } from "@wirekit/jsonrpc";
import type { Transport } from "@wirekit/transport/transport";
import { acceptWebSocket } from "@wirekit/transport/websocket";
import { Peer as WsrpcPeer } from "@wirekit/wsrpc";

/** What the scenarios talk with, by path. */
const SERVERS: Record<string, (transport: Transport) => void> = {
  "/echo": echo,
  "/wsrpc"(transport) {
    new WsrpcPeer(transport, {
      routes: {
        async greet(peer, { greeting }) {
          return `${greeting} ${await peer.remote.name()}`;
        },
      },
    });
  },
  "/jsonrpc"(transport) {
    const methods = new Methods().add("greet", async (call, greeting) => {
      return `${greeting} ${await call.peer.request("name")}`;
    });
    new JsonRpcPeer(transport, { methods });
  },
};

async function echo<T>(transport: Transport<T>): Promise<void> {
  try {
    for await (const message of transport) await transport.send(message);
  } catch {
    // A scenario that is done ends its process, and so the connection.
  }
}

/** A server on this machine. */
export interface ScenarioServer extends AsyncDisposable {
  /** Where it is. */
  url: string;
}

/**
 * Starts the server.
 *
 * @param page Answers what is no WebSocket.
 * @returns The server.
 */
export function startServer(
  page: (request: Request) => Response | Promise<Response> = () =>
    new Response(null, { status: 404 }),
): ScenarioServer {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request, info): Response | Promise<Response> => {
      const { pathname } = new URL(request.url);
      if (pathname === "/hub") return hub.fetch(request, info);
      if (pathname === "/binary") {
        const accepted = acceptWebSocket(request, { format: "binary" });
        echo(accepted.transport);
        return accepted.response;
      }
      if (pathname === "/post") return post(request, info);
      const serve = SERVERS[pathname];
      if (!serve) return page(request);
      const { response, transport } = acceptWebSocket(request);
      serve(transport);
      return response;
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const post = fetchHandler({
    methods: new Methods().add("name", () => "server"),
    allowedOrigins: [url],
  });
  const hub = new Hub({ token: "s3cret", allowedOrigins: [url] });
  return {
    url,
    async [Symbol.asyncDispose]() {
      await hub.close();
      await server.shutdown();
    },
  };
}
