// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Transports over Unix domain sockets, client and server.
 *
 * ```ts
 * import { connectUnix, listenUnix } from "@wirekit/transport/unix";
 * import { NewlineFramer } from "@wirekit/transport/newline-framer";
 *
 * const directory = await Deno.makeTempDir();
 * const path = `${directory}/hub.sock`;
 * await using listener = await listenUnix({ path }, () => new NewlineFramer());
 * await using transport = await connectUnix({ path }, new NewlineFramer());
 * await transport.send("hello");
 * ```
 *
 * @module
 */

import { checkLimits } from "@wirekit/internal/limits";
import type { Logger } from "@wirekit/internal/logger";
import { listening } from "./server/_listen_error.ts";
import { Listener } from "./server/_listener.ts";
import { needsDeno, notConnected } from "./_not_connected.ts";
import { opening } from "./_opening.ts";
import type { Admission } from "./admission.ts";
import type { Framer } from "./stream/framer.ts";
import type { TransportListener, UnixAddr } from "./listener.ts";
import {
  StreamTransport,
  type StreamTransportOptions,
} from "./stream/stream.ts";
import type { Limits, Transport } from "./transport.ts";

/** Options of {@linkcode connectUnix}. */
export interface ConnectUnixOptions extends Pick<Limits, "maxOutboxBytes"> {
  /** The path of the socket. */
  path: string;
  /** Aborts connecting. It does not affect an open transport. */
  signal?: AbortSignal;
  /**
   * When to give up connecting, in milliseconds; `Infinity` means never.
   *
   * @default {10000}
   */
  connectTimeout?: number;
}

/** Options of {@linkcode listenUnix}. */
export interface ListenUnixOptions extends Pick<Limits, "maxOutboxBytes"> {
  /** The path of the socket. */
  path: string;
  /**
   * The admission whose places the connections take, if several listeners share
   * them.
   *
   * @default Nobody's: there may be any number.
   */
  admission?: Pick<Admission, "enter">;
  /**
   * Where to log that connections cannot be accepted, and that they can again.
   *
   * @default Nowhere.
   */
  logger?: Logger;
}

/**
 * Connects to a Unix domain socket.
 *
 * @typeParam T What a message is.
 * @param options Where to connect, and the deadline.
 * @param framer A framer that nothing else uses.
 * @returns The open transport. Rejects with a `NotConnectedError` that says why,
 * with the reason of the `signal`, or with a `TimeoutError`.
 *
 * @example Nothing listens there
 * ```ts
 * import { connectUnix } from "@wirekit/transport/unix";
 * import { NewlineFramer } from "@wirekit/transport/newline-framer";
 * import { NotConnectedError } from "@wirekit/transport/connect";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(
 *   () => connectUnix({ path: "/no/such.sock" }, new NewlineFramer()),
 *   NotConnectedError,
 *   "there is no such socket",
 * );
 * ```
 */
export async function connectUnix<T extends string | Uint8Array>(
  options: ConnectUnixOptions,
  framer: Framer<T>,
): Promise<Transport<T>> {
  const { path } = options;
  const target = `unix:${path}`;
  const conn = await opening(
    async (signal) => {
      try {
        return await connectPath(path, signal);
      } catch (error) {
        throw notConnected(target, error);
      }
    },
    options,
    path,
  );
  return new StreamTransport(conn, framer, options);
}

/**
 * Listens on a Unix domain socket to which only the same user can connect (its
 * file has mode 0600).
 *
 * The socket file of a dead listener is replaced, that of a live one is not.
 * Closing removes the file.
 *
 * @typeParam T What a message is.
 * @param options Where to listen.
 * @param makeFramer Makes the framer of each connection.
 * @returns The listener. Rejects with one of `Deno.errors` that names the path
 * if it cannot listen: `AddrInUse` if something listens there, or if the file
 * is not a socket. Rejects with a `TypeError` if this is not Deno.
 *
 * @example Listen on a path
 * ```ts
 * import { listenUnix } from "@wirekit/transport/unix";
 * import { NewlineFramer } from "@wirekit/transport/newline-framer";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/hub.sock`;
 * await using listener = await listenUnix({ path }, () => new NewlineFramer());
 * assertEquals(listener.addr.path, path);
 * ```
 */
export async function listenUnix<T extends string | Uint8Array>(
  options: ListenUnixOptions,
  makeFramer: () => Framer<T>,
): Promise<TransportListener<T, UnixAddr>> {
  const { path, maxOutboxBytes, logger, admission } = options;
  checkLimits(options);
  const listener = await listenUnused(path);
  return new Listener<T, UnixAddr>(listener, {
    address: path,
    logger,
    admission,
    // deno-lint-ignore require-await -- a failure has to be a rejection
  }, async (conn, { onGone }) => {
    return new StreamTransport(conn as Deno.Conn, makeFramer(), {
      ...(maxOutboxBytes !== undefined && { maxOutboxBytes }),
      onGone,
    } as StreamTransportOptions);
  });
}

/** Listens on a path that may have the socket file of a dead listener. */
async function listenUnused(path: string): Promise<Deno.UnixListener> {
  try {
    return listening(path, () => listen(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    if (!(await Deno.lstat(path)).isSocket) {
      const text =
        `Cannot listen on ${path}: it is a file, and not a socket (EADDRINUSE)`;
      const inUse = new Deno.errors.AddrInUse(text, { cause: error });
      throw Object.assign(inUse, { code: "EADDRINUSE" });
    }
    if (await isAlive(path)) throw error;
    await Deno.remove(path);
    return listening(path, () => listen(path));
  }
}

function listen(path: string): Deno.UnixListener {
  const listener = Deno.listen({ transport: "unix", path });
  Deno.chmodSync(path, 0o600);
  return listener;
}

/** Whether the socket at `path` is in use. */
async function isAlive(path: string): Promise<boolean> {
  try {
    (await opening((signal) => connectPath(path, signal), {})).close();
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.ConnectionRefused);
  }
}

/**
 * Connects to a path by `Deno.connect`, which takes no signal, with a signal.
 */
async function connectPath(
  path: string,
  signal: AbortSignal,
): Promise<Deno.UnixConn> {
  needsDeno("a Unix socket");
  const connecting = Deno.connect({ transport: "unix", path });
  const aborted = Promise.withResolvers<never>();
  const abort = () => {
    connecting.then((conn) => conn.close(), () => {});
    aborted.reject(signal.reason);
  };
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([connecting, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
