// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A service in Deno that a program in Python calls, and that calls it back.
 *
 *     deno run --allow-net examples/wsrpc/server.ts [PORT]
 */

import { type AnyRoutes, RouteError, serve, Server } from "@wirekit/wsrpc";

/** The methods of the program in Python. */
interface Statistician {
  mean(params: { values: number[] }): number;
}

/** The values of each sensor. */
const values = new Map<string, number[]>();

const wsrpc = new Server<AnyRoutes, Statistician>({
  routes: {
    sensor: {
      add(_peer, { name, value }) {
        if (typeof value !== "number") {
          throw new RouteError("value has to be a number", {
            type: "TypeError",
          });
        }
        const all = values.get(name) ?? [];
        values.set(name, [...all, value].slice(-100));
        return all.length + 1;
      },
      mean(peer, { name }) {
        const known = values.get(name);
        if (!known) throw new RouteError(`${name} is unknown`);
        return peer.call("mean", { values: known }); // Over there.
      },
    },
  },
});

const { args: [port = "8000"] } = Deno;
const { urls: [url] } = await serve(wsrpc, { port: Number(port) });
Deno.stdout.writeSync(new TextEncoder().encode(`Listening on ${url}\n`));
