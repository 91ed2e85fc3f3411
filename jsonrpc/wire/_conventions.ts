// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Params } from "./message.ts";

/** A report of progress, taken apart. */
export interface Progress {
  readonly token: unknown;
  readonly value: unknown;
}

/** The names and places of what JSON-RPC itself has no name for. */
export interface Convention {
  /** The method that asks for a sign of life. */
  readonly ping: string;
  /** The notification that cancels a call. */
  readonly cancel: string;
  /** Whether a cancelled call is answered. */
  readonly answersCancelled: boolean;
  /** The notification that reports progress. */
  readonly progress: string;
  /** Writes what cancels a call. */
  cancelParams(id: number): Params;
  /** Reads which call is cancelled. */
  cancelled(params: Params | undefined): unknown;
  /** Asks in the params of a call for progress to a token. */
  withToken(params: Params | undefined, token: number, member?: string): Params;
  /** Writes a report. */
  progressParams(token: string | number, value: unknown): Params;
  /** Reads a report. */
  progressOf(params: Params | undefined): Progress;
}

const LSP: Convention = {
  ping: "rpc.ping",
  cancel: "$/cancelRequest",
  answersCancelled: true,
  progress: "$/progress",
  cancelParams: (id) => ({ id }),
  cancelled: (params) => memberOf(params, "id", 0),
  withToken: (params, token, member = "workDoneToken") =>
    Array.isArray(params) ? [...params, token] : { ...params, [member]: token },
  progressParams: (token, value) => ({ token, value }),
  progressOf: (params) => ({
    token: memberOf(params, "token", 0),
    value: memberOf(params, "value", 1),
  }),
};

const MCP: Convention = {
  ping: "ping",
  cancel: "notifications/cancelled",
  answersCancelled: false,
  progress: "notifications/progress",
  cancelParams: (requestId) => ({ requestId }),
  cancelled: (params) => memberOf(params, "requestId"),
  withToken(params, progressToken) {
    if (Array.isArray(params)) {
      throw new TypeError(
        "Cannot ask for progress: the Model Context Protocol has params by name only",
      );
    }
    const { _meta, ...rest } = (params ?? {}) as Record<string, unknown>;
    return { ...rest, _meta: { ...Object(_meta), progressToken } };
  },
  progressParams: (progressToken, value) => ({
    progressToken,
    ...(typeof value === "number" ? { progress: value } : Object(value)),
  }),
  progressOf(params) {
    const { progressToken, ...value } = Object(params);
    return { token: progressToken, value };
  },
};

/** The convention of a name. */
export function conventionOf(name: "lsp" | "mcp" = "lsp"): Convention {
  if (name === "lsp") return LSP;
  if (name === "mcp") return MCP;
  throw new TypeError(
    `conventions must be "lsp" or "mcp": got ${JSON.stringify(name)}`,
  );
}

/** Reads a member of params; vscode-jsonrpc sends some by position. */
export function memberOf(
  params: Params | undefined,
  name: string,
  index = 0,
): unknown {
  if (params === undefined) return undefined;
  return Array.isArray(params)
    ? params[index]
    : (params as Record<string, unknown>)[name];
}
