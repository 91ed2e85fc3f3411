// Copyright 2026 the Wirekit authors. MIT license.

import { connectWebSocket, listenWebSocket } from "@wirekit/transport";

const listener = await listenWebSocket({ port: 0 });
const url = `ws://127.0.0.1:${listener.addr.port}`;
const client = await connectWebSocket(url);
await client.send("hello");
for await (const { transport } of listener) {
  for await (const message of transport) {
    if (message !== "hello") throw new Error(message);
    await transport.close();
  }
  await listener.close();
}
