// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The least that a hub could do for two stock winerp clients on our sockets: it
 * accepts any name, and passes all that follows on to the other one as it is.
 * Two that come one after the other are partners.
 */

import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import { deliverMessages, type Transport } from "@wirekit/transport/transport";
import { serveBench } from "./_told.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A client of winerp looks at nothing else of the answer to its name. */
const ACCEPTED = new TextEncoder().encode('{"type":0}');

let waiting: Client | undefined;

class Client {
  readonly #transport: Transport<Bytes>;
  readonly #partner = waiting;
  /** To whom its messages go; none until it has said its name. */
  #to: Client | undefined;

  constructor(transport: Transport<Bytes>) {
    this.#transport = transport;
    waiting = this.#partner ? undefined : this;
    if (this.#partner) this.#partner.#to = this;
    let isKnown = false;
    deliverMessages(transport, {
      receive: (message: Bytes) => {
        if (isKnown) return void this.#to?.send(message);
        isKnown = true;
        this.send(ACCEPTED);
        this.#to ??= this.#partner;
      },
      ended() {}, // The load generator leaves without a farewell.
    });
  }

  send(message: Bytes): void {
    this.#transport.send(message);
  }
}

const listener = await listenWebSocket({
  port: 0,
  format: "utf8",
  maxConnections: 20_000,
});
(async () => {
  for await (const { transport } of listener) new Client(transport);
})();

await serveBench(`ws://127.0.0.1:${listener.addr.port}`);
