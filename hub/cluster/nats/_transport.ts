// Copyright 2026 the Wirekit authors. MIT license.

/** Connects to a NATS server, whatever its sockets do. */

import { connect, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import {
  type ConnectionOptions,
  getResolveFn,
  type NatsConnection,
  NatsConnectionImpl,
  type NodeConnectionOptions,
  ProtocolHandler,
  type Publisher,
  setTransportFactory,
  type Transport,
} from "@nats-io/transport-node";
import {
  nodeResolveHost,
  NodeTransport,
} from "@nats-io/transport-node/lib/node_transport.js";
import { type BytePipe, pipeOf } from "@wirekit/transport/tcp";
import type { ClientTls } from "@wirekit/transport/transport";
import { readPaced } from "./_paced.ts";
import { Splitter, type Taker } from "./_splitter.ts";

/**
 * NATS's transport, whose sockets always have a listener for errors. Its own
 * takes all listeners away when it gives up a socket. If the server resets the
 * connection then, as it may after it has refused a secret, nobody hears the
 * error, which ends the process. Its own also keeps a socket open that was given
 * up before the server had greeted, and one whose bytes it could not read.
 */
class SafeTransport extends NodeTransport {
  readonly #splitter: Splitter;
  /** The socket past its stream: a hub's share of one call takes a fifth less. */
  #pipe: BytePipe | undefined;
  /** What goes out after what is being written, if something is. */
  #waiting: Uint8Array<ArrayBuffer>[] | undefined;

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
    const socket = guard(connect(port, hostname)).setNoDelay(true);
    // At once, so that it is closed if it is given up before it is open.
    this.socket = socket;
    return new Promise((resolve, reject) => {
      socket.once("connect", () => resolve(socket))
        .once("error", reject)
        .once("close", () => reject(new Error("closed")));
    });
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

/** What is said of a server that ends a connection before it is open. */
export const CLOSED = "the server has closed the connection";

/**
 * The client of NATS takes its transports from what was set last for the whole
 * process, perhaps by another who uses it. This one always has its own.
 */
class SafeProtocol extends ProtocolHandler {
  /** Is told what the server does not do, in its words. */
  refused = (_words: string) => {};

  constructor(
    options: ConnectionOptions,
    publisher: Publisher,
    takers: ReadonlyMap<number, Taker>,
  ) {
    super(options, publisher);
    // There from the beginning: it is closed even if no host was found.
    let transport: Transport = new SafeTransport(takers);
    Object.defineProperty(this, "transport", {
      get: () => transport,
      set: () => transport = new SafeTransport(takers),
    });
  }

  override processError(words: Uint8Array): void {
    super.processError(words);
    const text = new TextDecoder().decode(words).trim();
    this.refused(text.replace(/^'(.*)'$/, "$1"));
  }

  /** One that is lost before it is open is not waited for: the next is tried. */
  override async disconnected(error?: Error): Promise<void> {
    if (!this.connectError) return await super.disconnected(error);
    this.connectError(error ?? new Error(CLOSED));
  }

  /** What was asked, or is to be, on a connection that is gone is never answered. */
  override resetOutbound(): void {
    super.resetOutbound();
    this.muxSubscriptions.close();
  }

  /** What cannot be read ends the connection, and is not written to stdout. */
  override push(event: Parameters<ProtocolHandler["push"]>[0]): void {
    try {
      super.push(event);
    } catch {
      this.transport.disconnect();
    }
  }
}

/** A connection, and a way past the client of NATS for the mail of a hub. */
export interface SafeConnection {
  readonly connection: NatsConnection;
  /** What takes the messages to which subscription, without a copy. */
  readonly takers: Map<number, Taker>;
  /** Resolves when it is connected. */
  readonly ready: Promise<void>;
  /**
   * Sends whole commands, if there is a connection now. Returns whether the
   * bytes must not change any more.
   */
  send(bytes: Uint8Array<ArrayBuffer>): boolean;
  /**
   * Says who is told what the server does not do, in its own words, before
   * anything that it sends after that.
   */
  onRefusal(tell: (words: string) => void): void;
}

/** Makes a connection, which connects. */
export function openConnection(options: NodeConnectionOptions): SafeConnection {
  // It has to be something, and is used for no transport of this connection.
  if (!getResolveFn()) {
    setTransportFactory({
      factory: () => new NodeTransport(),
      dnsResolveFn: nodeResolveHost,
    });
  }
  const connection: NatsConnectionImpl = Reflect.construct(
    NatsConnectionImpl,
    [options],
  );
  const takers = new Map<number, Taker>();
  const protocol = new SafeProtocol(connection.options, connection, takers);
  connection.protocol = protocol;
  return {
    connection: connection as NatsConnection,
    takers,
    ready: protocol.dialLoop(),
    send: (bytes) =>
      protocol.connected &&
      (protocol.transport as SafeTransport).sendOrKeep(bytes),
    onRefusal: (tell) => protocol.refused = tell,
  };
}

/** Connects as `connect()` of the package does. */
export async function connectSafely(
  options: NodeConnectionOptions,
): Promise<NatsConnection> {
  const { connection, ready } = openConnection(options);
  await ready;
  return connection;
}
