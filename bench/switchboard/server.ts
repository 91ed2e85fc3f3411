// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A hub with all doors on a free port, with a participant of its own that echoes;
 * as `fetch`, a hub with the HTTP door alone behind `Deno.serve`; or, as `bare` and
 * `node`, what `Deno.serve` and `node:http` alone do with the same JSON.
 */

import { createServer } from "node:http";
import { Hub } from "@wirekit/hub";
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

/** Serves as an app on Deno Deploy does. */
function serveBare(handler: Deno.ServeHandler<Deno.NetAddr>): string {
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const { addr } = Deno.serve(options, handler);
  return `ws://127.0.0.1:${addr.port}`;
}

/** Serves as what the hub listens with does. */
function serveNode(): Promise<string> {
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part) => text += part);
    request.on("end", () => {
      const body = JSON.stringify(JSON.parse(text));
      const length = new TextEncoder().encode(body).length;
      response.writeHead(200, [
        "content-type",
        "application/json",
        "content-length",
        `${length}`,
      ]);
      response.end(body);
    });
  });
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      resolve(`ws://127.0.0.1:${port}`);
    })
  );
}

async function listen(): Promise<string> {
  const [kind] = Deno.args;
  if (kind === "bare") {
    return serveBare(async (request) => Response.json(await request.json()));
  }
  if (kind === "node") return await serveNode();
  if (kind === "fetch") {
    const hub = new Hub();
    hub.open(await httpDoor()(hub));
    addEcho(hub);
    return serveBare((request, { remoteAddr }) =>
      hub.fetch(request, { remoteAddr })
    );
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
