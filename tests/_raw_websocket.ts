// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A WebSocket client that hides nothing: it shows the handshake as it came,
 * takes only what its caller expects, and can leave without a farewell.
 */

import { deadline } from "@std/async/deadline";
import { PATIENCE } from "./_driver.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

/** One connection. Disposing drops it. */
export class RawWebSocket implements Disposable {
  /** The lines of the server's handshake, without the empty last one. */
  readonly head: string[];
  #conn: Deno.TcpConn;
  #bytes: Uint8Array;

  private constructor(conn: Deno.TcpConn, head: string[], rest: Uint8Array) {
    this.#conn = conn;
    this.head = head;
    this.#bytes = rest;
  }

  /**
   * Connects and does the handshake.
   *
   * @param port The port on loopback.
   * @returns The connection, whatever the server answered.
   */
  static async connect(port: number): Promise<RawWebSocket> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    const socket = new RawWebSocket(conn, [], new Uint8Array());
    await socket.#write(new TextEncoder().encode([
      "GET / HTTP/1.1",
      `Host: 127.0.0.1:${port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${KEY}`,
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
      "",
      "",
    ].join("\r\n")));
    let head = "";
    while (!head.endsWith("\r\n\r\n")) {
      const byte = await socket.#take(1);
      if (byte === undefined) break;
      head += String.fromCharCode(byte[0]!);
    }
    socket.head.push(...head.trimEnd().split("\r\n"));
    return socket;
  }

  /**
   * Sends one unfragmented, masked text message.
   *
   * @param text The message, shorter than 64 KiB.
   */
  async send(text: string): Promise<void> {
    const payload = new TextEncoder().encode(text);
    const mask = [1, 2, 3, 4];
    const length = payload.length < 126
      ? [payload.length]
      : [126, payload.length >> 8, payload.length & 255];
    const head = [0x81, length[0]! | 0x80, ...length.slice(1), ...mask];
    const frame = new Uint8Array(head.length + payload.length);
    frame.set(head);
    frame.set(
      payload.map((byte, index) => byte ^ mask[index % 4]!),
      head.length,
    );
    await this.#write(frame);
  }

  /**
   * Takes the next message, which has to be one unfragmented, unmasked text.
   *
   * @returns The message; `undefined` once the server has ended the connection,
   * with a Close frame or without.
   */
  async receive(): Promise<string | undefined> {
    const start = await this.#take(2);
    if (start === undefined || start[0] === 0x88) return undefined;
    if (start[0] !== 0x81) throw new Error(`Cannot take frame ${start}`);
    let length = start[1]!;
    if (length === 126) {
      const [high = 0, low = 0] = await this.#take(2) ?? [];
      length = high << 8 | low;
    } else if (length > 126) {
      throw new Error(`Cannot take frame ${start}`);
    }
    return new TextDecoder().decode(await this.#take(length));
  }

  /** Sends no more, without a Close frame. */
  async end(): Promise<void> {
    await this.#conn.closeWrite();
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await this.#conn.write(rest));
    }
  }

  async #take(count: number): Promise<Uint8Array | undefined> {
    while (this.#bytes.length < count) {
      const chunk = new Uint8Array(65536);
      const got = await deadline(this.#conn.read(chunk), PATIENCE);
      if (got === null) return undefined;
      const joined = new Uint8Array(this.#bytes.length + got);
      joined.set(this.#bytes);
      joined.set(chunk.subarray(0, got), this.#bytes.length);
      this.#bytes = joined;
    }
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }
}
