// Copyright 2026 the Wirekit authors. MIT license.

/** Our own WebSocket, in both roles, against a peer that is only bytes. */

import { assert, assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { acceptKey } from "../../transport/websocket/_accept_key.ts";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import type {
  Format,
  MessageOf,
  Transport,
} from "@wirekit/transport/transport";
import { type Case, cases, type Frame } from "./cases.ts";

const MASK = [0x37, 0xfa, 0x21, 0x3d];

/** What a peer got. */
interface Got {
  replies: [number, Uint8Array][];
  code: number | undefined;
}

for (const role of ["server", "client"] as const) {
  for (const each of cases) {
    Deno.test(`Our ${role} passes ${each.name} (${each.format})`, async () => {
      const got = role === "server"
        ? await testServer(each)
        : await testClient(each);
      assertEquals(got.code, each.code ?? 1000);
      assertEquals(got.replies.length, each.replies.length);
      for (const [i, [opcode, payload]] of got.replies.entries()) {
        const [wantedOpcode, wanted] = each.replies[i]!;
        assertEquals([opcode, payload.length], [wantedOpcode, wanted.length]);
        assert(payload.every((byte, at) => byte === wanted[at]));
      }
    });
  }
}

async function testServer(each: Case): Promise<Got> {
  await using listener = await listenWebSocket({
    port: 0,
    format: each.format as Format,
  });
  const { port } = listener.addr;
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = [
    "GET / HTTP/1.1",
    "host: 127.0.0.1",
    "connection: upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
  ].join("\r\n");
  await conn.write(new TextEncoder().encode(`${request}\r\n\r\n`));
  const peer = new Peer(conn);
  assert((await peer.head()).startsWith("HTTP/1.1 101 "));
  for await (const { transport } of listener) {
    const echoing = echo(transport);
    const got = await peer.run(each, true);
    await echoing;
    return got;
  }
  throw new Error("Nobody came");
}

async function testClient(each: Case): Promise<Got> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = listener.accept();
  const opening = connectWebSocket(
    `ws://127.0.0.1:${listener.addr.port}`,
    {
      format: each.format as Format,
    },
  );
  const conn = await accepting;
  const peer = new Peer(conn);
  const [, key] = /sec-websocket-key: (\S+)/i.exec(await peer.head())!;
  const answer = [
    "HTTP/1.1 101 Switching Protocols",
    "connection: upgrade",
    "upgrade: websocket",
    `sec-websocket-accept: ${acceptKey(key!)}`,
  ].join("\r\n");
  await conn.write(new TextEncoder().encode(`${answer}\r\n\r\n`));
  const echoing = echo(await opening);
  const got = await peer.run(each, false);
  await echoing;
  return got;
}

async function echo<F extends Format>(
  transport: Transport<MessageOf<F>>,
): Promise<void> {
  try {
    for await (const message of transport) transport.send(message);
  } catch {
    // So do most cases end.
  }
  await transport.close();
}

/** The other side, byte by byte. */
class Peer {
  readonly #conn: Deno.TcpConn;
  #bytes = new Uint8Array(65_536);
  #length = 0;

  constructor(conn: Deno.TcpConn) {
    conn.setNoDelay(true);
    this.#conn = conn;
  }

