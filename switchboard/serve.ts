// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A hub with doors: programs of several protocols call each other by name.
 *
 * @module
 */
import type { Hub } from "@wirekit/hub/hub";
import {
  type HubServer,
  serve as serveHub,
  type ServeOptions as HubServeOptions,
} from "@wirekit/hub/serve";
import type { DoorMaker } from "./door.ts";
import { openDoors, type Opened } from "./_open.ts";

/**
 * Options of {@linkcode serve}.
 *
 * @category Serving
 */
export interface ServeOptions extends HubServeOptions {
  /**
   * The doors to open besides winerp's: each is loaded only by a program that
   * imports it.
   *
   * @default {[]}
   */
  open?: readonly DoorMaker[];
}

/**
 * Starts a hub with doors.
 *
 * @param options Where to listen, limits, who may connect, and the doors.
 * @returns The hub, listening; `urls` has those of the doors too.
 * @throws {TypeError} If it is to listen on other addresses than this machine's
 * own without a token.
 * @throws {Error} If it or a door cannot listen: it listens nowhere then.
 *
 * @example A script with curl asks a JSON-RPC tool
 * ```ts
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { connect } from "@wirekit/transport/connect";
 * import { httpDoor, jsonRpcDoor, serve } from "@wirekit/switchboard";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await serve({
 *   port: 0,
 *   open: [httpDoor(), jsonRpcDoor()],
 * });
 * const methods = new Methods().add("sum", (_call, a: number, b: number) => a + b);
 * await using tool = new Peer(
 *   await connect(`${server.urls[0]}/jsonrpc?name=tool`),
 *   { methods },
 * );
 *
 * // curl -H 'content-type: application/json' -d '[1, 2]' http://…/call/tool/sum
 * const response = await fetch(
 *   `http://127.0.0.1:${server.addr.port}/call/tool/sum`,
 *   {
 *     method: "POST",
 *     headers: { "content-type": "application/json" },
 *     body: "[1, 2]",
 *   },
 * );
 * assertEquals(await response.json(), 3);
 * ```
 *
 * @category Serving
 */
export async function serve(options: ServeOptions = {}): Promise<HubServer> {
  const { open = [], ...rest } = options;
  let opened: Opened | undefined;
  const beforeListen = async (hub: Hub) => {
    await rest.beforeListen?.(hub);
    opened = await openDoors(hub, open);
  };
  let server: HubServer;
  try {
    server = await serveHub({ ...rest, beforeListen });
  } catch (error) {
    await opened?.close();
    throw error;
  }
  const urls: [string, ...string[]] = [
    ...server.urls,
    ...opened?.urls ?? [],
  ];
  const close = async () => {
    await opened?.close();
    await server.close();
  };
  return { ...server, urls, close, [Symbol.asyncDispose]: close };
}
