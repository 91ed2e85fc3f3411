// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Listener } from "./caller.ts";
import type { CallOptions } from "./contract.ts";
import { tableOf } from "./routes/_table.ts";

/** What a switchboard sends to who has got a name in it. */
const READY = "hub.ready";

/**
 * Makes a listener that tells a switchboard what a client can be asked for, as
 * soon as the client has a name there. No other server sends that event.
 */
export function announcing(
  router: object,
  call: (
    method: string,
    params: unknown,
    options?: CallOptions,
  ) => Promise<unknown>,
): Listener {
  return (event) => {
    if (!Object.hasOwn(event, READY)) return;
    const routes = Object.fromEntries(
      tableOf(router).methods.map((name) => [name, {}]),
    );
    // It need not know, and what is not announced is learned.
    call("hub.announce", { routes }).catch(() => {});
  };
}
