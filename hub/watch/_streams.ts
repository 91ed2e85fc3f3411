// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { every, type Timer } from "@wirekit/internal/clock";
import { Gauge } from "@wirekit/internal/limits";
import type { Reports } from "./_reports.ts";
import type { Subscribers } from "./_subscribers.ts";
import type {
  ClientReport,
  EdgeReport,
  ElsewhereReport,
  Problem,
  WatchEvents,
} from "./report.ts";

/** The most pages that may be open at once. */
const MAX_STREAMS = 32;

/** How many bytes may wait for one page. It is told less until it has read them. */
const MAX_WAITING = 1_048_576;

/** How long a page may read nothing until it is given up, in milliseconds. */
const PATIENCE = 30_000;

/** What a page wants. */
export interface StreamWants {
  readonly tail: boolean;
  readonly payload: boolean;
  readonly name: string | undefined;
}

/** One page that is open. */
interface Stream {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** Whether it has not had everything yet, or has missed something. */
  isBehind: boolean;
  /** When it took something last. */
  at: number;
}

/** Server-sent events for pages: the same for all, made once. */
export class Streams {
  /** How many are open, and how often there was no room for another. */
  readonly pages = new Gauge("maxPages", MAX_STREAMS);
  readonly #streams = new Set<Stream>();
  readonly #reports: Reports;
  readonly #subscribers: Subscribers;
  readonly #hold: () => () => void;
  readonly #elsewhere: () => Promise<ElsewhereReport | undefined>;
  readonly #encoder = new TextEncoder();
  #timer: Timer | undefined;
  #release: (() => void) | undefined;
  #turns = 0;
  /** Whether other hubs are being asked. */
  #asking = false;
  #clients = new Map<number, string>();
  #edges = new Map<string, string>();

  constructor(
    reports: Reports,
    subscribers: Subscribers,
    { hold, elsewhere }: {
      hold: () => () => void;
      elsewhere: () => Promise<ElsewhereReport | undefined>;
    },
  ) {
    this.#elsewhere = elsewhere;
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
    if (this.#streams.size >= MAX_STREAMS) {
      this.pages.hit();
      return undefined;
    }
    let end = () => {};
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const stream = { controller, isBehind: true, at: performance.now() };
        end = () => this.#close(stream);
        this.#streams.add(stream);
        this.pages.set(this.#streams.size);
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
      const report = await this.#elsewhere();
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
    const open = this.#frame("open", this.#reports.open());
    const clients = this.#changedClients();
    const edges = this.#changedEdges();
    for (const stream of this.#streams) {
      if (!this.#hasRoom(stream)) continue;
      const { controller, isBehind } = stream;
      stream.isBehind = false;
      for (
        const frame of [
          report,
          isBehind ? clients.all() : clients.changed,
          isBehind ? edges.all() : edges.changed,
          open,
        ]
      ) controller.enqueue(frame);
    }
  }

  #changedClients(): { changed: Uint8Array; all: () => Uint8Array } {
    const report = this.#reports.clients();
    const before = this.#clients;
    const after = new Map<number, string>();
    const changed: ClientReport[] = [];
    for (const client of report.clients) {
      const mark = markOf(client);
      after.set(client.id, mark);
      if (before.get(client.id) !== mark) changed.push(client);
    }
    const gone = [...before.keys()].filter((id) => !after.has(id));
    this.#clients = after;
    return {
      changed: this.#frame("clients", {
        ...report,
        full: false,
        clients: changed,
        gone,
      }),
      all: lazy(() => this.#frame("clients", report)),
    };
  }

  #changedEdges(): { changed: Uint8Array; all: () => Uint8Array } {
    const report = this.#reports.edges();
    const before = this.#edges;
    const after = new Map<string, string>();
    const changed: EdgeReport[] = [];
    for (const edge of report.edges) {
      const key = JSON.stringify([edge.from, edge.to]);
      const mark = `${edge.requests} ${edge.errors} ${edge.informs}`;
      after.set(key, mark);
      if (before.get(key) !== mark) changed.push(edge);
    }
    this.#edges = after;
    const isLess = [...before.keys()].some((key) => !after.has(key));
    const all = lazy(() => this.#frame("edges", report));
    return {
      changed: isLess ? all() : this.#frame("edges", {
        ...report,
        full: false,
        edges: changed,
      }),
      all,
    };
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
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    return this.#encoder.encode(text);
  }

  #close(stream: Stream): void {
    if (!this.#streams.delete(stream)) return;
    this.pages.now = this.#streams.size;
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
    this.#clients.clear();
    this.#edges.clear();
  }
}

/** Returns a text that changes when a client does. */
function markOf(client: ClientReport): string {
  const { state, name, lastSeen, sent, received, asking, asked } = client;
  const { outbox, trouble } = client;
  return [
    state,
    name,
    // A client that only answers pings is heard, too.
    lastSeen,
    sent.messages + sent.requests + sent.informs + sent.errors,
    received.messages + received.requests + received.informs + received.errors,
    asking,
    asked,
    outbox.bytes,
    trouble,
  ].join(" ");
}

function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
