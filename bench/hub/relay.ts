// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The least that a hub could do on a transport: it passes each message on, and
 * reads nothing. Two clients that ask for the same path are partners.
 */

import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import type { Transport } from "@wirekit/transport/transport";
import { acceptWebSocket } from "@wirekit/transport/websocket";
import { serveBench } from "./_told.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const waiting = new Map<string, Transport<Bytes>>();

async function pump(from: Transport<Bytes>, to: Transport<Bytes>) {
  try {
    for await (const message of from) to.send(message).catch(() => {});
  } catch {
    // The load generator leaves without a farewell.
  }
}

function join(transport: Transport<Bytes>, request: Request): void {
  const { pathname } = new URL(request.url);
  const partner = waiting.get(pathname);
  if (!partner) {
    waiting.set(pathname, transport);
    return;
  }
  waiting.delete(pathname);
  pump(transport, partner);
  pump(partner, transport);
}

async function listen(): Promise<number> {
  if (Deno.args[0] === "fetch") {
    const { addr } = Deno.serve({ port: 0, onListen() {} }, (request) => {
      const { response, transport } = acceptWebSocket(request, {
        format: "utf8",
      });
      join(transport, request);
      return response;
    });
    return addr.port;
  }
  const listener = await listenWebSocket({ port: 0, format: "utf8" });
  (async () => {
    for await (const { transport, request } of listener) {
      join(transport, request);
    }
  })();
  return listener.addr.port;
}

await serveBench(`ws://127.0.0.1:${await listen()}`);
