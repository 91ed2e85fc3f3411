// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The options of a client.
 *
 * @module
 */

import type { ConnectOptions as CarrierOptions } from "@wirekit/transport/connect";
import type { ReconnectOptions } from "@wirekit/transport/reconnect";
import type { Transport } from "@wirekit/transport/transport";
import type { Contract } from "../contract/contract.ts";
import type { Peer } from "../peer.ts";
import type { PeerOptions } from "../peer_options.ts";

/**
 * Options of `Client`: how it opens connections, what it answers, and how it
 * calls.
 *
 * @typeParam C What the server offers.
 * @typeParam State What is kept of a connection.
 *
 * @category Calling
 */
export interface ClientOptions<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends
  PeerOptions<C, State>,
  Pick<
    CarrierOptions,
    | "protocols"
    | "headers"
    | "tls"
    | "maxMessageBytes"
    | "maxInboxBytes"
    | "maxOutboxBytes"
  > {
  /**
   * Opens each connection, in place of the URL: over a carrier of your own, or
   * with a fresh token. It carries text, or bytes with a binary `codec`.
   *
   * @param signal Ends the attempt.
   */
  transport?: (
    signal: AbortSignal,
  ) => Promise<Transport | Transport<Uint8Array<ArrayBuffer>>>;
  /**
   * How long an attempt to connect may take, `onOpen` included, in milliseconds;
   * `Infinity` means never to give it up.
   *
   * @default {10000}
   */
  connectTimeout?: number;
  /**
   * How patiently to connect again when a connection is lost; `false` closes the
   * client then.
   */
  reconnect?: false | ReconnectOptions;
  /**
   * Called with each new connection before anything else is sent: the place
   * to log in. If it fails, the connection is closed and the next one tried.
   *
   * @param peer The connection.
   */
  onOpen?: (peer: Peer<C, State>) => unknown;
}

/**
 * Options of `connect`.
 *
 * @typeParam C What the server offers.
 * @typeParam State What is kept of a connection.
 *
 * @category Calling
 */
export interface ConnectOptions<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends ClientOptions<C, State> {
  /** Aborts connecting. It does not affect a connected client. */
  signal?: AbortSignal;
}
