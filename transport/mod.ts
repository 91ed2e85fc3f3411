// Copyright 2026 the Wirekit authors. MIT license.

/**
 * One tiny interface for a channel of messages, and its carriers.
 *
 * @module
 */
export * from "./connect.ts";
export * from "./content_length_framer.ts";
export * from "./framer.ts";
export * from "./length_prefix_framer.ts";
export * from "./listener.ts";
export * from "./newline_framer.ts";
export * from "./pair.ts";
export * from "./port.ts";
export * from "./reconnect.ts";
export * from "./stream.ts";
export * from "./tcp.ts";
export * from "./transport.ts";
export * from "./unix.ts";
export * from "./websocket.ts";
