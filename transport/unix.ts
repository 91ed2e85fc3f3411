// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Transports over Unix domain sockets, client and server.
 *
 * ```ts
 * import { connectUnix, listenUnix } from "@wirekit/transport/unix";
 * import { NewlineFramer } from "@wirekit/transport/framers";
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

import type * as NodeFs from "node:fs";
import type * as NodePath from "node:path";
import { checkLimits } from "@wirekit/internal/limits";
import type { Logger } from "@wirekit/internal/logger";
import { connected, dial } from "./opening/_dial.ts";
import { explainOthers } from "./opening/_wrong_port.ts";
import { builtin } from "./_node.ts";
import { codeOf, listenError } from "./server/_listen_error.ts";
import type { PipeListenerOptions } from "./server/_pipe_listener.ts";
import { listenForSockets } from "./server/_socket_listener.ts";
import type { Admission } from "./admission.ts";
import { refuseHttp } from "./server/_no_http.ts";
import type { Framer } from "./stream/framer.ts";
import type { TransportListener, UnixAddr } from "./listener.ts";
import { PipeTransport } from "./stream/_pipe_transport.ts";
import { SocketPipe } from "./stream/_socket_pipe.ts";
import type { Limits, Transport } from "./transport.ts";

/** What a path may have in bytes, on Linux. */
const MAX_PATH_BYTES = 107;

// Loaded with the first socket: it would make the start of others longer.
const fs = () => builtin<typeof NodeFs>("node:fs");
const paths = () => builtin<typeof NodePath>("node:path");

/**
 * Options of {@linkcode connectUnix}.
 *
 * @category Connecting
 */
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

/**
 * Options of {@linkcode listenUnix}.
 *
 * @category Connecting
 */
export interface ListenUnixOptions extends Pick<Limits, "maxOutboxBytes"> {
  /** The path of the socket. */
  path: string;
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
 * import { NewlineFramer } from "@wirekit/transport/framers";
 * import { NotConnectedError } from "@wirekit/transport/connect";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(
 *   () => connectUnix({ path: "/no/such.sock" }, new NewlineFramer()),
 *   NotConnectedError,
 *   "there is no such socket",
 * );
 * ```
 *
 * @category Connecting
 */
export async function connectUnix<T extends string | Uint8Array>(
  options: ConnectUnixOptions,
  framer: Framer<T>,
): Promise<Transport<T>> {
  const { path, signal, connectTimeout } = options;
  checkPath(path, `Cannot connect to unix:${path}`);
  const where = {
    path,
    allowHalfOpen: true,
    ...(signal && { signal }),
    ...(connectTimeout !== undefined && { connectTimeout }),
  };
  return await dial(where, async (socket, lost) => {
    await connected(socket, lost);
    const pipe = new SocketPipe(socket);
    return new PipeTransport(pipe, explainOthers(framer), options);
  });
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
 * @returns The listener. Rejects with an error that names the path and has the
 * `code` of the system if it cannot listen: `"EADDRINUSE"` if something listens
 * there, or if the file is not a socket; on Deno it is one of `Deno.errors`.
 * Rejects with a `TypeError` if the path is empty or too long.
 *
 * @example Listen on a path
 * ```ts
 * import { listenUnix } from "@wirekit/transport/unix";
 * import { NewlineFramer } from "@wirekit/transport/framers";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/hub.sock`;
 * await using listener = await listenUnix({ path }, () => new NewlineFramer());
 * assertEquals(listener.addr.path, path);
 * ```
 *
 * @category Connecting
 */
export async function listenUnix<T extends string | Uint8Array>(
  options: ListenUnixOptions,
  makeFramer: () => Framer<T>,
): Promise<TransportListener<T, UnixAddr>> {
  checkLimits(options);
  checkPath(options.path, `Cannot listen on ${options.path}`);
  try {
    return await listen(options, makeFramer);
  } catch (error) {
    const { path } = options;
    // Node says the same of a folder that is not there.
    if (codeOf(error) === "EACCES" && !fs().existsSync(folderOf(path))) {
      throw listenError(Object.assign(new Error(), { code: "ENOENT" }), path);
    }
    if (codeOf(error) !== "EADDRINUSE") throw error;
    if (!fs().lstatSync(path).isSocket()) {
      const { constructor: Class } = error as Error;
      const text = `Cannot listen on ${path}: it is not a socket (EADDRINUSE)`;
      const inUse = new (Class as ErrorConstructor)(text, { cause: error });
      throw Object.assign(inUse, { code: "EADDRINUSE" });
    }
    if (await isAlive(path)) throw error;
    fs().rmSync(path);
    return await listen(options, makeFramer);
  }
}

async function listen<T extends string | Uint8Array>(
  { path, maxOutboxBytes, logger, admission }: ListenUnixOptions,
  makeFramer: () => Framer<T>,
): Promise<TransportListener<T, UnixAddr>> {
  const options: PipeListenerOptions<T, UnixAddr> = {
    // Clients may be in another folder.
    addr: { transport: "unix", path: paths().resolve(path) },
    makeFramer: () => refuseHttp(makeFramer()),
    admission,
    maxOutboxBytes,
  };
  return await listenForSockets(
    {
      where: { path },
      handshakeTimeout: Infinity,
      onBound: () => fs().chmodSync(path, 0o600),
      logger,
    },
    () => options,
  );
}

function checkPath(path: string, what: string): void {
  if (typeof path !== "string" || path === "") {
    throw new TypeError(`A Unix socket needs a path: got "${path}"`);
  }
  if (new TextEncoder().encode(path).length <= MAX_PATH_BYTES) return;
  throw new TypeError(
    `${what}: the path is too long for a socket, which takes ` +
      `${MAX_PATH_BYTES} bytes`,
  );
}

function folderOf(path: string): string {
  return path.replace(/[^/]*$/, "") || ".";
}

/** Whether the socket at `path` is in use. */
async function isAlive(path: string): Promise<boolean> {
  try {
    await dial({ path }, async (socket, lost) => {
      await connected(socket, lost);
      socket.destroy();
    });
    return true;
  } catch (error) {
    return codeOf(Object(error).cause) !== "ECONNREFUSED";
  }
}
