// Copyright 2026 the Wirekit authors. MIT license.

import type { Admission, Place, RemoteAddr } from "../admission.ts";
import type { RenewableTls, TransportListener } from "../listener.ts";
import { Arrivals } from "./_arrivals.ts";
import type { BytePipe } from "../stream/_byte_pipe.ts";
import type { Framer } from "../stream/framer.ts";
import { PipeTransport } from "../stream/_pipe_transport.ts";
import type { Transport } from "../transport.ts";

/** The most connections that nobody has taken yet. */
const MAX_WAITING = 1_024;

/** What a {@linkcode PipeListener} needs besides its source. */
export interface PipeListenerOptions<T, A> {
  /** Where it listens. */
  addr: A;
  /** Makes the framer of each connection. */
  makeFramer: () => Framer<T>;
  /** The admission that counts the connections. */
  admission: Pick<Admission, "enter" | "refuse"> | undefined;
  /** The most bytes that may wait to be written. */
  maxOutboxBytes: number | undefined;
}

/** Where the connections of a {@linkcode PipeListener} come from. */
export interface Source {
  /** Accepts no more. Never rejects. */
  stop(): void | Promise<void>;
  /** See {@linkcode RenewableTls}. */
  renewTls?(tls: { cert: string; key: string }): void;
}

/** Hands out a transport for each connection that arrives. */
export class PipeListener<T extends string | Uint8Array, A>
  implements TransportListener<T, A>, RenewableTls {
  /** Where it listens. */
  readonly addr: A;
  readonly #options: PipeListenerOptions<T, A>;
  readonly #source: Source;
  readonly #arrivals = new Arrivals<Transport<T>>();
  #closing: Promise<void> | undefined;

  constructor(options: PipeListenerOptions<T, A>, source: Source) {
    this.addr = options.addr;
    this.#options = options;
    this.#source = source;
  }

  /** Yields the transports of the clients that connect. */
  [Symbol.asyncIterator](): AsyncGenerator<Transport<T>, void> {
    return this.#arrivals[Symbol.asyncIterator]();
  }

  /** Takes over a connection, or ends it if there is no place for it. */
  arrived(pipe: BytePipe, remoteAddr: RemoteAddr): void {
    const { admission, makeFramer, maxOutboxBytes } = this.#options;
    const place = admission?.enter({ remoteAddr });
    if (place instanceof Response) return pipe.destroy();
    const onGone = () => place?.leave();
    if (this.#closing || this.#arrivals.size >= MAX_WAITING) {
      onGone();
      return pipe.destroy();
    }
    const options = { maxOutboxBytes, onGone };
    const transport = new PipeTransport(pipe, makeFramer(), options);
    this.#arrivals.add(Object.assign(transport, { [PLACE]: place }));
  }

  /** See {@linkcode RenewableTls}. */
  renewTls(tls: { cert: string; key: string }): void {
    if (!this.#source.renewTls) {
      throw new TypeError("Cannot renew TLS: this listens without TLS");
    }
    this.#source.renewTls(tls);
  }

  /** Stops listening. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** Stops listening. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const stopped = this.#source.stop();
    await Promise.all(this.#arrivals.end().map((each) => each.close()));
    await stopped;
  }
}

/** Where a transport has the place that was taken for it. */
const PLACE = Symbol("place");

/** Returns the place that a listener has taken for a transport, if it did. */
export function placeOf(transport: object): Place | undefined {
  return (transport as { [PLACE]?: Place })[PLACE];
}
