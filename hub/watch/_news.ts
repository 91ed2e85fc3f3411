// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Edge } from "../exchange/_party.ts";
import type { Member } from "../exchange/participant.ts";
import { type ClientContext, stateOf, troubleOf } from "./figures/_census.ts";
import type { Reports } from "./_reports.ts";
import type { EdgesReport } from "./reports/calls.ts";
import type { ClientsReport } from "./reports/clients.ts";

/** What was told of a client. */
interface ClientMark {
  /** The last look that found it. */
  turn: number;
  /** The sum of all that only grows. */
  sum: number;
  asking: number;
  answering: number;
  outbox: number;
  name: string | undefined;
  state: string;
  trouble: string | undefined;
  /** How often it met limits. */
  met: number;
  /** Why one of its name left last. */
  lastEnd: object | undefined;
}

/** Finds what is new of clients, without a report of each. */
export class ClientNews {
  readonly #told = new Map<Member, ClientMark>();
  #turn = 0;

  /** Returns what has changed since it looked last. */
  look(reports: Reports): ClientsReport {
    this.#turn++;
    const report = reports.clients((...each) => this.#newsOf(...each));
    const gone: number[] = [];
    for (const [member, { turn }] of this.#told) {
      if (turn === this.#turn) continue;
      gone.push(member.number);
      this.#told.delete(member);
    }
    return { ...report, gone };
  }

  #newsOf(
    member: Member,
    { now, maxOutboxBytes, ends }: ClientContext,
  ): "all" | "figures" | "nothing" {
    const { name, asking, answering, about: { flow } } = member;
    const { requests, errors, informs, asked, faults, told } = member;
    const outbox = flow?.outboxBytes ?? 0;
    const state = stateOf(member);
    const trouble = troubleOf(member, now, maxOutboxBytes);
    let sum = requests + errors + informs + asked + faults + told;
    // A client that only answers pings is heard, too.
    if (flow) sum += flow.messagesIn + flow.messagesOut + flow.lastSeen;
    let met = flow?.slowed ?? 0;
    for (const times of member.met?.values() ?? []) met += times;
    const lastEnd = name === undefined ? undefined : ends.of(name);
    const mark = this.#told.get(member);
    const turn = this.#turn;
    if (
      !mark || mark.name !== name || mark.state !== state ||
      mark.trouble !== trouble || mark.met !== met || mark.lastEnd !== lastEnd
    ) {
      const figures = { sum, asking, answering, outbox };
      const words = { name, state, trouble, met, lastEnd };
      this.#told.set(member, { turn, ...figures, ...words });
      return "all";
    }
    mark.turn = turn;
    if (
      mark.sum === sum && mark.asking === asking &&
      mark.answering === answering && mark.outbox === outbox
    ) return "nothing";
    mark.sum = sum;
    mark.asking = asking;
    mark.answering = answering;
    mark.outbox = outbox;
    return "figures";
  }
}

/** What was told of an edge. */
interface EdgeMark {
  turn: number;
  /** How many requests, errors and information it had, together. */
  sum: number;
  from: string | undefined;
}

/** Finds what is new of edges, without a report of each. */
export class EdgeNews {
  readonly #told = new Map<Edge, EdgeMark>();
  #turn = 0;

  /** Returns what has changed since it looked last; all, if some are gone. */
  look(reports: Reports): EdgesReport {
    this.#turn++;
    let isLess = false;
    const report = reports.edges(({ member: { name: from }, edge }) => {
      const sum = edge.requests + edge.errors + edge.informs;
      const mark = this.#told.get(edge);
      if (!mark) {
        this.#told.set(edge, { turn: this.#turn, sum, from });
        return true;
      }
      mark.turn = this.#turn;
      // Under the name that it had before, there is nothing any more.
      if (mark.from !== from) isLess = true;
      else if (mark.sum === sum) return false;
      mark.sum = sum;
      mark.from = from;
      return true;
    });
    for (const [edge, { turn }] of this.#told) {
      if (turn === this.#turn) continue;
      this.#told.delete(edge);
      isLess = true;
    }
    return isLess ? reports.edges() : report;
  }
}
