// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { HUB } from "../../exchange/names/_name_rules.ts";
import { FaultCode } from "../../exchange/fault.ts";
import * as Text from "../../exchange/_text.ts";
import type { Observer } from "../../exchange/observer.ts";
import type {
  AnswerKind,
  Content,
  End,
  Member,
  Named,
  Question,
  QuestionKind,
} from "../../exchange/participant.ts";
import { Histogram, RecentHistogram } from "./_histogram.ts";
import { RouteFigures, textOf } from "./_route_figures.ts";
import type { TailReport } from "../reports/tail.ts";

/** About how many messages a second are looked at. */
const SAMPLES = 500;

/**
 * How many samples may come at once, each message for itself; and in how many
 * milliseconds so many are more than the hub can afford.
 */
const BURST = 125;
const SHORT = 1_000 * BURST / SAMPLES / 2;

/** How many more are, because somebody watches their client. */
const WATCHED_SAMPLES = 2_000;

/** How many characters of a payload are shown. */
const MAX_PAYLOAD = 65_536;

/** A row that grows. */
export type Row = { -readonly [K in keyof TailReport]: TailReport[K] };

/** Payloads of a row. */
export interface Payload {
  data: string;
  answer?: string;
}

/** At which other hub of a cluster the ends of a message are, by id. */
export interface Place {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** What is kept of a request until it ends. */
export interface Sample {
  readonly question: Question;
  /** The route as JSON text. */
  readonly route: string;
  /** When it came, of `performance.now()`. */
  readonly at: number;
  readonly weight: number;
  readonly row: Row;
  readonly place: Place | undefined;
  readonly payload: Payload | undefined;
  isError: boolean;
  /** What a tracer keeps. */
  span: unknown;
}

/** Takes part in all samples: traces. */
export interface Tracer {
  asked(sample: Sample, content: Content): unknown;
  ended(sample: Sample): void;
}

/** What is told of the samples, and of all else that happens. */
export interface SampleEvents {
  /** A row is complete. */
  row(row: Row, payload: Payload | undefined, place: Place | undefined): void;
  /** Returns where the ends of a message are; nothing without a cluster. */
  placeOf(from: Member, to: Member | undefined): Place | undefined;
  /** A route has answered. */
  learned(name: string, route: string): void;
  /** Returns whether somebody wants to see payloads. */
  wantsPayloads(): boolean;
  /** See {@linkcode Observer}. */
  presence: Observer["presence"];
  /** See {@linkcode Observer}. */
  left: Observer["left"];
}

/** Looks at a sample of all messages: more than a busy hub could afford. */
export class Samples implements Observer {
  stride = 1;
  readonly routes = new RouteFigures();
  readonly roundTrip = new RecentHistogram();
  readonly hubTime = new RecentHistogram();
  /** Since the start. */
  readonly allRoundTrips = new Histogram();
  readonly allHubTimes = new Histogram();
  tracer: Tracer | undefined;
  /** The largest message that was looked at, in bytes. */
  largest = 0;
  readonly #events: SampleEvents;
  #rows = 0;
  #taken = 0;
  /** When the last burst of samples was over. */
  #burstAt = 0;
  #watchedTaken = 0;
  #ticks = 0;
  #seen = 0;

  constructor(events: SampleEvents) {
    this.#events = events;
  }

