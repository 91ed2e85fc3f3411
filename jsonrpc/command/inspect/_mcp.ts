// Copyright 2026 the Wirekit authors. MIT license.

/** Servers of the Model Context Protocol. */

import type { Caller } from "../../call/caller.ts";
import { Methods } from "../../answer/methods.ts";
import { JsonRpcError } from "../../wire/error.ts";
import config from "../../deno.json" with { type: "json" };
import type { Target } from "../_program.ts";
import {
  descriptorsOf,
  namedOf,
  recordOf,
  textOf,
  Unread,
} from "../_document.ts";
import { written } from "../_written.ts";
import type { Dialect, Limit } from "./_dialect.ts";
import { type Entry, type Found, paramsOfSchema } from "./_entry.ts";

/** The newest version that is asked for. A server answers with its own. */
const VERSION = "2025-06-18";

/** The most tools and the most prompts that are listed, and pages of them. */
const MAX_LISTED = 1_000;
const MAX_PAGES = 200;

/** The protocol over streams and WebSocket. */
export class Mcp implements Dialect {
  readonly conventions = "mcp";
  readonly methods: Methods = new Methods()
    .add("ping", () => ({}))
    .add("roots/list", () => ({ roots: [] }));
  #capabilities: Record<string, unknown> = {};

  async begin(caller: Caller, limit: Limit): Promise<string> {
    const answer = recordOf(
      await caller.request("initialize", {
        protocolVersion: VERSION,
        capabilities: { roots: {} },
        clientInfo: { name: "jsonrpc inspect", version: config.version },
      }, limit),
    );
    this.#capabilities = recordOf(answer.capabilities);
    await caller.notify("notifications/initialized");
    const { name, version } = recordOf(answer.serverInfo);
    const who = `${textOf(name) ?? "The server"} ${textOf(version) ?? ""}`;
    const instructions = textOf(answer.instructions);
    return `${who.trim()} speaks MCP ${textOf(answer.protocolVersion) ?? ""}` +
      (instructions ? `\n${instructions}` : "");
  }

  async entries({ caller }: Target, limit: Limit): Promise<Found> {
    const { tools, prompts, resources } = this.#capabilities;
    const entries: Entry[] = [];
    const remarks: string[] = [];
    const unread = { tools: new Unread(), prompts: new Unread() };
    const listed = async (kind: "tools" | "prompts") => {
      const { all, hasMore } = await list(caller, kind, limit);
      const named = namedOf(all, unread[kind]);
      if (hasMore) {
        remarks.push(`There are more ${kind} than the ${named.length} here.`);
      }
      return named;
    };
    for (const each of tools ? await listed("tools") : []) {
      const { name, description, inputSchema = {} } = each;
      const schema = recordOf(inputSchema);
      const { properties = {} } = schema;
      const isForm = schema === inputSchema &&
        recordOf(properties) === properties;
      if (!isForm) unread.tools.formless++;
      entries.push({
        name,
        summary: textOf(description),
        params: paramsOfSchema(schema),
        byName: true,
        ask: (params) => ({
          method: "tools/call",
          params: { name, arguments: params ?? {} },
        }),
        show: contentOf,
      });
    }
    for (const each of prompts ? await listed("prompts") : []) {
      const { name, description } = each;
      entries.push({
        name: `prompts/${name}`,
        summary: textOf(description),
        params: descriptorsOf(each.arguments, unread.prompts).map((param) => ({
          ...param,
          schema: { type: "string" },
        })),
        byName: true,
        ask: (params) => ({
          method: "prompts/get",
          params: { name, ...(params && { arguments: params }) },
        }),
      });
    }
    if (resources) {
      entries.push(
        { name: "resources/list", params: [], byName: true },
        {
          name: "resources/read",
          params: [{ name: "uri", schema: { type: "string" }, required: true }],
          byName: true,
        },
      );
    }
    return {
      entries,
      remark: [
        ...remarks,
        unread.tools.words("tool"),
        unread.prompts.words("prompt"),
      ]
        .filter(Boolean).join(" "),
    };
  }

  tell(method: string, params: unknown): string | undefined {
    if (method !== "notifications/message") return undefined;
    const { level, data } = recordOf(params);
    return `${textOf(level) ?? "info"}: ${textOf(data) ?? written(data)}`;
  }
}

/** The pages of a list, and whether there are more of them. */
async function list(
  caller: Caller,
  kind: "tools" | "prompts",
  limit: Limit,
): Promise<{ all: unknown[]; hasMore: boolean }> {
  const all: unknown[] = [];
  let cursor: string | undefined;
  for (let i = 0; i < MAX_PAGES && all.length < MAX_LISTED; i++) {
    const answer = await caller
      .request(
        `${kind}/list`,
        cursor === undefined ? {} : { cursor },
        limit,
      )
      .catch((error) => {
        // Some servers announce what they cannot list.
        if (error instanceof JsonRpcError) return {};
        throw error;
      });
    const page = recordOf(answer);
    const items = page[kind];
    if (Array.isArray(items)) all.push(...items.slice(0, MAX_LISTED));
    cursor = textOf(page.nextCursor);
    if (cursor === undefined && all.length <= MAX_LISTED) {
      return { all, hasMore: false };
    }
  }
  return { all: all.slice(0, MAX_LISTED), hasMore: true };
}

/** The texts of a result, if it has nothing else to tell. */
function contentOf(result: unknown): string | undefined {
  const { content, structuredContent, isError } = recordOf(result);
  if (!Array.isArray(content) || structuredContent !== undefined) {
    return undefined;
  }
  const texts = content.map((each) => {
    const { type, text } = recordOf(each);
    return type === "text" ? textOf(text) : undefined;
  });
  if (!texts.every((text) => text !== undefined)) return undefined;
  const text = texts.join("\n");
  return isError ? `The tool has failed: ${text}` : text;
}
