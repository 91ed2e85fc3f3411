// Copyright 2026 the Wirekit authors. MIT license.

import {
  connect,
  connectWebSocket,
  listenTcp,
  listenUnix,
  listenWebSocket,
  NewlineFramer,
  NotConnectedError,
  pair,
  PortTransport,
  reconnect,
  StreamTransport,
} from "@wirekit/transport";
import { next, PORTS, same, scenario } from "../_scenario.ts";

await scenario(async (url) => {
  const socket = await connectWebSocket(url("/echo"));
  await socket.send("zoë");
  same(await next(socket), "zoë");
  await socket.close();

  const binary = await connectWebSocket(url("/binary"), { format: "binary" });
  await binary.send(new Uint8Array([1, 2, 3]));
  same((await next(binary)).join(), "1,2,3");
  await binary.close();

  // Each runtime fails in its own way, and soon.
  const refused = await connectWebSocket(url("/nowhere"), {
    connectTimeout: 5_000,
  }).then(() => undefined, (error) => error);
  same(refused instanceof NotConnectedError, true);
  same(refused.message.includes("/…: "), true);
  // That of Node does not tell.
  const tells = "Deno" in globalThis || "Bun" in globalThis;
  same(refused.status, tells ? 404 : undefined);

  // What no attempt can mend is told as such: clients do not try again.
  const wrong = await connect(url("/echo"), { protocols: ["a b"] })
    .then(() => undefined, (error) => error);
  same(wrong instanceof SyntaxError, true);

  const sockets = reconnect((signal) =>
    connectWebSocket(url("/echo"), { signal })
  );
  const again = await next(sockets);
  await again.send("again");
  same(await next(again), "again");
  await sockets.close();

  const { port1, port2 } = new MessageChannel();
  const ports = [new PortTransport(port1), new PortTransport(port2)] as const;
  await ports[0].send("port");
  same(await next(ports[1]), "port");
  await Promise.all(ports.map((port) => port.close()));

  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const stream = new StreamTransport(
    { readable, writable },
    new NewlineFramer(),
  );
  await stream.send("stream");
  same(await next(stream), "stream");
  await stream.close();

  const [near, far] = pair();
  await near.send("pair");
  same(await next(far), "pair");
  await near.close();
  if (!PORTS) return;

  // A server, where there are ports to listen on.
  const listener = await listenWebSocket({ port: 0 });
  const client = await connectWebSocket(
    `ws://127.0.0.1:${listener.addr.port}`,
  );
  await client.send("listener");
  const { transport } = await next(listener);
  same(await next(transport), "listener");
  await client.close();
  await listener.close();

  // The other carriers of sockets.
  const framer = () => new NewlineFramer();
  const tcp = await listenTcp({ port: 0 }, framer);
  const path = `/tmp/wirekit-${crypto.randomUUID()}.sock`;
  const unix = await listenUnix({ path }, framer);
  const lines = [tcp, unix] as const;
  for (const listener of lines) {
    const { addr } = listener;
    const near = await connect(
      addr.transport === "tcp"
        ? `tcp://127.0.0.1:${addr.port}`
        : `unix:${path}`,
    );
    const far = await next(listener);
    await near.send("zoë");
    same(await next(far), "zoë");
    await far.send("x".repeat(1_000_000));
    same((await next(near)).length, 1_000_000);
    await near.close();
    await far.close();
    await listener.close();
  }

  // Node says EACCES of it.
  const nowhere = await listenUnix({ path: `${path}/x.sock` }, framer)
    .then(() => undefined, (error) => error);
  same(nowhere.message.endsWith("there is no such folder (ENOENT)"), true);
});