  async head(): Promise<string> {
    for (;;) {
      await this.#read();
      const text = new TextDecoder().decode(
        this.#bytes.subarray(0, this.#length),
      );
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) continue;
      this.#skip(end + 4);
      return text.slice(0, end);
    }
  }

  /** Sends the frames, and reads what comes until the end. */
  async run(
    { frames, chop, replies, code }: Case,
    masked: boolean,
  ): Promise<Got> {
    const got: Got = { replies: [], code: undefined };
    const sending = this.#send(
      join(frames.map((each) => wire(each, masked))),
      chop,
    );
    const goodbye = wire({
      opcode: 8,
      payload: new Uint8Array([3, 232]),
      final: true,
      reserved: 0,
    }, masked);
    const wantsGoodbye = code === undefined;
    if (wantsGoodbye && replies.length === 0) {
      await sending;
      await this.#send(goodbye, 0);
    }
    for (;;) {
      const reply = await deadline(this.#frame(!masked), 5_000);
      if (!reply) break;
      const [opcode, payload] = reply;
      if (opcode === 8) {
        got.code = payload.length === 0 ? 1005 : payload[0]! << 8 | payload[1]!;
        // A server ends the connection first, a client waits for that.
        if (!masked) break;
      } else got.replies.push(reply);
      if (wantsGoodbye && got.replies.length === replies.length) {
        await this.#send(goodbye, 0);
      }
    }
    await sending;
    this.#conn.close();
    return got;
  }

  async #send(bytes: Uint8Array, chop: number): Promise<void> {
    const size = chop || bytes.length;
    try {
      for (let at = 0; at < bytes.length; at += size) {
        let rest = bytes.subarray(at, at + size);
        while (rest.length > 0) {
          rest = rest.subarray(await this.#conn.write(rest));
        }
      }
    } catch {
      // It was let go in the middle of it.
    }
  }

  async #frame(masked: boolean): Promise<[number, Uint8Array] | undefined> {
    if (!await this.#has(2)) return undefined;
    const first = this.#bytes[0]!;
    const second = this.#bytes[1]!;
    assert(first > 127 && (first & 0x70) === 0, `Bad first byte ${first}`);
    assertEquals(second > 127, masked);
    let length = second & 127;
    let at = 2;
    if (length > 125) {
      const count = length === 126 ? 2 : 8;
      if (!await this.#has(2 + count)) return undefined;
      length = 0;
      for (; at < 2 + count; at++) length = length * 256 + this.#bytes[at]!;
    }
    const mask = at;
    if (masked) at += 4;
    if (!await this.#has(at + length)) return undefined;
    const payload = this.#bytes.slice(at, at + length);
    if (masked) {
      const key = this.#bytes.slice(mask, mask + 4);
      for (let i = 0; i < length; i++) payload[i]! ^= key[i & 3]!;
    }
    this.#skip(at + length);
    return [first & 15, payload];
  }

  async #has(count: number): Promise<boolean> {
    while (this.#length < count) {
      if (!await this.#read()) return false;
    }
    return true;
  }

  async #read(): Promise<boolean> {
    if (this.#length === this.#bytes.length) {
      const bytes = new Uint8Array(2 * this.#length);
      bytes.set(this.#bytes);
      this.#bytes = bytes;
    }
    const count = await this.#conn.read(this.#bytes.subarray(this.#length))
      .catch(() => null);
    this.#length += count ?? 0;
    return count !== null;
  }

  #skip(count: number): void {
    this.#bytes.copyWithin(0, count, this.#length);
    this.#length -= count;
  }
}

/** A frame as it goes on the wire. */
function wire(
  { opcode, payload, final, reserved }: Frame,
  masked: boolean,
): Uint8Array {
  const { length } = payload;
  const flag = masked ? 128 : 0;
  const head = [(final ? 128 : 0) | reserved << 4 | opcode];
  if (length < 126) head.push(flag | length);
  else if (length < 65_536) head.push(flag | 126, length >> 8, length & 255);
  else {
    head.push(flag | 127, 0, 0, 0, 0);
    for (let shift = 24; shift >= 0; shift -= 8) {
      head.push(length >> shift & 255);
    }
  }
  if (!masked) return join([new Uint8Array(head), payload]);
  const body = payload.map((byte, i) => byte ^ MASK[i & 3]!);
  return join([new Uint8Array([...head, ...MASK]), body]);
}

function join(parts: Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, each) => sum + each.length, 0);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const each of parts) {
    bytes.set(each, at);
    at += each.length;
  }
  return bytes;
}
