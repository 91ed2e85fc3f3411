// Copyright 2026 the Wirekit authors. MIT license.

/** Our server as real peers see it: with the routes of `peer.py`. */

import {
  AllowedRoute,
  type AnyRoutes,
  noproxy,
  PrefixRoute,
  proxy,
  Route,
  RouteError,
  type ServerOptions,
} from "@wirekit/wsrpc";
import type { AnyPeer } from "@wirekit/wsrpc";
import { serve } from "@wirekit/wsrpc/serve";
import { Server } from "@wirekit/wsrpc/server";

/** A store that says what its init was given. */
class Storage extends Route {
  #data = new Map<string, unknown>();

  @proxy
  init(kw: unknown = {}): unknown {
    this.#data.clear();
    return { inited: true, kw };
  }

  @proxy
  set({ key, value }: { key: string; value: unknown }): boolean {
    this.#data.set(key, value);
    return true;
  }

  @proxy
  get({ key }: { key: string }): unknown {
    return this.#data.get(key);
  }

  @noproxy
  secret(): string {
    return "secret";
  }

  plain(): string {
    return "plain";
  }

  _private(): string {
    return "private";
  }
}

class Allowed extends AllowedRoute {
  #count = 0;

  init(): string {
    return "allowed-init";
  }

  incr({ by = 1 } = {}): number {
    return this.#count += by;
  }

  @noproxy
  masked(): void {}

  _private(): void {}
}

class Prefixed extends PrefixRoute {
  rpc_init(): string {
    return "pref-init";
  }

  rpc_hello({ name }: { name: string }): string {
    return `hello ${name}`;
  }

  hidden(): void {}
}

class Legacy extends AllowedRoute {
  init(kw: unknown): unknown {
    return kw;
  }

  @noproxy
  priv(): void {}
}

/** What Python handlers see of arguments. */
function args(_peer: AnyPeer, ...args: unknown[]): unknown {
  const [first] = args;
  const keywords = args.length === 1 && typeof first === "object" &&
    first !== null && !Array.isArray(first);
  return keywords ? { args: [], kwargs: first } : { args, kwargs: {} };
}

/** A running server. */
export interface OurServer extends AsyncDisposable {
  /** The server. */
  wsrpc: Server;
  /** Where it listens. */
  url: string;
  /** The events of its clients. */
  events: unknown[];
  /** What it has passed over. */
  ignored: string[];
}

/** What carries: our own WebSocket, or that of `Deno.serve`. */
export type Carrier = "own" | "deno";

/** Starts our server on a free port. */
export async function startOurs(
  options: ServerOptions = {},
  carrier: Carrier = "own",
): Promise<OurServer> {
  const events: unknown[] = [];
  const ignored: string[] = [];
  const wsrpc: Server<AnyRoutes, AnyRoutes> = new Server({
    // The originals tell all; so do we where their answers are compared.
    exposeErrors: true,
    hooks: {
      event: (_, event) => events.push(event),
      ignored: (_, reason) => ignored.push(reason),
    },
    ...options,
    routes: {
      add: (_peer, { a, b }) => a + b,
      args,
      boom(_peer, { message }) {
        throw new RouteError(message, { type: "ValueError" });
      },
      boom2() {
        throw new RouteError("('a', 1, {'k': 2})", { type: "CustomErr" });
      },
      boom_key() {
        throw new RouteError("'missing'", { type: "KeyError" });
      },
      slow: (peer, { seconds, value = null }) =>
        new Promise((resolve) => {
          const done = () => {
            clearTimeout(timer);
            resolve(value);
          };
          const timer = setTimeout(done, seconds * 1000);
          peer.signal.addEventListener("abort", done);
        }),
      call_back: (peer, { method, params = {} }) => peer.call(method, params),
      emit: (peer, { event }) => peer.emit(event).then(() => true),
      async bcast(_peer, { name, params }) {
        const results = await wsrpc.broadcast(name, params);
        return results.map((result) =>
          result.status === "fulfilled" ? result.value : result.reason.message
        );
      },
      closeme: (peer) => void peer.close(),
      payload: (_peer, { size }) => "x".repeat(size),
      listen: () => true,
      events: () => events,
      bytes: () => "AAH/",
      kv: Storage,
      kv2: Storage,
      allowed: Allowed,
      pref: Prefixed,
      legacy: Legacy,
    },
  });
  const [url, stop] = await listen(wsrpc, carrier);
  return {
    wsrpc,
    url,
    events,
    ignored,
    async [Symbol.asyncDispose]() {
      await wsrpc.close();
      await stop();
    },
  };
}

async function listen(
  wsrpc: Server,
  carrier: Carrier,
): Promise<[url: string, stop: () => Promise<void>]> {
  if (carrier === "own") {
    const { urls: [url], close } = await serve(wsrpc, { port: 0 });
    return [url, close];
  }
  const http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    wsrpc.fetch,
  );
  return [`ws://127.0.0.1:${http.addr.port}/ws/`, () => http.shutdown()];
}

/** Waits until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`Never so: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
