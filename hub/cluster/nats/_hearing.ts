// Copyright 2026 the Wirekit authors. MIT license.

import { later, sleep } from "@wirekit/internal/clock";
import type { NatsConnection } from "@nats-io/transport-node";
import { type Buckets, listen, listenToNews, markOf } from "./_buckets.ts";
import { Markers } from "./_markers.ts";
import type { NatsNames } from "./_names.ts";
import type { Peers } from "./_peers.ts";
import { BucketReader, PAGE } from "./_reader.ts";
import { Copies } from "./_servers.ts";

/** How long to wait before many names are read, in milliseconds. */
const FIRST_PAUSE = 500;

/** A node that hears of the buckets. */
interface Hearer {
  readonly id: string;
  /** Whether names can be claimed now. */
  readonly ready: boolean;
  /** The servers have lost who has which name. */
  robbed(): void;
  /** All names are known. */
  listed(): void;
  log(level: "info" | "warn", line: string): void;
}

/** What a node hears of the buckets: who has which name, and which nodes there are. */
export class Hearing {
  readonly #connection: NatsConnection;
  readonly #buckets: Buckets;
  readonly #bucket: string;
  readonly #names: NatsNames;
  readonly #peers: Peers;
  readonly #markers: Markers;
  readonly #copies: Copies;
  readonly #hearer: Hearer;
  /** When the bucket of the names was made. */
  #birth: string | undefined;
  #checking = false;
  /** The last revision of a name that it has heard of, and that there was. */
  #heard = 0;
  #missed = 0;
  /** Whether it has to listen to the buckets again. */
  #isDeaf = false;
  #watches: AbortController | undefined;

  constructor(
    connection: NatsConnection,
    buckets: Buckets,
    { prefix, lease }: { prefix: string; lease: number },
    { names, peers }: { names: NatsNames; peers: Peers },
    hearer: Hearer,
  ) {
    this.#connection = connection;
    this.#buckets = buckets;
    this.#bucket = `${prefix}-names`;
    this.#names = names;
    this.#peers = peers;
    this.#hearer = hearer;
    this.#copies = new Copies((level, line) => hearer.log(level, line));
    const options = { bucket: this.#bucket, age: 2 * lease };
    this.#markers = new Markers(connection, options);
  }

  /** Remembers which bucket of the names this is. */
  async recognize(): Promise<void> {
    this.#birth = (await markOf(this.#buckets.names)).birth;
  }

  /**
   * Looks whether the bucket of the names is still the same one: with another,
   * nobody knows any more who has which name.
   */
  async check(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    try {
      const mark = await markOf(this.#buckets.names);
      const { birth, last } = mark;
      if (birth !== this.#birth) this.#hearer.robbed();
      this.#copies.look(mark.behind);
      this.#markers.tidy(
        mark,
        this.#isFirst() ? this.#countNames() : undefined,
      );
      // It has missed what there was when it was looked last.
      if (this.#heard < this.#missed) this.#isDeaf = true;
      this.#missed = last;
    } catch {
      // The engine does not answer now.
    } finally {
      this.#checking = false;
    }
  }

  /** Whether this is the node that clears up: one is enough. */
  #isFirst(): boolean {
    return [...this.#peers.ids].every((id) => id > this.#hearer.id);
  }

  /** How many names all nodes have, if that is known. */
  #countNames(): number | undefined {
    const { claims, nodes, reading } = this.#names;
    return reading ? undefined : claims.size + nodes.size;
  }

  /** It may have been told nothing for a while. */
  doubt(): void {
    this.#isDeaf = true;
  }

  /** Listens again, if it has missed something. */
  tick(): void {
    if (this.#isDeaf && this.#hearer.ready) this.listenAgain();
  }

  /** Listens to the buckets, as soon as there is somebody who answers for them. */
  listenAgain(): void {
    this.#isDeaf = false;
    this.listen().catch(() => {
      this.#isDeaf = true;
    });
  }

  /**
   * Listens to what happens to names and nodes, all of it told again. Of many
   * names most come later: nothing waits for them.
   */
  async listen(): Promise<void> {
    this.close();
    const watches = this.#watches = new AbortController();
    const { signal } = watches;
    this.#names.forget();
    const ended = () => {
      if (!signal.aborted) this.#isDeaf = true;
    };
    // Until all is listened to, nothing can be missed.
    this.#heard = Infinity;
    let latest = 0;
    const unseen = new Set(this.#peers.ids);
    const { names, nodes } = this.#buckets;
    await Promise.all([
      listen(nodes, {
        signal,
        hear: (entry) => {
          if (this.#peers.hear(entry)) unseen.delete(entry.key);
        },
        ended,
      }),
      listenToNews(names, {
        signal,
        hear: (entry) => {
          latest = entry.revision;
          if (this.#heard < latest) this.#heard = latest;
          this.#markers.hear(entry);
          this.#names.hear(entry);
        },
        ended,
      }),
    ]);
    const { last, size } = await markOf(names);
    if (signal.aborted) return;
    this.#heard = Math.max(latest, last);
    for (const id of unseen) this.#peers.suspect(id);
    if (size === 0) return this.#listed();
    const pause = size > PAGE ? FIRST_PAUSE : 0;
    const reading = this.#read(signal, pause, last);
    if (size <= PAGE) await reading;
    else reading.catch(ended);
  }

  /** Reads the names that there are; many when clients have had time to come. */
  async #read(
    signal: AbortSignal,
    pause: number,
    last: number,
  ): Promise<void> {
    const reader = new BucketReader(
      this.#connection,
      this.#bucket,
      (entry) => signal.aborted || this.#names.hear(entry),
    );
    const close = () => reader.close();
    signal.addEventListener("abort", close);
    try {
      await sleep(pause, { signal }).catch(() => {});
      if (signal.aborted) return;
      // Clients are answered at the same time.
      await reader.read(signal, (took) => took, last);
    } finally {
      close();
    }
    if (!signal.aborted) this.#listed();
  }

  /** All names are known. */
  #listed(): void {
    this.#names.settle();
    for (
      const id of this.#names.ownerless((node) => this.#peers.has(node))
    ) this.#peers.suspect(id);
    this.#hearer.listed();
  }

  /** Removes the names of a node that is gone, if nobody wants them. */
  clearUp(orphans: [string, number][]): void {
    if (!this.#isFirst()) return;
    later(1_000, async () => {
      for (const [name, revision] of orphans) {
        if (!this.#hearer.ready) return;
        await this.#names.sweep(name, revision);
      }
    });
  }

  /** Stops listening. */
  close(): void {
    this.#watches?.abort();
  }
}
