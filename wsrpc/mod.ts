// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Calls in both directions between Deno, Python and web pages, wire-compatible
 * with `wsrpc-aiohttp` and its JavaScript client.
 *
 * ```ts
 * import { Peer, RouteError } from "@wirekit/wsrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const [near, far] = pair();
 * await using _server = new Peer(near, {
 *   routes: {
 *     div(_peer, { a, b }) {
 *       if (b === 0) throw new RouteError("b is 0", { type: "ZeroDivisionError" });
 *       return a / b;
 *     },
 *   },
 * });
 * await using client = new Peer(far);
 * assertEquals(await client.remote.div({ a: 6, b: 3 }), 2);
 * ```
 *
 * @module
 */
export * from "./caller.ts";
export * from "./client.ts";
export * from "./client_options.ts";
export * from "./contract.ts";
export * from "./errors.ts";
export * from "./peer.ts";
export * from "./peer_options.ts";
export * from "./routes/decorators.ts";
export * from "./routes/route.ts";
export * from "./routes/router.ts";
export * from "./serve.ts";
export * from "./server.ts";
export * from "./server_options.ts";

if (import.meta.main) {
  throw new Error("This is a library: its command is jsr:@wirekit/wsrpc/cli");
}
