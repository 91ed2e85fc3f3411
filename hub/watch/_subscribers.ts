// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { every, type Timer } from "@wirekit/internal/clock";
import type { Member } from "../exchange/participant.ts";
import { ActionError } from "./host/_actions.ts";
import { nameOf, type Payload, type Place } from "./figures/_samples.ts";
import type { PresenceBatch, PresenceReport } from "./reports/clients.ts";
import type { TailBatch, TailReport } from "./reports/tail.ts";

/** How many there may be. */
export const MAX_SUBSCRIBERS = 256;

/**
 * How often they are told, in milliseconds, and of how much at once: more than
 * anybody can read. Other hubs of a cluster may add as many rows.
 */
const INTERVAL = 200;
export const MAX_ROWS = 50;

/** How many characters of payloads go out at once; further rows have none. */
const MAX_PAYLOADS = 262_144;

/** What goes to a subscriber at once. */
export interface Batch {
  readonly tail?: TailBatch;
  readonly presence?: PresenceBatch;
}

/** Which messages somebody wants to see. */
export interface TailWants {
  /** The name of the one client whose messages are wanted; by default all. */
  readonly name: string | undefined;
  readonly payload: boolean;
}

/** Somebody who wants to hear of messages, and of who comes and goes. */
export interface Subscription extends TailWants {
  /** Who it is; somebody who leaves hears nothing any more. */
  readonly owner: object;
  readonly presence: boolean;
  readonly tail: boolean;
  /**
   * How many rows at once are enough for another hub, which wants those of this
   * one only.
   */
  readonly hubRows?: number;
  /** Takes a batch; returns whether there was room for it. */
  send(batch: Batch): boolean;
}

/** Rows, and how many more characters of payloads there is room for. */
interface Rows {
  rows: TailReport[];
  room: number;
}

interface Subscriber extends Subscription {
  /** Of this hub, and of the others. */
  here: Rows;
  elsewhere: Rows;
  events: PresenceReport[];
  /** How many were left out, because they were too many. */
  leftHere: number;
  leftElsewhere: number;
  leftEvents: number;
  /** How many messages had ended when it was told last. */
  seen: number;
  /** The hubs that it knows to be silent. */
  silent: readonly string[];
}

/** What is wanted of the other hubs. */
export interface Wanted {
  readonly presence: boolean;
  readonly tails: readonly TailWants[];
}

/** What is used of an exchange. */
export interface WatchedMessages {
  /** How many messages have ended: of others there is no row yet. */
  readonly endedHere: number;
  readonly members: Iterable<Member>;
}

const NONE: readonly string[] = [];

/** Tells those who watch, as much as they can take. */
export class Subscribers {
  readonly #all = new Map<object, Subscriber>();
  readonly #exchange: WatchedMessages;
  readonly #hold: () => () => void;
  /** Is told what those who watch here want of other hubs. */
  wanted: (wanted: Wanted) => void = () => {};
  /** Whether somebody wants to see payloads. */
  wantsPayloads = false;
  /** The other hubs that do not tell of their messages. */
  #silent = NONE;
  #timer: Timer | undefined;
  #release: (() => void) | undefined;

  /**
   * @param exchange Whose messages they watch.
   * @param hold Keeps the hub's clock running until what it returns is called.
   */
  constructor(exchange: WatchedMessages, hold: () => () => void) {
    this.#exchange = exchange;
    this.#hold = hold;
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
      here: noRows(subscription),
      elsewhere: noRows(subscription),
      events: [],
      leftHere: 0,
      leftElsewhere: 0,
      leftEvents: 0,
      seen: this.#exchange.endedHere,
      silent: NONE,
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
    const tails = new Map<string, TailWants>();
    for (const { tail, name, payload, hubRows } of all) {
      if (!tail || hubRows !== undefined) continue;
      tails.set(JSON.stringify([name, payload]), { name, payload });
    }
    this.wanted({
      presence: all.some(({ presence }) => presence),
      tails: [...tails.values()],
    });
    const names = new Set(all.map(({ name }) => name));
    for (const member of this.#exchange.members) {
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
  row(
    row: TailReport,
    payload: Payload | undefined,
    place: Place | undefined,
  ): void {
    for (const each of this.#all.values()) {
      if (!each.tail || !isShownHere(each, row, place)) continue;
      const { here, hubRows = MAX_ROWS } = each;
      if (here.rows.length >= hubRows) each.leftHere++;
      else {
        const full = each.payload ? { ...row, ...payload } : row;
        here.rows.push(fit(here, full));
      }
    }
  }

  /** Offers messages of another hub to those who want them. */
  rowsElsewhere(
    { name, payload }: TailWants,
    { rows, left }: TailBatch,
  ): void {
    for (const each of this.#all.values()) {
      const isFor = each.tail && each.hubRows === undefined &&
        each.name === name && each.payload === payload;
      if (!isFor) continue;
      const { elsewhere } = each;
      const some = rows.slice(0, MAX_ROWS - elsewhere.rows.length);
      for (const row of some) elsewhere.rows.push(fit(elsewhere, row));
      each.leftElsewhere += left + rows.length - some.length;
    }
  }

  /** Tells all which of the other hubs do not tell of their messages. */
  missing(hubs: readonly string[]): void {
    if (hubs.join("\0") === this.#silent.join("\0")) return;
    this.#silent = hubs.length === 0 ? NONE : hubs;
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
    const total = this.#exchange.endedHere;
    for (const each of this.#all.values()) {
      const { here, elsewhere, events, leftEvents, name, seen } = each;
      const leftHere = name === undefined
        ? Math.max(0, total - seen - here.rows.length)
        : each.leftHere;
      const left = leftHere + each.leftElsewhere;
      const rows = elsewhere.rows.length === 0
        ? here.rows
        : [...here.rows, ...elsewhere.rows].sort((a, b) => a.at - b.at);
      // A hub is told of its own messages by nobody else.
      const silent = each.hubRows === undefined ? this.#silent : NONE;
      const news = silent !== each.silent;
      const hasTail = each.tail && (rows.length + left > 0 || news);
      if (!hasTail && events.length === 0) continue;
      const sent = each.send({
        ...(hasTail && { tail: { rows, left, ...(news && { silent }) } }),
        ...(events.length > 0 && { presence: { events, left: leftEvents } }),
      });
      if (sent) {
        each.seen = total;
        each.leftHere = each.leftElsewhere = each.leftEvents = 0;
        each.silent = silent;
      } else {
        each.leftHere += here.rows.length;
        each.leftElsewhere += elsewhere.rows.length;
        each.leftEvents += events.length;
      }
      each.here = noRows(each);
      each.elsewhere = noRows(each);
      each.events = [];
    }
  }
}

function noRows({ payload }: TailWants): Rows {
  return { rows: [], room: payload ? MAX_PAYLOADS : 0 };
}

/**
 * Whether this hub shows a message: of a cluster that of the sender does, or
 * that of the name that is wanted.
 */
function isShownHere(
  { name }: TailWants,
  { from, to }: TailReport,
  place: Place | undefined,
): boolean {
  if (name === undefined || from === name) return place?.from === undefined;
  return to === name && place?.to === undefined;
}

/** Leaves the payload out if there is no more room for it. */
function fit(rows: Rows, row: TailReport): TailReport {
  const { data, answer, ...rest } = row;
  if (data === undefined) return row;
  rows.room -= data.length + (answer?.length ?? 0);
  return rows.room < 0 ? rest : row;
}
