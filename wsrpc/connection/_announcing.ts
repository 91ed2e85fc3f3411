// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Peer } from "../peer.ts";
import { tableOf } from "../routes/_table.ts";

/** What a switchboard sends to a client that has got a name in it. */
const READY = "hub.ready";

/**
 * Tells a switchboard what a client can be asked for, as soon as the client has
 * a name there, and whenever that changes. No other server sends that event.
 */
export function announceBy(peer: Peer, router: object): void {
  const table = tableOf(router);
  let isSoon = false;
  const announce = () => {
    isSoon = false;
    const routes = Object.fromEntries(table.methods.map((name) => [name, {}]));
    // It need not know, and what is not announced is learned.
    peer.call("hub.announce", { routes }).catch(() => {});
  };
  let isKnown = false;
  peer.addEventListener((event) => {
    if (!Object.hasOwn(event, READY)) return;
    announce();
    if (isKnown) return;
    isKnown = true;
    const stop = table.watch(() => {
      // All that changes in one turn is one announcement.
      if (!isSoon) queueMicrotask(announce);
      isSoon = true;
    });
    void peer.closed.then(stop);
  });
}
