// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Transports over TCP and TLS, client and server.
 *
 * ```ts
 * import { connectTcp, listenTcp } from "@wirekit/transport/tcp";
 * import { NewlineFramer } from "@wirekit/transport/framers";
 *
 * await using listener = await listenTcp({ port: 0 }, () => new NewlineFramer());
 * const { port } = listener.addr;
 * await using transport = await connectTcp({ port }, new NewlineFramer());
 * await transport.send("hello");
 * ```
 *
 * @module
 */

import type { AddressInfo, Socket } from "node:net";
import { checkTime } from "@wirekit/internal/clock";
import { checkLimits, checkPort } from "@wirekit/internal/limits";
import type { Logger } from "@wirekit/internal/logger";
import { checkTls } from "./_tls.ts";
import { refuseHttp } from "./server/_no_http.ts";
import { listenForSockets } from "./server/_socket_listener.ts";
import { connected, dial } from "./opening/_dial.ts";
import { explainOthers } from "./opening/_wrong_port.ts";
import { PipeTransport } from "./stream/_pipe_transport.ts";
import { SocketPipe } from "./stream/_socket_pipe.ts";
import type { Admission } from "./admission.ts";
import type { BytePipe } from "./stream/_byte_pipe.ts";
import type { Framer } from "./stream/framer.ts";
import type { NetAddr, RenewableTls, TransportListener } from "./listener.ts";
import type { ClientTls, Limits, Transport } from "./transport.ts";

export { checkClientTls, pemOf } from "./_tls.ts";
export { reasonOf } from "./opening/_not_connected.ts";
export type { BytePipe, PipeListener } from "./stream/_byte_pipe.ts";

/**
 * Options of {@linkcode connectTcp}.
 *
 * @category Connecting
 */
export interface ConnectTcpOptions extends Pick<Limits, "maxOutboxBytes"> {
  /**
   * The host to connect to.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /** The port to connect to. */
  port: number;
  /**
   * Whether to encrypt, which certificates to trust and which to present. The
   * certificate of the server must be for `hostname`.
   *
   * @default {false}
   */
  tls?: boolean | ClientTls;
  /** Aborts connecting. It does not affect an open transport. */
  signal?: AbortSignal;
  /**
   * When to give up connecting, in milliseconds; `Infinity` means never.
   *
   * @default {10000}
   */
  connectTimeout?: number;
}

/**
 * Options of {@linkcode listenTcp}.
 *
 * @category Connecting
 */
export interface ListenTcpOptions extends Pick<Limits, "maxOutboxBytes"> {
  /**
   * The address to listen on. By default only this machine can connect.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /** The port to listen on; 0 for a free one. */
  port: number;
  /** The certificate chain and its private key, in PEM, for TLS. */
  tls?: { cert: string; key: string };
  /**
   * How long a client may take for its TLS handshake, in milliseconds.
   *
   * @default {10000}
   */
  handshakeTimeout?: number;
  /**
   * The admission whose places the connections take, if several listeners share
   * them.
   *
   * @default Nobody's: there may be any number.
   */
  admission?: Pick<Admission, "enter" | "refuse">;
  /**
   * Where to log that connections cannot be accepted, and that they can again.
   *
   * @default Nowhere.
   */
  logger?: Logger;
}

/**
 * Connects to a TCP or TLS server.
 *
 * @typeParam T What a message is.
 * @param options Where and how to connect, and the deadline.
 * @param framer A framer that nothing else uses.
 * @returns The open transport. Rejects with a `NotConnectedError` that says why,
 * with the reason of the `signal`, or with a `TimeoutError`.
 *
 * @example Give up connecting after a second
 * ```ts
 * import { connectTcp } from "@wirekit/transport/tcp";
 * import { NewlineFramer } from "@wirekit/transport/framers";
 * import { NotConnectedError } from "@wirekit/transport/connect";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(
 *   () => connectTcp({ port: 1, connectTimeout: 1_000 }, new NewlineFramer()),
 *   NotConnectedError,
 *   "nobody listens there",
 * );
 * ```
 *
 * @category Connecting
 */
export async function connectTcp<T extends string | Uint8Array>(
  options: ConnectTcpOptions,
  framer: Framer<T>,
): Promise<Transport<T>> {
  const { hostname = "127.0.0.1", port, tls = false } = options;
  checkPort("port", port, 1);
  const where = {
    host: hostname,
    port,
    tls: tls === true ? {} : tls || undefined,
    allowHalfOpen: true,
  };
  return await dial({ ...options, ...where }, async (socket, lost) => {
    await connected(socket, lost);
    const pipe = new SocketPipe(socket);
    const own = explainOthers(framer, tls ? "wss:" : "ws:");
    return new PipeTransport(pipe, own, options);
  });
}

/**
 * Listens for TCP or TLS clients. One that begins with an HTTP request is ended
 * with 1002: a web page can post lines to any port of its visitor's machine.
 *
 * @typeParam T What a message is.
 * @param options Where and how to listen.
 * @param makeFramer Makes the framer of each connection.
 * @returns The listener. A client that does not finish its TLS handshake in
 * time is dropped without being handed out. Rejects with an error that names
 * the address and has the `code` of the system, such as `"EADDRINUSE"`, if it
 * cannot listen, and with a `TypeError` if the certificate and its key cannot
 * be used.
 *
 * @example Listen on a free port
 * ```ts
 * import { listenTcp } from "@wirekit/transport/tcp";
 * import { NewlineFramer } from "@wirekit/transport/framers";
 * import { assertEquals } from "@std/assert";
 *
 * await using listener = await listenTcp({ port: 0 }, () => new NewlineFramer());
 * assertEquals(listener.addr.hostname, "127.0.0.1");
 * ```
 *
 * @category Connecting
 */
export async function listenTcp<T extends string | Uint8Array>(
  options: ListenTcpOptions,
  makeFramer: () => Framer<T>,
): Promise<TransportListener<T, NetAddr> & RenewableTls> {
  const { hostname = "127.0.0.1", port, tls } = options;
  const { handshakeTimeout = 10_000, maxOutboxBytes, admission, logger } =
    options;
  checkPort("port", port);
  checkTime("handshakeTimeout", handshakeTimeout);
  checkLimits(options);
  if (tls) checkTls(tls);
  return await listenForSockets<T, NetAddr>(
    { where: { host: hostname, port }, tls, handshakeTimeout, logger },
    (server) => {
      const { address, port } = server.address() as AddressInfo;
      return {
        addr: { transport: "tcp", hostname: address, port },
        makeFramer: () => refuseHttp(makeFramer()),
        admission,
        maxOutboxBytes,
      };
    },
  );
}

/**
 * Reads and writes a socket past its stream where the runtime lets one, which
 * costs less for each read and write: for a carrier of one's own.
 *
 * @param socket A socket of `node:net` or `node:tls`, which is open. If it is
 * not one of TLS, all that listen to it do so no longer.
 * @returns What to read from and write to.
 *
 * @category Other carriers
 */
export function pipeOf(socket: { destroy(error?: Error): unknown }): BytePipe {
  return new SocketPipe(socket as Socket);
}
