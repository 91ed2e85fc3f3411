// Copyright 2026 the Wirekit authors. MIT license.
// deno-lint-ignore-file no-console

/**
 * A door for pages in a browser: WebSocket on one side, a gateway on the other.
 * A page that knows the password speaks OpenWebNet through it with the same
 * `Gateway` as a program; the door knows nothing of it.
 *
 * ```sh
 * deno run --allow-net examples/openwebnet/door.ts 192.168.1.35 http://localhost:8000
 * ```
 */

import { FrameScanner } from "@wirekit/openwebnet";
import { connectTcp } from "@wirekit/transport/tcp";
import type { Transport } from "@wirekit/transport/transport";
import { acceptWebSocket } from "@wirekit/transport/websocket";

const [gateway = "127.0.0.1:20000", origin = "http://localhost:8000"] =
  Deno.args;
const { hostname, port } = new URL(`tcp://${gateway}`);

/** Passes frames on until one side closes. */
async function pass(from: Transport, to: Transport): Promise<void> {
  try {
    for await (const frame of from) await to.send(frame);
  } finally {
    await to.close();
  }
}

const server = Deno.serve(
  {
    hostname: "127.0.0.1",
    port: Number(Deno.env.get("PORT") ?? 8001),
    onListen: ({ port }) => console.log(`Door at ws://127.0.0.1:${port}/`),
  },
  async (request) => {
    // Any web page could try to connect; only this one may.
    if (request.headers.get("origin") !== origin) {
      return new Response("Not for this page", { status: 403 });
    }
    const inside = await connectTcp(
      { hostname, port: Number(port || 20_000) },
      new FrameScanner(),
    );
    const { response, transport } = acceptWebSocket(request);
    Promise.allSettled([pass(transport, inside), pass(inside, transport)]);
    return response;
  },
);
Deno.addSignalListener("SIGINT", () => server.shutdown());
