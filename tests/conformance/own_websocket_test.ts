// Copyright 2026 the Wirekit authors. MIT license.

import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import type { Transport } from "@wirekit/transport/transport";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { conformance, type Ends } from "./conformance.ts";

type Message = string | Uint8Array<ArrayBuffer>;

for (const format of ["text", "utf8", "binary"] as const) {
  conformance("our own WebSocket", async (limits): Promise<Ends> => {
    const listener = await listenWebSocket({ port: 0, format, ...limits });
    const near = await connectWebSocket(
      `ws://127.0.0.1:${listener.addr.port}`,
      { implementation: "own", format, ...limits },
    ) as Transport<Message>;
    let far!: Transport<Message>;
    for await (const { transport } of listener) {
      far = transport as Transport<Message>;
      break;
    }
    return {
      near,
      far,
      async [Symbol.asyncDispose]() {
        await Promise.all([near.close(), far.close()]);
        await listener.close();
      },
    };
  }, { format, seen: { near: 1012, far: 1012 }, backpressure: true });
}
