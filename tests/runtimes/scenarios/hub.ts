// Copyright 2026 the Wirekit authors. MIT license.

import { Client, Hub, serve } from "@wirekit/hub";
import { NewlineFramer } from "@wirekit/transport/framers";
import { StreamTransport } from "@wirekit/transport/stream";
import { PORTS, same, scenario } from "../_scenario.ts";

await scenario(async (url) => {
  // The client, with the hub that the test runs.
  const options = { url: url("/hub"), token: "s3cret" };
  const bot = new Client("bot", options);
  bot.route("next", ({ id }: { id: bigint }) => ({ id: id + 1n }));
  await bot.connect();
  const me = new Client("me", options);
  await me.connect();
  const id = 175928847299117063n;
  const answer = await me.request("bot", "next", { id }) as { id: bigint };
  same(answer.id, id + 1n);
  await Promise.all([bot.close(), me.close()]);

  // The hub itself, over two streams of bytes.
  const hub = new Hub();
  const up = new TransformStream<Uint8Array<ArrayBuffer>>();
  const down = new TransformStream<Uint8Array<ArrayBuffer>>();
  hub.accept(
    new StreamTransport(
      { readable: up.readable, writable: down.writable },
      new NewlineFramer({ format: "utf8" }),
    ),
  );
  const near = new StreamTransport(
    { readable: down.readable, writable: up.writable },
    new NewlineFramer(),
  );
  const transport = () => Promise.resolve(near);
  const here = new Client("here", { transport });
  await here.connect();
  same(await here.ping("here"), true);
  same(hub.names.join(), "here");
  await here.close();
  await hub.close();
  if (!PORTS) return;

  // The server, where there are ports to listen on.
  const server = await serve({ port: 0, token: "s3cret" });
  const [there] = server.urls;
  const guest = new Client("guest", { url: there, token: "s3cret" });
  await guest.connect();
  same(await guest.ping("guest"), true);
  same(server.hub.names.join(), "guest");
  await guest.close();
  await server.close();
});
