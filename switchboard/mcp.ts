// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The MCP door: AI assistants list and call the routes of a hub as tools, at
 * `/mcp` by the Streamable HTTP transport of the Model Context Protocol.
 *
 * The official SDK speaks the protocol: a program that does not import this
 * entry does not load it.
 *
 * @module
 */
import { checkTime, every, type Timer } from "@wirekit/internal/clock";
import { checkLimits } from "@wirekit/internal/limits";
import {
  type Hub,
  JsonSlice,
  type Pass,
  type RequestInfo,
} from "@wirekit/hub/hub";
// @ts-types="@modelcontextprotocol/sdk/server/webStandardStreamableHttp"
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { DoorMaker, OpenedDoor } from "./door.ts";
import { readBody, respond } from "./_http.ts";
import { type Allowed, allowedBy } from "./mcp/_tools.ts";
import { Assistant } from "./mcp/_assistant.ts";

/**
 * Options of {@linkcode mcpDoor}.
 *
 * @category Doors
 */
export interface McpDoorOptions {
  /**
   * What assistants may call, as `NAME/ROUTE` where `*` stands for any text, such
   * as `"home/light.*"` or `"bot/*"`. `"hub/inform"` lets them tell all.
   *
   * @default {[]} Nothing.
   */
  allow?: readonly string[];
  /**
   * How long a call may take, in milliseconds.
   *
   * @default {60000}
   */
  timeout?: number;
  /**
   * How long a session may be silent, in milliseconds, before it ends.
   *
   * @default {1800000} Half an hour
   */
  idleTimeout?: number;
  /**
   * The most sessions at a time. Of more, one of those ends whose secret and
   * address have most: the one that was silent longest.
   *
   * @default {100}
   */
  maxSessions?: number;
}

/**
 * Makes the MCP door.
 *
 * Each route that is known and allowed is a tool `NAME/ROUTE`, with the JSON
 * Schemas that were announced; assistants that listen are told when the list
 * changes, because participants come and go. `hub/request` asks any allowed name for any allowed
 * route, known or not. The result of a tool is the text of the answer.
 *
 * @param options What assistants may call, and times.
 * @returns What opens the door of a hub.
 * @throws {TypeError} If a pattern is none.
 * @throws {RangeError} If a time or a number is not valid.
 *
 * @example An assistant switches a light of a simulated home
 * ```ts
 * import { Client } from "@modelcontextprotocol/sdk/client/index.js";
 * import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
 * import { Gateway, GatewaySimulator } from "@wirekit/openwebnet";
 * import { mcpDoor } from "@wirekit/switchboard/mcp";
 * import { gatewayDoor } from "@wirekit/switchboard/openwebnet";
 * import { serve } from "@wirekit/switchboard/serve";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * const home = new Gateway({ transport: () => simulator.connect() });
 * await using server = await serve({
 *   port: 0,
 *   open: [gatewayDoor({ home }), mcpDoor({ allow: ["home/light.*"] })],
 * });
 *
 * const client = new Client({ name: "assistant", version: "1.0.0" });
 * const url = new URL(`http://127.0.0.1:${server.addr.port}/mcp`);
 * await client.connect(new StreamableHTTPClientTransport(url));
 * await client.callTool({ name: "home/light.on", arguments: { where: "12" } });
 * assertEquals(simulator.executed, ["*1*1*12##"]);
 * await client.close();
 * ```
 *
 * @category Doors
 */
export function mcpDoor(options: McpDoorOptions = {}): DoorMaker {
  const { allow = [], timeout = 60_000, idleTimeout = 1_800_000 } = options;
  const { maxSessions = 100 } = options;
  checkTime("timeout", timeout);
  checkTime("idleTimeout", idleTimeout);
  checkLimits(options);
  if (maxSessions < 1) {
    throw new RangeError(`maxSessions must be 1 or more: got ${maxSessions}`);
  }
  const allowed = allowedBy(allow);
  return (hub) =>
    new McpDoor(hub, { allowed, timeout, idleTimeout, maxSessions });
}

interface McpLimits {
  readonly allowed: Allowed;
  readonly timeout: number;
  readonly idleTimeout: number;
  readonly maxSessions: number;
}

/** One assistant that has introduced itself. */
interface Session {
  readonly assistant: Assistant;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  /** The secret that it has shown: with another one it cannot be used. */
  readonly label: string;
  /** Whose it is: by the secret, and the address. */
  readonly owner: string;
  /** How many streams of notifications it reads. */
  streams: number;
  /** In milliseconds of `performance.now()`. */
  lastSeen: number;
}

const SESSION_HEADER = "mcp-session-id";

class McpDoor implements OpenedDoor {
  readonly protocol = "MCP";
  readonly #hub: Hub;
  readonly #limits: McpLimits;
  /** Those that were silent longest come first. */
  readonly #sessions = new Map<string, Session>();
  #timer: Timer | undefined;

