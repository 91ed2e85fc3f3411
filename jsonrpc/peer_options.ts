// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The options of a peer.
 *
 * @module
 */

import type { AnswerOptions } from "./answer/answer.ts";
import type { Logger } from "@wirekit/internal/logger";
import type { Codec } from "./wire/codec.ts";
import type { Handshake } from "./answer/context.ts";
import type { Contract } from "./contract/contract.ts";
import type { LogEntry } from "./wire/log.ts";
import type { CallMiddleware } from "./answer/middleware.ts";

/**
 * Which names to use for progress and cancellation: JSON-RPC itself defines
 * none.
 *
 * - `"lsp"`: those of the Language Server Protocol, which vscode-jsonrpc and
 *   StreamJsonRpc share. `$/progress` has a `token` and a `value`, and named
 *   params ask for it by `workDoneToken`; `$/cancelRequest` cancels a call, which
 *   is answered all the same.
 * - `"mcp"`: those of the Model Context Protocol. `notifications/progress` has a
 *   `progressToken` and the value's members (`progress`, `total`, `message`), and
 *   params ask for it by `_meta.progressToken`; `notifications/cancelled` cancels
 *   a call, which is then not answered. The heartbeat is `ping`.
 *
 * Progress with a token that belongs to no open call is passed to the user's own
 * method `$/progress` or `notifications/progress`.
 *
 * @category Peers
 */
export type Conventions = "lsp" | "mcp";

/**
 * How a lost connection is detected.
 *
 * @category Peers
 */
export interface HeartbeatOptions {
  /**
   * How long the other end may be silent, in milliseconds, before it is pinged.
   *
   * @default {Infinity} or 30000 for a client that reconnects
   */
  interval?: number;
  /**
   * How long it may then take to send anything, in milliseconds, before the
   * connection is closed with code 1011.
   *
   * @default {30000}
   */
  timeout?: number;
}

/**
 * Options of `Peer`: what it answers, and how it calls.
 *
 * @typeParam C What the other end offers.
 * @typeParam State What is kept of the connection.
 *
 * @category Peers
 */
export interface PeerOptions<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends AnswerOptions<State> {
  /** What the other end offers: it types `Peer.remote`. */
  contract?: C;
  /**
   * What is kept of the connection.
   *
   * @default {{}}
   */
  state?: State;
  /** The facts of the HTTP request that opened the connection. */
  handshake?: Handshake;
  /**
   * How messages are written.
   *
   * @default {jsonCodec}
   */
  codec?: Codec<string> | Codec<Uint8Array<ArrayBuffer>>;
  /**
   * How long a call waits for its response, in milliseconds, unless it says
   * otherwise.
   *
   * @default {60000}
   */
  timeout?: number;
  /**
   * Functions that wrap every call that is made; the first is outermost.
   *
   * @default {[]}
   */
  callMiddleware?: readonly CallMiddleware[];
  /**
   * How many calls may be in flight; further ones wait for their turn.
   *
   * @default {1024}
   */
  maxInFlight?: number;
  /**
   * How many bytes of our own calls may wait for their turn, and as many of a
   * client's for a connection; a further call rejects with a `LimitError`.
   *
   * @default {16777216} 16 MiB
   */
  maxWaitingBytes?: number;
  /**
   * Whether all calls and notifications of one tick travel as one batch.
   *
   * @default {false}
   */
  autoBatch?: boolean;
  /**
   * Whether the peer is told when a call is given up, by the notification
   * `$/cancelRequest` or that of the `conventions`.
   *
   * @default {true}
   */
  cancel?: boolean;
  /**
   * Whether responses may lack the member `jsonrpc`, as those of older peers do.
   *
   * @default {false}
   */
  tolerant?: boolean;
  /**
   * How many subscriptions, and how many streams, the other end may have open;
   * one more is answered with -32006.
   *
   * @default {1024}
   */
  maxSubscriptions?: number;
  /**
   * Whether the other end is told when a subscription ends by itself or fails: by
   * a last event `{subscription, error}`, in which the error is `null` if nothing
   * failed. jsonrpsee and the clients of this package understand it. Ethereum's
   * clients expect only results, and ethers and viem fail on anything else.
   *
   * @default {false} The events stop.
   */
  subscriptionEnd?: boolean;
  /**
   * How many values of a stream are produced before the reader asks for them.
   *
   * @default {16}
   */
  readAhead?: number;
  /**
   * How long the connection may be without messages, calls and subscriptions,
   * in milliseconds, before it is closed.
   *
   * @default {Infinity}
   */
  idleTimeout?: number;
  /**
   * Pings the other end when it is silent, by calling `rpc.ping`. Every peer
   * answers that, if only with -32601.
   *
   * @default {{}} Never pings.
   */
  heartbeat?: HeartbeatOptions;
  /**
   * Which names the notifications for cancelling and progress have.
   *
   * @default {"lsp"}
   */
  conventions?: Conventions;
  /** Gets one line for each connection that was lost, with the reason. */
  logger?: Logger;
  /** Called with every message, in and out. */
  onMessage?: (entry: LogEntry) => void;
}
