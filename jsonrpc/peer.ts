// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * One end of a connection: it calls, and it answers.
 *
 * ```ts
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 *
 * const methods = new Methods()
 *   .add("sum", (_call, x: number, y: number) => x + y);
 * const [near, far] = pair();
 * await using server = new Peer(far, { methods });
 * await using client = new Peer(near);
 *
 * await client.request("sum", [1, 2]); // 3
 * ```
 *
 * @module
 */

import type { Transport } from "@wirekit/transport/transport";
import type { Caller } from "./call/caller.ts";
import type { Wire } from "./wire/codec.ts";
import type { Connection, Handshake } from "./answer/context.ts";
import type { Contract } from "./contract/contract.ts";
import { Engine } from "./_engine.ts";
import type { PeerOptions } from "./peer_options.ts";
import { LiveCaller } from "./call/remote_caller.ts";
import type { Subscriber } from "./push/subscription.ts";

/**
 * What drives each peer. It is no static block that lends it out: that would put
 * the class into every bundle.
 */
const engines = new WeakMap<object, unknown>();

/** Returns what drives a peer, for a client that has one peer after another. */
export function engineOf<State>(peer: Connection<State>): Engine<State> {
  return engines.get(peer) as Engine<State>;
}

/**
 * One end of a connection. Both ends are the same: each calls the other, and
 * answers it. It reads its transport from the moment it is made.
 *
 * @typeParam C What the other end offers.
 * @typeParam State What is kept of the connection.
 *
 * @example Call each other
 * ```ts
 * import { Methods, Peer } from "@wirekit/jsonrpc";
 * import { pair } from "@wirekit/transport/pair";
 * import { assertEquals } from "@std/assert";
 *
 * const server = new Methods().add("greet", async (call) => {
 *   const name = await call.peer.request("name");
 *   return `Hello ${name}`;
 * });
 * const client = new Methods().add("name", () => "Ada");
 *
 * const [near, far] = pair();
 * await using _server = new Peer(far, { methods: server });
 * await using peer = new Peer(near, { methods: client });
 * assertEquals(await peer.request("greet"), "Hello Ada");
 * ```
 *
 * @category Peers
 */
export class Peer<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends LiveCaller<C> implements Connection<State>, AsyncDisposable {
  /** What is kept of the connection. */
  readonly state: State;
  /** The HTTP request of the connection; only a server over WebSocket has it. */
  readonly handshake: Handshake | undefined;
  /**
   * Resolves when the connection has ended, with the reason if it was not a
   * clean end. Never rejects.
   */
  readonly closed: Promise<Error | undefined>;

  readonly #engine: Engine<State>;

  /**
   * Takes a transport over.
   *
   * @param transport The transport: of text, or of what the codec writes.
   * @param options What to answer, and how to call.
   */
  constructor(
    transport: Transport | Transport<Uint8Array<ArrayBuffer>>,
    options: PeerOptions<C, State> = {},
  ) {
    super(options.contract);
    this.state = options.state ?? {} as State;
    this.handshake = options.handshake;
    const { state } = this;
    this.#engine = new Engine(
      transport as Transport<Wire>,
      options,
      this,
      state,
    );
    engines.set(this, this.#engine);
    this.closed = this.#engine.closed;
  }

  /**
   * Ends the connection: calls in flight reject with a `ClosedError`, and the
   * other end is told that they are cancelled; the `signal` of running handlers
   * fires, and what was sent before is delivered if the other end reads it in
   * time.
   *
   * @param error Why, if this is not a clean end.
   * @returns Resolves within a second. Never rejects.
   *
   * @example Close and be closed
   * ```ts
   * import { Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   * import { assertEquals } from "@std/assert";
   *
   * const [near, far] = pair();
   * const server = new Peer(far);
   * const client = new Peer(near);
   * await client.close();
   * assertEquals(await server.closed, undefined);
   * ```
   */
  close(error?: Error): Promise<void> {
    return this.#engine.close(error);
  }

  /**
   * Ends the connection cleanly.
   *
   * @returns As {@linkcode Peer.close}.
   *
   * @example Leave the scope
   * ```ts no-assert
   * import { Peer } from "@wirekit/jsonrpc";
   * import { pair } from "@wirekit/transport/pair";
   *
   * const [near] = pair();
   * await using _client = new Peer(near);
   * ```
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What makes the calls. */
  protected override get caller(): Caller {
    return this.#engine.sender;
  }

  /** What subscribes. */
  protected override get subscriber(): Subscriber {
    return this.#engine;
  }
}
