// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Framers, which find the messages in a stream of bytes: by lines, by a length
 * before each, by a `Content-Length` header before each.
 *
 * ```ts
 * import { NewlineFramer } from "@wirekit/transport/framers";
 * import { listenTcp } from "@wirekit/transport/tcp";
 *
 * await using _listener = await listenTcp(
 *   { hostname: "127.0.0.1", port: 0 },
 *   () => new NewlineFramer(),
 * );
 * ```
 *
 * @module
 */

export * from "./content_length_framer.ts";
export type * from "./framer.ts";
export * from "./length_prefix_framer.ts";
export * from "./newline_framer.ts";
