// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The least that a hub could do on a transport: it passes each message on, and
 * reads nothing. Two clients that ask for the same path are partners; where there
 * are no paths, two that come one after the other.
 */

import { lastUse } from "@wirekit/internal/bytes";
import { deliverMessages, type Transport } from "@wirekit/transport/transport";
import { type Bytes, listen } from "./_listen.ts";
import { serveBench } from "./_told.ts";

const [kind] = Deno.args;
const waiting = new Map<string, Transport<Bytes>>();

/** Does with the memory of large messages what the hub does: uses it again. */
function pump(from: Transport<Bytes>, to: Transport<Bytes>): void {
  const keepsNothing = "keepsNothing" in from && "keepsNothing" in to;
  deliverMessages(from, {
    receive(message): undefined {
      to.send(keepsNothing ? lastUse(message) : message);
    },
    ended() {}, // The load generator leaves without a farewell.
  });
}

function join(transport: Transport<Bytes>, path: string): void {
  const partner = waiting.get(path);
  if (!partner) {
    waiting.set(path, transport);
    return;
  }
  waiting.delete(path);
  pump(transport, partner);
  pump(partner, transport);
}

await serveBench(await listen(kind, join));
