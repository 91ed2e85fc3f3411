// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { every, later, type Timer } from "@wirekit/internal/clock";
import { ActionError, type Order } from "../host/_actions.ts";
import type { TailBatch, TailReport } from "../reports/tail.ts";
import {
  MAX_ROWS,
  MAX_SUBSCRIBERS,
  type Subscribers,
  type TailWants,
} from "../_subscribers.ts";
import type { OtherHubs } from "./_other_hubs.ts";

/** How often a hub asks the others again while somebody watches at it, in ms. */
const ASKED_EVERY = 5_000;

/** How long the others tell it without that. */
const LEASE = 3 * ASKED_EVERY;

/** How many characters a hub sends at once: an engine may take 1 MiB. */
const MAX_BATCH = 262_144;

/** How many characters a name has at most that is looked for. */
const MAX_NAME = 1_000;

/** What this hub tells another. */
interface Told {
  /** What the other one asked for. */
  readonly text: string;
  readonly owners: object[];
  timer: Timer;
}

/**
 * Messages of all hubs of a cluster, for those who watch at one of them. A hub
 * asks the others for as long as somebody watches at it, and they tell it.
 */
export class Tails {
  readonly #others: OtherHubs;
  readonly #subscribers: Subscribers;
  /** What those who watch at this hub want to see. */
  #wants: readonly TailWants[] = [];
  #timer: Timer | undefined;
  /** The hubs that did not answer when they were asked last. */
  readonly #silent = new Set<string>();
  /** What this hub tells others, by their ids. */
  readonly #told = new Map<string, Told>();
  #isClosed = false;

  constructor(others: OtherHubs, subscribers: Subscribers) {
    this.#others = others;
    this.#subscribers = subscribers;
  }

  /** Has the other hubs tell what those who watch here want to see. */
  want(all: readonly TailWants[]): void {
    const wants = all.filter(({ name = "" }) => name.length <= MAX_NAME);
    if (JSON.stringify(wants) === JSON.stringify(this.#wants)) return;
    this.#wants = wants;
    if (wants.length > 0) {
      this.#timer ??= every(ASKED_EVERY, () => this.askAll());
      return this.askAll();
    }
    this.#timer?.stop();
    this.#timer = undefined;
    this.#silent.clear();
    this.#subscribers.missing([]);
    this.#others.order("tail", { wants: [] });
  }

  /** Asks all other hubs. */
  askAll(): void {
    const [, ...others] = this.#others.ids;
    for (const node of others) void this.ask(node);
  }

  /** Asks one, if somebody watches. */
  async ask(node: string): Promise<void> {
    if (this.#wants.length === 0) return;
    const { ids } = this.#others;
    // All others together send as many rows as this hub has.
    const rows = Math.ceil(MAX_ROWS / Math.max(1, ids.length - 1));
    const answered = await this.#others
      .ask(node, "tail", { wants: this.#wants, rows }, "")
      .then(() => true, () => false);
    if (answered || !this.#others.ids.includes(node)) this.#silent.delete(node);
    else if (this.#wants.length > 0) this.#silent.add(node);
    this.#tellMissing();
  }

  #tellMissing(): void {
    const labels = [...this.#silent].map((id) => this.#others.labelOf(id));
    this.#subscribers.missing(labels.sort());
  }

  /** Another hub tells what was asked for. */
  hear(wants: TailWants, { rows, left }: TailBatch, nextId: () => number) {
    const own = rows.map((row) => ({ ...row, id: nextId() }));
    this.#subscribers.rowsElsewhere(wants, { rows: own, left });
  }

  /** Another hub asks: tells it from now on. */
  answer(node: string, order: Order): object {
    if (this.#isClosed) throw new ActionError("The hub is closing");
    const { wants, rows } = read(order);
    const text = JSON.stringify([wants, rows]);
    const told = this.#told.get(node);
    if (told?.text === text) {
      told.timer.stop();
      told.timer = this.#lease(node);
      return { told: wants.length };
    }
    this.#drop(node);
    if (wants.length === 0) return { told: 0 };
    const owners: object[] = [];
    this.#told.set(node, { text, owners, timer: this.#lease(node) });
    try {
      for (const want of wants) {
        owners.push(want);
        this.#subscribers.add({
          owner: want,
          ...want,
          presence: false,
          tail: true,
          hubRows: want.name === undefined ? rows : MAX_ROWS,
          send: ({ tail }) => !tail || this.#others.tell(node, want, fit(tail)),
        });
      }
    } catch (error) {
      this.#drop(node);
      throw error;
    }
    return { told: wants.length };
  }

  #lease(node: string): Timer {
    return later(LEASE, () => this.#drop(node));
  }

  #drop(node: string): void {
    const told = this.#told.get(node);
    if (!told) return;
    this.#told.delete(node);
    told.timer.stop();
    for (const owner of told.owners) this.#subscribers.drop(owner);
  }

  /** A hub is gone. */
  gone(node: string): void {
    this.#drop(node);
    if (this.#silent.delete(node)) this.#tellMissing();
  }

  /** Ends all. */
  close(): void {
    this.#isClosed = true;
    for (const node of [...this.#told.keys()]) this.#drop(node);
    this.want([]);
  }
}

/** Reads what another hub wants. */
function read(order: Order): { wants: TailWants[]; rows: number } {
  const { wants, rows = 1 } = order;
  if (!Array.isArray(wants) || wants.length > MAX_SUBSCRIBERS) {
    throw new ActionError("wants has to be a list", 400);
  }
  if (!Number.isInteger(rows) || !(rows as number > 0)) {
    throw new ActionError("rows has to be a number of rows, 1 or more", 400);
  }
  return {
    wants: wants.map(readWants),
    rows: Math.min(rows as number, MAX_ROWS),
  };
}

function readWants(wants: unknown): TailWants {
  const { name, payload } = Object(wants) as Record<string, unknown>;
  const isName = name === undefined ||
    typeof name === "string" && name.length <= MAX_NAME;
  if (isName && typeof payload === "boolean") return { name, payload };
  throw new ActionError("Each of wants has to have payload, or name too", 400);
}

/** Leaves out what is too much for one message: payloads first. */
function fit({ rows, left }: TailBatch): TailBatch {
  let room = MAX_BATCH;
  const some: TailReport[] = [];
  for (const row of rows) {
    const { data: _, answer: __, ...rest } = row;
    const fitting = [row, rest].find((each) =>
      JSON.stringify(each).length <= room
    );
    if (!fitting) continue;
    room -= JSON.stringify(fitting).length;
    some.push(fitting);
  }
  return { rows: some, left: left + rows.length - some.length };
}
