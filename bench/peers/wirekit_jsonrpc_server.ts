// Copyright 2026 the Wirekit authors. MIT license.

/** Our JSON-RPC server: on our own WebSocket (`ws`), or in `Deno.serve` (`fetch`). */

import { fetchHandler, Methods, serve } from "@wirekit/jsonrpc";

const methods = new Methods()
  .add("sum", (_call, a: number, b: number) => a + b)
  .add("echo", (_call, text: string) => text);

async function listen(): Promise<number> {
  if (Deno.args[0] === "fetch") {
    const { addr } = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      fetchHandler({ methods }),
    );
    return addr.port;
  }
  return (await serve({ port: 0, methods })).addr.port;
}

const address = `ws://127.0.0.1:${await listen()}`;
const line = JSON.stringify({ event: "ready", address }) + "\n";
Deno.stdout.writeSync(new TextEncoder().encode(line));
