// Copyright 2026 the Wirekit authors. MIT license.

/** Servers of the Model Context Protocol. */

import { toJson } from "@wirekit/internal/command";
import type { Caller } from "../../call/caller.ts";
import type { JsonSchema } from "../../contract/openrpc.ts";
import { Methods } from "../../answer/methods.ts";
import { JsonRpcError } from "../../wire/error.ts";
import config from "../../deno.json" with { type: "json" };
import type { Target } from "../_program.ts";
import type { Dialect, Limit } from "./_dialect.ts";
import { type Entry, paramsOfSchema } from "./_entry.ts";

/** The newest version that is asked for. A server answers with its own. */
const VERSION = "2025-06-18";

/** What a server says of a tool or a prompt. */
interface Listed {
  name: string;
  description?: string;
  inputSchema?: JsonSchema;
  arguments?: { name: string; description?: string; required?: boolean }[];
}

/** The protocol over streams and WebSocket. */
export class Mcp implements Dialect {
  readonly conventions = "mcp";
  readonly methods: Methods = new Methods()
    .add("ping", () => ({}))
    .add("roots/list", () => ({ roots: [] }));
  #capabilities: Record<string, unknown> = {};

  async begin(caller: Caller, limit: Limit): Promise<string> {
    const { protocolVersion, serverInfo, capabilities, instructions } =
      await caller.request<{
        protocolVersion: string;
        serverInfo?: { name?: string; version?: string };
        capabilities?: Record<string, unknown>;
        instructions?: string;
      }>("initialize", {
        protocolVersion: VERSION,
        capabilities: { roots: {} },
        clientInfo: { name: "jsonrpc inspect", version: config.version },
      }, limit);
    this.#capabilities = capabilities ?? {};
    await caller.notify("notifications/initialized");
    const { name = "The server", version = "" } = serverInfo ?? {};
    return `${`${name} ${version}`.trim()} speaks MCP ${protocolVersion}` +
      (instructions ? `\n${instructions}` : "");
  }

  async entries({ caller }: Target, limit: Limit): Promise<Entry[]> {
    const { tools, prompts, resources } = this.#capabilities;
    const entries: Entry[] = [];
    for (const each of tools ? await list(caller, "tools", limit) : []) {
      const { name, description, inputSchema = {} } = each;
      entries.push({
        name,
        summary: description,
        params: paramsOfSchema(inputSchema),
        byName: true,
        ask: (params) => ({
          method: "tools/call",
          params: { name, arguments: params ?? {} },
        }),
        show: contentOf,
      });
    }
    for (const each of prompts ? await list(caller, "prompts", limit) : []) {
      const { name, description, arguments: params = [] } = each;
      entries.push({
        name: `prompts/${name}`,
        summary: description,
        params: params.map((param) => ({
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
    return entries;
  }

  tell(method: string, params: unknown): string | undefined {
    if (method !== "notifications/message") return undefined;
    const { level = "info", data } = Object(params);
    return `${level}: ${typeof data === "string" ? data : toJson(data)}`;
  }
}

interface Page {
  tools?: Listed[];
  prompts?: Listed[];
  nextCursor?: string;
}

/** All pages of a list. */
async function list(
  caller: Caller,
  kind: "tools" | "prompts",
  limit: Limit,
): Promise<Listed[]> {
  const all: Listed[] = [];
  let cursor: string | undefined;
  do {
    const page: Page = await caller
      .request<Page>(
        `${kind}/list`,
        cursor === undefined ? {} : { cursor },
        limit,
      )
      .catch((error) => {
        // Some servers announce what they cannot list.
        if (error instanceof JsonRpcError) return {};
        throw error;
      });
    all.push(...page[kind] ?? []);
    cursor = page.nextCursor;
  } while (cursor !== undefined && all.length < 1_000);
  return all;
}

/** The texts of a result, if it has nothing else to tell. */
function contentOf(result: unknown): string | undefined {
  const { content, structuredContent, isError } = Object(result) as {
    content?: { type: string; text?: string }[];
    structuredContent?: unknown;
    isError?: boolean;
  };
  if (!Array.isArray(content) || structuredContent !== undefined) {
    return undefined;
  }
  if (!content.every(({ type }) => type === "text")) return undefined;
  const text = content.map(({ text }) => text).join("\n");
  return isError ? `The tool has failed: ${text}` : text;
}
