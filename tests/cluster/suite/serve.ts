// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Stands for `hub/serve.ts` in the hub's own tests: starts two hubs that are one,
 * and puts each client at the hub where the one before is not.
 */

import { connectNats } from "../../../hub/cluster/nats.ts";
import type { Hub } from "../../../hub/hub.ts";
import {
  type HubServer,
  serve as serveOne,
  type ServeOptions,
} from "../../../hub/serve.ts";
import { spread } from "../_spread.ts";

export type * from "../../../hub/serve.ts";

/** The NATS server, which whoever starts the tests starts. */
const ENGINE = Deno.env.get("SUITE_ENGINE")!;

type Limits = Hub["limits"];

/** What is done to both hubs. */
const BOTH = new Set<string | symbol>([
  "setRules",
  "setTokens",
  "drain",
  "open",
]);

/** How often clients of both came to each limit. */
function sum(one: Limits, two: Limits): Limits {
  return one.map((limit, n) => ({
    ...limit,
    hits: limit.hits + (two[n]?.hits ?? 0),
  }));
}

/** Both hubs as one object: the first, but for what concerns both. */
function pair(one: Hub, two: Hub): Hub {
  return new Proxy(one, {
    get(_, key) {
      if (key === "names") return [...one.names, ...two.names];
      if (key === "connections") return one.connections + two.connections;
      if (key === "limits") return sum(one.limits, two.limits);
      const value = Reflect.get(one, key, one);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (BOTH.has(key)) Reflect.get(two, key, two).apply(two, args);
        return value.apply(one, args);
      };
    },
  });
}

/** As `serve()`, with two hubs. */
export async function serve(options: ServeOptions = {}): Promise<HubServer> {
  // It has a cluster of its own.
  if (options.backplane) return await serveOne(options);
  await using stack = new AsyncDisposableStack();
  const prefix = crypto.randomUUID();
  const open = async (port: number, rest: ServeOptions) => {
    const backplane = await connectNats({ servers: ENGINE, prefix });
    try {
      return stack.use(await serveOne({ ...rest, port, backplane }));
    } catch (error) {
      await backplane.close();
      throw error;
    }
  };
  const { port = 13254, tcpPort, unixPath, ...rest } = options;
  const tcp = tcpPort === undefined ? {} : { tcpPort: 0 };
  const unix = unixPath === undefined ? {} : { unixPath };
  // What cannot be served is refused as by one hub.
  const one = await open(0, { ...rest, ...tcp, ...unix });
  const two = await open(0, { ...rest, ...tcp });
  await using spreads = new AsyncDisposableStack();
  const urls = one.urls.map((url, n) => {
    if (url.startsWith("unix:")) return url;
    const ports = [one, two].map(({ urls }) => Number(new URL(urls[n]!).port));
    const there = spreads.use(spread(ports, n === 0 ? port : tcpPort));
    return url.replace(/:\d+/, `:${there.port}`);
  }) as unknown as HubServer["urls"];
  const [hubs, carriers] = [stack.move(), spreads.move()];
  const close = async () => {
    // What the hubs say last still arrives.
    await Promise.all([one.close(), two.close()]);
    await carriers.disposeAsync();
    await hubs.disposeAsync();
  };
  return {
    hub: pair(one.hub, two.hub),
    urls,
    fetch: one.fetch,
    addr: { ...one.addr, port: Number(new URL(urls[0]).port) },
    close,
    renewTls(tls) {
      one.renewTls(tls);
      two.renewTls(tls);
    },
    [Symbol.asyncDispose]: close,
  };
}
