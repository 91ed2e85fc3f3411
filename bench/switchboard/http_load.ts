// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Posts JSON over connections that stay open, each with one request at a time.
 * It reads no more of a response than its length: what is measured is the server.
 */

import { work } from "../peers/worker.mjs";

const [url = "", path = ""] = Deno.args;
const { hostname, port } = new URL(url);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One connection, and what waits for a place. */
class Client {
  readonly #buffer = new Uint8Array(65_536);
  readonly #conn: Deno.TcpConn;
  readonly #request: Uint8Array;

  constructor(conn: Deno.TcpConn, request: Uint8Array) {
    conn.setNoDelay();
    this.#conn = conn;
    this.#request = request;
  }

  async post(body: string): Promise<void> {
    await this.#conn.write(this.#request);
    let text = "";
    for (;;) {
      const read = await this.#conn.read(this.#buffer);
      if (read === null) throw new Error("The server has closed a connection");
      text += decoder.decode(this.#buffer.subarray(0, read));
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) continue;
      const [, length] = /content-length: (\d+)/i.exec(text) ?? [];
      if (length === undefined) throw new Error(`No length: ${text}`);
      if (text.length < end + 4 + Number(length)) continue;
      if (!text.endsWith(body)) throw new Error(`Wrong answer: ${text}`);
      return;
    }
  }
}

const body = JSON.stringify({ d: "x".repeat(64) });
const request = encoder.encode(
  `POST ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n` +
    body,
);

const idle: Client[] = [];
work(async ({ depth }: { depth: number }) => {
  while (idle.length < depth) {
    const conn = await Deno.connect({ hostname, port: Number(port) });
    idle.push(new Client(conn, request));
  }
  return {
    async call() {
      const client = idle.pop()!;
      await client.post(body);
      idle.push(client);
    },
    check() {}, // It did.
  };
});
