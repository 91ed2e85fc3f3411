// Copyright 2026 the Wirekit authors. MIT license.

import { now, sleep, within } from "@wirekit/internal/clock";
import {
  createInbox,
  type Msg,
  type NatsConnection,
  type Subscription,
} from "@nats-io/transport-node";
import type { Entry } from "./_entry.ts";

/** How many entries are read at a time: some milliseconds of work. */
export const PAGE = 500;
/** How long the engine may take for them. */
const TIMEOUT = 5_000;
/** After how long without an entry there are none, in ns: old servers count wrong. */
const SILENCE = 250_000_000;
/** After how long the engine forgets a reader that asks for nothing, in ns. */
const FORGOTTEN = 30_000_000_000;
/** What the engine says if there is no more to read now. */
const NO_MORE = [404, 408];

/** Reads all that is in a bucket, page by page. */
export class BucketReader {
  readonly #connection: NatsConnection;
  readonly #stream: string;
  readonly #subjects: string;
  readonly #hear: (entry: Entry) => void;
  readonly #inbox = createInbox();
  readonly #subscription: Subscription;
  #consumer = "";
  /** The last revision to read. */
  #last = Infinity;
  /** How many entries of this page have come. */
  #count = 0;
  #page = Promise.withResolvers<boolean>();

  /**
   * @param connection The connection.
   * @param bucket The name of the bucket.
   * @param hear Is told each entry.
   */
  constructor(
    connection: NatsConnection,
    bucket: string,
    hear: (entry: Entry) => void,
  ) {
    this.#connection = connection;
    this.#stream = `KV_${bucket}`;
    this.#subjects = `$KV.${bucket}.`;
    this.#hear = hear;
    this.#subscription = connection.subscribe(this.#inbox, {
      callback: (error, message) => {
        if (!error) this.#take(message);
      },
    });
  }

  /**
   * Reads all.
   *
   * @param signal Stops it.
   * @param pause How long to wait after each page, by how long it took.
   * @param last The revision up to which to read.
   */
  async read(
    signal: AbortSignal,
    pause: (took: number) => number,
    last = Infinity,
  ): Promise<void> {
    this.#last = last;
    await this.#open();
    for (let isMore = true; isMore && !signal.aborted;) {
      const start = now();
      isMore = await this.#next();
      if (!isMore) return;
      await sleep(pause(now() - start), { signal }).catch(() => {});
    }
  }

  async #open(): Promise<void> {
    const config = {
      // A bucket keeps one entry of each key, so all are the last ones, and no
      // server has to look for them.
      deliver_policy: "all",
      ack_policy: "none",
      replay_policy: "instant",
      inactive_threshold: FORGOTTEN,
      mem_storage: true,
      num_replicas: 1,
    };
    const stream_name = this.#stream;
    const question = JSON.stringify({ stream_name, config });
    const subject = `$JS.API.CONSUMER.CREATE.${stream_name}`;
    const options = { timeout: TIMEOUT };
    const reply = await this.#connection.request(subject, question, options);
    const { name, error } = reply.json<{
      name: string;
      error?: { description: string };
    }>();
    if (error) throw new Error(error.description);
    this.#consumer = `${stream_name}.${name}`;
  }

  /** Reads a page; returns whether there may be another. */
  #next(): Promise<boolean> {
    this.#count = 0;
    this.#page = Promise.withResolvers();
    this.#connection.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${this.#consumer}`,
      `{"batch":${PAGE},"expires":${SILENCE}}`,
      { reply: this.#inbox },
    );
    return within(
      this.#page.promise,
      TIMEOUT,
      () => new Error(`The engine tells nothing for ${TIMEOUT} ms`),
    );
  }

  /** Ends it. */
  close(): void {
    this.#page.resolve(false);
    this.#subscription.unsubscribe();
    if (this.#consumer === "" || this.#connection.isClosed()) return;
    this.#connection.publish(`$JS.API.CONSUMER.DELETE.${this.#consumer}`);
    this.#consumer = "";
  }

  #take(message: Msg): void {
    const { subject, headers, reply = "" } = message;
    if (!subject.startsWith(this.#subjects)) {
      const { code = 0, description = "" } = headers ?? {};
      if (NO_MORE.includes(code)) this.#page.resolve(this.#count > 0);
      else this.#page.reject(new Error(`${code} ${description}`));
      return;
    }
    const { revision, pending } = placeIn(reply);
    this.#hear({
      key: subject.slice(this.#subjects.length),
      operation: headers?.get("KV-Operation") || "PUT",
      revision,
      string: () => message.string(),
    });
    const isLast = pending === 0 || revision >= this.#last;
    if (isLast) this.#page.resolve(false);
    else if (++this.#count === PAGE) this.#page.resolve(true);
  }
}

/**
 * Reads the subject for acknowledgements: `$JS.ACK.`, in newer servers a domain
 * and an account, stream, consumer, times delivered, revision, place, time, and
 * how many are left.
 */
function placeIn(reply: string): { revision: number; pending: number } {
  const parts = reply.split(".");
  const at = parts.length > 9 ? 7 : 5;
  return { revision: Number(parts[at]), pending: Number(parts[at + 3]) };
}
