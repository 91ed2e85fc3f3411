// Copyright 2026 the Wirekit authors. MIT license.

/** A WebSocket client by hand, for what no proper client does. */
export class RawWebSocket implements Disposable {
  readonly #conn: Deno.TcpConn;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async connect(port: number): Promise<RawWebSocket> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    const raw = new RawWebSocket(conn);
    await conn.write(new TextEncoder().encode([
      "GET / HTTP/1.1",
      "Host: 127.0.0.1",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "\r\n",
    ].join("\r\n")));
    const head = () => new TextDecoder().decode(raw.#bytes);
    while (!head().includes("\r\n\r\n")) await raw.#read();
    raw.#bytes = raw.#bytes.slice(head().indexOf("\r\n\r\n") + 4);
    return raw;
  }

  /** Reads one small frame: its opcode and payload. */
  async frame(): Promise<{ opcode: number; payload: Uint8Array }> {
    while (
      this.#bytes.length < 2 || this.#bytes.length < 2 + this.#bytes[1]!
    ) await this.#read();
    const end = 2 + this.#bytes[1]!;
    const opcode = this.#bytes[0]! & 15;
    const payload = this.#bytes.slice(2, end);
    this.#bytes = this.#bytes.slice(end);
    return { opcode, payload };
  }

  /** Reads a close frame: its code and reason. */
  async closeFrame(): Promise<{ code: number; reason: string }> {
    const { opcode, payload } = await this.frame();
    if (opcode !== 8) throw new TypeError(`Cannot read close: frame ${opcode}`);
    return {
      code: (payload[0]! << 8) | payload[1]!,
      reason: new TextDecoder().decode(payload.subarray(2)),
    };
  }

  /** Writes one small frame, masked with zeros. */
  async send(opcode: number, payload: Uint8Array): Promise<void> {
    await this.#conn.write(
      new Uint8Array([
        0x80 | opcode,
        0x80 | payload.length,
        0,
        0,
        0,
        0,
        ...payload,
      ]),
    );
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const count = await this.#conn.read(buffer);
    if (count === null) throw new TypeError("Cannot read frame: end of stream");
    const joined = new Uint8Array(this.#bytes.length + count);
    joined.set(this.#bytes);
    joined.set(buffer.subarray(0, count), this.#bytes.length);
    this.#bytes = joined;
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}
