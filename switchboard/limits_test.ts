// Copyright 2026 the Wirekit authors. MIT license.

/** Each door against each limit of the hub: no door is a way around one. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { Client } from "@wirekit/hub";
import type { HandshakeError } from "@wirekit/internal/errors";
import { connect } from "@wirekit/transport/connect";
import type { Transport } from "@wirekit/transport/transport";
import { httpDoor } from "./http.ts";
import { jsonRpcDoor } from "./jsonrpc.ts";
import { mcpDoor } from "./mcp.ts";
import { serve, type ServeOptions } from "./serve.ts";
import { wsrpcDoor } from "./wsrpc.ts";

/** How a call ended: a code of the hub, or what was answered or said. */
type Ended = number | string;

/** Who came in by a door. */
interface Caller {
  ask(to: string, route: string, data?: string): Promise<Ended>;
  /** Tells one, or all. */
  inform(to?: string): Promise<Ended>;
}

/** What one comes in with. */
interface Arrival {
  /** None where a door needs none. */
  readonly name?: string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

/** Comes in by a door; throws the HTTP status or the code that refuses it. */
type Door = (scene: Scene, arrival: Arrival) => Promise<Caller>;

class Refused extends Error {
  constructor(readonly why: Ended) {
    super(String(why));
  }
}

/** A hub with all doors, and a bot that came by none of them. */
class Scene implements AsyncDisposable {
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
async function post(
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

const DOORS: Record<string, Door> = {
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
    const hello = JSON.stringify({
      jsonrpc: "2.0",
      id: 0,
      method: "initialize",
      params: {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "assistant", version: "1" },
      },
    });
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

const ALL = Object.keys(DOORS);
/** Who comes in by these has no name. */
const NAMELESS = ["POST /jsonrpc", "MCP"];
/** These are requests of HTTP. */
const POSTS = ["POST /jsonrpc", "POST /call", "GET /events", "MCP"];

/** An assistant is told in words. */
function fits(door: string, ended: Ended, code: number, words: RegExp): void {
  if (door === "MCP") assertMatch(`${ended}`, words);
  else assertEquals(ended, code, door);
}

const TOKENS = [
  { label: "bots", token: "bot-token", names: ["bot"] },
  { label: "shops", token: "shop-token", names: ["shop", "guest"] },
  { label: "gone", token: "gone-token", names: ["*"], expires: "2020-01-01" },
];

for (const door of ALL) {
  const isNameless = NAMELESS.includes(door);
  const isPost = POSTS.includes(door);
  const isTcp = door.endsWith("TCP");
  const enter = (scene: Scene, arrival: Arrival = {}) =>
    DOORS[door]!(scene, arrival);
  const test = (what: string, applies: boolean, run: () => Promise<void>) => {
    if (applies) Deno.test(`${door}: ${what}`, run);
  };
  const outcome = async (scene: Scene, arrival: Arrival) => {
    try {
      await enter(scene, arrival);
      return "in";
    } catch (error) {
      if (error instanceof Refused) return error.why;
      throw error;
    }
  };

  test(
    "nobody comes in without a token that is valid, or takes a name that it does not allow",
    true,
    async () => {
      await using scene = await Scene.open({ tokens: TOKENS }, "bot-token");
      const closed = isTcp ? -32023 : 401;
      assertEquals(await outcome(scene, {}), closed);
      for (const token of ["wrong", "gone-token", ""]) {
        assertEquals(await outcome(scene, { token }), closed, token);
      }
      const other = { token: "shop-token", name: "till" };
      assertEquals(await outcome(scene, other), isNameless ? "in" : -32023);
      const own = { token: "shop-token", name: "shop" };
      assertEquals(await outcome(scene, own), "in");
    },
  );

  test(
    "a page of another origin, or of a rebound name, comes in only where it is listed",
    !isTcp,
    async () => {
      const evil = "https://evil.example";
      await using scene = await Scene.open({
        allowedOrigins: ["https://ok.example"],
      });
      assertEquals(await outcome(scene, { headers: { origin: evil } }), 403);
      const opaque = { headers: { origin: "null" } };
      assertEquals(await outcome(scene, opaque), 403);
      const site = { headers: { "sec-fetch-site": "cross-site" } };
      if (isPost) assertEquals(await outcome(scene, site), 403);
      const port = Number(new URL(scene.http).port);
      const paths: Record<string, string> = {
        wsrpc: "GET /wsrpc/",
        "JSON-RPC": "GET /jsonrpc",
        "POST /call": "POST /call/bot/echo",
        MCP: "POST /mcp",
      };
      const line = paths[door] ?? door;
      assertEquals(await statusOf(port, line, "evil.example"), 403);
      assertEquals(await statusOf(port, line, `evil.example:${port}`), 403);
      if (!isPost) return;
      const good = await statusOf(port, line, `localhost:${port}`);
      assert(good === 200 || good === 202 || good === 400, `${good}`);
    },
  );

  test("rules hold", true, async () => {
    const rules = [{
      names: ["shop"],
      ask: { bot: ["echo"] },
      inform: ["bot"],
    }];
    await using scene = await Scene.open(
      { tokens: TOKENS, rules },
      "bot-token",
    );
    const caller = await enter(scene, { name: "shop", token: "shop-token" });
    const words = /^refused: A client with the token "shops" may not /;
    const refused = [
      await caller.ask("bot", "never"),
      await caller.ask("bot", "ech"),
      await caller.ask("nobody", "echo"),
      await caller.ask("@hub", "clients"),
      await caller.inform("nobody"),
      await caller.inform(),
    ];
    for (const [n, ended] of refused.entries()) {
      // The hub's own routes are a right, and no rule.
      const said = n === 3
        ? /^refused: (You may not watch|Assistants may not)/
        : words;
      fits(door, ended, -32023, said);
    }
    const allowed = [
      await caller.ask("bot", "echo"),
      await caller.inform("bot"),
    ];
    if (!isNameless) assertEquals(allowed, ["{}", '{"receivers":1}']);
    else for (const ended of allowed) fits(door, ended, -32023, words);
  });

  test(
    "a name is no longer than the hub says, and has nothing that cannot be seen",
    !isNameless,
    async () => {
      await using scene = await Scene.open({ maxNameBytes: 20 });
      for (
        const name of [
          "x".repeat(19),
          "\u00e9".repeat(10),
          "a\u200bb",
          "a\u0007b",
          "@hub",
        ]
      ) assertEquals(await outcome(scene, { name }), -32025, name);
      assertEquals(await outcome(scene, { name: "x".repeat(18) }), "in");
    },
  );

  test(
    "a message is no longer than the hub passes on, asked or told",
    true,
    async () => {
      await using scene = await Scene.open({ maxMessageBytes: 2_000 });
      const caller = await enter(scene);
      const words = /^refused: The message is larger than 2000 bytes/;
      const data = `{"a":"${"x".repeat(1_992)}"}`;
      fits(door, await caller.ask("bot", "echo", data), -32007, words);
      assertEquals(await caller.ask("bot", "echo"), "{}");
      const big = await caller.ask("bot", "big");
      fits(door, big, -32008, /^refused: The answer is larger than the hub/);
      // One that is larger than two of them is not even read.
      const huge = await caller.ask(
        "bot",
        "echo",
        `{"a":"${"x".repeat(9_000)}"}`,
      );
      assert(huge !== "{}" && !`${huge}`.startsWith("{"), `${huge}`);
      const other = await enter(scene, { name: "other" });
      assertEquals(await other.ask("bot", "echo"), "{}");
    },
  );

  test(
    "one waits for so many answers at once, and no more",
    !door.startsWith("POST"),
    async () => {
      await using scene = await Scene.open({ maxRequests: 2 });
      const caller = await enter(scene);
      const calls = [1, 2, 3].map(() => caller.ask("bot", "never"));
      const first = await deadline(Promise.race(calls), 30_000);
      fits(
        door,
        first,
        -32009,
        /^refused: More than 2 requests are unanswered/,
      );
      // Others are not concerned.
      const other = await enter(scene, { name: "other" });
      assertEquals(await other.ask("bot", "echo"), "{}");
    },
  );

  test(
    "who sends more than so much in a second is slowed down, or told so",
    true,
    async () => {
      await using scene = await Scene.open({ maxMessagesPerSecond: 50 });
      const caller = await enter(scene);
      const began = performance.now();
      const told = await Promise.all(
        Array.from({ length: 120 }, () => caller.inform("nobody")),
      );
      const seconds = (performance.now() - began) / 1_000;
      const passed = told.filter((ended) => ended === '{"receivers":0}').length;
      assert(passed <= 50 * (1 + seconds) + 1, `${passed} in ${seconds} s`);
      if (!isPost) assertEquals(passed, told.length);
      else {
        const refused = told.filter((ended) => ended === 429).length;
        assertEquals(passed + refused, told.length, `${told.at(-1)}`);
        assert(refused > 0);
      }
    },
  );

  test(
    "of connections there are so many, and no more",
    !isPost || door === "GET /events",
    async () => {
      // A post does not stay, and assistants have sessions instead.
      await using scene = await Scene.open({ maxConnections: 1 });
      const ended = await outcome(scene, {}).catch((error) => `${error}`);
      assert(ended === 503 || ended === "closed", `${ended}`);
    },
  );
}

/** The status of the answer to a request that calls the hub by some name. */
async function statusOf(
  port: number,
  line: string,
  host: string,
): Promise<number> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const isPost = line.startsWith("POST");
  const isEvil = host.startsWith("evil");
  const isSocket = /wsrpc|^GET .jsonrpc/.test(line);
  const head = [
    `${line} HTTP/1.1`,
    `host: ${host}`,
    // As a browser does.
    ...(isEvil && (isSocket || isPost) ? [`origin: http://${host}`] : []),
    ...(isPost
      ? [
        "content-type: application/json",
        "accept: application/json, text/event-stream",
        "content-length: 2",
      ]
      : []),
    ...(isSocket
      ? [
        "connection: upgrade",
        "upgrade: websocket",
        "sec-websocket-version: 13",
        "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
      ]
      : []),
  ];
  const text = `${head.join("\r\n")}\r\n\r\n${isPost ? "{}" : ""}`;
  await conn.write(new TextEncoder().encode(text));
  const buffer = new Uint8Array(1_000);
  const count = await conn.read(buffer);
  const answer = new TextDecoder().decode(buffer.subarray(0, count ?? 0));
  return Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]);
}

