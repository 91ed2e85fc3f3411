// Copyright 2026 the Wirekit authors. MIT license.

import { now } from "@wirekit/internal/clock";
import type { NatsConnection } from "@nats-io/transport-node";
import type { BucketMark } from "./_buckets.ts";
import type { Entry } from "./_entry.ts";
import { BucketReader } from "./_reader.ts";

/** How many markers may stay, whatever else there is. */
const MAX_MARKERS = 1_000;
/** How many are remembered. */
const MAX_HEARD = 100_000;
/** How many are removed at the same time, and how long the engine may take. */
const AT_ONCE = 256;
const TIMEOUT = 5_000;
/** What a server answers if there is no such entry any more. */
const NO_MESSAGE = 10037;

/** How to look after the markers of a bucket. */
export interface MarkerOptions {
  /** The name of the bucket. */
  readonly bucket: string;
  /**
   * How long a marker stays at least, in milliseconds: until all nodes have
   * heard of it, or have lost their lease and read all again.
   */
  readonly age: number;
  /** How many may stay. */
  readonly max?: number;
}

/**
 * Removes what stays in a bucket of names that nobody has any more: a marker of
 * their end, of each name that there ever was. Those with an entry are left
 * alone: a marker is removed by its revision, which a claim to the name
 * replaces. Revisions go on growing, so that no epoch is given twice; the newest
 * entry always stays, by which a server that was killed knows how far it was.
 */
export class Markers {
  readonly #connection: NatsConnection;
  readonly #bucket: string;
  readonly #age: number;
  readonly #max: number;
  /** The last revision there was at a time. */
  #seen: { at: number; last: number } | undefined;
  #busy = false;
  /** Those it has heard of, by their revisions, in this order. */
  #heard: number[] = [];

  constructor(connection: NatsConnection, options: MarkerOptions) {
    this.#connection = connection;
    this.#bucket = options.bucket;
    this.#age = options.age;
    this.#max = options.max ?? MAX_MARKERS;
  }

  /** Takes news of the bucket. */
  hear({ operation, revision }: Entry): void {
    const heard = this.#heard;
    if (operation === "PUT" || revision <= (heard.at(-1) ?? 0)) return;
    if (heard.push(revision) > MAX_HEARD) heard.splice(0, MAX_HEARD / 2);
  }

  /**
   * Takes how the bucket is now, and removes old markers if they are many.
   *
   * @param mark How the bucket is.
   * @param names How many names somebody has. Nothing while nobody knows, or if
   * another node removes the markers.
   */
  async tidy({ last, size }: BucketMark, names?: number): Promise<void> {
    const seen = this.#seen ??= { at: now(), last };
    // The bucket may be another one, which has started over.
    const old = Math.min(seen.last, last);
    if (this.#busy || now() - seen.at < this.#age) return;
    this.#seen = { at: now(), last };
    if (names === undefined) return void this.#heardBefore(old);
    const markers = size - names;
    if (markers <= Math.max(this.#max, names)) return;
    this.#busy = true;
    try {
      const removed = await this.#remove(this.#heardBefore(old));
      // Most were there before this node, or are what another has left.
      if (removed < markers / 4) {
        await this.#remove(await this.#markersBefore(old));
      }
    } catch {
      // The engine is away: they are still there the next time.
    } finally {
      this.#busy = false;
    }
  }

  /** Returns those it has heard of before a revision, and forgets them. */
  #heardBefore(revision: number): number[] {
    const at = this.#heard.findIndex((each) => each >= revision);
    return this.#heard.splice(0, at < 0 ? Infinity : at);
  }

  async #markersBefore(revision: number): Promise<number[]> {
    const found: number[] = [];
    const reader = new BucketReader(this.#connection, this.#bucket, (entry) => {
      if (entry.operation === "PUT" || entry.revision >= revision) return;
      found.push(entry.revision);
    });
    try {
      await reader.read(new AbortController().signal, () => 0);
    } catch {
      // Old servers tell of only a part while much changes. The next time it is
      // another.
    } finally {
      reader.close();
    }
    return found;
  }

  /** Removes them; returns how many were still there. */
  async #remove(revisions: readonly number[]): Promise<number> {
    let removed = 0;
    for (let i = 0; i < revisions.length; i += AT_ONCE) {
      const some = revisions.slice(i, i + AT_ONCE);
      const were = await Promise.all(some.map((one) => this.#removeOne(one)));
      removed += were.filter(Boolean).length;
    }
    return removed;
  }

  async #removeOne(seq: number): Promise<boolean> {
    const reply = await this.#connection.request(
      `$JS.API.STREAM.MSG.DELETE.KV_${this.#bucket}`,
      // The name that it held is no secret: nothing is written over it.
      JSON.stringify({ seq, no_erase: true }),
      { timeout: TIMEOUT },
    );
    const { error } = reply.json<
      { error?: { err_code?: number; description?: string } }
    >();
    if (error && error.err_code !== NO_MESSAGE) {
      throw new Error(error.description);
    }
    return error === undefined;
  }
}
