// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Logger } from "@wirekit/internal/logger";
import type { End, Member } from "../exchange/participant.ts";
import type { Census } from "./_census.ts";
import { Actions } from "./host/_actions.ts";
import { WatchDoor } from "./_door.ts";
import { Ends } from "./_ends.ts";
import { Everywhere } from "./hubs/_everywhere.ts";
import { History } from "./_history.ts";
import { Host } from "./host/_host.ts";
import type { WatchedHub } from "./_hub.ts";
import { Lag } from "./_lag.ts";
import { OtherHubs } from "./hubs/_other_hubs.ts";
import { Problems } from "./_problems.ts";
import { Recording } from "./_recording.ts";
import { type Parts, Reports } from "./_reports.ts";
import type { PresenceReport } from "./report.ts";
import { nameOf, Samples } from "./_samples.ts";
import { Streams } from "./_streams.ts";
import { Subscribers } from "./_subscribers.ts";
import { Tails } from "./hubs/_tails.ts";
import { makeTracer } from "./_tracing.ts";

/** How many milliseconds there are between two looks for problems. */
const LOOK_EVERY = 5_000;
/** The same while somebody asks. */
const LOOK_AT_MOST = 900;

/** All that watches one hub. */
export class Watch {
  /** Where programs and pages ask. */
  readonly door: WatchDoor;
  readonly #parts: Parts;
  readonly #reports: Reports;
  readonly #subscribers: Subscribers;
  readonly #streams: Streams;
  #others: OtherHubs | undefined;
  #tails: Tails | undefined;
  #looked = -Infinity;

  constructor(
    hub: WatchedHub,
    { logger, hold }: { logger: Logger | undefined; hold: () => () => void },
  ) {
    const { exchange } = hub;
    const lag = new Lag();
    const ends = new Ends();
    const recording = new Recording();
    const history = new History();
    const gone = { bytesIn: 0, bytesOut: 0 };
    const samples = new Samples({
      row: (row, payload, place) => {
        if (place) this.#others!.name(row, place);
        recording.add(row, payload);
        this.#subscribers.row(row, payload, place);
      },
      placeOf: (from, to) => this.#others?.placeOf(from, to),
      learned: (name, route) => exchange.routes.learn(name, route),
      wantsPayloads: () =>
        this.#subscribers.wantsPayloads || recording.keepsPayloads,
      presence: (event, member, end) => {
        if (event === "leave" && end) ends.add(member.name!, end);
        if (event === "join") this.#subscribers.joined(member);
        this.#presence(event, member, end);
      },
      left: (member, { kind }) => {
        ends.count(kind);
        this.#subscribers.drop(member);
        const { flow } = member.about;
        if (!flow) return;
        gone.bytesIn += flow.bytesIn;
        gone.bytesOut += flow.bytesOut;
      },
    });
    const problems = new Problems(hub, {
      lag,
      ends,
      pages: () => this.#streams.pages,
      logger,
    });
    this.#parts = {
      hub,
      host: (): Member => host.member,
      samples,
      ends,
      lag,
      problems,
      look: (census) => this.#look(census, LOOK_AT_MOST),
      recording,
      history,
      gone,
    };
    this.#subscribers = new Subscribers({
      // Of those that have not ended there is no row yet.
      total: () => exchange.endedHere,
      members: () => exchange.members,
      hold,
      listens: ({ presence, tails }) => {
        this.#others?.listen(presence);
        this.#tails?.want(tails);
      },
    });
    this.#reports = new Reports(this.#parts);
    const actions = new Actions(hub, recording, logger);
    const everywhere: Everywhere = new Everywhere(
      () => this.#others,
      (route, order, by) => host.here(route, order, by),
    );
    const host: Host = new Host(
      hub,
      this.#reports,
      actions,
      this.#subscribers,
      everywhere,
    );
    const { peers } = exchange;
    if (peers) {
      const others: OtherHubs = new OtherHubs(exchange, peers, {
        answer: (route, order, by, node) =>
          route === "tail"
            ? tails.answer(node, order)
            : everywhere.answerPeer(route, order, by),
        presence: (batch) => this.#subscribers.presence(batch),
        tail: (wants, batch) =>
          tails.hear(wants, batch, () => samples.nextId()),
        met: (node) => void tails.ask(node),
        attached: () => tails.askAll(),
        gone: (node) => tails.gone(node),
      });
      const tails: Tails = new Tails(others, this.#subscribers);
      this.#others = others;
      this.#tails = tails;
    }
    this.#streams = new Streams(this.#reports, this.#subscribers, {
      hold,
      elsewhere: () => everywhere.elsewhere(),
    });
    this.door = new WatchDoor(this.#parts, {
      reports: this.#reports,
      streams: this.#streams,
      actions,
      host,
      everywhere,
    });
    samples.tracer = makeTracer();
    exchange.observe(samples);
  }

  #presence(
    event: PresenceReport["event"],
    member: Member,
    end: End | undefined,
  ): void {
    const others = this.#others;
    const report: PresenceReport = {
      at: Date.now(),
      event,
      name: nameOf(member),
      ...(end && { reason: end.reason }),
      ...(others && { node: others.labelOf(others.id) }),
    };
    this.#subscribers.presence({ events: [report], left: 0 });
    others?.presence(report);
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
    this.#look(undefined, LOOK_EVERY);
  }

  #look(census: Census | undefined, atMost: number): void {
    const now = performance.now();
    if (now - this.#looked < atMost) return;
    this.#looked = now;
    const { problems } = this.#parts;
    for (const problem of problems.look(census ?? this.#reports.census())) {
      this.#streams.problem(problem);
    }
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
