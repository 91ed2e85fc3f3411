// Copyright 2026 the Wirekit authors. MIT license.

/**
 * JSON-RPC 2.0 on both ends of any transport.
 *
 * ```ts
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 *
 * const methods = new Methods()
 *   .add("math.sum", (_call, x: number, y: number) => x + y);
 * const [near, far] = pair();
 * await using server = new Peer(far, { methods });
 * await using client = new Peer(near);
 *
 * await client.request("math.sum", [1, 2]); // 3
 * ```
 *
 * @module
 */
export * from "./answer.ts";
export * from "./call_error.ts";
export * from "./caller.ts";
export * from "./client.ts";
export * from "./client_options.ts";
export * from "./codec.ts";
export * from "./connect.ts";
export * from "./context.ts";
export * from "./contract.ts";
export * from "./error.ts";
export * from "./event_queue.ts";
export * from "./fetch_handler.ts";
export * from "./http_client.ts";
export * from "./implement.ts";
export * from "./log.ts";
export * from "./message.ts";
export * from "./methods.ts";
export * from "./middleware.ts";
export * from "./openrpc.ts";
export { Peer } from "./peer.ts";
export * from "./peer_options.ts";
export * from "./remote.ts";
export * from "./remote_caller.ts";
export * from "./serve.ts";
export * from "./serve_peers.ts";
export * from "./standard_schema.ts";
export * from "./stdio.ts";
export * from "./stream.ts";
export * from "./subscription.ts";
export * from "./testing.ts";

if (import.meta.main) {
  throw new Error("This is a library: its command is jsr:@wirekit/jsonrpc/cli");
}
