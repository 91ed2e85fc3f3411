// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The least that a hub could do on a transport: it passes each message on, and
 * reads nothing. Two clients that ask for the same path are partners; where there
 * are no paths, two that come one after the other.
 */

import { lastUse } from "@wirekit/internal/bytes";
import { NewlineFramer } from "@wirekit/transport/framers";
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import { listenTcp } from "@wirekit/transport/tcp";
import { deliverMessages, type Transport } from "@wirekit/transport/transport";
import { listenUnix } from "@wirekit/transport/unix";
import { acceptWebSocket } from "@wirekit/transport/websocket";
import { serveBench } from "./_told.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const [kind] = Deno.args;
const waiting = new Map<string, Transport<Bytes>>();

/** Does with the memory of large messages what the hub does: uses it again. */
function pump(from: Transport<Bytes>, to: Transport<Bytes>): void {
  const keepsNothing = "keepsNothing" in from && "keepsNothing" in to;
  deliverMessages(from, {
    receive(message): undefined {
      to.send(keepsNothing ? lastUse(message) : message);
    },
    ended() {}, // The load generator leaves without a farewell.
  });
}

function join(transport: Transport<Bytes>, path: string): void {
  const partner = waiting.get(path);
  if (!partner) {
    waiting.set(path, transport);
    return;
  }
  waiting.delete(path);
  pump(transport, partner);
  pump(partner, transport);
}

function pathOf({ url }: Request): string {
  return new URL(url).pathname;
}

async function joinAll(
  listener: AsyncIterable<Transport<Bytes>>,
): Promise<void> {
  for await (const transport of listener) join(transport, "");
}

async function listen(): Promise<string> {
  if (kind === "fetch") {
    const { addr } = Deno.serve({ port: 0, onListen() {} }, (request) => {
      const { response, transport } = acceptWebSocket(request, {
        format: "utf8",
      });
      join(transport, pathOf(request));
      return response;
    });
    return `ws://127.0.0.1:${addr.port}`;
  }
  const framer = () => new NewlineFramer({ format: "utf8" });
  if (kind === "tcp") {
    const listener = await listenTcp({ port: 0 }, framer);
    joinAll(listener);
    return `tcp://127.0.0.1:${listener.addr.port}`;
  }
  if (kind === "unix") {
    const path = `${await Deno.makeTempDir()}/relay`;
    joinAll(await listenUnix({ path }, framer));
    return `unix:${path}`;
  }
  const listener = await listenWebSocket({ port: 0, format: "utf8" });
  (async () => {
    for await (const { transport, request } of listener) {
      join(transport, pathOf(request));
    }
  })();
  return `ws://127.0.0.1:${listener.addr.port}`;
}

await serveBench(await listen());