Deno.test("POST /jsonrpc: the calls of a batch wait for so many answers at once, and no more", async () => {
  await using scene = await Scene.open({
    maxRequests: 2,
    open: [jsonRpcDoor({ timeout: 200 })],
  });
  const call = '{"jsonrpc":"2.0","id":1,"method":"bot/never"}';
  const text = await post(scene, "/jsonrpc", {}, `[${call},${call},${call}]`);
  const codes = JSON.parse(`${text}`).map((
    { error }: { error: { code: number } },
  ) => error.code);
  assertEquals(codes, [-32022, -32022, -32009]);
});

Deno.test("GET /events: who reads no more gives its place to another", async () => {
  await using scene = await Scene.open({ maxConnections: 2 });
  const read = (name: string) => fetch(`${scene.http}/events?name=${name}`);
  const first = await read("first");
  assertEquals(first.status, 200);
  const refused = await read("second");
  assertMatch(await refused.text(), /^There is no room for another connection/);
  assertEquals(refused.status, 503);
  // A name that is refused takes no place.
  await first.body!.cancel();
  const bots = async () => {
    const response = await read("bot");
    await response.body!.cancel();
    return response.status;
  };
  for (let n = 0; await bots() === 503; n++) {
    assert(n < 1_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals([await bots(), await bots()], [409, 409]);
  const second = await read("second");
  assertEquals(second.status, 200);
  await second.body!.cancel();
});
