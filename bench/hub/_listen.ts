// Copyright 2026 the Wirekit authors. MIT license.

/** How the relays listen: on a transport of ours, with no hub on it. */

import { NewlineFramer } from "@wirekit/transport/framers";
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import { listenTcp } from "@wirekit/transport/tcp";
import type { Transport } from "@wirekit/transport/transport";
import { listenUnix } from "@wirekit/transport/unix";
import { acceptWebSocket } from "@wirekit/transport/websocket";

/** What a relay passes on. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Takes a connection, and the path that it asked for: none for lines. */
export type Join = (transport: Transport<Bytes>, path: string) => void;

function pathOf({ url }: Request): string {
  return new URL(url).pathname;
}

async function joinAll(
  listener: AsyncIterable<Transport<Bytes>>,
  join: Join,
): Promise<void> {
  for await (const transport of listener) join(transport, "");
}

/**
 * Listens.
 *
 * @param kind The carrier: `ws`, `fetch`, `tcp` or `unix`.
 * @param join What is done with each connection.
 * @returns The address.
 */
export async function listen(
  kind: string | undefined,
  join: Join,
): Promise<string> {
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
    joinAll(listener, join);
    return `tcp://127.0.0.1:${listener.addr.port}`;
  }
  if (kind === "unix") {
    const path = `${await Deno.makeTempDir()}/relay`;
    joinAll(await listenUnix({ path }, framer), join);
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
