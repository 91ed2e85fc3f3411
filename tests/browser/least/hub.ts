// Copyright 2026 the Wirekit authors. MIT license.

import { LeastClient } from "./client.ts";
import { parse, stringify } from "./json.ts";

/** The least client of the hub. What it calls is `"destination.route"`. */
export function connect(url: string, id: string): LeastClient {
  const write = (fields: object) => stringify({ id, ...fields });
  return new LeastClient(url, {
    hello: write({ type: 1 }),
    ping: ["", undefined],
    request(number, method, data) {
      const uuid = `${number}`;
      if (!method) return write({ type: 5, uuid });
      const [destination, route] = method.split(".");
      return write({ type: 2, destination, route, data, uuid });
    },
    read(text) {
      // deno-lint-ignore no-explicit-any -- Whatever came.
      const { type, destination, route, data, uuid } = parse(text) as any;
      if (type === 0) return { ready: true };
      if (type === 2) {
        const fields = { type: 4, destination, uuid, data: `No ${route}` };
        return { reply: write(fields) };
      }
      const call = Number(uuid ?? -1);
      return type === 4
        ? { call, error: new Error(data) }
        : { call, result: data };
    },
  });
}
