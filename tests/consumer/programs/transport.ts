// Copyright 2026 the Wirekit authors. MIT license.

// deno run --allow-net=127.0.0.1 main.ts
import { connect, listenTcp, NewlineFramer } from "@wirekit/transport";

await using listener = await listenTcp({ port: 0 }, () => new NewlineFramer());
await using client = await connect(`tcp://127.0.0.1:${listener.addr.port}`);
await client.send("hello");
for await (const server of listener) {
  for await (const message of server) {
    if (message !== "hello") throw new Error(message);
    await server.close();
  }
  break;
}
