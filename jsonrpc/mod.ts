// Copyright 2026 the Wirekit authors. MIT license.

/**
 * JSON-RPC 2.0 on both ends of any transport.
 *
 * ```ts
 * import { connect, Methods, serve } from "@wirekit/jsonrpc";
 *
 * const methods = new Methods()
 *   .add("math.sum", (_call, x: number, y: number) => x + y);
 * await using server = await serve({ port: 0, methods });
 *
 * await using client = await connect(server.urls[0]);
 * await client.request("math.sum", [1, 2]); // 3
 * ```
 *
 * `Peer` is one end of any other transport: the standard streams of a program,
 * a `MessagePort`, or `pair()` in memory.
 *
 * @module
 */
export * from "./call/client.ts";
export * from "./call/client_options.ts";
export * from "./call/http_client.ts";
export * from "./call/caller.ts";
export * from "./call/remote.ts";
export * from "./call/remote_caller.ts";
export * from "./call/call_error.ts";
export { Peer } from "./peer.ts";
export * from "./peer_options.ts";

export * from "./answer/handler.ts";
export * from "./answer/methods.ts";
export * from "./answer/context.ts";
export * from "./answer/serve.ts";
export * from "./answer/serve_peers.ts";
export * from "./answer/fetch_handler.ts";
export type { AnswerOptions } from "./answer/answer.ts";
export type {
  CallMiddleware,
  HandlerMiddleware,
  OutgoingCall,
} from "./answer/middleware.ts";

export * from "./contract/contract.ts";
export {
  type EventHandlers,
  handleEvents,
  type HandlerParams,
  type Handlers,
  implement,
  type ReturnOf,
} from "./contract/implement.ts";
export * from "./contract/openrpc.ts";
export * from "./contract/standard_schema.ts";

export * from "./push/event_queue.ts";
export * from "./push/stream.ts";
export * from "./push/subscription.ts";

export * from "./wire/codec.ts";
export * from "./wire/error.ts";
export * from "./wire/log.ts";
export type {
  CallMessage,
  ErrorMessage,
  Extra,
  Id,
  Kind,
  Message,
  Params,
  ResultMessage,
} from "./wire/message.ts";
export * from "./stdio.ts";
export * from "./testing.ts";

if (import.meta.main) {
  throw new Error("This is a library: its command is jsr:@wirekit/jsonrpc/cli");
}
