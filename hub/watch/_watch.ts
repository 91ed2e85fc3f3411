// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { Gauge } from "@wirekit/internal/limits";
import type { Logger } from "@wirekit/internal/logger";
import { Actions } from "./host/_actions.ts";
import { WatchDoor } from "./_door.ts";
import { Ends } from "./figures/_ends.ts";
import { Everywhere } from "./hubs/_everywhere.ts";
import { History } from "./figures/_history.ts";
import { Host } from "./host/_host.ts";
import type { WatchedHub } from "./_hub.ts";
import { HubRoutes } from "./host/_hub_routes.ts";
import { Lag } from "./figures/_lag.ts";
import { Onlookers } from "./_onlookers.ts";
import { OtherHubs } from "./hubs/_other_hubs.ts";
import { Problems } from "./problems/_problems.ts";
import { Recording } from "./figures/_recording.ts";
import { type Parts, Reports } from "./_reports.ts";
import { Samples } from "./figures/_samples.ts";
import { Streams } from "./_streams.ts";
import { Subscribers } from "./_subscribers.ts";
import { Tails } from "./hubs/_tails.ts";
import { makeTracer } from "./_tracing.ts";

/** The most pages that may be open at once. */
const MAX_PAGES = 32;

/** How many milliseconds there are between two looks for problems. */
const LOOK_EVERY = 5_000;

/** All that watches one hub. */
export class Watch {
  /** Where programs and pages ask. */
  readonly door: WatchDoor;
  readonly #parts: Parts;
  readonly #subscribers: Subscribers;
  readonly #streams: Streams;
  readonly #others: OtherHubs | undefined;
  readonly #tails: Tails | undefined;

  constructor(
    hub: WatchedHub,
    { logger, hold }: { logger: Logger | undefined; hold: () => () => void },
  ) {
    const { exchange } = hub;
    const { peers } = exchange;
    const lag = new Lag();
    const ends = new Ends();
    const recording = new Recording();
    const history = new History();
    const pages = new Gauge("maxPages", MAX_PAGES);
    const subscribers = new Subscribers(exchange, hold);
    const others = peers && new OtherHubs(exchange, peers);
    const tails = others && new Tails(others, subscribers);
    const samples = new Samples(
      new Onlookers({ exchange, ends, recording, subscribers, others }),
    );
    const problems = new Problems(hub, { lag, ends, pages, logger });
    const parts = { hub, samples, ends, lag, problems, recording, history };
    const reports = new Reports(parts);
    const actions = new Actions(hub, recording, logger);
    const everywhere = new Everywhere(
      others,
      new HubRoutes(hub, reports, actions),
    );
    const host = new Host(hub, reports, subscribers, everywhere);
    const streams = new Streams(reports, subscribers, everywhere, {
      pages,
      hold,
    });
    this.door = new WatchDoor(parts, {
      reports,
      streams,
      actions,
      host,
      everywhere,
    });
    this.#parts = parts;
    this.#subscribers = subscribers;
    this.#streams = streams;
    this.#others = others;
    this.#tails = tails;
    // All are there: now they may hear of each other.
    problems.found = (problem) => streams.problem(problem);
    if (others && tails) {
      subscribers.wanted = ({ presence, tails: wants }) => {
        others.listen(presence);
        tails.want(wants);
      };
      others.begin({
        answer: (route, order, by, node) =>
          route === "tail"
            ? tails.answer(node, order)
            : everywhere.answerPeer(route, order, by),
        presence: (batch) => subscribers.presence(batch),
        tail: (wants, batch) =>
          tails.hear(wants, batch, () => samples.nextId()),
        met: (node) => void tails.ask(node),
        attached: () => tails.askAll(),
        gone: (node) => tails.gone(node),
      });
    }
    samples.tracer = makeTracer();
    exchange.observe(samples);
  }

  /** Begins to measure: the hub's clock runs. */
  start(): void {
    this.#parts.lag.start();
  }

  /** Ends that. */
  stop(): void {
    this.#parts.lag.stop();
  }

  /** Ends a second. */
  tick(): void {
    const { hub, lag, samples, problems, recording, history } = this.#parts;
    const { requests, informs, errors, failures } = hub.exchange.totals;
    lag.tick();
    samples.tick(requests + informs);
    recording.tick();
    const { p50, p99 } = samples.roundTrip.report();
    history.tick({
      clients: hub.exchange.names.length,
      requests,
      informs,
      errors: errors + failures,
      p50,
      p99,
      lag: lag.now,
    });
    problems.look(LOOK_EVERY);
  }

  /** Ends what is open. */
  close(): void {
    this.#streams.close();
    this.#subscribers.close();
    this.#tails?.close();
    this.#others?.close();
  }

  /** Tells the other hubs what there is to tell, before this one leaves them. */
  leave(): void {
    this.#others?.flush();
  }
}
