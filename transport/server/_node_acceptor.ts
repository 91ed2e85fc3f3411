// Copyright 2026 the Wirekit authors. MIT license.

import type { Server, Socket } from "node:net";
import type { Timer } from "@wirekit/internal/clock";
import type { AcceptFailures } from "./_accept_watch.ts";
import { watchAccepting } from "./_accept_watch.ts";
import { checkTls, listenError, renewTls } from "./_listen_error.ts";
import type { Accepted, Acceptor } from "./_listener.ts";
import { createSecureServer, createSocketServer } from "./_node_http.ts";
import { hostAndPort } from "../_not_connected.ts";
import type { NetAddr } from "../listener.ts";

/** The most connections that the kernel queues until they are accepted. */
const BACKLOG = 1_024;

/** The longest time that a Node timer accepts. */
const MAX_DELAY = 2 ** 31 - 1;

/** Where and how to listen with `node:net`. */
export interface NodeListenOptions {
  hostname: string;
  port: number;
  tls?: { cert: string; key: string } | undefined;
  /** How long a client may take for its TLS handshake, in milliseconds. */
  handshakeTimeout: number;
}

/**
 * Listens with `node:net` and `node:tls`, for Node and Bun. On Deno, a socket
 * of `node:tls` cannot be made to stop reading.
 */
export async function listenByNode(
  { hostname, port, tls, handshakeTimeout }: NodeListenOptions,
): Promise<NodeAcceptor> {
  if (tls) checkTls(tls);
  const options = { noDelay: true, keepAlive: true, allowHalfOpen: true };
  const server: Server = tls
    ? createSecureServer({
      ...options,
      ...tls,
      handshakeTimeout: Math.min(handshakeTimeout, MAX_DELAY),
    })
    : createSocketServer(options);
  const acceptor = new NodeAcceptor(server);
  server.on(tls ? "secureConnection" : "connection", (socket: Socket) => {
    acceptor.arrived(new NodeConnection(socket));
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  try {
    server.listen({ host: hostname, port, backlog: BACKLOG }, resolve);
    await promise;
  } catch (cause) {
    throw listenError(cause, hostAndPort(hostname, port));
  }
  server.off("error", reject);
  return acceptor;
}

/** Hands out connections as `Deno.Listener` does. */
class NodeAcceptor implements Acceptor<NetAddr> {
  readonly #server: Server;
  readonly #arrived: Accepted[] = [];
  #taker: PromiseWithResolvers<Accepted> | undefined;
  #watch: Timer | undefined;

  constructor(server: Server) {
    this.#server = server;
  }

  get addr(): NetAddr {
    const { address, port } = this.#server.address() as {
      address: string;
      port: number;
    };
    return { transport: "tcp", hostname: address, port };
  }

  watch(failures: AcceptFailures): void {
    this.#server.on("error", (error) => failures.failed(error));
    this.#watch = watchAccepting(this.#server, failures, BACKLOG);
  }

  arrived(connection: Accepted): void {
    if (!this.#taker) return void this.#arrived.push(connection);
    this.#taker.resolve(connection);
    this.#taker = undefined;
  }

  accept(): Promise<Accepted> {
    const first = this.#arrived.shift();
    if (first) return Promise.resolve(first);
    this.#taker = Promise.withResolvers();
    return this.#taker.promise;
  }

  renewTls(tls: { cert: string; key: string }): void {
    renewTls(this.#server, tls);
  }

  close(): void {
    this.#watch?.stop();
    this.#server.close();
    for (const connection of this.#arrived.splice(0)) connection.close();
    this.#taker?.reject(new Error("The listener is closed"));
  }
}

/** A socket of `node:net`, read and written as a `Deno.Conn`. */
class NodeConnection implements Accepted {
  readonly #socket: Socket;
  readonly #chunks: Uint8Array[] = [];
  #failure: Error | undefined;
  #news: PromiseWithResolvers<void> | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const tell = () => this.#news?.resolve();
    socket.pause();
    socket.on("data", (chunk) => {
      socket.pause();
      this.#chunks.push(chunk as unknown as Uint8Array);
      tell();
    }).on("end", tell).on("close", tell).on("error", (error) => {
      this.#failure = error;
      tell();
    });
  }

  get remoteAddr(): NetAddr {
    const { remoteAddress = "", remotePort = 0 } = this.#socket;
    return { transport: "tcp", hostname: remoteAddress, port: remotePort };
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const socket = this.#socket;
    for (;;) {
      const chunk = this.#chunks[0];
      if (chunk) {
        const some = chunk.subarray(0, buffer.length);
        buffer.set(some);
        if (some.length === chunk.length) this.#chunks.shift();
        else this.#chunks[0] = chunk.subarray(some.length);
        return some.length;
      }
      if (socket.readableEnded) return null;
      if (this.#failure) throw this.#failure;
      if (socket.destroyed) throw new Error("The connection is closed");
      this.#news = Promise.withResolvers();
      socket.resume();
      await this.#news.promise;
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error) reject(error);
        else resolve(bytes.length);
      });
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once("close", resolve).end(resolve);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
