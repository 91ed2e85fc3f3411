// Copyright 2026 the Wirekit authors. MIT license.

/** A server on its standard streams, in the framing that it is told. */

import { type Framing, Methods, Peer, stdioTransport } from "@wirekit/jsonrpc";

const methods = new Methods().add("greet", async (call) => {
  return `Hello ${await call.peer.request("name")}`;
});
const transport = stdioTransport(Deno.args[0] as Framing);
await new Peer(transport, { methods }).closed;
