// Copyright 2026 the Wirekit authors. MIT license.

/**
 * One app with an endpoint for each protocol, for Deno Deploy or any server:
 *
 *     WIREKIT_TOKEN=s3cret deno serve --allow-env=WIREKIT_TOKEN
 * examples/deploy/main.ts
 */

import { Hub } from "@wirekit/hub/hub";
import { fetchHandler, Methods } from "@wirekit/jsonrpc/fetch-handler";
import { Server } from "@wirekit/wsrpc/server";

const token = Deno.env.get("WIREKIT_TOKEN");
// Everybody who can reach the app can reach the hub, so it needs a token.
if (!token) throw new Error("Set WIREKIT_TOKEN to the secret of the hub");
const hub = new Hub({ token, logger: console });

// Everybody may call these two, except web pages whose origin is not listed.
const jsonrpc = fetchHandler({
  methods: new Methods().add(
    "math.sum",
    (_call, x: number, y: number) => x + y,
  ),
});
const wsrpc = new Server({
  routes: { sum: (_peer, { x, y }) => x + y },
});

// Deploy sends SIGINT, and kills the process 5 seconds later; others send SIGTERM.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, async () => {
    await Promise.all([hub.close(), wsrpc.close()]);
    Deno.exit();
  });
}

export default {
  fetch(request, info) {
    switch (new URL(request.url).pathname) {
      case "/":
        return new Response(
          "/hub: named clients\n/jsonrpc: JSON-RPC 2.0\n/wsrpc: wsrpc\n",
        );
      case "/hub":
        return hub.fetch(request, info);
      case "/jsonrpc":
        return jsonrpc(request, info);
      case "/wsrpc":
        return wsrpc.fetch(request);
      default:
        return new Response("Not found\n", { status: 404 });
    }
  },
} satisfies Deno.ServeDefaultExport;
