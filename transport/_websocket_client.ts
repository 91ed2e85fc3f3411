// Copyright 2026 the Wirekit authors. MIT license.

import type { Socket } from "node:net";
import { ConnectionGroup } from "./_connection_group.ts";
import { connectSocket, connectTls, isIP } from "./_node_net.ts";
import { opening } from "./_opening.ts";
import { SocketPipe } from "./_socket_pipe.ts";
import { WebSocketConnection } from "./_websocket_connection.ts";
import { acceptKey } from "./_websocket_handshake.ts";
import { CloseError, type Format, type Limits } from "./transport.ts";

/** Most bytes of the server's answer. */
const MAX_HEAD_BYTES = 16_384;

/** What {@linkcode openWebSocket} needs to know. */
export interface OpenWebSocketOptions<F extends Format> extends Limits {
  /** What a message is. */
  format: F;
  /** What to do with frames of the other kind. */
  otherFrames?: "refuse" | "ignore" | "take";
  /** The subprotocols to offer. */
  protocols: string[];
  /** Headers of the handshake. */
  headers: Headers;
  /** Gives up connecting. */
  signal?: AbortSignal;
  /** How long the handshake may take, in milliseconds. */
  timeout: number;
  /** Seconds without a sign of life; 0 waits for ever. */
  idleTimeout: number;
  /** Certificates to trust besides the usual ones, in PEM. */
  caCerts?: string[];
}

/**
 * Connects to a WebSocket server over a socket of our own: one of Node, whose
 * writes are done at once. Each write of `Deno.connect()` is a promise, which
 * makes a busy client a fifth slower.
 */
export async function openWebSocket<F extends Format>(
  url: URL,
  options: OpenWebSocketOptions<F>,
): Promise<WebSocketConnection<F>> {
  const request = await makeRequest(url, options);
  return await opening(async (signal) => {
    const socket = connect(url, options.caCerts);
    const { promise: lost, reject } = Promise.withResolvers<never>();
    lost.catch(() => {});
    const abort = () => socket.destroy();
    socket.on("error", reject).on("close", () => {
      reject(new Error("The server closed without an answer"));
    });
    signal.addEventListener("abort", abort);
    try {
      socket.setNoDelay(true).setKeepAlive(true).write(request.text);
      const { head, rest } = await Promise.race([readHead(socket), lost]);
      checkAnswer(head, request.accept, options.protocols);
      return new WebSocketConnection<F>(
        new SocketPipe(socket),
        new ConnectionGroup(options.idleTimeout * 1_000),
        { ...options, role: "client" },
        rest,
      );
    } catch (cause) {
      socket.destroy();
      throw new CloseError(1006, { cause });
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }, options);
}

function connect(url: URL, caCerts: string[] | undefined): Socket {
  const secure = url.protocol === "wss:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port || (secure ? 443 : 80));
  if (!secure) return connectSocket({ host, port });
  return connectTls({
    host,
    port,
    ALPNProtocols: ["http/1.1"],
    ...(isIP(host) === 0 && { servername: host }),
    ...(caCerts && { ca: caCerts }),
  });
}

async function makeRequest(
  url: URL,
  options: OpenWebSocketOptions<Format>,
): Promise<{ text: string; accept: string }> {
  const key = btoa(
    String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))),
  );
  const headers = new Headers(options.headers);
  headers.set("host", headers.get("host") ?? url.host);
  headers.set("connection", "Upgrade");
  headers.set("upgrade", "websocket");
  headers.set("sec-websocket-key", key);
  headers.set("sec-websocket-version", "13");
  headers.delete("sec-websocket-extensions");
  if (options.protocols.length > 0) {
    headers.set("sec-websocket-protocol", options.protocols.join(", "));
  }
  const lines = [`GET ${url.pathname}${url.search} HTTP/1.1`];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  return {
    text: `${lines.join("\r\n")}\r\n\r\n`,
    accept: await acceptKey(key),
  };
}

/** Reads up to the empty line, and keeps what came after it. */
async function readHead(
  socket: Socket,
): Promise<{ head: string; rest: Uint8Array<ArrayBuffer> }> {
  const bytes = new Uint8Array(2 * MAX_HEAD_BYTES);
  let length = 0;
  for (;;) {
    const chunk = await readSome(socket);
    const searched = Math.max(0, length - 3);
    // The rest of a chunk may be frames already, and more than fits.
    const room = bytes.length - length;
    bytes.set(chunk.subarray(0, room), length);
    const taken = Math.min(chunk.length, room);
    length += taken;
    for (let i = searched; i + 3 < length; i++) {
      if (bytes[i] !== 13 || bytes[i + 1] !== 10) continue;
      if (bytes[i + 2] !== 13 || bytes[i + 3] !== 10) continue;
      const rest = new Uint8Array(length - i - 4 + chunk.length - taken);
      rest.set(bytes.subarray(i + 4, length));
      rest.set(chunk.subarray(taken), length - i - 4);
      return { head: String.fromCharCode(...bytes.subarray(0, i)), rest };
    }
    if (length >= MAX_HEAD_BYTES) {
      throw new Error(`The server's answer is over ${MAX_HEAD_BYTES} bytes`);
    }
  }
}

async function readSome(socket: Socket): Promise<Uint8Array> {
  for (;;) {
    const chunk: Uint8Array | null = socket.read();
    if (chunk) return chunk;
    await new Promise<void>((resolve) => socket.once("readable", resolve));
  }
}

function checkAnswer(head: string, accept: string, protocols: string[]): void {
  const [status = "", ...lines] = head.split("\r\n");
  const [, code, text] = /^HTTP\/1\.\d (\d{3})(?: (.*))?$/.exec(status) ?? [];
  if (code === undefined) throw new Error("The server does not speak HTTP/1.1");
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    try {
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    } catch (cause) {
      throw new Error("The server sent a header that is none", { cause });
    }
  }
  const refuse = (why: string) => new Error(`The server ${why}`);
  if (code !== "101") {
    throw refuse(`answered with status ${code} ${text ?? ""}`.trimEnd());
  }
  const upgrade = headers.get("upgrade")?.toLowerCase();
  const connection = headers.get("connection")?.toLowerCase() ?? "";
  if (upgrade !== "websocket" || !/(^|[ ,])upgrade($|[ ,])/.test(connection)) {
    throw refuse("did not upgrade to WebSocket");
  }
  if (headers.get("sec-websocket-accept") !== accept) {
    throw refuse("did not prove that it speaks WebSocket");
  }
  if (headers.has("sec-websocket-extensions")) {
    throw refuse("chose an extension that was not offered");
  }
  const protocol = headers.get("sec-websocket-protocol");
  if (protocol !== null && !protocols.includes(protocol)) {
    throw refuse("chose a subprotocol that was not offered");
  }
}
