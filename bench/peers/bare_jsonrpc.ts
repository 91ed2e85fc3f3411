// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A JSON-RPC server with no library at all, for the clients of others: sockets
 * of `node:net` in Deno, read and written as our transports do it, one write for
 * each read, `JSON.parse()` and `JSON.stringify()`, and of RFC 6455 what calls of
 * `sum` need that are shorter than 126 bytes. All of its messages are ASCII.
 */

import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { type AddressInfo, createServer } from "node:net";
import { SocketPipe } from "../../transport/stream/_socket_pipe.ts";
import { serveBench } from "../hub/_told.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const LATIN1 = new TextDecoder("latin1");
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const UPGRADE = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" +
  "Connection: Upgrade\r\nSec-WebSocket-Accept: ";

function upgrade(request: Bytes): string {
  const [, key] = /^sec-websocket-key: *(\S+)/im.exec(LATIN1.decode(request))!;
  return `${UPGRADE}${hash("sha1", key + GUID, "base64")}\r\n\r\n`;
}

/** What comes before the payload of a short frame with a mask. */
const HEAD = 6;

/** Takes the masks off, in place; returns the texts, and what is left over. */
function unmask(bytes: Bytes): [texts: string[], rest: Bytes] {
  let end = 0;
  let at = 0;
  while (at + HEAD <= bytes.length) {
    const length = bytes[at + 1]! & 127;
    const next = at + HEAD + length;
    if (next > bytes.length) break;
    const mask = bytes.slice(at + 2, at + HEAD);
    for (let i = 0; i < length; i++) {
      bytes[end++] = bytes[at + HEAD + i]! ^ mask[i & 3]!;
    }
    bytes[end++] = NEWLINE;
    at = next;
  }
  const texts = LATIN1.decode(bytes.subarray(0, end)).split("\n");
  texts.pop();
  return [texts, bytes.slice(at)];
}

const NEWLINE = 10;

/** The frame of an answer, one character a byte. */
function answer(call: string): string {
  const { params: [a, b], id } = JSON.parse(call);
  const text = JSON.stringify({ jsonrpc: "2.0", result: a + b, id });
  return `\x81${String.fromCharCode(text.length)}${text}`;
}

const server = createServer({ noDelay: true }, (socket) => {
  const pipe = new SocketPipe(socket);
  const send = (text: string) =>
    void pipe.write([Buffer.from(text, "latin1")])?.catch(() => {});
  let rest: Bytes | undefined;
  pipe.start({
    onChunk(chunk) {
      if (!rest) {
        rest = new Uint8Array();
        return send(upgrade(chunk));
      }
      const all = rest.length > 0
        ? new Uint8Array(Buffer.concat([rest, chunk]))
        : chunk;
      const [calls, left] = unmask(all);
      rest = left;
      let answers = "";
      for (const call of calls) answers += answer(call);
      if (answers !== "") send(answers);
    },
    onEnd() {},
  });
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  serveBench(`ws://127.0.0.1:${port}`);
});
