// Copyright 2026 the Wirekit authors. MIT license.

/** A worker that echoes on every carrier; it posts their ports. */

import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import { NewlineFramer } from "@wirekit/transport/newline-framer";
import { listenTcp } from "@wirekit/transport/tcp";
import type { Transport } from "@wirekit/transport/transport";

async function echo(transport: Transport): Promise<void> {
  try {
    for await (const message of transport) transport.send(message);
  } catch {
    // A flooder that was cut off.
  }
}

const webSocket = await listenWebSocket({ port: 0 });
const tcp = await listenTcp({ port: 0 }, () => new NewlineFramer());
(async () => {
  for await (const { transport } of webSocket) echo(transport);
})();
(async () => {
  for await (const transport of tcp) echo(transport);
})();
(self as unknown as Worker).postMessage({
  webSocket: webSocket.addr.port,
  tcp: tcp.addr.port,
});
