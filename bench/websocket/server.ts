// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Passes messages on: by our own WebSocket, by that of `Deno.serve` behind the
 * same `Transport`, or by that alone, with strings and callbacks.
 */

import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import { acceptWebSocket } from "@wirekit/transport/websocket";

/** What all three have in common. */
interface Socket {
  send(message: unknown): void;
}

/** Where the messages of a socket go. */
type Receive = (message: unknown) => void;

const pairs = new Map<string, Socket>();
const receivers = new Set<Socket>();
const askers: Socket[] = [];
let service: Socket | undefined;

/** The connection says in its URL what it is: `/shape/role/pair`. */
function join(socket: Socket, url: string): Receive {
  const [, shape, role, pair = ""] = new URL(url).pathname.split("/");
  switch (`${shape} ${role}`) {
    case "pairs responder":
      pairs.set(pair, socket);
      return () => {};
    case "pairs requester": {
      const other = pairs.get(pair)!;
      back.set(other, socket);
      return (message) => other.send(message);
    }
    case "service responder":
      service = socket;
      askers.length = 0;
      return (message) => askers.shift()?.send(message);
    case "service requester":
      return (message) => {
        askers.push(socket);
        service?.send(message);
      };
    case "fan responder":
      receivers.add(socket);
      return () => {};
    case "fan requester":
      return (message) => {
        for (const each of receivers) each.send(message);
      };
    default:
      return (message) => socket.send(message);
  }
}

/** The requester of each responder of a pair. */
const back = new Map<Socket, Socket>();

function receiver(socket: Socket, url: string): Receive {
  const receive = join(socket, url);
  if (!url.includes("/pairs/responder/")) return receive;
  return (message) => back.get(socket)?.send(message);
}

async function pump(
  transport: Socket & AsyncIterable<unknown>,
  url: string,
): Promise<void> {
  const receive = receiver(transport, url);
  try {
    for await (const message of transport) receive(message);
  } catch {
    // The load generator just goes.
  }
  receivers.delete(transport);
}

async function listen(implementation: string | undefined): Promise<number> {
  if (implementation === "own") {
    const listener = await listenWebSocket({ port: 0, format: "utf8" });
    (async () => {
      for await (const { transport, request } of listener) {
        pump(transport as Socket & typeof transport, request.url);
      }
    })();
    return listener.addr.port;
  }
  const server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { url } = request;
    if (implementation === "Deno.serve") {
      const accepted = acceptWebSocket(request, { format: "utf8" });
      const { transport, response } = accepted;
      pump(transport as Socket & typeof transport, url);
      return response;
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    const receive = receiver(socket as Socket, url);
    socket.onmessage = ({ data }) => receive(data);
    socket.onclose = () => receivers.delete(socket as Socket);
    return response;
  });
  return server.addr.port;
}

const line = JSON.stringify({
  event: "ready",
  address: await listen(Deno.args[0]),
});
Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
