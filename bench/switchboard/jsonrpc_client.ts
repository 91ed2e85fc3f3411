// Copyright 2026 the Wirekit authors. MIT license.

/** A JSON-RPC client of ours in a hub, which answers, or asks. */

import { Methods, Peer } from "@wirekit/jsonrpc";
import { connect } from "@wirekit/transport/connect";
import { checked, work } from "../peers/worker.mjs";

const [name = "", url = ""] = Deno.args;
const methods = new Methods()
  .add("echo", (_call, { d }: { d: string }) => d);
const peer = new Peer(await connect(`${url}/jsonrpc?name=${name}`), {
  methods,
});

work(checked((d: string) => peer.request("responder/echo", { d })));
