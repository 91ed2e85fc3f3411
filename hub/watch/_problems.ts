// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Gauge } from "@wirekit/internal/limits";
import type { Logger } from "@wirekit/internal/logger";
import type { Party } from "../exchange/_party.ts";
import type { Member } from "../exchange/participant.ts";
import {
  type Census,
  FULL_OUTBOX,
  SLOW_ANSWER,
  stateOf,
  takeCensus,
} from "./figures/_census.ts";
import { problemsOf } from "./hubs/_cluster.ts";
import type { Ends } from "./figures/_ends.ts";
import { limitOf, type WatchedHub } from "./_hub.ts";
import type { Lag } from "./figures/_lag.ts";
import type { Problem } from "./reports/hub.ts";

/** How long a limit, a lag or a jump of the clock is a problem afterwards. */
const RECENTLY = 600_000;

/** How long a client may wait for its name before somebody should know. */
const LONG_HOLD = 60_000;

/** How long a client that was lost to a fault is missed. */
const MISSED = 3_600_000;

/** How late the event loop may be, in milliseconds. */
const LATE = 500;

/** How far the clock of the wall may move in a second by itself. */
const CLOCK_JUMP = 2_000;

/** The most problems that are told. */
const MAX_PROBLEMS = 100;

/** The most origins of refused pages that are told one by one. */
const MAX_ORIGINS = 8;

/** A problem as it is found: the rest is known from before. */
type Found = Pick<Problem, "id" | "severity" | "text" | "cure"> & {
  count?: number;
  since?: number;
};

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

/** Problems that the log has already, with who has them. */
const IN_LOG = new Set([
  "limit:maxConnections",
  "limit:maxConnectionsPerAddress",
  "limit:maxOutboxBytes",
  "limit:maxMessagesPerSecond",
  "limit:maxBytesPerSecond",
]);

/** Finds what an operator should do something about. */
export class Problems {
  readonly #hub: WatchedHub;
  readonly #lag: Lag;
  readonly #ends: Ends;
  readonly #pages: Gauge;
  readonly #logger: Logger | undefined;
  #known = new Map<string, Problem>();
  #list: readonly Problem[] = [];
  /** How often each limit was reached, and when that grew. */
  readonly #hits = new Map<string, { count: number; at: number }>();
  #origins = new Map<string, { count: number; at: number }>();
  #drift = Date.now() - performance.now();
  #jump: { at: number; ms: number } | undefined;
  #looked = -Infinity;
  /** Is told of each problem that is new. */
  found: (problem: Problem) => void = () => {};

  constructor(
    hub: WatchedHub,
    { lag, ends, pages, logger }: {
      lag: Lag;
      ends: Ends;
      pages: Gauge;
      logger: Logger | undefined;
    },
  ) {
    this.#hub = hub;
    this.#lag = lag;
    this.#ends = ends;
    this.#pages = pages;
    this.#logger = logger;
  }

  /** What was found the last time, worst first. */
  get list(): readonly Problem[] {
    return this.#list;
  }

