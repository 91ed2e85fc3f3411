// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * What can be chosen for a peer.
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
 * Whose names the protocol's own messages have; JSON-RPC itself has none for
 * progress and cancellation.
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
 * Each end has methods of these names for what is none of its own: progress with
 * a token that belongs to no call here is a call of the user's method
 * `$/progress` or `notifications/progress`.
 *
 * @category Peers
 */
export type Conventions = "lsp" | "mcp";

/**
 * How a silent connection is found out.
 *
 * @category Peers
 */
export interface HeartbeatOptions {
  /**
   * How long the other end may be silent, in milliseconds, before it is asked
   * whether it lives.
   *
   * @default {Infinity} or 30000 for a client that reconnects
   */
  interval?: number;
  /**
   * How long it may then take to say anything, in milliseconds, before it is
   * given up with code 1011.
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
  /** What the upgrade told. */
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
   * What stands around every call that is made; the first is outermost.
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
   * How many bytes of calls may wait for their turn; a further call rejects
   * with a `LimitError`.
   *
   * @default {16777216} 16 MiB
   */
  maxQueueBytes?: number;
  /**
   * Whether all calls and notifications of one tick travel as one batch.
   *
   * @default {false}
   */
  autoBatch?: boolean;
  /**
   * Whether a call that is given up is cancelled at the peer, by a notification
   * `$/cancelRequest`, or that of its `conventions`.
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
   * Whether a subscription that ends by itself, or fails, is ended at the other
   * end by a last event `{subscription, error}`, in which the error is `null` if
   * nothing failed. jsonrpsee and the clients of this package understand it;
   * Ethereum's clients expect nothing but results, and ethers and viem fail at
   * anything else.
   *
   * @default {false} the other end just hears no more
   */
  subscriptionEnd?: boolean;
  /**
   * How many values a stream is read ahead of its reader.
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
   * Asks a silent other end whether it lives, by calling `rpc.ping`, which any
   * peer answers, be it with -32601.
   *
   * @default {{}} never
   */
  heartbeat?: HeartbeatOptions;
  /**
   * Whose names the protocol's own messages have.
   *
   * @default {"lsp"}
   */
  conventions?: Conventions;
  /** Is told, in a line each, why connections ended that did not end cleanly. */
  logger?: Logger;
  /** Is told of every message, in and out. */
  onMessage?: (entry: LogEntry) => void;
}
