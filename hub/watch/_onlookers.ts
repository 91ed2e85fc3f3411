// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Exchange } from "../exchange/exchange.ts";
import type { End, Member } from "../exchange/participant.ts";
import type { Ends } from "./figures/_ends.ts";
import type { OtherHubs } from "./hubs/_other_hubs.ts";
import type { Recording } from "./figures/_recording.ts";
import type { PresenceReport } from "./reports/clients.ts";
import {
  nameOf,
  type Payload,
  type Place,
  type Row,
  type SampleEvents,
} from "./figures/_samples.ts";
import type { Subscribers } from "./_subscribers.ts";

/** All who are told what happens: those who watch, and what is kept of it. */
export class Onlookers implements SampleEvents {
  readonly #exchange: Exchange;
  readonly #ends: Ends;
  readonly #recording: Recording;
  readonly #subscribers: Subscribers;
  readonly #others: OtherHubs | undefined;

  constructor(
    { exchange, ends, recording, subscribers, others }: {
      exchange: Exchange;
      ends: Ends;
      recording: Recording;
      subscribers: Subscribers;
      others: OtherHubs | undefined;
    },
  ) {
    this.#exchange = exchange;
    this.#ends = ends;
    this.#recording = recording;
    this.#subscribers = subscribers;
    this.#others = others;
  }

  /** See {@linkcode SampleEvents}. */
  row(row: Row, payload: Payload | undefined, place: Place | undefined): void {
    if (place) this.#others!.name(row, place);
    this.#recording.add(row, payload);
    this.#subscribers.row(row, payload, place);
  }

  /** See {@linkcode SampleEvents}. */
  placeOf(from: Member, to: Member | undefined): Place | undefined {
    return this.#others?.placeOf(from, to);
  }

  /** See {@linkcode SampleEvents}. */
  learned(name: string, route: string): void {
    this.#exchange.routes.learn(name, route);
  }

  /** See {@linkcode SampleEvents}. */
  wantsPayloads(): boolean {
    return this.#subscribers.wantsPayloads || this.#recording.keepsPayloads;
  }

  /** See {@linkcode SampleEvents}. */
  presence(
    event: PresenceReport["event"],
    member: Member,
    end: End | undefined,
  ): void {
    if (event === "leave" && end) this.#ends.add(member.name!, end);
    if (event === "join") this.#subscribers.joined(member);
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

  /** See {@linkcode SampleEvents}. */
  left(member: Member, end: End): void {
    this.#ends.count(member, end);
    this.#subscribers.drop(member);
  }
}