  /**
   * Looks again, and writes what is new to the log.
   *
   * @param apart How many milliseconds ago the last look was at least; if it
   * was not, nothing is done.
   * @param census What is known of the clients; by default they are counted.
   */
  look(apart: number, census?: Census): void {
    const now = performance.now();
    if (now - this.#looked < apart) return;
    this.#looked = now;
    const members = this.#hub.exchange.members;
    for (const problem of this.#fresh(census ?? takeCensus(members))) {
      this.found(problem);
    }
  }

  #fresh(census: Census): readonly Problem[] {
    const now = Date.now();
    const fresh: Problem[] = [];
    const known = new Map<string, Problem>();
    for (const found of this.#find(census)) {
      if (known.size >= MAX_PROBLEMS) break;
      const { id, count = 1, since } = found;
      const before = this.#known.get(id);
      const problem: Problem = {
        ...found,
        count,
        since: since ?? before?.since ?? now,
      };
      known.set(id, problem);
      if (before?.severity === problem.severity) continue;
      fresh.push(problem);
      // A busy machine is late now and then: the log would have a line each time.
      const isUsual = id === "loop" && problem.severity === "warning";
      if (IN_LOG.has(id) || isUsual) continue;
      this.#logger?.warn?.(`${problem.text} ${problem.cure}`);
    }
    this.#known = known;
    this.#list = [...known.values()].sort((a, b) =>
      rank(a) - rank(b) || b.since - a.since
    );
    return fresh;
  }

  *#find(census: Census): Generator<Found, void> {
    yield* this.#ofLoop();
    yield* this.#ofClock();
    const { cluster } = this.#hub.exchange;
    if (cluster) {
      yield* problemsOf(cluster, limitOf(this.#hub, "maxMessageBytes"));
    }
    yield* this.#ofLimits();
    yield* this.#ofPages();
    yield* this.#ofMissing();
    yield* this.#ofClients(census);
    // Last: a stranger can make up any number of them.
    yield* this.#ofOrigins();
  }

  *#ofLoop(): Generator<Found, void> {
    const late = this.#lag.lately;
    if (late < LATE) return;
    yield {
      id: "loop",
      severity: late > 10 * LATE ? "error" : "warning",
      text: `The hub was late by ${
        Math.round(late)
      } ms within the last minute.`,
      cure: "Give it a core of its own, or look what else this process does.",
    };
  }

  *#ofClock(): Generator<Found, void> {
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
        "Let a time service keep it; times that were shown before it are off.",
    };
  }

  *#ofLimits(): Generator<Found, void> {
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
  *#ofPages(): Generator<Found, void> {
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

  *#ofOrigins(): Generator<Found, void> {
    const { refusedOrigins } = this.#hub.admission;
    const recent: [origin: string, count: number][] = [];
    const known = new Map<string, { count: number; at: number }>();
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
        cure: "Somebody may be trying many: the log has their addresses.",
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

  /** Clients that a fault has ended, and that are not back. */
  *#ofMissing(): Generator<Found, void> {
    const { exchange } = this.#hub;
    for (const [name, { kind, at, reason }] of this.#ends.all()) {
      if (kind !== "deaf" && kind !== "slow" && kind !== "silent") continue;
      if (Date.now() - at > MISSED || exchange.has(name)) continue;
      const cures = {
        deaf: "Its program has to call start() again; and look who asks " +
          `${name} for a route that it does not have.`,
        slow: "Look why its program does not read, or tell it less.",
        silent: "Look whether its program hangs, or its machine is gone.",
      };
      yield {
        id: `${kind}:${name}`,
        severity: "error",
        since: at,
        text: kind === "deaf"
          ? `${name} is deaf since ${
            clockTime(at)
          }: it was asked for a route ` +
            "that it does not have, and no longer listens."
          : `${name} was dropped at ${clockTime(at)}: ${reason}.`,
        cure: cures[kind],
      };
    }
  }

  *#ofClients(census: Census): Generator<Found, void> {
    const { exchange } = this.#hub;
    const full = FULL_OUTBOX * limitOf(this.#hub, "maxOutboxBytes");
    const now = performance.now();
    const held = new Map<string, { count: number; since: number }>();
    for (const member of exchange.members) {
      if (census.held > 0 && stateOf(member) === "held") {
        const wait = held.get(member.name!) ??
          { count: 0, since: member.since };
        wait.count++;
        held.set(member.name!, wait);
      }
      const { flow } = member.about;
      const { firstAsked } = member as Party;
      // Of most there is nothing to tell.
      if (
        flow && flow.outboxBytes > full ||
        firstAsked && now - firstAsked.since >= SLOW_ANSWER
      ) yield* this.#ofClient(member, full, now);
    }
    for (const [name, { count, since }] of held) {
      const ms = now - since;
      if (ms < LONG_HOLD) continue;
      const who = count === 1 ? "1 client waits" : `${count} clients wait`;
      yield {
        id: `held:${name}`,
        severity: "warning",
        count,
        since: Math.round(Date.now() - ms),
        text: `${who} for the name ${name}, which another client has.`,
        cure: `Stop one of them, or give the name on: disconnect ${name}.`,
      };
    }
  }

  *#ofClient(
    member: Member,
    full: number,
    now: number,
  ): Generator<Found, void> {
    const { name = "A client without a name", number, about, answering } =
      member;
    const { outboxBytes = 0 } = about.flow ?? {};
    if (outboxBytes > full) {
      yield {
        id: `outbox:${number}`,
        severity: "warning",
        text: `${name} reads too slowly: ${outboxBytes} bytes wait for it.`,
        cure: "Look why its program does not read; it is dropped when more " +
          "than --max-outbox wait.",
      };
    }
    const { firstAsked } = member as Party;
    const age = firstAsked ? now - firstAsked.since : 0;
    if (age < SLOW_ANSWER) return;
    yield {
      id: `silence:${number}`,
      severity: "warning",
      count: answering,
      text: `${name} has not answered ${
        answering === 1 ? "a request" : `${answering} requests`
      }, the first for ${Math.round(age / 60_000)} min.`,
      cure: "Look whether its route hangs: who asked has most likely given up.",
    };
  }
}

function rank({ severity }: Problem): number {
  return severity === "error" ? 0 : 1;
}

/** Notes a count, and when it grew. */
function noted(
  map: Map<string, { count: number; at: number }>,
  key: string,
  count: number,
): { count: number; at: number } {
  const before = map.get(key);
  if (before?.count === count) return before;
  const note = { count, at: Date.now() };
  map.set(key, note);
  return note;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function clockTime(at: number): string {
  return new Date(at).toTimeString().slice(0, 5);
}
