// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The least that a hub of a cluster could do on the sockets of ours: it passes
 * what its one client sends to the other hub, all of a turn as one message of
 * NATS, and looks at nothing. Its arguments are the NATS server, what it is
 * called, and what the other one is called.
 */

import { nextTick } from "node:process";
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import { deliverMessages, type Transport } from "@wirekit/transport/transport";
import { openConnection } from "../../hub/cluster/nats/connection/_connection.ts";
import { serveBench } from "./_told.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const [servers = "", name = "", other = ""] = Deno.args;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Room for the command, the messages of a turn, and what each begins with. */
const PLACE = 64;
const out = new Uint8Array(1024 * 1024);
const view = new DataView(out.buffer);
let end = PLACE;

let client: Transport<Bytes> | undefined;
/** Whether the client has a name, and has said what there is to say first. */
let isOpen = false;

const line = openConnection({ servers });
await line.ready;
const subscription = line.connection.subscribe(`bare.${name}`, {
  callback() {},
});
line.takers.set(subscription.getID(), (packet) => {
  const { buffer, byteOffset, length } = packet;
  const sizes = new DataView(buffer, byteOffset, length);
  for (let at = 0; at < length;) {
    const size = sizes.getUint32(at);
    const from = at += 4;
    at += size;
    client?.send(packet.subarray(from, at) as Bytes);
  }
});

function pass(message: Bytes): void {
  if (end === PLACE) nextTick(publish);
  view.setUint32(end, message.length);
  out.set(message, end + 4);
  end += 4 + message.length;
}

function publish(): void {
  const command = encoder.encode(`PUB bare.${other} ${end - PLACE}\r\n`);
  const start = PLACE - command.length;
  out.set(command, start);
  out[end++] = 13;
  out[end++] = 10;
  line.send(out.slice(start, end));
  end = PLACE;
}

/** Lets the client in, and answers what it says of itself. */
function greet(message: Bytes): void {
  const { id, type, uuid } = JSON.parse(decoder.decode(message));
  if (type === 2 || type === 3) {
    isOpen = true;
    return pass(message);
  }
  const data = type === 1 ? "Authorized." : { success: true };
  const answer = { id, type: type === 1 ? 0 : type, data, uuid };
  client?.send(encoder.encode(JSON.stringify({
    route: null,
    traceback: null,
    destination: null,
    pseudo_object: null,
    ...answer,
  })));
}

const listener = await listenWebSocket({ port: 0, format: "utf8" });
(async () => {
  for await (const { transport } of listener) {
    client = transport;
    isOpen = false;
    deliverMessages(transport, {
      receive(message: Bytes) {
        if (isOpen) pass(message);
        else greet(message);
        return undefined;
      },
      ended() {},
    });
  }
})();

await serveBench(`ws://127.0.0.1:${listener.addr.port}`);
