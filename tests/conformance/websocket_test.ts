// Copyright 2026 the Wirekit authors. MIT license.

import type { Transport } from "@wirekit/transport/transport";
import {
  acceptWebSocket,
  connectWebSocket,
} from "@wirekit/transport/websocket";
import { conformance, type Ends, ends, type Message } from "./conformance.ts";

for (const format of ["text", "utf8", "binary"] as const) {
  conformance("the platform's WebSocket", async (limits): Promise<Ends> => {
    const accepted = Promise.withResolvers<Transport<Message>>();
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => {
        const { response, transport } = acceptWebSocket(request, {
          format,
          ...limits,
        });
        accepted.resolve(transport as Transport<Message>);
        return response;
      },
    );
    const near = await connectWebSocket(`ws://127.0.0.1:${server.addr.port}`, {
      implementation: "platform",
      format,
      ...limits,
    }) as Transport<Message>;
    return ends(near, await accepted.promise, () => server.shutdown());
  }, {
    format,
    // The platform's client has no 1012.
    seen: { near: 4012, far: 1012 },
    backpressure: false,
  });
}
