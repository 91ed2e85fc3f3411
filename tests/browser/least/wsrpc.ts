// Copyright 2026 the Wirekit authors. MIT license.

import { LeastClient } from "./client.ts";
import { parse, stringify } from "./json.ts";

/** The least client of wsrpc. */
export function connect(url: string): LeastClient {
  return new LeastClient(url, {
    ping: ["ping", {}],
    request: (number, method, params) =>
      stringify({ id: 2 * number + 1, method, params }),
    read(text) {
      // deno-lint-ignore no-explicit-any -- Whatever came.
      const { id, method, params, result, error } = parse(text) as any;
      if (method === "ping") {
        return { reply: stringify({ id, result: params }) };
      }
      if (method) {
        const error = { type: "NotImplementedError", message: `${method}?` };
        return { reply: stringify({ id, error }) };
      }
      const call = (id - 1) / 2;
      return error
        ? { call, error: new Error(error.message ?? error) }
        : { call, result };
    },
  });
}
