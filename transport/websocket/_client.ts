// Copyright 2026 the Wirekit authors. MIT license.

import type { Socket } from "node:net";
import { withoutSecrets } from "@wirekit/internal/errors";
import { ConnectionGroup } from "./_connection_group.ts";
import { dial } from "../opening/_dial.ts";
import { SocketPipe } from "../stream/_socket_pipe.ts";
import { readAnswer } from "./_answer.ts";
import { WebSocketConnection } from "./_connection.ts";
import { acceptKey } from "./_accept_key.ts";
import type { HandshakeRequest } from "./_request.ts";
import type { ClientTls, Format, Limits } from "../transport.ts";

/** Options of {@linkcode openWebSocket}. */
export interface OpenWebSocketOptions<F extends Format> extends Limits {
  /** What a message is. */
  format: F;
  /** What to do with frames of the other kind. */
  otherFrames?: "refuse" | "ignore" | "take";
  /** Aborts connecting. */
  signal?: AbortSignal;
  /** When to give up opening, in milliseconds. */
  connectTimeout?: number;
  /** How long the server may be silent, in milliseconds. */
  idleTimeout: number;
  /** Which certificates to trust, and which to present. */
  tls?: ClientTls;
}

/** Connects to a WebSocket server. */
export async function openWebSocket<F extends Format>(
  request: HandshakeRequest,
  options: OpenWebSocketOptions<F>,
): Promise<WebSocketConnection<F>> {
  const { url, place, href, protocols } = request;
  const hide = (text: string) => withoutSecrets(text, href);
  const expected = { place, href, hide, protocols };
  const { head, accept } = writeRequest(request);
  const secure = url.protocol === "wss:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port || (secure ? 443 : 80));
  const tls = secure ? { ...options.tls, alpn: ["http/1.1"] } : undefined;
  return await dial({ ...options, host, port, tls }, async (socket, lost) => {
    socket.write(head, "latin1");
    const { rest, protocol } = await Promise.race([
      readAnswer(() => readSome(socket), { ...expected, accept }),
      lost,
    ]);
    return new WebSocketConnection<F>(
      new SocketPipe(socket),
      new ConnectionGroup(options.idleTimeout),
      { ...options, role: "client", protocol },
      rest,
    );
  });
}

function writeRequest(
  { url, headers: given, protocols }: HandshakeRequest,
): { head: string; accept: string } {
  const key = btoa(
    String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))),
  );
  const headers = new Headers(given);
  headers.set("host", url.host);
  headers.set("connection", "Upgrade");
  headers.set("upgrade", "websocket");
  headers.set("sec-websocket-key", key);
  headers.set("sec-websocket-version", "13");
  if (protocols.length > 0) {
    headers.set("sec-websocket-protocol", protocols.join(", "));
  }
  const lines = [`GET ${url.pathname}${url.search} HTTP/1.1`];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  return {
    head: `${lines.join("\r\n")}\r\n\r\n`,
    accept: acceptKey(key),
  };
}

/** Reads the available bytes; `undefined` once the server has ended. */
async function readSome(socket: Socket): Promise<Uint8Array | undefined> {
  for (;;) {
    const chunk: Uint8Array | null = socket.read();
    if (chunk) return chunk;
    if (socket.readableEnded || socket.destroyed) return undefined;
    await new Promise<void>((resolve) => {
      const done = () => {
        for (const event of EVENTS) socket.off(event, done);
        resolve();
      };
      for (const event of EVENTS) socket.on(event, done);
    });
  }
}

/** The events of a socket that is being read. */
const EVENTS = ["readable", "end", "close"] as const;
