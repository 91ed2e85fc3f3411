// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { Gauge } from "@wirekit/internal/limits";
import type { Logger } from "@wirekit/internal/logger";
import { Late } from "../_late.ts";
import type { Answers } from "./_answers.ts";
import { WatchDoor } from "./_door.ts";
import { Ends } from "./figures/_ends.ts";
import { History } from "./figures/_history.ts";
import { Host } from "./host/_host.ts";
import type { WatchedHub } from "./_hub.ts";
import type { Problems } from "./problems/_problems.ts";
import type { Parts } from "./_reports.ts";
import { Lag } from "./figures/_lag.ts";
import { Onlookers } from "./_onlookers.ts";
import { OtherHubs } from "./hubs/_other_hubs.ts";
import { Recording } from "./figures/_recording.ts";
import { Samples } from "./figures/_samples.ts";
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
  readonly #parts: Omit<Parts, "problems">;
  readonly #problems: Late<Problems>;
  readonly #answers: Late<Answers>;
  readonly #subscribers: Subscribers;
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
    const since = Date.now();
    const parts = { hub, samples, ends, lag, recording, history, since };
    // A hub passes on messages before somebody asks how it is.
    const problems = new Late(async () => {
      const { Problems } = await import("./problems/_problems.ts");
      return new Problems(hub, { lag, ends, pages, logger });
    }, logger);
    const answers: Late<Answers> = new Late(async () => {
      const { Answers } = await import("./_answers.ts");
      const { member } = host;
      const own = { subscribers, others, member, pages, hold, logger };
      return new Answers({ ...parts, problems: await problems.get() }, own);
    }, logger);
    const host = new Host(exchange, answers);
    this.door = new WatchDoor(hub, answers);
    this.#parts = parts;
    this.#problems = problems;
    this.#answers = answers;
    this.#subscribers = subscribers;
    this.#others = others;
    this.#tails = tails;
    if (others && tails) {
      subscribers.wanted = ({ presence, tails: wants }) => {
        others.listen(presence);
        tails.want(wants);
      };
      others.begin({
        answer: async (route, order, by, node) => {
          if (route === "tail") return tails.answer(node, order);
          const { everywhere } = await answers.get();
          return await everywhere.answerPeer(route, order, by);
        },
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
    const { hub, lag, samples, recording, history } = this.#parts;
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
    const problems = this.#problems;
    if (problems.now) problems.now.look(LOOK_EVERY);
    else problems.get().catch(() => {}); // The log has it.
  }

  /** Ends what is open. */
  close(): void {
    this.#answers.now?.close();
    this.#subscribers.close();
    this.#tails?.close();
    this.#others?.close();
  }

  /** Tells the other hubs what there is to tell, before this one leaves them. */
  leave(): void {
    this.#others?.flush();
  }
}
