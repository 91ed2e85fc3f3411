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
export * from "./answer/answer.ts";
export * from "./call/call_error.ts";
export * from "./call/caller.ts";
export * from "./call/client.ts";
export * from "./call/client_options.ts";
export * from "./wire/codec.ts";
export * from "./call/connect.ts";
export * from "./answer/context.ts";
export * from "./contract/contract.ts";
export * from "./wire/error.ts";
export * from "./push/event_queue.ts";
export * from "./answer/fetch_handler.ts";
export * from "./call/http_client.ts";
export * from "./contract/implement.ts";
export * from "./wire/log.ts";
export * from "./wire/message.ts";
export * from "./answer/methods.ts";
export * from "./answer/middleware.ts";
export * from "./contract/openrpc.ts";
export { Peer } from "./peer.ts";
export * from "./peer_options.ts";
export * from "./call/remote.ts";
export * from "./call/remote_caller.ts";
export * from "./answer/serve.ts";
export * from "./answer/serve_peers.ts";
export * from "./contract/standard_schema.ts";
export * from "./stdio.ts";
export * from "./push/stream.ts";
export * from "./push/subscription.ts";
export * from "./testing.ts";

if (import.meta.main) {
  throw new Error("This is a library: its command is jsr:@wirekit/jsonrpc/cli");
}
