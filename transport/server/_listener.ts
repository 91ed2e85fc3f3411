// Copyright 2026 the Wirekit authors. MIT license.

import { sleep } from "@wirekit/internal/clock";
import type { Logger } from "@wirekit/internal/logger";
import { AcceptFailures } from "./_accept_watch.ts";
import type { Connection } from "../stream/_pipe.ts";
import type { Admission, RemoteAddr } from "../admission.ts";
import type { RenewableTls, TransportListener } from "../listener.ts";
import type { Transport } from "../transport.ts";

/** The most connections that nobody has taken yet. */
const MAX_WAITING = 1_024;

/** Pause after a failed accept, such as one of too many open files. */
const RETRY_DELAY = 50;

/** A connection, in the shape of `Deno.Conn`. */
export interface Accepted extends Connection {
  /** The address of the client. */
  readonly remoteAddr: RemoteAddr;
}

/** A source of connections, in the shape of `Deno.Listener`. */
export interface Acceptor<A> {
  /** Where it listens. */
  readonly addr: A;
  /** Resolves with the next connection. */
  accept(): Promise<Accepted>;
  /** Stops listening, which makes `accept()` reject. */
  close(): void;
  /** Watches itself, and reports its state. */
  watch?(failures: AcceptFailures): void;
}

/** Takes another certificate and key. */
type RenewTls = RenewableTls["renewTls"];

/** What a listener gets besides its address. */
export interface ListenerOptions {
  /** Where it listens, for the log. */
  address: string;
  /** Where to log failures. */
  logger: Logger | undefined;
  /** The admission that counts the connections. */
  admission: Pick<Admission, "enter"> | undefined;
  /** Takes another certificate and key. */
  renewTls?: RenewTls;
}

/** How a connection becomes a transport. */
export interface OpenOptions {
  /** Aborts opening. */
  signal: AbortSignal;
  /** What the transport must call when its connection is gone. */
  onGone: () => void;
}

/** Makes a transport of a connection, or closes it and rejects. */
type Open<T> = (
  conn: Accepted,
  options: OpenOptions,
) => Promise<Transport<T>>;

/** Accepts connections, and opens each independently of the others. */
export class Listener<T, A> implements TransportListener<T, A>, RenewableTls {
  /** Where it listens. */
  readonly addr: A;
  readonly #listener: Acceptor<A>;
  readonly #open: Open<T>;
  readonly #admission: Pick<Admission, "enter"> | undefined;
  readonly #failures: AcceptFailures;
  /** See {@linkcode RenewableTls}. */
  readonly renewTls: RenewTls;
  readonly #accepting: Promise<void>;
  readonly #ready: Transport<T>[] = [];
  #opening = 0;
  readonly #closing = new AbortController();
  #wake: PromiseWithResolvers<void> = Promise.withResolvers();

  /** Starts to accept at once, from a listener that it owns. */
  constructor(
    listener: Acceptor<A>,
    { address, logger, admission, renewTls }: ListenerOptions,
    open: Open<T>,
  ) {
    this.#listener = listener;
    this.addr = listener.addr;
    this.#open = open;
    this.#admission = admission;
    this.#failures = new AcceptFailures(address, logger);
    this.renewTls = renewTls ?? (() => {
      throw new TypeError("Cannot renew TLS: this listens without TLS");
    });
    listener.watch?.(this.#failures);
    this.#accepting = this.#accept();
  }

  /** Yields the transports of the clients that connect. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Transport<T>, void> {
    while (!this.#closed) {
      const transport = this.#ready.shift();
      this.#changed();
      if (transport) yield transport;
      else await this.#wake.promise;
    }
  }

  /** Stops listening. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closing.abort();
      this.#listener.close();
      this.#changed();
    }
    await this.#accepting;
    while (this.#opening > 0) await this.#wake.promise;
    await Promise.all(this.#ready.splice(0).map((each) => each.close()));
  }

  /** Stops listening. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #accept(): Promise<void> {
    const { signal } = this.#closing;
    while (!this.#closed) {
      if (this.#ready.length + this.#opening >= MAX_WAITING) {
        await this.#wake.promise;
        continue;
      }
      try {
        this.#opened(await this.#listener.accept());
        this.#failures.works();
      } catch (error) {
        if (this.#closed) return;
        this.#failures.failed(error);
        await sleep(RETRY_DELAY, { signal }).catch(() => {});
      }
    }
  }

  async #opened(conn: Accepted): Promise<void> {
    const onGone = this.#admission
      ? this.#admission.enter({ remoteAddr: conn.remoteAddr })
      : () => {};
    if (onGone instanceof Response) return conn.close();
    this.#opening++;
    try {
      const { signal } = this.#closing;
      const transport = await this.#open(conn, { signal, onGone });
      if (this.#closed) await transport.close();
      else this.#ready.push(transport);
    } catch {
      onGone(); // It concerns this connection only: accept the next.
    }
    this.#opening--;
    this.#changed();
  }

  #changed(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}
