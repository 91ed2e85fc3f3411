// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Programs of several protocols call each other by name, through one hub.
 *
 * A winerp bot in Python, a page, a JSON-RPC tool and a script with `curl` each
 * speak their own protocol. The hub passes on what they say, digit by digit.
 *
 * ```ts
 * import { httpDoor, jsonRpcDoor, serve } from "@wirekit/switchboard";
 *
 * await using server = await serve({
 *   port: 0,
 *   open: [httpDoor(), jsonRpcDoor()],
 * });
 * ```
 *
 * @module
 */
export * from "./door.ts";
export * from "./http.ts";
export * from "./jsonrpc.ts";
export * from "./openwebnet.ts";
export * from "./serve.ts";
export * from "./wsrpc.ts";

if (import.meta.main) {
  throw new Error(
    "This is a library: its command is jsr:@wirekit/switchboard/cli",
  );
}
