// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What can be chosen for a client that reconnects.
 *
 * @module
 */

import type { ReconnectOptions } from "@wirekit/transport/reconnect";
import type { Contract } from "../contract/contract.ts";
import type { Peer } from "../peer.ts";
import type { PeerOptions } from "../peer_options.ts";

/**
 * Options of `Client`: of its peers, and of coming back.
 *
 * @typeParam C What the server offers.
 * @typeParam State What is kept of a connection.
 *
 * @category Calling
 */
export interface ClientOptions<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends PeerOptions<C, State> {
  /**
   * How to come back when the connection is lost: `false` for not at all.
   *
   * @default {{}} as `ReconnectOptions` says
   */
  reconnect?: ReconnectOptions | false;
  /**
   * How many bytes of calls and notifications may wait for a connection; a
   * further one rejects with a `LimitError`.
   *
   * @default {1048576} 1 MiB
   */
  maxWaitingBytes?: number;
  /**
   * Is called with each new connection before anything else is sent, to log in.
   * If it throws, the connection is closed and the next one tried.
   */
  onOpen?: (peer: Peer<C, State>) => unknown;
}
