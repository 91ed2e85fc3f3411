// Copyright 2026 the Wirekit authors. MIT license.

import { LeastClient } from "./client.ts";

const HEAD = { jsonrpc: "2.0" };

/** The least client of JSON-RPC. */
export function connect(url: string): LeastClient {
  return new LeastClient(url, {
    ping: ["rpc.ping", undefined],
    request: (id, method, params) =>
      JSON.stringify({ ...HEAD, id, method, params }),
    read(text) {
      const { id, method, result, error } = JSON.parse(text);
      if (method) {
        const error = { code: -32601, message: "Method not found" };
        return id === undefined
          ? {}
          : { reply: JSON.stringify({ ...HEAD, id, error }) };
      }
      return error
        ? { call: id, error: Object.assign(new Error(error.message), error) }
        : { call: id, result };
    },
  });
}
