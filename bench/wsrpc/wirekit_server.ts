// Copyright 2026 the Wirekit authors. MIT license.

/** Our server on a free port: `ws`, `tcp`, or `fetch` for `Deno.serve`. */

import { NewlineFramer } from "@wirekit/transport/framers";
import { listenTcp } from "@wirekit/transport/tcp";
import { serve } from "@wirekit/wsrpc/serve";
import { Server } from "@wirekit/wsrpc/server";

const wsrpc = new Server({ routes: { echo: (_peer, { data }) => data } });

function tell(address: string): void {
  const line = JSON.stringify({ event: "ready", address }) + "\n";
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}

if (Deno.args[0] === "tcp") {
  const listener = await listenTcp({ port: 0 }, () => new NewlineFramer());
  tell(`tcp://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`);
  for await (const transport of listener) wsrpc.accept(transport);
} else if (Deno.args[0] === "ws") {
  tell((await serve(wsrpc, { port: 0 })).urls[0]);
} else {
  const http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    wsrpc.fetch,
  );
  tell(`ws://127.0.0.1:${http.addr.port}/ws/`);
}
