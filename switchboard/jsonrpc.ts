// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The JSON-RPC door: any JSON-RPC 2.0 peer, over WebSocket at `/jsonrpc`, by
 * `POST /jsonrpc`, and over TCP and Unix sockets with a message a line.
 *
 * ```json
 * {"jsonrpc":"2.0","id":1,"method":"hub.join","params":{"name":"tool"}}
 * {"jsonrpc":"2.0","id":2,"method":"bot/greet","params":{"name":"zoë"}}
 * ```
 *
 * @module
 */
import { checkTime } from "@wirekit/internal/clock";
import { checkPort } from "@wirekit/internal/limits";
import {
  type Hub,
  JsonSlice,
  type RequestInfo,
  type Visitor,
} from "@wirekit/hub/hub";
import type { DoorMaker, OpenedDoor } from "./door.ts";
import { readBody, reply, respond } from "./_http.ts";
import { answerOnce } from "./jsonrpc/_once.ts";
import { JsonRpcSession, PING } from "./jsonrpc/_session.ts";
import { serveVisitor } from "./_visit.ts";
import { listenLines } from "./_lines.ts";

/**
 * Options of {@linkcode jsonRpcDoor}.
 *
 * @category Doors
 */
export interface JsonRpcDoorOptions {
  /**
   * The address for `tcpPort`. Any other than this machine's own needs a hub
   * with a token.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /** A port for TCP, one message per line; 0 for a free one. */
  tcpPort?: number;
  /**
   * A path for a Unix socket, one message per line, to which only the same user
   * can connect.
   */
  unixPath?: string;
  /**
   * How long a call by `POST` may take, in milliseconds.
   *
   * @default {60000}
   */
  timeout?: number;
}

/**
 * Makes the JSON-RPC door.
 *
 * A client takes a name with `?name=` in its URL, or with `hub.join {name,
 * token?, source?}`; `POST` is for those who have none. The method `NAME/ROUTE`
 * asks, `hub.request {to, route, data}` asks any name for any route,
 * `hub.inform {data, to?}` tells, `hub.announce {routes}` says what the client
 * can be asked for, and `rpc.discover` describes all that may be called. The
 * client is asked by requests of its routes, and told by the notification
 * `hub.information {source, data}`.
 *
 * @param options Where else to listen, and times.
 * @returns What opens the door of a hub.
 * @throws {RangeError} If a time or the port is not valid.
 * @throws {TypeError} The opening rejects with it if everybody who reaches
 * `hostname` could take any name.
 *
 * @example A tool without a library of ours could do the same
 * ```ts
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { connect } from "@wirekit/transport/connect";
 * import { jsonRpcDoor } from "@wirekit/switchboard/jsonrpc";
 * import { serve } from "@wirekit/switchboard/serve";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await serve({ port: 0, open: [jsonRpcDoor()] });
 * const url = `${server.urls[0]}/jsonrpc`;
 * const methods = new Methods().add("sum", (_call, a: number, b: number) => a + b);
 * await using tool = new Peer(await connect(`${url}?name=tool`), { methods });
 * await using other = new Peer(await connect(`${url}?name=other`));
 * assertEquals(await other.request("tool/sum", [1, 2]), 3);
 * ```
 *
 * @category Doors
 */
export function jsonRpcDoor(options: JsonRpcDoorOptions = {}): DoorMaker {
  const { timeout = 60_000, ...lines } = options;
  checkTime("timeout", timeout);
  if (lines.tcpPort !== undefined) checkPort("tcpPort", lines.tcpPort);
  return async (hub) => {
    const door = new JsonRpcDoor(hub, timeout);
    const listeners = await listenLines(
      hub,
      lines,
      (transport, carrier) =>
        hub.accept(transport, {
          carrier,
          ping: PING,
          connect: (receiver) => {
            const pass = hub.passFor(undefined);
            return new JsonRpcSession({ hub, receiver, pass, carrier });
          },
        }),
    );
    return Object.assign(door, listeners);
  };
}

class JsonRpcDoor implements OpenedDoor {
  readonly protocol = "JSON-RPC";
  readonly #hub: Hub;
  readonly #timeout: number;

  constructor(hub: Hub, timeout: number) {
    this.#hub = hub;
    this.#timeout = timeout;
  }

  takes(request: Request): boolean {
    return isHere(new URL(request.url).pathname);
  }

  accept(visitor: Visitor): Promise<void> | undefined {
    return this.takes(visitor.request)
      ? serveVisitor(this.#hub, visitor, (each) => new JsonRpcSession(each))
      : undefined;
  }

  /** See {@linkcode OpenedDoor}. */
  plain(): undefined {}

  fetch(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Response> | undefined {
    const { pathname } = new URL(request.url);
    return isHere(pathname) ? this.#post(request, info) : undefined;
  }

  async #post(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Response> {
    const hub = this.#hub;
    const pass = await hub.admit(request, info);
    if (pass instanceof Response) return pass;
    if (request.method !== "POST") {
      await request.body?.cancel();
      const headers = { allow: "POST" };
      return new Response("Use POST.\n", { status: 405, headers });
    }
    const body = await readBody(request, 2 * hub.maxMessageBytes);
    if ("status" in body) return respond(body);
    const timeout = this.#timeout;
    const { signal, remoteAddr: { hostname: address = "" } = {} } = info;
    const charge = (messages: number) => hub.charge(info, messages);
    const known = { hub, pass, address, timeout, signal, charge };
    const answer = await answerOnce(JsonSlice.of(body), known);
    return answer === undefined
      ? new Response(null, { status: 204 })
      : respond(reply(answer));
  }
}

function isHere(pathname: string): boolean {
  return pathname === "/jsonrpc" || pathname === "/jsonrpc/";
}
