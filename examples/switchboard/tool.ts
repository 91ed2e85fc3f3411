// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A tool that speaks JSON-RPC, and is called by all the others.
 *
 *     deno run --allow-net examples/switchboard/tool.ts ws://127.0.0.1:13254
 */

import { Methods, Peer } from "@wirekit/jsonrpc";
import { connect } from "@wirekit/transport/connect";

/** Connects the tool to a hub. */
export async function startTool(hub: string): Promise<Peer> {
  const methods = new Methods()
    .add("sum", (_call, { a, b }: { a: number; b: number }) => a + b);
  return new Peer(await connect(`${hub}/jsonrpc?name=tool`), { methods });
}

if (import.meta.main) {
  const tool = await startTool(Deno.args[0] ?? "ws://127.0.0.1:13254");
  await tool.closed;
}
