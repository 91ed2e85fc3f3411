// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Transports over WebSocket, client and server.
 *
 * ```ts no-assert
 * import { acceptWebSocket, connectWebSocket } from "@wirekit/transport/websocket";
 *
 * await using server = Deno.serve({
 *   hostname: "127.0.0.1",
 *   port: 0,
 * }, (request) => {
 *   const { response, transport } = acceptWebSocket(request);
 *   echo(transport);
 *   return response;
 * });
 *
 * async function echo(transport: AsyncIterable<string> & typeof client) {
 *   for await (const message of transport) await transport.send(message);
 * }
 *
 * await using client = await connectWebSocket(
 *   `ws://127.0.0.1:${server.addr.port}`,
 * );
 * await client.send("hello");
 * ```
 *
 * @module
 */

import { encodeText } from "./_utf8.ts";
import { PlatformSocket } from "./_platform_socket.ts";
import type {
  CloseError,
  Format,
  Limits,
  MessageOf,
  Transport,
} from "./transport.ts";

export * from "./accept_websocket.ts";

/** How long a handshake may take by default, in milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000;

/**
 * Options of {@linkcode connectWebSocket}.
 *
 * @typeParam F What a message is.
 */
export interface ConnectWebSocketOptions<F extends Format = "text">
  extends Limits {
  /**
   * What a message is. `"text"` and `"utf8"` travel as text frames, `"binary"`
   * as binary ones. A frame of the other kind closes with code 1003, but for
   * valid UTF-8 in a binary frame, which `"utf8"` takes.
   *
   * @default {"text"}
   */
  format?: F;
  /**
   * What to do with a frame of the other kind: close with code 1003, pass it
   * over, or take its bytes as a message of this format, for a protocol whose
   * peers do so. What is no UTF-8 cannot be taken as text: code 1007.
   *
   * @default {"refuse"}
   */
  otherFrames?: "refuse" | "ignore" | "take";
  /** Gives up connecting. An open transport does not listen to it. */
  signal?: AbortSignal;
  /**
   * The subprotocols to offer.
   *
   * @default {[]}
   */
  protocols?: string[];
  /** Headers of the handshake. Browsers cannot send any. */
  headers?: HeadersInit;
  /**
   * How long the handshake may take, in milliseconds.
   *
   * @default {10000}
   */
  timeout?: number;
  /**
   * Whose WebSocket to use: one of our own over a socket, or the
   * platform's. The one of Deno 2.9 leaves Nagle's algorithm on, which holds a
   * second small message back for 40 ms, reads on whether its messages are read
   * or not, and does not notice a server that is gone.
   *
   * @default {"own"} On Deno; `"platform"` elsewhere, where there is no other.
   */
  implementation?: "own" | "platform";
  /**
   * Seconds without a sign of life after which the server is lost, with code
   * 1006. It is pinged at half of that. 0 waits for ever. The platform's
   * WebSocket cannot tell.
   *
   * @default {30}
   */
  idleTimeout?: number;
  /**
   * Certificates to trust besides the usual ones, in PEM. The platform's
   * WebSocket trusts the usual ones alone.
   */
  caCerts?: string[];
}

/**
 * Connects to a WebSocket server.
 *
 * Credentials in the URL (`ws://name:secret@host`) are sent as HTTP Basic.
 *
 * A platform's own client closes with code 1000 or 3000 to 4999 only, so there
 * an error with another code reaches the server as that code plus 3000, for
 * example 4011 for 1011.
 *
 * @typeParam F What a message is.
 * @param url Where, with the scheme `ws:` or `wss:`.
 * @param options The format, the handshake and the limits.
 * @returns The open transport. Rejects with a `CloseError` of code 1006 if
 * there is no such server, with the reason of the `signal`, or with a
 * `TimeoutError`.
 * @throws {TypeError} If the URL is not one of a WebSocket, or if there are
 * headers and the platform cannot send them.
 *
 * @example Say hello to an echo server
 * ```ts
 * import { acceptWebSocket, connectWebSocket } from "@wirekit/transport/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = Deno.serve({
 *   hostname: "127.0.0.1",
 *   port: 0,
 *   onListen() {},
 * }, (request) => {
 *   const { response, transport } = acceptWebSocket(request);
 *   transport.send("hello");
 *   return response;
 * });
 * const url = `ws://127.0.0.1:${server.addr.port}`;
 *
 * await using transport = await connectWebSocket(url, { timeout: 1_000 });
 * for await (const message of transport) {
 *   assertEquals(message, "hello");
 *   break;
 * }
 * ```
 */
export async function connectWebSocket<F extends Format = "text">(
  url: string | URL,
  options: ConnectWebSocketOptions<F> = {},
): Promise<Transport<MessageOf<F>>> {
  const { signal, protocols, timeout = HANDSHAKE_TIMEOUT, ...rest } = options;
  const { idleTimeout = 30, implementation = bestImplementation() } = options;
  const { target, headers } = destination(url, options.headers);
  signal?.throwIfAborted();
  if (implementation === "own") {
    const { openWebSocket } = await import("./_websocket_client.ts");
    return await openWebSocket<F>(target, {
      ...options,
      format: options.format ?? "text" as F,
      protocols: protocols ?? [],
      headers,
      timeout,
      idleTimeout,
    });
  }
  const socket = new PlatformSocket<F>(openSocket(target, protocols, headers), {
    ...rest,
    format: options.format ?? "text" as F,
    role: "client",
    timeout,
  });
  const abort = () => socket.close();
  signal?.addEventListener("abort", abort);
  try {
    await socket.opened;
    signal?.throwIfAborted();
  } catch (error) {
    signal?.throwIfAborted();
    const { cause } = error as CloseError;
    throw cause instanceof Error && cause.name === "TimeoutError"
      ? cause
      : error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
  return socket;
}

/** Ours needs a socket of Deno. */
function bestImplementation(): "own" | "platform" {
  const { Deno } = globalThis as { Deno?: { connect?: unknown } };
  return typeof Deno?.connect === "function" ? "own" : "platform";
}

/** Moves the credentials of a URL into a header. */
function destination(
  url: string | URL,
  init: HeadersInit | undefined,
): { target: URL; headers: Headers } {
  const target = new URL(url);
  if (target.protocol !== "ws:" && target.protocol !== "wss:") {
    throw new TypeError(
      `Cannot connect WebSocket: scheme is "${target.protocol}", expected "ws:" or "wss:"`,
    );
  }
  const headers = new Headers(init);
  if (target.username || target.password) {
    const credentials = encodeText(
      `${decodeURIComponent(target.username)}:${
        decodeURIComponent(target.password)
      }`,
    );
    const base64 = btoa(String.fromCharCode(...credentials));
    if (!headers.has("authorization")) {
      headers.set("authorization", `Basic ${base64}`);
    }
    target.username = "";
    target.password = "";
  }
  target.hash = "";
  return { target, headers };
}

/** Starts the platform's client. */
function openSocket(
  url: URL,
  protocols: string[] = [],
  headers: Headers,
): WebSocket {
  const fields = Object.fromEntries(headers);
  if (Object.keys(fields).length === 0) return new WebSocket(url, protocols);
  if (!/^(Deno|Node\.js|Bun)\//.test(globalThis.navigator?.userAgent ?? "")) {
    throw new TypeError(
      "Cannot connect WebSocket: browsers cannot send headers or credentials",
    );
  }
  return new WebSocket(url, { protocols, headers: fields } as never);
}
