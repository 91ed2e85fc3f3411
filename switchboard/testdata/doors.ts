// Copyright 2026 the Wirekit authors. MIT license.

/** A hub with all doors, and a client that comes in by each of them. */

import { assertEquals } from "@std/assert";
import { Client } from "@wirekit/hub";
import type { HandshakeError } from "@wirekit/internal/errors";
import { connect } from "@wirekit/transport/connect";
import type { Transport } from "@wirekit/transport/transport";
import { httpDoor } from "../http.ts";
import { jsonRpcDoor } from "../jsonrpc.ts";
import { mcpDoor } from "../mcp.ts";
import { serve, type ServeOptions } from "../serve.ts";
import { wsrpcDoor } from "../wsrpc.ts";
import { HELLO } from "./bridge.ts";

/** How a call ended: a code of the hub, or what was answered or said. */
export type Ended = number | string;

/** Who came in by a door. */
export interface Caller {
  ask(to: string, route: string, data?: string): Promise<Ended>;
  /** Tells one, or all. */
  inform(to?: string): Promise<Ended>;
}

/** What one comes in with. */
export interface Arrival {
  /** None where a door needs none. */
  readonly name?: string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

/** Comes in by a door; throws the HTTP status or the code that refuses it. */
export type Door = (scene: Scene, arrival: Arrival) => Promise<Caller>;

export class Refused extends Error {
  constructor(readonly why: Ended) {
    super(String(why));
  }
}

/** A hub with all doors, and a bot that came by none of them. */
export class Scene implements AsyncDisposable {
  readonly stack = new AsyncDisposableStack();
  urls: readonly string[] = [];
  http = "";

  static async open(
    options: ServeOptions = {},
    token?: string,
  ): Promise<Scene> {
    const scene = new Scene();
    const server = scene.stack.use(
      await serve({
        port: 0,
        open: [
          httpDoor(),
          jsonRpcDoor({ tcpPort: 0 }),
          wsrpcDoor(),
          mcpDoor({ allow: ["*", "hub/inform"] }),
        ],
        ...options,
      }),
    );
    scene.urls = server.urls;
    scene.http = server.urls[0]!.replace("ws", "http");
    const bot = scene.stack.use(
      new Client("bot", { url: server.urls[0], ...(token && { token }) }),
    );
    bot.route("echo", (data) => data);
    bot.route("never", () => new Promise(() => {}));
    bot.route("big", () => "x".repeat(2_100));
    await bot.connect();
    return scene;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stack.disposeAsync();
  }
}

/** The HTTP status of each code. */
const STATUSES: Record<number, number> = {
  [-32007]: 413,
  [-32008]: 502,
  [-32009]: 429,
  [-32023]: 403,
  [-32025]: 409,
};

function headersOf({ token, headers }: Arrival): Record<string, string> {
  return {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...headers,
  };
}

/** Speaks JSON-RPC or wsrpc on a transport. */
class Lines implements Caller {
  readonly #waiting = new Map<number, (ended: Ended) => void>();
  readonly #transport: Transport;
  readonly #separator: string;
  #ids = 0;
  #closed = false;

  constructor(transport: Transport, separator: "/" | ".") {
    this.#transport = transport;
    this.#separator = separator;
    void this.#read();
  }

