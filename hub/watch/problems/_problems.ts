// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Gauge } from "@wirekit/internal/limits";
import type { Logger } from "@wirekit/internal/logger";
import { limitOf, type WatchedHub } from "../_hub.ts";
import { type Census, takeCensus } from "../figures/_census.ts";
import type { Ends } from "../figures/_ends.ts";
import type { Lag } from "../figures/_lag.ts";
import { problemsOf } from "../hubs/_cluster.ts";
import type { Problem } from "../reports/hub.ts";
import { AbsentNames } from "./_absent_names.ts";
import { missingClients, troubledClients } from "./_client_problems.ts";
import type { Found } from "./_found.ts";
import { HubProblems } from "./_hub_problems.ts";

/** The most problems that are told. */
const MAX_PROBLEMS = 100;

/** Problems that the log has already, from what knows more of them. */
const IN_LOG = new Set([
  "cluster",
  "cluster-refused",
  "limit:maxConnections",
  "limit:maxConnectionsPerAddress",
  "limit:maxOutboxBytes",
  "limit:maxMessagesPerSecond",
  "limit:maxBytesPerSecond",
]);

/** Finds what an operator should do something about. */
export class Problems {
  readonly #hub: WatchedHub;
  readonly #ends: Ends;
  readonly #own: HubProblems;
  readonly #absent: AbsentNames;
  readonly #logger: Logger | undefined;
  #known = new Map<string, Problem>();
  #list: readonly Problem[] = [];
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
    this.#ends = ends;
    this.#own = new HubProblems(hub, lag, pages);
    this.#absent = new AbsentNames(hub);
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
      // A client can ask for any text as a name, and as often as it likes.
      const isMadeUp = id.startsWith("absent:");
      // What notices it writes it.
      const isWritten = IN_LOG.has(id) || id.startsWith("unreached:");
      if (isWritten || isUsual || isMadeUp) continue;
      this.#logger?.warn?.(`${problem.text} ${problem.cure}`);
    }
    this.#known = known;
    this.#list = [...known.values()].sort((a, b) =>
      rank(a) - rank(b) || b.since - a.since
    );
    return fresh;
  }

  *#find(census: Census): Generator<Found, void> {
    const own = this.#own;
    yield* own.ofLoop();
    yield* own.ofClock();
    const { cluster, unreached } = this.#hub.exchange;
    if (cluster) {
      const largest = limitOf(this.#hub, "maxMessageBytes");
      yield* problemsOf(cluster, unreached, largest);
    }
    yield* own.ofLimits();
    yield* own.ofPages();
    yield* missingClients(this.#hub, this.#ends);
    yield* troubledClients(this.#hub, census);
    yield* this.#absent.find();
    // Last: a stranger can make up any number of them.
    yield* own.ofOrigins();
  }
}

function rank({ severity }: Problem): number {
  return severity === "error" ? 0 : 1;
}
