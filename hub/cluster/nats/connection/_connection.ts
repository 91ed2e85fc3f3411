// Copyright 2026 the Wirekit authors. MIT license.

/** A connection to NATS servers, and a way past their client. */

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
import type { Taker } from "./_splitter.ts";
import { CLOSED, SafeTransport } from "./_transport.ts";
import type { Failure } from "./_why_not.ts";

/**
 * The client of NATS takes its transports from what was set last for the whole
 * process, perhaps by another who uses it. This one always has its own.
 */
class SafeProtocol extends ProtocolHandler {
  /** Is told what the server does not do, in its words. */
  refused = (_words: string) => {};
  readonly #failures = new Map<string, Failure>();
  /** The server that is tried now. */
  #trying = "";

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

  override async _doDial(
    server: Parameters<ProtocolHandler["_doDial"]>[0],
  ): Promise<void> {
    // What another server has said.
    delete this.lastError;
    this.#trying = server.listen;
    try {
      await super._doDial(server);
    } catch (error) {
      this.#fail(error);
      if (!this.connectedOnce) this.#passOver(server);
      throw error;
    } finally {
      this.#trying = "";
    }
  }

  #fail(error: unknown): void {
    const { stage } = this.transport as SafeTransport;
    this.#failures.set(this.#trying, { error, stage });
  }

  /**
   * Each server is tried once at first: those of a cluster tell of the others,
   * also of one that has just refused this hub.
   */
  #passOver(server: Parameters<ProtocolHandler["_doDial"]>[0]): void {
    const { servers } = this;
    for (const each of [...servers.getServers()]) {
      if (each !== server && this.#failures.has(each.listen)) {
        servers.removeServer(each);
      }
    }
  }

  /** Returns why each server was of no use, as far as it was tried. */
  giveUp(): ReadonlyMap<string, Failure> {
    if (this.#trying !== "") this.#fail(new Error("timeout"));
    return this.#failures;
  }

  /** One that is lost before it is open is not waited for: the next is tried. */
  override async disconnected(error?: Error): Promise<void> {
    if (!this.connectError) return await super.disconnected(error);
    // What the server has said says more than that the socket is closed.
    this.connectError(this.lastError ?? error ?? new Error(CLOSED));
  }

  /** It does not answer: the others are tried before it. */
  override disconnect(): void {
    const { servers } = this;
    if (servers.next() === servers.getCurrentServer()) servers.selectServer();
    super.disconnect();
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
  /** Returns why each server, by host and port, is of no use so far. */
  giveUp(): ReadonlyMap<string, Failure>;
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
    giveUp: () => protocol.giveUp(),
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
