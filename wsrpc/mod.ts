// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Calls in both directions between Deno, Python and web pages, wire-compatible
 * with `wsrpc-aiohttp` and its JavaScript client.
 *
 * ```ts
 * import { connect, serve, Server } from "@wirekit/wsrpc";
 * import { assertEquals } from "@std/assert";
 *
 * await using wsrpc = new Server({
 *   routes: {
 *     div: (_peer, { a, b }) => a / b,
 *     greet: async (peer) => `hello ${await peer.call("name")}`,
 *   },
 * });
 * await using server = await serve(wsrpc, { port: 0 });
 *
 * await using client = await connect(server.urls[0], {
 *   routes: { name: () => "zoë" },
 * });
 * assertEquals(await client.remote.div({ a: 6, b: 3 }), 2);
 * assertEquals(await client.call("greet"), "hello zoë");
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
