// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The least that a hub could do for many clients of one service: it passes all
 * that they send on to the client that came first, and what that sends to those
 * who asked, in turn. It reads nothing, since the service answers in order.
 */

import { deliverMessages, type Transport } from "@wirekit/transport/transport";
import { type Bytes, listen } from "./_listen.ts";
import { serveBench } from "./_told.ts";

const [kind] = Deno.args;
let service: Transport<Bytes> | undefined;
/** Who waits for an answer, the one that has waited longest first. */
const asking: Transport<Bytes>[] = [];

function answer(message: Bytes): undefined {
  void asking.shift()!.send(message);
}

function join(transport: Transport<Bytes>): void {
  const isService = service === undefined;
  service ??= transport;
  const to = service;
  deliverMessages(transport, {
    receive: isService ? answer : (message): undefined => {
      asking.push(transport);
      void to.send(message);
    },
    ended() {}, // The load generator leaves without a farewell.
  });
}

await serveBench(await listen(kind, join));
