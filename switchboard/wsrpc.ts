// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The wsrpc door: `@wsrpc/client` in a page, wsrpc-aiohttp in Python, and ours,
 * over WebSocket at `/wsrpc` and `/wsrpc/`.
 *
 * ```js ignore
 * const rpc = new WSRPC("ws://127.0.0.1:13254/wsrpc/?name=page");
 * rpc.addRoute("greet", ({ name }) => `Hello ${name}`);
 * rpc.connect();
 * await rpc.call("bot.greet", { name: "zoë" });
 * ```
 *
 * @module
 */
import type { Hub, Visitor } from "@wirekit/hub/hub";
import type { DoorMaker, OpenedDoor } from "./door.ts";
import { WsrpcSession } from "./_wsrpc_session.ts";
import { serveVisitor } from "./_visit.ts";

/**
 * Makes the wsrpc door.
 *
 * A client takes a name with `?name=` in its URL, or by a call of `hub.join`.
 * It calls `NAME.ROUTE`, or `hub.request {to, route, data}` for any name and any
 * route, `hub.inform {data, to?}` and `hub.announce {routes}`. It is asked by
 * calls of its routes, and told by calls of `hub.information {source, data}`.
 *
 * @returns What opens the door of a hub.
 *
 * @example A page calls a bot
 * ```ts
 * import { Client } from "@wirekit/hub";
 * import { connect } from "@wirekit/wsrpc/client";
 * import { serve } from "@wirekit/switchboard/serve";
 * import { wsrpcDoor } from "@wirekit/switchboard/wsrpc";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await serve({ port: 0, open: [wsrpcDoor()] });
 * const [url] = server.urls;
 * await using bot = new Client("bot", { url });
 * bot.route("greet", ({ name }: { name: string }) => `Hello ${name}`);
 * await bot.connect();
 *
 * await using page = await connect(`${url}/wsrpc/?name=page`);
 * assertEquals(await page.call("bot.greet", { name: "Zoë" }), "Hello Zoë");
 * ```
 *
 * @category Doors
 */
export function wsrpcDoor(): DoorMaker {
  return (hub) => new WsrpcDoor(hub);
}

class WsrpcDoor implements OpenedDoor {
  readonly protocol = "wsrpc";
  readonly #hub: Hub;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  takes(request: Request): boolean {
    return /^\/wsrpc\/?$/.test(new URL(request.url).pathname);
  }

  accept(visitor: Visitor): Promise<void> | undefined {
    return this.takes(visitor.request)
      ? serveVisitor(this.#hub, visitor, (each) => new WsrpcSession(each))
      : undefined;
  }
}
