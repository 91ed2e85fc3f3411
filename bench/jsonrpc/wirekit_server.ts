// Copyright 2026 the Wirekit authors. MIT license.

/** A server of ours. */

import { Methods, serve, servePeers } from "@wirekit/jsonrpc";
import { NewlineFramer } from "@wirekit/transport/newline-framer";
import { listenTcp } from "@wirekit/transport/tcp";
import { tell } from "./_load.ts";

const methods = new Methods()
  .add("math.sum", (_call, x: number, y: number) => x + y)
  .add("echo", (_call, text: string) => text);

if (Deno.args[0] === "tcp") {
  const listener = listenTcp({ port: 0 }, () => new NewlineFramer());
  servePeers(listener, { methods });
  tell({ event: "ready", address: `tcp://127.0.0.1:${listener.addr.port}` });
} else {
  const { addr } = await serve({ port: 0, methods });
  tell({ event: "ready", address: `ws://127.0.0.1:${addr.port}` });
}
