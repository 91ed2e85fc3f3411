// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A client that is only bytes, over every carrier: nothing of the packages under
 * test is in it, so an attacker or a bystander made of it misbehaves as told.
 */

/** What frames a flood is made of, by the opcode and the payload of each. */
export const TEXT = 0x1;
/** A continuation. */
export const CONTINUATION = 0x0;
/** A ping. */
export const PING = 0x9;
/** A pong. */
export const PONG = 0xa;

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const CA = new URL("../../transport/testdata/ca.crt", import.meta.url);

/**
 * Makes a masked frame.
 *
 * @param opcode Its kind.
 * @param payload What it carries.
 * @param final Whether it ends its message.
 * @returns Its bytes.
 */
export function frame(
  opcode: number,
  payload: Uint8Array | string = "",
  final = true,
): Uint8Array<ArrayBuffer> {
  const bytes = typeof payload === "string"
    ? new TextEncoder().encode(payload)
    : payload;
  const { length } = bytes;
  const size = length < 126
    ? [length]
    : length < 65_536
    ? [126, length >> 8, length & 255]
    : [127, 0, 0, 0, 0, length >>> 24, length >> 16, length >> 8, length];
  size[0]! |= 0x80;
  const head = [opcode | (final ? 0x80 : 0), ...size, 0, 0, 0, 0];
  const made = new Uint8Array(head.length + length);
  made.set(head);
  made.set(bytes, head.length);
  return made;
}

/**
 * Opens a connection of bytes.
 *
 * @param url Where to: `ws:`, `wss:`, `tcp:`, `tls:` or `unix:`.
 * @returns The connection, encrypted where the URL says so.
 */
export async function dial(url: string): Promise<Deno.Conn> {
  if (url.startsWith("unix:")) {
    return await Deno.connect({ transport: "unix", path: url.slice(5) });
  }
  const [, scheme, hostname = "", port] = /^(\w+):\/\/(.+?):(\d+)/.exec(url) ??
    [];
  const at = { hostname, port: Number(port) };
  if (scheme !== "wss" && scheme !== "tls") {
    const conn = await Deno.connect(at);
    conn.setNoDelay(true);
    return conn;
  }
  const caCerts = [await Deno.readTextFile(CA)];
  const tcp = await Deno.connect(at);
  const conn = await Deno.startTls(tcp, { hostname: "localhost", caCerts });
  await conn.handshake();
  return conn;
}

/** A client that sends and takes texts. */
export class Wire implements Disposable {
  /** The connection under it. */
  readonly conn: Deno.Conn;
  readonly #isWebSocket: boolean;
  #bytes = new Uint8Array();
  readonly #buffer = new Uint8Array(65_536);

  private constructor(conn: Deno.Conn, isWebSocket: boolean) {
    this.conn = conn;
    this.#isWebSocket = isWebSocket;
  }

  /**
   * Opens one.
   *
   * @param url Where to. A `ws:` URL is shaken hands with.
   * @returns The client.
   */
  static async open(url: string): Promise<Wire> {
    const conn = await dial(url);
    const wire = new Wire(conn, url.startsWith("ws"));
    try {
      if (wire.#isWebSocket) await wire.#shakeHands(url);
    } catch (error) {
      wire[Symbol.dispose]();
      throw error;
    }
    return wire;
  }

  async #shakeHands(url: string): Promise<void> {
    const { host, pathname } = new URL(url);
    const lines = [
      `GET ${pathname} HTTP/1.1`,
      `Host: ${host}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${KEY}`,
      "Sec-WebSocket-Version: 13",
      "\r\n",
    ];
    await this.write(new TextEncoder().encode(lines.join("\r\n")));
    let head = "";
    while (!head.endsWith("\r\n\r\n")) {
      const byte = await this.#take(1);
      if (!byte) throw new Error(`Refused: ${head || "no answer"}`);
      head += String.fromCharCode(byte[0]!);
    }
    if (!head.startsWith("HTTP/1.1 101")) throw new Error(`Refused: ${head}`);
  }

  /** Writes bytes as they are. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await this.conn.write(rest));
    }
  }

  /** Makes the bytes of a message. */
  encode(text: string): Uint8Array {
    return this.#isWebSocket
      ? frame(TEXT, text)
      : new TextEncoder().encode(`${text}\n`);
  }

  /** Sends a message. */
  send(text: string): Promise<void> {
    return this.write(this.encode(text));
  }

  /**
   * Takes the next message, and answers pings on the way.
   *
   * @returns It; `undefined` at the end of the connection.
   */
  async receive(): Promise<string | undefined> {
    if (!this.#isWebSocket) return await this.#line();
    for (;;) {
      const [opcode = 0x88, size = 0] = await this.#take(2) ?? [];
      if (opcode === 0x88) return undefined;
      let length = size;
      if (size >= 126) {
        const bytes = await this.#take(size === 126 ? 2 : 8) ?? [];
        length = [...bytes].reduce((sum, byte) => sum * 256 + byte, 0);
      }
      const payload = await this.#take(length);
      if (!payload) return undefined;
      if (opcode === 0x89) await this.write(frame(PONG, payload));
      else if (opcode === 0x81) return new TextDecoder().decode(payload);
    }
  }

  async #line(): Promise<string | undefined> {
    for (let from = 0;;) {
      const at = this.#bytes.indexOf(10, from);
      if (at >= 0) {
        const line = this.#bytes.slice(0, at);
        this.#bytes = this.#bytes.subarray(at + 1);
        return new TextDecoder().decode(line);
      }
      from = this.#bytes.length;
      if (!await this.#more()) return undefined;
    }
  }

  async #take(count: number): Promise<Uint8Array | undefined> {
    while (this.#bytes.length < count) {
      if (!await this.#more()) return undefined;
    }
    const taken = this.#bytes.slice(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  async #more(): Promise<boolean> {
    const count = await this.conn.read(this.#buffer).catch(() => null);
    if (!count) return false;
    const joined = new Uint8Array(this.#bytes.length + count);
    joined.set(this.#bytes);
    joined.set(this.#buffer.subarray(0, count), this.#bytes.length);
    this.#bytes = joined;
    return true;
  }

  /** Drops the connection. */
  [Symbol.dispose](): void {
    try {
      this.conn.close();
    } catch {
      // It was closed already.
    }
  }
}
