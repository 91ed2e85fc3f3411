// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Gauge } from "@wirekit/internal/limits";
import type { WatchedHub } from "../_hub.ts";
import type { Lag } from "../figures/_lag.ts";
import type { Found } from "./_found.ts";

/** How long a limit, a lag or a jump of the clock is a problem afterwards. */
const RECENTLY = 600_000;

/** How late the event loop may be, in milliseconds. */
const LATE = 500;

/** How far the clock of the wall may move in a second by itself. */
const CLOCK_JUMP = 2_000;

/** The most origins of refused pages that are told one by one. */
const MAX_ORIGINS = 8;

/** How to raise each limit, where there is a flag. */
const FLAGS: Record<string, string> = {
  maxConnections: "--max-connections",
  maxMessageBytes: "--max-message",
  maxOutboxBytes: "--max-outbox",
  maxRequests: "--max-requests",
  maxConnectionsPerAddress: "--max-connections-per-address",
  maxNameBytes: "--max-name",
  maxMessagesPerSecond: "--max-messages-per-second",
  maxBytesPerSecond: "--max-bytes-per-second",
};

/** A count, and when it grew. */
interface Note {
  readonly count: number;
  readonly at: number;
}

/** Finds what is wrong with a hub itself, and what it refused. */
export class HubProblems {
  readonly #hub: WatchedHub;
  readonly #lag: Lag;
  readonly #pages: Gauge;
  /** How often each limit was reached. */
  readonly #hits = new Map<string, Note>();
  #origins = new Map<string, Note>();
  #drift = Date.now() - performance.now();
  #jump: { at: number; ms: number } | undefined;

  constructor(hub: WatchedHub, lag: Lag, pages: Gauge) {
    this.#hub = hub;
    this.#lag = lag;
    this.#pages = pages;
  }

  /** Whether the event loop is late. */
  *ofLoop(): Generator<Found, void> {
    const late = this.#lag.lately;
    if (late < LATE) return;
    yield {
      id: "loop",
      severity: late > 10 * LATE ? "error" : "warning",
      text: `The hub was up to ${
        Math.round(late)
      } ms late within the last minute.`,
      cure: "Give it a core of its own, or check what else this process does.",
    };
  }

  /** Whether the clock of this machine has jumped. */
  *ofClock(): Generator<Found, void> {
    const now = Date.now();
    const drift = now - performance.now();
    const ms = Math.round(drift - this.#drift);
    this.#drift = drift;
    if (Math.abs(ms) > CLOCK_JUMP) this.#jump = { at: now, ms };
    const jump = this.#jump;
    if (!jump || now - jump.at > RECENTLY) return;
    const way = jump.ms > 0 ? "forward" : "back";
    yield {
      id: "clock",
      severity: "warning",
      since: jump.at,
      text: `The clock of this machine went ${way} by ${
        Math.round(Math.abs(jump.ms) / 1000)
      } s.`,
      cure:
        "Let a time service set it. Times shown from before the change are off.",
    };
  }

  /** Limits that were reached of late. */
  *ofLimits(): Generator<Found, void> {
    for (const { option, limit, hits: count } of this.#hub.limits) {
      // Who met a time-out stands in the log, with its own cure.
      if (count === 0 || option.endsWith("Timeout")) continue;
      const { at } = noted(this.#hits, option, count);
      if (Date.now() - at > RECENTLY) continue;
      const flag = FLAGS[option];
      yield {
        id: `limit:${option}`,
        severity: option === "maxConnections" ? "error" : "warning",
        count,
        text: `The limit ${option} (${limit}) was reached ${times(count)}.`,
        cure: `Find out who reaches it${
          flag ? `, or raise it with ${flag}` : ""
        }.`,
      };
    }
  }

  /** Pages of the hub that found no room. */
  *ofPages(): Generator<Found, void> {
    const { option, limit, hits: count } = this.#pages;
    if (count === 0) return;
    const { at } = noted(this.#hits, option, count);
    if (Date.now() - at > RECENTLY) return;
    yield {
      id: "pages",
      severity: "warning",
      count,
      text: `${limit} pages of this hub were open: ${
        count === 1 ? "1 more was" : `${count} more were`
      } refused.`,
      cure:
        "Close some: each tab that shows the page is one, and each program " +
        "that reads /api/events.",
    };
  }

  /** Pages of other origins that were refused of late. */
  *ofOrigins(): Generator<Found, void> {
    const { refusedOrigins } = this.#hub.admission;
    const recent: [origin: string, count: number][] = [];
    const known = new Map<string, Note>();
    for (const [origin, count] of refusedOrigins) {
      const note = noted(this.#origins, origin, count);
      known.set(origin, note);
      if (Date.now() - note.at <= RECENTLY) recent.push([origin, count]);
    }
    // Of those that the hub has forgotten, nothing is kept here.
    this.#origins = known;
    if (recent.length > MAX_ORIGINS) {
      yield {
        id: "origins",
        severity: "warning",
        count: recent.length,
        text: `Pages of ${recent.length} origins were refused, the last of ` +
          `${recent.at(-1)![0]}.`,
        cure:
          "Somebody may be trying one after the other: the log has the addresses.",
      };
      return;
    }
    for (const [origin, count] of recent) {
      const pages = count === 1 ? "1 page" : `${count} pages`;
      const refused = count === 1 ? "was refused" : "were refused";
      const isOrigin = URL.canParse(origin);
      yield {
        id: `origin:${origin}`,
        severity: "warning",
        count,
        text: isOrigin
          ? `${pages} of ${origin} ${refused}.`
          : `${pages} without an origin, such as a file, ${refused}.`,
        cure: isOrigin
          ? `If it is yours, allow it with --allow-origin ${origin}`
          : "Serve the page from a web server, and allow its origin.",
      };
    }
  }
}

/** Notes a count, and when it grew. */
function noted(
  map: Map<string, Note>,
  key: string,
  count: number,
): Note {
  const before = map.get(key);
  if (before?.count === count) return before;
  const note = { count, at: Date.now() };
  map.set(key, note);
  return note;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
