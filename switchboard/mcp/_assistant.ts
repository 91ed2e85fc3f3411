// Copyright 2026 the Wirekit authors. MIT license.

/** One AI assistant: a server of the SDK whose tools are routes of the hub. */

import { later, type Timer } from "@wirekit/internal/clock";
import { fault, type Hub, JsonSlice, type Pass } from "@wirekit/hub/hub";
// @ts-types="@modelcontextprotocol/sdk/server/index"
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { unescapeName } from "../_catalog.ts";
import config from "../deno.json" with { type: "json" };
import { Guest } from "../guest/_guest.ts";
import type { Outcome } from "../guest/_call.ts";
import { NO_HOST } from "../guest/_host.ts";
import { namesOf } from "../_verbs.ts";
import { exactObject, fits, resultSchema } from "./_schema.ts";
import { type Allowed, HUB_TOOLS, toolsOf } from "./_tools.ts";

/** What is known of an assistant. */
export interface AssistantOptions {
  readonly allowed: Allowed;
  readonly timeout: number;
  readonly address: string;
  /** Is called when the hub has put it out. */
  onEnd(): void;
}

/** The most calls whose arguments are kept. */
const MAX_KEPT = 1_000;

/** How long changes of the tools are gathered, in milliseconds. */
const CHANGE_DELAY = 500;

/** What the SDK does not pass on of a call. */
interface Given {
  /** The arguments, as the text that came. */
  readonly text: string | undefined;
  /** Ends when the request of HTTP does, which alone can carry the answer. */
  readonly gone: AbortSignal | undefined;
}

export class Assistant {
  readonly server: Server;
  readonly #hub: Hub;
  readonly #guest: Guest;
  readonly #options: AssistantOptions;
  /** What came with calls, by the id as JSON text. */
  readonly #given = new Map<string, Given>();
  /** The tools that it was told of, as JSON text; none before it asks. */
  #listed: string | undefined;
  #changing: Timer | undefined;
  readonly #unwatch: () => void;

  constructor(hub: Hub, pass: Pass, options: AssistantOptions) {
    this.#hub = hub;
    this.#options = options;
    const { address } = options;
    this.#guest = new Guest(hub, pass, { ...NO_HOST, ended: options.onEnd }, {
      protocol: "MCP",
      carrier: "HTTP",
      address,
      nameless: "stays",
    });
    const info = { name: "wirekit", version: config.version };
    this.server = new Server(info, {
      capabilities: { tools: { listChanged: true } },
    });
    this.server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
      const { cursor } = params ?? {};
      // What changes from the first page on is told.
      if (cursor === undefined) this.#listed = this.#tools();
      return { ...toolsOf(this.#guest.catalog(), options.allowed, cursor) };
    });
    this.#unwatch = hub.exchange.routes.watch(() => {
      if (this.#listed === undefined) return;
      this.#changing ??= later(CHANGE_DELAY, () => this.#change());
    });
    this.server.setRequestHandler(
      CallToolRequestSchema,
      ({ params }, { requestId, signal }) =>
        this.#call(params.name, params.arguments ?? {}, requestId, signal),
    );
  }

  /**
   * Keeps the arguments of the calls in a message: the SDK parses them, which
   * costs the digits that a number cannot hold.
   *
   * @param message What came.
   * @param gone Cancels the calls.
   */
  keep(message: JsonSlice, gone?: AbortSignal): void {
    for (const each of message.kind === "array" ? message.items() : [message]) {
      if (each.kind !== "object") continue;
      const members = each.members();
      const id = members.get("id");
      const params = members.get("params");
      const isCall = members.get("method")?.string() === "tools/call";
      if (!id || !isCall || params?.kind !== "object") continue;
      if (this.#given.size >= MAX_KEPT) continue;
      const text = params.members().get("arguments")?.text;
      this.#given.set(JSON.stringify(JSON.parse(id.text)), { text, gone });
    }
  }

  /** Tells the assistant that the tools have changed, if they have. */
  #change(): void {
    this.#changing = undefined;
    const tools = this.#tools();
    if (tools === this.#listed) return;
    this.#listed = tools;
    this.server.sendToolListChanged().catch(() => {});
  }

  #tools(): string {
    const { allowed } = this.#options;
    return JSON.stringify(
      this.#guest.catalog().filter(({ name, route }) => allowed(name, route)),
    );
  }

  async close(): Promise<void> {
    this.#unwatch();
    this.#changing?.stop();
    this.#guest.leave();
    await this.server.close();
  }

  async #call(
    tool: string,
    args: Record<string, unknown>,
    id: RequestId,
    signal: AbortSignal,
  ): Promise<CallToolResult> {
    const key = JSON.stringify(id);
    const { text: data = JSON.stringify(args), gone } = this.#given.get(key) ??
      {};
    this.#given.delete(key);
    const ending = gone ? AbortSignal.any([signal, gone]) : signal;
    const slash = tool.indexOf("/");
    const name = unescapeName(tool.slice(0, Math.max(slash, 0))) ?? "";
    const route = unescapeName(tool.slice(slash + 1)) ?? "";
    if (name !== HUB_TOOLS) return await this.#ask(name, route, data, ending);
    const given = JsonSlice.of(new TextEncoder().encode(data)).members();
    const to = given.get("to")?.string();
    if (route === "request") {
      const what = given.get("route")?.string();
      if (to === undefined || what === undefined) {
        const missing = to === undefined ? "to" : "route";
        return said(`${missing} is missing: it has to be a string.`, true);
      }
      const text = given.get("data")?.text ?? "{}";
      return await this.#ask(to, what, text, ending);
    }
    if (route !== "inform" || !this.#options.allowed(name, route)) {
      return said(`There is no tool ${tool}, or it is not allowed.`, true);
    }
    const text = given.get("data")?.text;
    if (text === undefined) return said("data is missing.", true);
    const names = namesOf(given.get("to"));
    if (typeof names === "string") return said(names, true);
    const told = this.#guest.inform(text, names);
    return typeof told === "number"
      ? said(`{"receivers":${told}}`)
      : said(told.text, true);
  }

  async #ask(
    name: string,
    route: string,
    data: string,
    signal: AbortSignal,
  ): Promise<CallToolResult> {
    if (!this.#options.allowed(name, route)) {
      const text = `Assistants may not ask ${JSON.stringify(name)} for ` +
        `${JSON.stringify(route)}: the operator of the hub has not allowed it.`;
      return said(fault("NotAllowed", text).text, true);
    }
    const { timeout } = this.#options;
    const outcome = await new Promise<Outcome>((resolve) => {
      const cancel = this.#guest.ask(name, route, data, resolve, timeout);
      if (signal.aborted) cancel();
      signal.addEventListener("abort", cancel, { once: true });
    });
    if ("trouble" in outcome) return said(outcome.trouble.text, true);
    const { data: text } = outcome;
    const { routes } = this.#hub.exchange;
    const known = routes.of(JSON.stringify(name)).find((each) =>
      each.route === route
    );
    const schema = resultSchema(known?.result);
    if (!schema) return said(text);
    if (!fits(JSON.parse(text), schema)) {
      const why = `The answer of ${name} is not what it announced: ${text}`;
      return said(why, true);
    }
    return { ...said(text), structuredContent: exactObject(text) };
  }
}

function said(text: string, isError = false): CallToolResult {
  return { content: [{ type: "text", text }], ...(isError && { isError }) };
}