  async #read(): Promise<void> {
    let why = "closed";
    try {
      for await (const text of this.#transport) {
        const { id, method, result, error } = JSON.parse(String(text));
        if (method !== undefined || !this.#waiting.has(id)) continue;
        this.#waiting.get(id)!(error?.code ?? JSON.stringify(result));
        this.#waiting.delete(id);
      }
    } catch (error) {
      const { code = "", reason = "" } = error as Record<string, string>;
      why = `closed ${code} ${reason}`.trim();
    }
    this.#closed = true;
    for (const end of this.#waiting.values()) end(why);
  }

  call(method: string, params: string): Promise<Ended> {
    const id = this.#ids += 2;
    const { promise, resolve } = Promise.withResolvers<Ended>();
    this.#waiting.set(id, resolve);
    if (this.#closed) resolve("closed");
    const version = this.#separator === "/" ? '"jsonrpc":"2.0",' : "";
    const text = `{${version}"id":${id},"method":"${method}",` +
      `"params":${params}}`;
    this.#transport.send(text).catch(() => {});
    return promise;
  }

  ask(to: string, route: string, data = "{}"): Promise<Ended> {
    return this.call(`${to}${this.#separator}${route}`, data);
  }

  inform(to?: string): Promise<Ended> {
    const names = to === undefined ? "" : `,"to":${JSON.stringify(to)}`;
    return this.call("hub.inform", `{"data":1${names}}`);
  }
}

async function joined(
  scene: Scene,
  url: string,
  separator: "/" | ".",
  arrival: Arrival,
): Promise<Caller> {
  const { name = "guest", token } = arrival;
  const isTcp = url.startsWith("tcp");
  let transport: Transport;
  try {
    const headers = headersOf(arrival);
    transport = await connect(url, isTcp ? {} : { headers });
  } catch (error) {
    throw new Refused((error as HandshakeError).status ?? "closed");
  }
  scene.stack.defer(() => transport.close());
  const lines = new Lines(transport, separator);
  const claim = { name, ...(isTcp && token !== undefined && { token }) };
  const ended = await lines.call("hub.join", JSON.stringify(claim));
  if (typeof ended === "number") throw new Refused(ended);
  if (ended.startsWith("closed")) throw new Refused(ended);
  return lines;
}

/** Posts a body; gives the code of the hub, or the status of another refusal. */
export async function post(
  { http }: Scene,
  path: string,
  arrival: Arrival,
  body: string,
): Promise<Ended> {
  const response = await fetch(`${http}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headersOf(arrival),
    },
    body,
  });
  const text = await response.text();
  try {
    const { error, jsonrpc, result } = JSON.parse(text) ?? {};
    if (!error) return jsonrpc ? JSON.stringify(result) : text;
    // A call by a method has its status in its answer, all others this one.
    const status = STATUSES[error.code];
    const isOne = path.startsWith("/call") || path.startsWith("/inform");
    if (isOne && status) assertEquals(response.status, status, text);
    return error.code;
  } catch {
    return response.ok ? text : response.status;
  }
}

/** Whether that is an answer, and no refusal. */
function come(ended: Ended): void {
  if (typeof ended === "number") throw new Refused(ended);
}

export const DOORS: Record<string, Door> = {
  wsrpc: (scene, arrival) =>
    joined(scene, `${scene.urls[0]}/wsrpc/`, ".", arrival),
  "JSON-RPC": (scene, arrival) =>
    joined(scene, `${scene.urls[0]}/jsonrpc`, "/", arrival),
  "JSON-RPC over TCP": (scene, arrival) => {
    const url = scene.urls.find((url) => url.startsWith("tcp"))!;
    return joined(scene, url, "/", arrival);
  },
  "POST /jsonrpc": async (scene, arrival) => {
    const call = (method: string, params: string) =>
      post(
        scene,
        "/jsonrpc",
        arrival,
        `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`,
      );
    come(await call("rpc.discover", "{}"));
    return {
      ask: (to, route, data = "{}") => call(`${to}/${route}`, data),
      inform: (to) =>
        call("hub.inform", `{"data":1${to ? `,"to":["${to}"]` : ""}}`),
    };
  },
  "POST /call": async (scene, arrival) => {
    const name = arrival.name
      ? `?name=${encodeURIComponent(arrival.name)}`
      : "";
    const caller: Caller = {
      ask: (to, route, data = "{}") =>
        post(scene, `/call/${to}/${route}${name}`, arrival, data),
      inform: (to) =>
        post(scene, `/inform${to ? `/${to}` : ""}${name}`, arrival, "1"),
    };
    come(
      await post(scene, `/call/@hub/hello${name}`, arrival, "{}").then(
        // Whom one may not ask, and what there is not, is said after coming in.
        (ended) => ended === -32601 ? "in" : ended,
      ),
    );
    return caller;
  },
  "GET /events": async (scene, arrival) => {
    const { name = "guest" } = arrival;
    const response = await fetch(
      `${scene.http}/events?name=${encodeURIComponent(name)}`,
      { headers: headersOf(arrival) },
    );
    if (!response.ok) {
      const text = await response.text();
      const isOurs = text.startsWith("{");
      throw new Refused(isOurs ? JSON.parse(text).error.code : response.status);
    }
    const reader = response.body!.getReader();
    scene.stack.defer(() => reader.cancel());
    const text = new TextDecoder().decode((await reader.read()).value);
    const key = /"key":"([^"]+)"/.exec(text)![1];
    return {
      ask: (to, route, data = "{}") =>
        post(scene, `/call/${to}/${route}?as=${key}`, arrival, data),
      inform: (to) =>
        post(scene, `/inform${to ? `/${to}` : ""}?as=${key}`, arrival, "1"),
    };
  },
  MCP: async (scene, arrival) => {
    const hello = JSON.stringify(HELLO);
    const headers = {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headersOf(arrival),
    };
    const begun = await fetch(`${scene.http}/mcp`, {
      method: "POST",
      headers,
      body: hello,
    });
    await begun.text();
    if (!begun.ok) throw new Refused(begun.status);
    const session = {
      ...arrival,
      headers: {
        ...arrival.headers,
        "mcp-session-id": begun.headers.get("mcp-session-id")!,
      },
    };
    let id = 0;
    const call = async (name: string, data: string): Promise<Ended> => {
      const said = await post(
        scene,
        "/mcp",
        session,
        `{"jsonrpc":"2.0","id":${++id},"method":"tools/call","params":` +
          `{"name":"${name}","arguments":${data}}}`,
      );
      if (typeof said === "number") return said;
      const { content: [{ text }], isError } = JSON.parse(said);
      return isError ? `refused: ${text}` : text;
    };
    return {
      ask: (to, route, data = "{}") => call(`${to}/${route}`, data),
      inform: (to) =>
        call("hub/inform", `{"data":1${to ? `,"to":"${to}"` : ""}}`),
    };
  },
};

/** All doors. */
export const ALL = Object.keys(DOORS);
/** Clients that come in by these have no name. */
export const NAMELESS = ["POST /jsonrpc", "MCP"];
/** These are requests of HTTP. */
export const POSTS = ["POST /jsonrpc", "POST /call", "GET /events", "MCP"];
