// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { every, type Timer } from "@wirekit/internal/clock";
import type { Gauge } from "@wirekit/internal/limits";
import { ClientNews, EdgeNews } from "./_news.ts";
import type { Reports } from "./_reports.ts";
import type { Subscribers } from "./_subscribers.ts";
import type { Everywhere } from "./hubs/_everywhere.ts";
import type { WatchEvents } from "./reports/events.ts";
import type { Problem } from "./reports/hub.ts";

/** How many bytes may wait for one page. It is told less until it has read them. */
const MAX_WAITING = 1_048_576;

/** How long a page may read nothing until it is given up, in milliseconds. */
const PATIENCE = 30_000;

/**
 * How much longer than a look at all clients takes the pages wait for the next:
 * so it takes a hundredth of the time of a hub, however many there are. And how
 * long they wait at most, in milliseconds.
 */
const SHARE = 100;
const LONGEST = 3_000;

/** What a page wants. */
export interface StreamWants {
  readonly tail: boolean;
  readonly payload: boolean;
  readonly name: string | undefined;
}

/** One page that is open. */
interface Stream {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** Whether it has had nothing yet. */
  isNew: boolean;
  /** Whether it has missed something. */
  isBehind: boolean;
  /** When it took something last. */
  at: number;
}

/** Server-sent events for pages: the same for all, made once. */
export class Streams {
  readonly #streams = new Set<Stream>();
  readonly #reports: Reports;
  readonly #subscribers: Subscribers;
  readonly #hold: () => () => void;
  readonly #everywhere: Everywhere;
  readonly #pages: Gauge;
  readonly #encoder = new TextEncoder();
  #timer: Timer | undefined;
  #release: (() => void) | undefined;
  #turns = 0;
  /** Whether other hubs are being asked. */
  #asking = false;
  #clients = new ClientNews();
  #edges = new EdgeNews();
  /** When there is time to look at all clients again. */
  #lookAt = 0;
  /** How long the last look took. */
  #took = 0;

  constructor(
    reports: Reports,
    subscribers: Subscribers,
    everywhere: Everywhere,
    { pages, hold }: {
      /** How many may be open; counts how many are, and were refused. */
      pages: Gauge;
      hold: () => () => void;
    },
  ) {
    this.#everywhere = everywhere;
    this.#pages = pages;
    this.#reports = reports;
    this.#subscribers = subscribers;
    this.#hold = hold;
  }

  /** How many pages are open. */
  get size(): number {
    return this.#streams.size;
  }

  /** Opens a stream; `undefined` if there are too many. */
  open(wants: StreamWants, gone: AbortSignal): Response | undefined {
    if (this.#streams.size >= this.#pages.limit) {
      this.#pages.hit();
      return undefined;
    }
    let end = () => {};
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const at = performance.now();
        const stream = { controller, isNew: true, isBehind: true, at };
        end = () => this.#close(stream);
        this.#streams.add(stream);
        this.#pages.set(this.#streams.size);
        this.#subscribers.add({
          owner: stream,
          presence: true,
          ...wants,
          send: ({ tail, presence }) => {
            if (!this.#hasRoom(stream)) return false;
            if (tail) this.#send(stream, "tail", tail);
            if (presence) this.#send(stream, "presence", presence);
            return true;
          },
        });
        if (!this.#timer) {
          this.#timer = every(1_000, () => this.#tell());
          this.#release = this.#hold();
        }
        this.#tell();
      },
      cancel: () => end(),
    }, new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING }));
    gone.addEventListener("abort", end, { once: true });
    if (gone.aborted) end();
    return new Response(body, {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        // What nginx does not keep back.
        "x-accel-buffering": "no",
      },
    });
  }

  /** Tells all pages of a problem. */
  problem(problem: Problem): void {
    for (const stream of this.#streams) {
      if (this.#hasRoom(stream)) this.#send(stream, "problem", problem);
    }
  }

  /** Tells all pages of the clients of other hubs: every other second. */
  async #tellElsewhere(): Promise<void> {
    if (this.#asking || ++this.#turns % 2 > 0) return;
    this.#asking = true;
    try {
      const report = await this.#everywhere.elsewhere();
      if (!report) return;
      for (const stream of this.#streams) {
        if (this.#hasRoom(stream)) this.#send(stream, "elsewhere", report);
      }
    } finally {
      this.#asking = false;
    }
  }

  /** Ends all. */
  close(): void {
    for (const stream of this.#streams) this.#close(stream);
  }

  /** Tells all pages how things are: once a second. */
  #tell(): void {
    const now = performance.now();
    for (const stream of this.#streams) {
      if (this.#hasRoom(stream)) stream.at = now;
      else {
        stream.isBehind = true;
        if (now - stream.at > PATIENCE) this.#close(stream);
      }
    }
    void this.#tellElsewhere();
    const report = this.#frame("report", this.#reports.hub());
    const readers = [...this.#streams].filter((each) => this.#hasRoom(each));
    for (const { controller } of readers) controller.enqueue(report);
    if (now < this.#lookAt && !readers.some(({ isNew }) => isNew)) return;
    this.#tellAll(readers);
    // What a neighbour on the machine took does not count: it is not twice.
    const took = performance.now() - now;
    const rest = SHARE * Math.min(took, this.#took);
    this.#took = took;
    this.#lookAt = now + Math.min(rest, LONGEST);
  }

  /** Tells pages of each client: of many, that takes a while. */
  #tellAll(readers: readonly Stream[]): void {
    const clients = lazy(() => this.#text("clients", this.#reports.clients()));
    const edges = lazy(() => this.#text("edges", this.#reports.edges()));
    const news = [
      this.#clients.look(this.#reports),
      this.#edges.look(this.#reports),
    ] as const;
    const open = this.#text("open", this.#reports.open());
    const more = lazy(() =>
      this.#encoder.encode(
        this.#text("clients", news[0]) + this.#text("edges", news[1]) + open,
      )
    );
    const all = lazy(() => this.#encoder.encode(clients() + edges() + open));
    for (const stream of readers) {
      stream.controller.enqueue(stream.isBehind ? all() : more());
      stream.isNew = stream.isBehind = false;
    }
  }

  #hasRoom({ controller }: Stream): boolean {
    return (controller.desiredSize ?? 0) > 0;
  }

  #send<E extends keyof WatchEvents>(
    { controller }: Stream,
    event: E,
    data: WatchEvents[E],
  ): void {
    controller.enqueue(this.#frame(event, data));
  }

  #frame<E extends keyof WatchEvents>(
    event: E,
    data: WatchEvents[E],
  ): Uint8Array {
    return this.#encoder.encode(this.#text(event, data));
  }

  #text<E extends keyof WatchEvents>(event: E, data: WatchEvents[E]): string {
    return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  }

  #close(stream: Stream): void {
    if (!this.#streams.delete(stream)) return;
    this.#pages.now = this.#streams.size;
    this.#subscribers.drop(stream);
    try {
      stream.controller.close();
    } catch {
      // It is closed already.
    }
    if (this.#streams.size > 0) return;
    this.#timer?.stop();
    this.#release?.();
    this.#timer = this.#release = undefined;
    this.#clients = new ClientNews();
    this.#edges = new EdgeNews();
    this.#lookAt = this.#took = 0;
  }
}

function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
