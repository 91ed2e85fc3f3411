// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A small interface for a two-way channel of messages, and the carriers that
 * implement it.
 *
 * ```ts
 * import { connect, listenTcp, NewlineFramer } from "@wirekit/transport";
 *
 * await using listener = await listenTcp({ port: 0 }, () => new NewlineFramer());
 * const { port } = listener.addr;
 * await using transport = await connect(`tcp://127.0.0.1:${port}`);
 * await transport.send("hello");
 * ```
 *
 * @module
 */
export * from "./accept_websocket.ts";
export * from "./admission.ts";
export type * from "./admission_options.ts";
export * from "./connect.ts";
export * from "./connect_options.ts";
export * from "./stream/content_length_framer.ts";
export * from "./stream/framer.ts";
export * from "./stream/length_prefix_framer.ts";
export * from "./listen_websocket.ts";
export * from "./listener.ts";
export * from "./stream/newline_framer.ts";
export * from "./pair.ts";
export * from "./port.ts";
export * from "./reconnect.ts";
export * from "./serve.ts";
export * from "./stream/stream.ts";
export * from "./tcp.ts";
export * from "./transport.ts";
export * from "./unix.ts";
export * from "./websocket.ts";
