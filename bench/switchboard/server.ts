// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A hub with all doors on a free port, with a participant of its own that echoes;
 * or, as `bare`, what `Deno.serve` alone does with the same JSON.
 */

import type { Hub } from "@wirekit/hub";
import { httpDoor, jsonRpcDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { mcpDoor } from "@wirekit/switchboard/mcp";
import { serveBench } from "../hub/_told.ts";

const NOTHING = { route: "null", traceback: "null", pseudoObject: "null" };

/** Lets a participant of the hub's own process answer, as a gateway does. */
function addEcho({ exchange }: Hub): void {
  const echo = exchange.enter({
    ask(question, _kind, { data }) {
      exchange.answer(question, "response", { ...NOTHING, data });
      return undefined;
    },
    answer: () => undefined,
    fail() {},
    tell: () => undefined,
    admit() {},
    end() {},
  });
  exchange.claim(echo, '"echo"');
}

async function listen(): Promise<string> {
  if (Deno.args[0] === "bare") {
    const { addr } = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => Response.json(await request.json()),
    );
    return `ws://127.0.0.1:${addr.port}`;
  }
  const server = await serve({
    port: 0,
    maxConnections: 20_000,
    open: [
      httpDoor(),
      jsonRpcDoor(),
      wsrpcDoor(),
      mcpDoor({ allow: ["echo/*"] }),
    ],
  });
  addEcho(server.hub);
  return server.urls[0];
}

await serveBench(await listen());
