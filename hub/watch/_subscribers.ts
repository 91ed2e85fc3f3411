// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { every, type Timer } from "@wirekit/internal/clock";
import type { Member } from "../exchange/participant.ts";
import { ActionError } from "./host/_actions.ts";
import { nameOf, type Payload } from "./_samples.ts";
import type {
  PresenceBatch,
  PresenceReport,
  TailBatch,
  TailReport,
} from "./report.ts";

/** How many there may be. */
const MAX_SUBSCRIBERS = 256;

/**
 * How often they are told, in milliseconds, and of how much at once: more than
 * anybody can read.
 */
const INTERVAL = 200;
const MAX_ROWS = 50;

/** How many characters of payloads go out at once; further rows have none. */
const MAX_PAYLOADS = 262_144;

/** What goes to a subscriber at once. */
export interface Batch {
  readonly tail?: TailBatch;
  readonly presence?: PresenceBatch;
}

/** Somebody who wants to hear of messages, and of who comes and goes. */
export interface Subscription {
  /** Who it is; somebody who leaves hears nothing any more. */
  readonly owner: object;
  readonly presence: boolean;
  readonly tail: boolean;
  readonly payload: boolean;
  /** The name of the one client whose messages are wanted; by default all. */
  readonly name: string | undefined;
  /** Takes a batch; returns whether there was room for it. */
  send(batch: Batch): boolean;
}

interface Subscriber extends Subscription {
  rows: TailReport[];
  /** How many characters of payloads they have. */
  payloads: number;
  events: PresenceReport[];
  /** How many were left out, because they were too many. */
  leftRows: number;
  leftEvents: number;
  /** How many messages had ended when it was told last. */
  seen: number;
}

/** Tells those who watch, as much as they can take. */
export class Subscribers {
  readonly #all = new Map<object, Subscriber>();
  readonly #total: () => number;
  readonly #members: () => Iterable<Member>;
  readonly #hold: () => () => void;
  readonly #listens: (wants: boolean) => void;
  /** Whether somebody wants to see payloads. */
  wantsPayloads = false;
  #timer: Timer | undefined;
  #release: (() => void) | undefined;

  constructor(options: {
    total: () => number;
    members: () => Iterable<Member>;
    hold: () => () => void;
    /** Is told whether somebody wants to hear who comes and goes. */
    listens: (wants: boolean) => void;
  }) {
    this.#listens = options.listens;
    this.#total = options.total;
    this.#members = options.members;
    this.#hold = options.hold;
  }

  /** Adds one; it replaces what the same owner wanted before. */
  add(subscription: Subscription): void {
    const { owner } = subscription;
    if (this.#all.size >= MAX_SUBSCRIBERS && !this.#all.has(owner)) {
      throw new ActionError(
        `More than ${MAX_SUBSCRIBERS} watch the hub already`,
      );
    }
    this.#all.set(owner, {
      ...subscription,
      rows: [],
      payloads: 0,
      events: [],
      leftRows: 0,
      leftEvents: 0,
      seen: this.#total(),
    });
    this.#changed();
  }

  /** Forgets one; returns whether there was one. */
  drop(owner: object): boolean {
    const had = this.#all.delete(owner);
    if (had) this.#changed();
    return had;
  }

  /** Forgets all. */
  close(): void {
    this.#all.clear();
    this.#changed();
  }

  #changed(): void {
    const all = [...this.#all.values()];
    this.wantsPayloads = all.some(({ payload }) => payload);
    this.#listens(all.some(({ presence }) => presence));
    const names = new Set(all.map(({ name }) => name));
    for (const member of this.#members()) {
      member.watched = member.active && names.has(nameOf(member));
    }
    if (all.length === 0) {
      this.#timer?.stop();
      this.#release?.();
      this.#timer = this.#release = undefined;
    } else if (!this.#timer) {
      this.#timer = every(INTERVAL, () => this.#flush());
      this.#release = this.#hold();
    }
  }

  /** Offers a message to all. */
  row(row: TailReport, payload: Payload | undefined): void {
    for (const each of this.#all.values()) {
      if (!each.tail) continue;
      const { name } = each;
      if (name !== undefined && row.from !== name && row.to !== name) continue;
      if (each.rows.length >= MAX_ROWS) each.leftRows++;
      else each.rows.push(each.payload ? withPayload(each, row, payload) : row);
    }
  }

  /** Offers all messages of a client to those who want those of its name. */
  joined(member: Member): void {
    const name = nameOf(member);
    for (const each of this.#all.values()) {
      if (each.name === name) member.watched = true;
    }
  }

  /** Offers what happened to names to all. */
  presence({ events, left }: PresenceBatch): void {
    for (const each of this.#all.values()) {
      if (!each.presence) continue;
      const room = MAX_ROWS - each.events.length;
      for (const event of events.slice(0, room)) each.events.push(event);
      each.leftEvents += left + Math.max(0, events.length - room);
    }
  }

  #flush(): void {
    const total = this.#total();
    for (const each of this.#all.values()) {
      const { rows, events, leftEvents, name, seen } = each;
      const left = name === undefined
        ? Math.max(0, total - seen - rows.length)
        : each.leftRows;
      const hasTail = each.tail && rows.length + left > 0;
      if (!hasTail && events.length === 0) continue;
      const sent = each.send({
        ...(hasTail && { tail: { rows, left } }),
        ...(events.length > 0 && { presence: { events, left: leftEvents } }),
      });
      if (sent) {
        each.seen = total;
        each.leftRows = each.leftEvents = 0;
      } else {
        each.leftRows += rows.length;
        each.leftEvents += events.length;
      }
      each.rows = [];
      each.payloads = 0;
      each.events = [];
    }
  }
}

function withPayload(
  subscriber: Subscriber,
  row: TailReport,
  payload: Payload | undefined,
): TailReport {
  if (!payload) return row;
  subscriber.payloads += payload.data.length + (payload.answer?.length ?? 0);
  return subscriber.payloads > MAX_PAYLOADS ? row : { ...row, ...payload };
}