  constructor(hub: Hub, limits: McpLimits) {
    this.#hub = hub;
    this.#limits = limits;
  }

  /** See {@linkcode OpenedDoor}. */
  plain(): undefined {}

  fetch(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Response> | undefined {
    const { pathname } = new URL(request.url);
    const isHere = pathname === "/mcp" || pathname === "/mcp/";
    return isHere ? this.#answer(request, info) : undefined;
  }

  /** Ends all sessions. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#sessions.keys(), (id) => this.#end(id)));
  }

  async #answer(
    request: Request,
    info: Partial<RequestInfo>,
  ): Promise<Response> {
    const hub = this.#hub;
    const pass = await hub.admit(request, info);
    if (pass instanceof Response) return pass;
    if (request.method !== "POST") {
      const session = this.#sessionOf(request, pass);
      if (!session) return noSession();
      const { signal } = info;
      if (request.method === "GET" && signal) {
        session.streams++;
        signal.addEventListener("abort", () => {
          session.streams--;
          session.lastSeen = performance.now();
        }, { once: true });
      }
      return await session.transport.handleRequest(request);
    }
    const body = await readBody(request, 2 * hub.maxMessageBytes);
    if ("status" in body) return respond(body);
    return await this.#post(request, info, pass, body);
  }

  async #post(
    request: Request,
    info: Partial<RequestInfo>,
    pass: Pass,
    body: Uint8Array,
  ): Promise<Response> {
    let parsedBody: unknown;
    try {
      JsonSlice.of(body).check();
      parsedBody = JSON.parse(new TextDecoder().decode(body));
    } catch (error) {
      const { message } = error as Error;
      const text = `The message cannot be read: ${message}`;
      return Response.json({
        jsonrpc: "2.0",
        id: null,
        error: { code: -32700, message: text },
      }, { status: 400 });
    }
    const isNew = !request.headers.has(SESSION_HEADER);
    const session = isNew
      ? this.#begin(info, pass)
      : this.#sessionOf(request, pass);
    if (!session) return noSession();
    const { assistant, transport } = session;
    assistant.keep(JsonSlice.of(body), info.signal);
    if (isNew) await assistant.server.connect(transport);
    // The SDK wants no body twice.
    const { url, headers, method } = request;
    const again = new Request(url, { headers, method });
    const response = await transport.handleRequest(again, { parsedBody });
    if (isNew && transport.sessionId === undefined) await assistant.close();
    return response;
  }

  #begin(info: Partial<RequestInfo>, pass: Pass): Session {
    const { allowed, timeout } = this.#limits;
    const { hostname: address = "" } = info.remoteAddr ?? {};
    const assistant = new Assistant(this.#hub, pass, {
      allowed,
      timeout,
      address,
      onEnd: () => {
        if (transport.sessionId) void this.#end(transport.sessionId);
      },
    });
    const transport: Session["transport"] =
      new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: () => crypto.randomUUID(),
        enableJsonResponse: true,
        onsessioninitialized: (id: string) => this.#add(id, session),
        onsessionclosed: (id: string) => this.#end(id),
      });
    const session: Session = {
      assistant,
      transport,
      label: pass.label,
      owner: `${pass.label} ${address}`,
      streams: 0,
      lastSeen: performance.now(),
    };
    return session;
  }

  #add(id: string, session: Session): void {
    const { idleTimeout, maxSessions } = this.#limits;
    if (this.#sessions.size >= maxSessions) void this.#end(this.#surplus());
    this.#sessions.set(id, session);
    this.#timer ??= every(Math.min(idleTimeout, 60_000), () => {
      const latest = performance.now() - idleTimeout;
      // For those who listen for changes of the list.
      this.#hub.exchange.routes.look();
      for (const [id, { lastSeen, streams }] of this.#sessions) {
        if (lastSeen <= latest && streams === 0) void this.#end(id);
      }
    });
  }

  /** The session to end: the oldest of those who have most. */
  #surplus(): string {
    const byOwner = Map.groupBy(
      this.#sessions,
      ([_, { owner }]) => owner,
    );
    const most = [...byOwner.values()].reduce((most, each) =>
      each.length > most.length ? each : most
    );
    return most[0]![0];
  }

  #sessionOf({ headers }: Request, { label }: Pass): Session | undefined {
    const id = headers.get(SESSION_HEADER) ?? "";
    const session = this.#sessions.get(id);
    if (session?.label !== label) return undefined;
    session.lastSeen = performance.now();
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session;
  }

  async #end(id: string): Promise<void> {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    if (this.#sessions.size === 0) {
      this.#timer?.stop();
      this.#timer = undefined;
    }
    await session?.assistant.close();
  }
}

/** As the SDK says it: the client has to begin again. */
function noSession(): Response {
  return Response.json({
    jsonrpc: "2.0",
    id: null,
    error: { code: -32001, message: "Session not found" },
  }, { status: 404 });
}
