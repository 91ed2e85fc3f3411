// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A client by URL.
 *
 * ```ts no-assert
 * import { connect } from "@wirekit/jsonrpc/connect";
 * import { fetchHandler, Methods } from "@wirekit/jsonrpc";
 *
 * const methods = new Methods()
 *   .add("math.sum", (_call, x: number, y: number) => x + y);
 * await using server = Deno.serve({ port: 0 }, fetchHandler({ methods }));
 *
 * await using client = await connect(`ws://127.0.0.1:${server.addr.port}`);
 * await client.request("math.sum", [1, 2]); // 3
 * ```
 *
 * @module
 */

import {
  connect as connectTransport,
  type ConnectOptions as ConnectTransportOptions,
} from "@wirekit/transport/connect";
import { Client } from "./client.ts";
import type { ClientOptions } from "./client_options.ts";
import { checkTime } from "@wirekit/internal/clock";
import { TimeoutError } from "@wirekit/internal/errors";
import { LENIENT } from "../wire/_lenient.ts";
import type { Contract } from "../contract/contract.ts";

/**
 * Options of {@linkcode connect}: of the client, and of its WebSocket.
 *
 * @typeParam C What the server offers.
 * @typeParam State What is kept of a connection.
 *
 * @category Calling
 */
export interface ConnectOptions<
  C extends Contract = Contract,
  State = Record<string, unknown>,
> extends
  ClientOptions<C, State>,
  Pick<
    ConnectTransportOptions,
    | "protocols"
    | "headers"
    | "maxMessageBytes"
    | "maxInboxBytes"
    | "maxOutboxBytes"
  > {
  /** Gives the first connection up. */
  signal?: AbortSignal;
  /**
   * How long the first connection may take, in milliseconds, however often it
   * is tried. Later ones are tried as often as `maxAttempts` says.
   *
   * @default {10000}
   */
  connectTimeout?: number;
}

/**
 * Connects to a server, and again whenever the connection is lost.
 *
 * @typeParam C What the server offers.
 * @typeParam State What is kept of a connection.
 * @param url Where: `ws://`, `wss://`, `tcp://host:port`, `tls://host:port` or
 * `unix:/path`; the last three carry a line for each message.
 * @param options How to connect, and how to call.
 * @returns The client, with its first connection open. Rejects with what the
 * last try failed with, in the time there is.
 *
 * @example Nobody there
 * ```ts
 * import { connect } from "@wirekit/jsonrpc/connect";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => connect("tcp://127.0.0.1:1", {
 *   reconnect: { maxAttempts: 1 },
 * }));
 * ```
 *
 * @category Calling
 */
export async function connect<
  C extends Contract = Contract,
  State = Record<string, unknown>,
>(
  url: string | URL,
  options: ConnectOptions<C, State> = {},
): Promise<Client<C, State>> {
  const { signal, connectTimeout = 10_000 } = options;
  checkTime("connectTimeout", connectTimeout);
  const target = new URL(url);
  let failure: unknown;
  const { codec } = options;
  const transportOptions = {
    ...pick(options),
    ...LENIENT,
    ...(codec?.protocol && {
      protocols: [codec.protocol],
      format: "binary" as "text",
    }),
  };
  const client = new Client<C, State>(async (signal) => {
    try {
      return await connectTransport(target, { ...transportOptions, signal });
    } catch (error) {
      failure = error;
      throw error;
    }
  }, options);
  try {
    await client.ready({ timeout: connectTimeout, ...(signal && { signal }) });
    return client;
  } catch (error) {
    await client.close();
    if (error instanceof TimeoutError && failure) throw failure;
    throw (error as Error).cause ?? error;
  }
}

function pick<C extends Contract, State>(
  options: ConnectOptions<C, State>,
): ConnectTransportOptions {
  const { protocols, headers, maxMessageBytes, maxInboxBytes, maxOutboxBytes } =
    options;
  return {
    ...(protocols && { protocols }),
    ...(headers && { headers }),
    ...(maxMessageBytes !== undefined && { maxMessageBytes }),
    ...(maxInboxBytes !== undefined && { maxInboxBytes }),
    ...(maxOutboxBytes !== undefined && { maxOutboxBytes }),
  };
}
