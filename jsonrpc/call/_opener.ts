// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { readUrl, shownUrl } from "@wirekit/internal/errors";
import {
  connect,
  type ConnectOptions as CarrierOptions,
} from "@wirekit/transport/connect";
import type { Transport } from "@wirekit/transport/transport";
import type { Contract } from "../contract/contract.ts";
import type { Wire } from "../wire/codec.ts";
import { LENIENT } from "../wire/_lenient.ts";
import type { ClientOptions } from "./client_options.ts";

/** Milliseconds that an attempt to connect may take unless told. */
export const CONNECT_TIMEOUT = 10_000;

/** How a client opens its connections. */
export interface Opener {
  /** Where they lead, for an error: empty, or such as ` to ws://host/`. */
  readonly where: string;
  /**
   * Opens one. Calls `giveUp` if no other attempt can succeed, because the URL
   * or an option is wrong.
   */
  open(
    signal: AbortSignal,
    giveUp: (error: Error) => void,
  ): Promise<Transport<Wire>>;
}

/** Makes the opener of a client: by the option `transport`, or by the URL. */
export function openerOf<C extends Contract, State>(
  url: string | URL | undefined,
  options: ClientOptions<C, State>,
): Opener {
  const { transport } = options;
  if (transport) {
    return {
      where: "",
      open: async (signal) => await transport(signal) as Transport<Wire>,
    };
  }
  if (url === undefined || url === null) {
    throw new TypeError(
      "Cannot make client: give a URL or the option transport",
    );
  }
  const target = readUrl(url);
  const carrier = carrierOptions(options);
  return {
    where: ` to ${shownUrl(target)}`,
    async open(signal, giveUp) {
      try {
        return await connect(target, { ...carrier, signal });
      } catch (error) {
        const isMistake = error instanceof TypeError ||
          error instanceof SyntaxError;
        if (isMistake) giveUp(error);
        throw error;
      }
    },
  };
}

function carrierOptions<C extends Contract, State>(
  options: ClientOptions<C, State>,
): CarrierOptions {
  const { protocols, headers, tls, codec } = options;
  const { maxMessageBytes, maxInboxBytes, maxOutboxBytes } = options;
  return {
    ...LENIENT,
    connectTimeout: Infinity, // That of the client covers all of it.
    ...(protocols && { protocols }),
    ...(headers && { headers }),
    ...(tls && { tls }),
    ...(maxMessageBytes !== undefined && { maxMessageBytes }),
    ...(maxInboxBytes !== undefined && { maxInboxBytes }),
    ...(maxOutboxBytes !== undefined && { maxOutboxBytes }),
    ...(codec?.protocol && {
      protocols: [codec.protocol],
      format: "binary" as "text",
    }),
  };
}
