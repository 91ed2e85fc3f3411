// Copyright 2026 the Wirekit authors. MIT license.

import type { ListenOptions, Server, Socket } from "node:net";
import type { Timer } from "@wirekit/internal/clock";
import type { Logger } from "@wirekit/internal/logger";
import { AcceptFailures, watchAccepting } from "./_accept_watch.ts";
import { listenError, renewTls } from "./_listen_error.ts";
import { createSecureServer, createSocketServer } from "./_node_http.ts";
import { hostAndPort } from "../_not_connected.ts";
import { PipeTransport } from "../stream/_pipe_transport.ts";
import { SocketPipe } from "../stream/_socket_pipe.ts";
import type { Framer } from "../stream/framer.ts";
import type { Admission, Place } from "../admission.ts";
import { Awaited, remoteAddrOf } from "./_awaited.ts";
import type { RenewableTls, TransportListener } from "../listener.ts";
import type { Transport } from "../transport.ts";

/** The most connections that the kernel queues until they are accepted. */
const BACKLOG = 1_024;

/** The most connections that nobody has taken yet. */
const MAX_WAITING = 1_024;

/** The longest time that a Node timer accepts. */
const MAX_DELAY = 2 ** 31 - 1;

/** Options of {@linkcode listenForSockets}. */
export interface SocketListenerOptions {
  /** Where to listen: an address and a port, or a path. */
  where: ListenOptions;
  /** Certificate chain and private key in PEM. */
  tls?: { cert: string; key: string } | undefined;
  /** How long a client may take for its TLS handshake, in milliseconds. */
  handshakeTimeout: number;
  /** Where to log failures. */
  logger: Logger | undefined;
  /** The admission that counts the connections. */
  admission: Pick<Admission, "enter" | "refuse"> | undefined;
  /** The most bytes that may wait to be written. */
  maxOutboxBytes: number | undefined;
}

/**
 * Listens with `node:net` and `node:tls`, whose reads and writes cost less on
 * Deno than those of a `Deno.Conn`, each of which is a promise.
 *
 * @param options Where and how to listen.
 * @param addrOf Writes where it listens, once the port is known.
 * @param makeFramer Makes the framer of each connection.
 */
export async function listenForSockets<T extends string | Uint8Array, A>(
  options: SocketListenerOptions,
  addrOf: (server: Server) => A,
  makeFramer: () => Framer<T>,
): Promise<SocketListener<T, A>> {
  const { where, tls, handshakeTimeout, logger } = options;
  const settings = { noDelay: true, keepAlive: true, allowHalfOpen: true };
  const server: Server = tls
    ? createSecureServer({
      ...settings,
      ...tls,
      handshakeTimeout: Math.ceil(Math.min(handshakeTimeout, MAX_DELAY)),
    })
    : createSocketServer(settings);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  try {
    server.listen({ ...where, backlog: BACKLOG }, resolve);
    await promise;
  } catch (cause) {
    throw listenError(cause, nameOf(where));
  }
  server.off("error", reject);
  const address = server.address();
  const failures = new AcceptFailures(
    nameOf(typeof address === "object" ? { ...where, ...address } : where),
    logger,
  );
  const addr = addrOf(server);
  return new SocketListener(server, addr, failures, options, makeFramer);
}

/** Where a transport has the place that was taken for it. */
const PLACE = Symbol("place");

/** Returns the place that a listener has taken for a transport, if it did. */
export function placeOf(transport: object): Place | undefined {
  return (transport as { [PLACE]?: Place })[PLACE];
}

/** Writes where a server listens, for people. */
function nameOf({ path, host = "", port = 0 }: ListenOptions): string {
  return path ?? hostAndPort(host, port);
}

/** Hands out a transport for each client that connects. */
export class SocketListener<T extends string | Uint8Array, A>
  implements TransportListener<T, A>, RenewableTls {
  /** Where it listens. */
  readonly addr: A;
  readonly #server: Server;
  readonly #watch: Timer;
  readonly #options: SocketListenerOptions;
  readonly #makeFramer: () => Framer<T>;
  readonly #ready: Transport<T>[] = [];
  #wake: PromiseWithResolvers<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    server: Server,
    addr: A,
    failures: AcceptFailures,
    options: SocketListenerOptions,
    makeFramer: () => Framer<T>,
  ) {
    this.#server = server;
    this.addr = addr;
    this.#options = options;
    this.#makeFramer = makeFramer;
    if (options.tls) {
      const awaited = new Awaited(options.admission);
      server.on("connection", (socket) => awaited.begin(socket));
      server.on("secureConnection", (socket: Socket) => {
        awaited.delete(socket);
        this.#take(socket);
      });
    } else server.on("connection", (socket) => this.#take(socket));
    server.on("error", (error) => failures.failed(error));
    this.#watch = watchAccepting(server, failures, BACKLOG);
  }

  /** Yields the transports of the clients that connect. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Transport<T>, void> {
    while (!this.#closing) {
      const transport = this.#ready.shift();
      if (transport) {
        yield transport;
        continue;
      }
      this.#wake = Promise.withResolvers();
      await this.#wake.promise;
    }
  }

  /** See {@linkcode RenewableTls}. */
  renewTls(tls: { cert: string; key: string }): void {
    renewTls(this.#server, tls);
  }

  /** Stops listening. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Stops listening. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#watch.stop();
    this.#server.close();
    this.#wake?.resolve();
    await Promise.all(this.#ready.splice(0).map((each) => each.close()));
  }

  #take(socket: Socket): void {
    const { admission, maxOutboxBytes } = this.#options;
    socket.on("error", () => {}); // Without it, a reset would be thrown.
    const place = admission?.enter({ remoteAddr: remoteAddrOf(socket) });
    if (place instanceof Response) return void socket.destroy();
    const onGone = () => place?.leave();
    if (this.#closing || this.#ready.length >= MAX_WAITING) {
      onGone();
      return void socket.destroy();
    }
    const pipe = new SocketPipe(socket);
    const options = { maxOutboxBytes, onGone };
    const transport = new PipeTransport(pipe, this.#makeFramer(), options);
    this.#ready.push(Object.assign(transport, { [PLACE]: place }));
    this.#wake?.resolve();
  }
}
