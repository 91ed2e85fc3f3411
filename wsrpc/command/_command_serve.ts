// Copyright 2026 the Wirekit authors. MIT license.

/** The command `wsrpc serve`. */

import {
  command,
  needNetwork,
  port,
  text,
  texts,
  toggle,
  toJson,
} from "@wirekit/internal/command";
import { oneLine } from "@wirekit/internal/logger";
import { RouteError } from "../errors.ts";
import { AllowedRoute } from "../routes/route.ts";
import { serve } from "../serve.ts";
import { Server } from "../server.ts";

/** Keys and values of one connection, with a limit on their number. */
class Storage extends AllowedRoute {
  readonly #data = new Map<string, unknown>();

  set({ key, value }: { key: string; value: unknown }): boolean {
    if (this.#data.size >= 1000 && !this.#data.has(key)) {
      throw new RouteError("The store is full", { type: "LimitError" });
    }
    this.#data.set(key, value);
    return true;
  }

  get({ key }: { key: string }): unknown {
    return this.#data.get(key);
  }
}

/** Runs a server to try clients with. */
export const serveCommand = command({
  name: "serve",
  summary: "Run a server to try clients with, until Ctrl-C",
  details: `Its routes:

  add a=1 b=2                     Adds two numbers
  echo …                          Returns its arguments
  kv.set key=k value=v, kv.get    Keeps values, for each connection
  say TEXT                        Sends an event to all clients`,
  options: {
    hostname: text("HOST", "Address to listen on (127.0.0.1)"),
    port: port("Port to listen on (8000); 0 for a free one", "p"),
    allowOrigin: texts("URL", "Origin whose pages may connect"),
    verbose: toggle("Print each connection and each call", "v"),
    json: toggle("Print one JSON text per line, with --verbose"),
  },
  isServer: true,
  examples: [
    "wsrpc serve",
    "wsrpc serve --verbose --json",
    "wsrpc serve --port 0 --allow-origin http://localhost:3000",
  ],
  async run({ options }, terminal) {
    const { hostname = "127.0.0.1", port = 8000, json, verbose } = options;
    needNetwork(hostname, port);
    const say = (event: string, more: Record<string, unknown>) =>
      json
        ? terminal.log(toJson({ event, ...more }))
        : terminal.log(`${event} ${Object.values(more).map(shown).join(" ")}`);
    const wsrpc = new Server({
      allowedOrigins: [...options.allowOrigin],
      logger: { warn: terminal.error, error: terminal.error },
      routes: {
        add(_peer, { a, b }) {
          if (isInteger(a) && isInteger(b)) return BigInt(a) + BigInt(b);
          if (typeof a === "number" && typeof b === "number") return a + b;
          throw new RouteError("a and b have to be numbers", {
            type: "TypeError",
          });
        },
        echo: (_peer, ...args: unknown[]) => args,
        kv: Storage,
      },
      ...(verbose && {
        hooks: {
          open: ({ id }) => say("open", { id }),
          close: ({ id }) => say("close", { id }),
          callStart: ({ id }, method, params = null) =>
            say("call", { id, method, params }),
        },
      }),
    });
    wsrpc.router.add("say", (_peer, text) => wsrpc.emit({ said: text }));
    await using cleanup = new AsyncDisposableStack();
    cleanup.use(wsrpc);
    const { urls: [url] } = cleanup.use(await serve(wsrpc, { hostname, port }));
    terminal.error(`The server listens on ${url} (Ctrl-C stops it)`);
    const { signal } = terminal;
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve());
    });
  },
});

function shown(value: unknown): string {
  return typeof value === "string" ? oneLine(value) : toJson(value);
}

/** Whether a value is an integer: one that is too large for a number is a bigint. */
function isInteger(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isInteger(value);
}