  /**
   * Ends a second.
   *
   * @param total How many messages there were so far.
   */
  tick(total: number): void {
    const rate = total - this.#seen;
    this.#seen = total;
    this.stride = this.tracer ? 1 : Math.max(1, Math.ceil(rate / SAMPLES));
    this.#taken = 0;
    this.#burstAt = Date.now();
    this.#watchedTaken = 0;
    if (++this.#ticks % 2 > 0) return;
    this.roundTrip.turn();
    this.hubTime.turn();
  }

  asked(
    question: Question,
    kind: QuestionKind,
    content: Content,
    weight: number,
  ): Sample | undefined {
    if (!this.#affords(weight)) return undefined;
    const { requester, responder } = question;
    const route = kind === "request" ? content.route : "null";
    const row: Row = {
      id: this.nextId(),
      at: Date.now(),
      kind: "request",
      from: nameOf(requester),
      to: nameOf(responder),
      bytes: this.#sizeOf(content),
    };
    if (route !== "null") row.route = textOf(route);
    const sample: Sample = {
      question,
      route,
      at: performance.now(),
      weight,
      row,
      place: this.#events.placeOf(requester as Member, responder as Member),
      payload: this.#payloadOf(content),
      isError: false,
      span: undefined,
    };
    sample.span = this.tracer?.asked(sample, content);
    return sample;
  }

  passed(given: unknown): void {
    const { at, weight, row } = given as Sample;
    // A participant in the hub's own process has done its work by now.
    if (row.outcome !== undefined) return;
    const us = 1000 * (performance.now() - at);
    this.hubTime.add(us, Math.max(weight, 1));
    this.allHubTimes.add(us, weight);
  }

  answered(given: unknown, kind: AnswerKind, content: Content): void {
    const sample = given as Sample;
    const { row, payload } = sample;
    sample.isError = kind === "error";
    row.outcome = kind === "error" ? "error" : "answer";
    row.answerBytes = this.#sizeOf(content);
    if (payload) payload.answer = cut(content.data);
    const isMissing = sample.isError &&
      (content.error?.code === FaultCode.RouteNotFound ||
        textOf(content.data) === Text.noRoute);
    this.#end(sample, isMissing);
  }

  failed(given: unknown, text: string): void {
    const sample = given as Sample;
    const { row } = sample;
    const isRefused = row.outcome !== undefined;
    sample.isError = true;
    row.outcome = "failure";
    row.reason = text;
    if (!isRefused) this.#end(sample, true);
  }

  told(
    from: Member,
    content: Content,
    receivers: number,
    weight: number,
    to: Member | undefined,
  ): void {
    if (!this.#affords(weight)) return;
    const row: Row = {
      id: this.nextId(),
      at: Date.now(),
      kind: "inform",
      from: nameOf(from),
      ...(to && { to: nameOf(to) }),
      receivers,
      bytes: this.#sizeOf(content),
    };
    const place = this.#events.placeOf(from, to);
    this.#events.row(row, this.#payloadOf(content), place);
  }

  presence(
    event: "join" | "hold" | "leave",
    member: Member,
    end: End | undefined,
  ): void {
    this.#events.presence(event, member, end);
  }

  left(member: Member, end: End): void {
    this.#events.left(member, end);
  }

  /** Returns the id of a new row. */
  nextId(): number {
    return ++this.#rows;
  }

  /** Ends a request; one that was not answered tells nothing of its route. */
  #end(sample: Sample, hasFailed: boolean): void {
    const { question: { responder }, at, row } = sample;
    const now = performance.now();
    const us = 1000 * (now - at);
    row.took = Math.round(us) / 1000;
    // What the hub is asked itself says nothing of its clients.
    if (responder.name !== HUB) this.#measure(sample, { now, us, hasFailed });
    if (sample.span) this.tracer?.ended(sample);
    this.#events.row(row, sample.payload, sample.place);
  }

  #measure(
    { question: { responder }, route, weight, row, isError }: Sample,
    { now, us, hasFailed }: { now: number; us: number; hasFailed: boolean },
  ): void {
    const name = responder.name ?? "null";
    if (hasFailed) return this.routes.fault(name, route, weight);
    this.roundTrip.add(us, Math.max(weight, 1));
    this.allRoundTrips.add(us, weight);
    if (route === "null") return;
    this.routes.add(name, route, { now, us, weight, isError });
    this.#events.learned(name, row.route!);
  }

  /** Looks at fewer once there are too many, before the second is over. */
  #affords(weight: number): boolean {
    if (this.tracer) return true;
    if (weight === 0) return ++this.#watchedTaken <= WATCHED_SAMPLES;
    if (++this.#taken % BURST !== 0) return true;
    const now = Date.now();
    if (now - this.#burstAt < SHORT) this.stride *= 2;
    this.#burstAt = now;
    return true;
  }

  #payloadOf(content: Content): Payload | undefined {
    if (!this.#events.wantsPayloads()) return undefined;
    return { data: cut(content.data) };
  }

  #sizeOf(content: Content): number {
    const bytes = content.length ?? content.data.length;
    if (bytes > this.largest) this.largest = bytes;
    return bytes;
  }
}

/** Returns the name of a participant as people write it; empty if it has none. */
export function nameOf({ name }: Named): string {
  return name === undefined ? "" : textOf(name);
}

function cut(text: string): string {
  return text.length > MAX_PAYLOAD ? text.slice(0, MAX_PAYLOAD) : text;
}
