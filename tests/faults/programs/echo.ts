// Copyright 2026 the Wirekit authors. MIT license.

/** The bare transport as a server: what comes in goes out again. */

import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import type { Transport } from "@wirekit/transport/transport";

const [limit] = Deno.args;
await using listener = await listenWebSocket({
  port: 0,
  ...(limit !== undefined && { maxConnections: Number(limit) }),
});
const line = `The echo listens on ws://127.0.0.1:${listener.addr.port}\n`;
Deno.stdout.writeSync(new TextEncoder().encode(line));
for await (const { transport } of listener) echo(transport);

async function echo(transport: Transport): Promise<void> {
  try {
    for await (const message of transport) await transport.send(message);
  } catch {
    // Its own affair.
  }
}
