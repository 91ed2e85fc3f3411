// Copyright 2026 the Wirekit authors. MIT license.

/** Speaks with a NATS server, whatever its sockets do. */

import { connect, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { ServerInfo } from "@nats-io/transport-node";
import { NodeTransport } from "@nats-io/transport-node/lib/node_transport.js";
import { type BytePipe, pipeOf } from "@wirekit/transport/tcp";
import type { ClientTls } from "@wirekit/transport/transport";
import { Greeting } from "./_greeting.ts";
import { readPaced } from "./_paced.ts";
import { Splitter, type Taker } from "./_splitter.ts";

/** What is said of a server that ends a connection before it is open. */
export const CLOSED = "the server has closed the connection";
/** What is said of what does so before it has said anything. */
export const SPEECHLESS = "it closes the connection without a word";

/** What is said of one that is too old, or is told to do without. */
export const HEADLESS = "it does not take messages with headers";

/** How far a connection has come: a NATS server greets when it is open. */
export type Stage = "dialing" | "open" | "greeted";

/**
 * NATS's transport, whose sockets always have a listener for errors. Its own
 * takes all listeners away when it gives up a socket. If the server resets the
 * connection then, as it may after it has refused a secret, nobody hears the
 * error, which ends the process. Its own also keeps a socket open that was given
 * up before the server had greeted, and one whose bytes it could not read.
 */
export class SafeTransport extends NodeTransport {
  readonly #splitter: Splitter;
  /** The socket past its stream: a hub's share of one call takes a fifth less. */
  #pipe: BytePipe | undefined;
  /** What goes out after what is being written, if something is. */
  #waiting: Uint8Array<ArrayBuffer>[] | undefined;
  #place = { hostname: "", port: 0 };
  #greeting: Greeting | undefined;
  /** How far it has come. */
  stage: Stage = "dialing";

  constructor(takers: ReadonlyMap<number, Taker>) {
    super();
    this.#splitter = new Splitter(takers, (bytes) => {
      // All sockets are read into the same bytes.
      this.yields.push(bytes.slice());
      this.signal.resolve();
    }, () => this.disconnect());
  }

  override dial(
    { hostname, port }: Parameters<NodeTransport["dial"]>[0],
  ): Promise<Socket> {
    this.#place = { hostname, port };
    const socket = guard(connect(port, hostname)).setNoDelay(true);
    // At once, so that it is closed if it is given up before it is open.
    this.socket = socket;
    return new Promise((resolve, reject) => {
      socket.once("connect", () => {
        this.stage = "open";
        resolve(socket);
      })
        .once("error", reject)
        .once("close", () => reject(new Error("closed")));
    });
  }

  /** Its own says of nothing but NATS that it is not, and not what it is. */
  override async peekInfo(): Promise<ServerInfo> {
    const take = (bytes: Uint8Array) => void this.yields.push(bytes);
    this.#greeting = new Greeting(this.socket, this.#place, {
      closed: SPEECHLESS,
      take,
    });
    const info = await this.#greeting.info;
    this.stage = "greeted";
    // The buckets need them.
    if (info.headers !== true) throw new Error(HEADLESS);
    return info;
  }

  override discard(): void {
    this.#greeting?.stop();
    super.discard();
  }

  override startTLS(): Promise<TLSSocket> {
    // A server may ask for TLS where the URL does not.
    const { ca, cert, key }: ClientTls = this.options.tls ?? {};
    const { socket, tlsName: servername } = this;
    const certificates = {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    };
    const secure = guard(connectTls({ socket, servername, ...certificates }));
    return new Promise((resolve, reject) => {
      secure.once("secureConnect", () => resolve(secure))
        .once("error", reject)
        .once("close", () => reject(new Error("closed")));
    });
  }

  override setupHandlers(): void {
    const { socket } = this;
    // Before there are handlers: it takes all away.
    const pipe = pipeOf(socket);
    super.setupHandlers();
    // A server refuses a certificate when the connection is open for us already,
    // perhaps before anybody listens.
    if (socket.destroyed) {
      if (socket.errored) socket.emit("error", socket.errored);
      socket.emit("close", true);
    }
    if (this.isClosed) return;
    socket.removeAllListeners("data");
    this.#pipe = pipe;
    // The client of NATS listens for the end itself.
    readPaced(pipe, (bytes) => this.#splitter.push(bytes));
  }

  override async *iterate(): AsyncGenerator<Uint8Array, void> {
    try {
      yield* super.iterate();
    } finally {
      if (!this.isClosed) this.disconnect();
    }
  }

  /** Without a promise for each write, whose result nobody looks at. */
  override send(frame: Uint8Array): void {
    this.sendOrKeep(frame as Uint8Array<ArrayBuffer>);
  }

  /** Does the same; returns whether the bytes must not change any more. */
  sendOrKeep(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (this.isClosed) return false;
    if (this.#waiting) this.#waiting.push(bytes);
    else this.#write([bytes]);
    return this.#waiting !== undefined;
  }

  #write(parts: Uint8Array<ArrayBuffer>[]): void {
    const writing = this.#pipe?.write(parts);
    if (!writing) return;
    this.#waiting = [];
    // If it fails, the socket is closed, which is noticed.
    writing.then(() => this.#writeOn(), () => {});
  }

  #writeOn(): void {
    const waiting = this.#waiting!;
    this.#waiting = undefined;
    if (waiting.length > 0 && !this.isClosed) this.#write(waiting);
  }

  override async close(error?: Error): Promise<void> {
    await super.close(error);
    if (!this.connected) this.discard();
  }
}

function guard<T extends Socket>(socket: T): T {
  const remove = socket.removeAllListeners.bind(socket);
  socket.removeAllListeners = (...events) => {
    remove(...events);
    return socket.on("error", () => {});
  };
  return socket.on("error", () => {});
}
