// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The same as `../hub/winerp_relay.ts` with no library at all: sockets of
 * `node:net` in Deno, read and written as our transports do it, and of RFC 6455
 * what two clients need whose every write is whole frames of less than 64 KiB.
 */

import { hash } from "node:crypto";
import { type AddressInfo, createServer } from "node:net";
import { SocketPipe } from "../../transport/stream/_socket_pipe.ts";
import { serveBench } from "../hub/_told.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const encode = (text: string) => new TextEncoder().encode(text);
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const UPGRADE = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" +
  "Connection: Upgrade\r\nSec-WebSocket-Accept: ";
const ACCEPTED = Uint8Array.of(0x81, 10, ...encode('{"type":0}'));

function upgrade(request: Bytes): Bytes {
  const text = new TextDecoder().decode(request);
  const [, key] = /^sec-websocket-key: *(\S+)/im.exec(text)!;
  return encode(`${UPGRADE}${hash("sha1", key + GUID, "base64")}\r\n\r\n`);
}

/** The frames of a read, without their masks. */
function unmasked(chunk: Bytes): Bytes {
  const out = new Uint8Array(chunk.length);
  let end = 0;
  for (let at = 0; at < chunk.length;) {
    const short = chunk[at + 1]! & 127;
    const mask = at + (short === 126 ? 4 : 2);
    const length = short === 126 ? chunk[at + 2]! << 8 | chunk[at + 3]! : short;
    out.set(chunk.subarray(at, mask), end);
    out[end + 1] = short;
    end += mask - at;
    at = mask + 4;
    for (let i = 0; i < length; i++) {
      out[end++] = chunk[at++]! ^ chunk[mask + (i & 3)]!;
    }
  }
  return out.subarray(0, end);
}

/** The clients: each two are partners. */
const pipes: SocketPipe[] = [];

const server = createServer({ noDelay: true }, (socket) => {
  const n = pipes.push(new SocketPipe(socket)) - 1;
  const send = (bytes: Bytes, to = n) =>
    void pipes[to]!.write([bytes])?.catch(() => {});
  let step = 0;
  pipes[n]!.start({
    onChunk(chunk) {
      if (step === 2) send(unmasked(chunk), n ^ 1);
      else send(step++ === 0 ? upgrade(chunk) : ACCEPTED);
    },
    onEnd() {},
  });
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  serveBench(`ws://127.0.0.1:${port}`);
});
