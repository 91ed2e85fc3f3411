// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Follows a plant for people who look at it and give orders: at a broker, or on
 * a page.
 */

import {
  every,
  later,
  sleep,
  type Timer,
  within,
} from "@wirekit/internal/clock";
import { TimeoutError } from "@wirekit/internal/errors";
import type { Logger } from "@wirekit/internal/logger";
import { GatewayUnit, MODELS } from "../areas/gateway_unit.ts";
import { decode, type GatewayEvent } from "../events.ts";
import type { Gateway } from "../gateway.ts";
import type { Home } from "../home.ts";
import { discoverItems } from "../inventory.ts";
import { AuthenticationError } from "../session/errors.ts";
import { States } from "../states.ts";
import { TimedShutter } from "../timed_shutter.ts";
import type { Message } from "../wire/kinds.ts";
import { carryOut, isDone } from "./_acts.ts";
import {
  idOf,
  isOne,
  itemsOf,
  learn,
  notShown,
  ofEvent,
  ofFound,
  type Shown,
  shown,
  WHO_OF,
} from "./_items.ts";
import { orderOf } from "./_orders.ts";
import { Slots } from "./_slots.ts";
import {
  endsAlarms,
  type Happening,
  happening,
  next,
  type State,
  unknownState,
  withoutAlarm,
} from "./_states.ts";

/** Options: what to show. */
export interface PlantWatchOptions {
  /** The name of the plant. */
  readonly name: string;
  readonly home: Home | undefined;
  readonly onlyNamed: boolean;
  readonly maxDevices: number;
  readonly logger: Logger | undefined;
}

/** What the gateway reports about itself. */
export interface GatewayDetails {
  readonly model?: string;
  readonly firmware?: string;
  readonly mac?: string;
}

/** Who looks at a plant. */
export interface PlantObserver {
  /** Returns what is known from an earlier run. */
  recall?(): {
    /** The devices, with what was learned about them. */
    readonly items: Iterable<Shown>;
    /** The position of a shutter that reports none. */
    positionOf(item: Shown): number | undefined;
  };
  /** The plant can be reached, or not any more. */
  reached(isOnline: boolean): void;
  /** There are other devices, or more is known about them. */
  listed(items: Iterable<Shown>, gateway: GatewayDetails): void;
  /** The state of a device has changed. */
  changed(item: Shown, state: State): void;
  /** Something has happened at a control, a scene or a module. */
  happened(item: Shown, what: Happening): void;
}

/**
 * Reports that an order is not carried out: the message says why.
 *
 * @category Page
 */
export class OrderError extends Error {}

/** The requests to all devices for their states, in addition to `States`. */
const REQUESTS: readonly Message[] = [
  { kind: "status", who: 1, where: "0" },
  { kind: "status", who: 2, where: "0" },
  { kind: "status", who: 25, where: "30" },
  { kind: "status", who: 5, where: "0" },
];

/**
 * Interval of the requests to meters, in milliseconds; every fifth for energy.
 */
const POLL_INTERVAL = 60_000;
const POLLS_PER_TOTAL = 5;

/** Pause before asking a plant again that does not answer, in milliseconds. */
const RETRY_DELAY = 5_000;

/**
 * How long the list of devices waits for further changes, in milliseconds.
 */
const ANNOUNCE_DELAY = 200;

/** Interval of reporting the calculated position of a moving shutter. */
const MOVE_INTERVAL = 1_000;

/**
 * How long an order may wait for its turn: a late one would surprise people.
 */
const QUEUE_TIMEOUT = 10_000;

/**
 * How long the bus may take to report what a command has changed, and then how
 * long a device may take to say what it is, in milliseconds.
 */
const CONFIRM_TIMEOUT = 3_000;

/** Follows one plant, and carries out orders. */
export class PlantWatch {
  readonly #gateway: Gateway;
  readonly #observer: PlantObserver;
  readonly #options: PlantWatchOptions;
  readonly #over = new AbortController();
  readonly #items = new Map<string, Shown>();
  readonly #states = new Map<string, State>();
  readonly #timed = new Map<string, TimedShutter>();
  readonly #slots = new Slots();
  /** Those who wait until a device is heard. */
  readonly #awaiting = new Map<string, Set<() => void>>();
  #details: GatewayDetails = {};
  #plant: States | undefined;
  #isSurveyed = false;
  #isOnline = false;
  #isFull = false;
  #announcing: Timer | undefined;
  #moving: Timer | undefined;

  constructor(
    gateway: Gateway,
    observer: PlantObserver,
    options: PlantWatchOptions,
  ) {
    this.#gateway = gateway;
    this.#observer = observer;
    this.#options = options;
  }

  /** Returns a device by its id. */
  item(id: string): Shown | undefined {
    return this.#items.get(id);
  }

  /** Runs until it is closed. Rejects if the gateway refuses the password. */
  async run(): Promise<void> {
    const plant = new States(this.#gateway, {
      changed: (event) => this.#changed(event),
    });
    this.#plant = plant;
    const heard = this.#listen();
    const watched = this.#watch();
    heard.catch(() => {});
    watched.catch(() => {});
    try {
      await Promise.race([heard, watched, plant.closed]);
    } finally {
      this.#over.abort();
      this.#setOnline(false);
      this.#announcing?.stop();
      this.#moving?.stop();
      await this.#slots.close();
      await Promise.allSettled([heard, watched]);
      for (const each of [plant, ...this.#timed.values()]) {
        await each[Symbol.asyncDispose]();
      }
    }
  }

  /** Ends everything in progress. */
  async close(): Promise<void> {
    this.#over.abort(new DOMException("Plant was closed", "AbortError"));
    await this.#slots.close();
  }

  /**
   * Starts to carry out an order.
   *
   * @param id The id of the device.
   * @param part The part of the device, or empty.
   * @param text The order.
   * @returns Resolves when the bus has confirmed it, or when a newer order has
   * taken its place. Rejects with an `OrderError` if it is not carried out.
   * @throws {OrderError} If it cannot be carried out.
   */
  order(id: string, part: string, text: string): Promise<void> {
    if (!this.#isOnline) {
      throw new OrderError("the gateway cannot be reached");
    }
    const item = this.#items.get(id);
    if (item === undefined) throw new OrderError("no such device");
    const order = orderOf(item, part, text);
    const isPress = order.do === "press" || order.do === "scene";
    const kind = isPress ? "each" : item.kind === "shutter" ? "now" : "newest";
    let failure: unknown;
    const confirmed = Promise.withResolvers<void>();
    const isMet = () =>
      isDone(order, this.#states.get(id) ?? unknownState(item));
    let stopWaiting = () => {};
    const running = this.#slots.run(id, async (signal) => {
      stopWaiting = this.#await(id, () => {
        // Its state is known a moment later.
        later(0, () => {
          if (isMet()) confirmed.resolve();
        });
      });
      try {
        const state = this.#states.get(id) ?? unknownState(item);
        const timed = this.#timed.get(id);
        const means = { gateway: this.#gateway, state, timed };
        await carryOut(item, order, means, {
          signal,
          queueTimeout: QUEUE_TIMEOUT,
        });
      } catch (error) {
        if (!signal.aborted) failure = error;
      }
    }, kind);
    if (running === undefined) {
      throw new OrderError("too many are waiting already");
    }
    return running.then(async (isDone) => {
      if (failure !== undefined) {
        const { message } = failure as Error;
        throw new OrderError(message, { cause: failure });
      }
      if (isDone && !isPress && isConfirmed(item)) {
        await this.#confirm(item, confirmed.promise);
        if (isMet()) return;
        throw new OrderError("the gateway has taken it, but it was not done");
      }
    }).finally(() => stopWaiting());
  }

  /** Waits until the bus has confirmed an order, or else asks the device. */
  async #confirm(item: Shown, confirmed: Promise<void>): Promise<void> {
    const { signal } = this.#over;
    const late = () => new OrderError();
    try {
      return await within(confirmed, CONFIRM_TIMEOUT, late, { signal });
    } catch {
      // Not every gateway reports a command that changes nothing.
    }
    if (signal.aborted || !this.#isOnline) {
      throw new OrderError("the gateway was lost before the bus confirmed it");
    }
    const { kind, where } = item;
    const request = { kind: "status", who: WHO_OF[kind], where } as const;
    try {
      const options = { signal, timeout: CONFIRM_TIMEOUT };
      const replies = await this.#gateway.request(request, options);
      if (replies.length > 0) return await this.#plant!.refresh([request]);
    } catch {
      // The gateway does not know the device, or it does not answer.
    }
    throw new OrderError(
      "the gateway has taken it, but the device does not answer",
    );
  }

  /** Waits for a device to be heard, until the result is called. */
  #await(id: string, heard: () => void): () => void {
    const waiting = this.#awaiting.get(id) ?? new Set();
    this.#awaiting.set(id, waiting.add(heard));
    return () => {
      waiting.delete(heard);
      if (waiting.size === 0 && this.#awaiting.get(id) === waiting) {
        this.#awaiting.delete(id);
      }
    };
  }

  /** Follows the events, and discovers devices from them. */
  async #listen(): Promise<void> {
    const { signal } = this.#over;
    for await (const message of this.#gateway.messages({ signal })) {
      const event = decode(message);
      const item = this.#heard(event);
      const what = item && happening(event);
      if (item === undefined) continue;
      for (const heard of this.#awaiting.get(idOf(item)) ?? []) heard();
      if (what !== undefined) this.#observer.happened(item, what);
    }
  }

  /** Returns the device of an event, updated with what the event tells. */
  #heard(event: GatewayEvent): Shown | undefined {
    if (event.origin !== "state") return undefined;
    const found = ofEvent(event);
    if (found === undefined) return undefined;
    const id = idOf(found);
    let item = this.#items.get(id);
    if (item === undefined) {
      // Before the survey, its name is not known.
      if (!this.#isSurveyed || this.#options.onlyNamed) return undefined;
      item = shown(found.kind, found.where);
      if (!this.#add(item)) return undefined;
    }
    if (learn(item, event)) this.#announceSoon();
    return item;
  }

  #add(item: Shown): boolean {
    const id = idOf(item);
    if (this.#items.has(id)) return true;
    const { maxDevices, logger } = this.#options;
    if (this.#items.size >= maxDevices) {
      if (!this.#isFull) {
        logger?.warn?.(
          `There are more than ${maxDevices} devices: the others are not shown`,
        );
      }
      this.#isFull = true;
      return false;
    }
    this.#items.set(id, item);
    this.#announceSoon();
    return true;
  }

  /** Reports the new state of a device. */
  #changed(event: GatewayEvent): void {
    if (endsAlarms(event)) {
      for (const [id, item] of this.#items) {
        const state = this.#states.get(id);
        if (item.kind !== "alarm" || state === undefined) continue;
        this.#become(item, state, withoutAlarm(state));
      }
    }
    const item = this.#heard(event);
    if (item !== undefined) this.#apply(item, event);
  }

  #apply(item: Shown, event: GatewayEvent): void {
    const id = idOf(item);
    const before = this.#states.get(id) ?? unknownState(item);
    this.#become(item, before, next(item, before, event));
  }

  #become(item: Shown, before: State, after: State): void {
    if (after === before) return;
    const id = idOf(item);
    this.#states.set(id, after);
    if (this.#timed.has(id)) this.#followMoves();
    else this.#observer.changed(item, after);
  }

  /** Reports the calculated positions of shutters that report none. */
  #followMoves(): void {
    if (this.#timed.size === 0 || this.#over.signal.aborted) return;
    const tell = () => {
      let isMoving = false;
      for (const [id, timed] of this.#timed) {
        const item = this.#items.get(id);
        if (item === undefined) continue;
        const { position } = timed;
        let { state = null } = this.#states.get(id) ?? unknownState(item);
        if (position !== null) state ??= "stopped";
        // Not every gateway reports that a shutter has stopped at its end.
        if (state === "opening" && position === 100) state = "open";
        if (state === "closing" && position === 0) state = "closed";
        isMoving ||= state === "opening" || state === "closing";
        this.#observer.changed(item, { state, position });
      }
      if (isMoving) return;
      this.#moving?.stop();
      this.#moving = undefined;
    };
    this.#moving ??= every(MOVE_INTERVAL, tell);
    // The timed shutter gets the same event a moment later.
    later(0, tell);
  }

  /**
   * Waits for the plant, queries it, and reports whether it can be reached.
   */
  async #watch(): Promise<void> {
    const { signal } = this.#over;
    const { logger } = this.#options;
    for (;;) {
      await this.#gateway.ready({ signal });
      const lost = new AbortController();
      const unwatch = this.#gateway.watch(({ session, state }) => {
        if (session === "event" && state !== "open") lost.abort();
      });
      const either = AbortSignal.any([signal, lost.signal]);
      try {
        if (!this.#isSurveyed) await this.#survey();
        await this.#refresh();
        if (!lost.signal.aborted) {
          this.#setOnline(true);
          await this.#poll(either);
        }
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof AuthenticationError) throw error;
        if (!lost.signal.aborted) {
          const why = (error as Error).message;
          logger?.warn?.(`The plant does not answer: ${why}`);
          this.#setOnline(false);
          await sleep(RETRY_DELAY, { signal: either }).catch(() => {});
          signal.throwIfAborted();
        }
      } finally {
        unwatch();
      }
      this.#setOnline(false);
    }
  }

  #setOnline(isOnline: boolean): void {
    if (isOnline !== this.#isOnline) {
      const { logger } = this.#options;
      if (isOnline) {
        logger?.info?.(`The plant is there; devices: ${this.#items.size}`);
      } else if (!this.#over.signal.aborted) {
        logger?.warn?.("The gateway cannot be reached");
      }
    }
    this.#isOnline = isOnline;
    this.#observer.reached(isOnline);
  }

  /** Finds the devices to show. */
  async #survey(): Promise<void> {
    const { home, onlyNamed, logger, name } = this.#options;
    if (home !== undefined) {
      const gateway = Object.hasOwn(home.gateways, name) ? name : undefined;
      for (const item of itemsOf(home, gateway)) this.#add(item);
      const left = notShown(home, gateway);
      if (left.length > 0) {
        logger?.info?.(`Not shown, because of their kind: ${left.join(", ")}`);
      }
    }
    if (!onlyNamed) {
      const { signal } = this.#over;
      try {
        for (const found of await discoverItems(this.#gateway, { signal })) {
          const item = ofFound(found);
          if (item !== undefined) this.#add(item);
        }
      } catch (error) {
        // The devices in the home are known anyway.
        if (!(error instanceof TimeoutError)) throw error;
        logger?.warn?.(`Not all devices could be found: ${error.message}`);
      }
    }
    const before = this.#observer.recall?.();
    for (const item of before?.items ?? []) this.#remember(item);
    await this.#ask();
    this.#addTimed((item) => before?.positionOf(item));
    this.#isSurveyed = true;
    this.#announce();
  }

  /** Restores what was learned about a device in an earlier run. */
  #remember(item: Shown): void {
    // These cannot be found by asking: they were heard, and will be again.
    const isHeard = item.kind === "cen" || item.kind === "cenplus" ||
      item.kind === "module";
    if (isHeard && !this.#options.onlyNamed) this.#add(item);
    const known = this.#items.get(idOf(item));
    if (known === undefined || known === item) return;
    known.hasLevel ||= item.hasLevel;
    known.hasHumidity ||= item.hasHumidity;
    for (const button of item.buttons) known.buttons.add(button);
  }

  /** Asks the gateway for its details. */
  async #ask(): Promise<void> {
    const unit = new GatewayUnit(this.#gateway);
    const options = { signal: this.#over.signal };
    const [model, firmware, mac] = await Promise.all([
      unit.model(options).catch(() => undefined),
      unit.firmware(options).catch(() => undefined),
      unit.mac(options).catch(() => undefined),
    ]);
    this.#details = {
      ...(model === undefined ? {} : { model: MODELS[model] ?? `${model}` }),
      ...(firmware === undefined ? {} : { firmware }),
      ...(mac === undefined ? {} : { mac }),
    };
  }

  /**
   * Calculates the positions of shutters that report none, from the last ones.
   */
  #addTimed(positionOf: (item: Shown) => number | undefined): void {
    for (const [id, item] of this.#items) {
      const { kind, where, seconds } = item;
      if (kind !== "shutter" || seconds === undefined || !isOne(where)) {
        continue;
      }
      const position = positionOf(item);
      const times = {
        upTime: seconds * 1_000,
        ...(position === undefined ? {} : { position }),
      };
      this.#timed.set(id, new TimedShutter(this.#gateway, where, times));
    }
    this.#followMoves();
  }

  #announceSoon(): void {
    if (!this.#isSurveyed || this.#over.signal.aborted) return;
    this.#announcing ??= later(ANNOUNCE_DELAY, () => this.#announce());
  }

  #announce(): void {
    this.#announcing?.stop();
    this.#announcing = undefined;
    this.#observer.listed(this.#items.values(), this.#details);
  }

  /** Asks the plant for all states. */
  async #refresh(): Promise<void> {
    const requests = [...REQUESTS];
    for (const item of this.#items.values()) {
      const { kind, where, hasLevel, hasHumidity, seconds } = item;
      const who = WHO_OF[kind];
      if (kind === "zone") {
        requests.push({ kind: "status", who, where });
        // The state of its valves, and what else it has reported before.
        requests.push({ kind: "request", who, where, dimension: "19" });
        if (!hasHumidity) continue;
        requests.push({ kind: "request", who, where, dimension: "60" });
      } else if (kind === "scene") {
        requests.push({ kind: "status", who, where });
      } else if (kind === "probe") {
        requests.push({ kind: "request", who, where, dimension: "0" });
      } else if (kind === "breaker") {
        requests.push({ kind: "request", who, where, dimension: "250" });
      } else if (kind === "light" && hasLevel) {
        requests.push({ kind: "request", who, where, dimension: "1" });
      } else if (kind === "shutter" && seconds === undefined && isOne(where)) {
        requests.push({ kind: "request", who, where, dimension: "10" });
      }
    }
    await this.#request([...requests, ...this.#meters(0)]);
  }

  /**
   * Asks the meters regularly, and the lights once whether they have a level.
   */
  async #poll(signal: AbortSignal): Promise<void> {
    const lights: Message[] = [];
    for (const { kind, where, hasLevel } of this.#items.values()) {
      if (kind !== "light" || hasLevel || !isOne(where)) continue;
      lights.push({ kind: "request", who: 1, where, dimension: "1" });
    }
    await this.#request(lights, signal);
    for (let n = 1;; n++) {
      await sleep(POLL_INTERVAL, { signal });
      await this.#request(this.#meters(n), signal);
    }
  }

  #meters(n: number): Message[] {
    const requests: Message[] = [];
    for (const { kind, where } of this.#items.values()) {
      if (kind !== "meter") continue;
      const ask = (dimension: string) =>
        requests.push({ kind: "request", who: 18, where, dimension });
      ask("113");
      if (n % POLLS_PER_TOTAL === 0) ask("51");
    }
    return requests;
  }

  /** Sends requests one after the other, so that orders can come in between. */
  async #request(
    requests: readonly Message[],
    signal: AbortSignal = this.#over.signal,
  ): Promise<void> {
    for (const request of requests) {
      signal.throwIfAborted();
      try {
        await this.#plant!.refresh([request]);
      } catch (error) {
        // A gateway that does not answer one request may answer the next.
        if (!(error instanceof TimeoutError)) throw error;
        this.#options.logger?.debug?.(error.message);
      }
    }
  }
}

/** Tells whether the bus reports what a command has changed at a device. */
function isConfirmed({ kind, where }: Shown): boolean {
  return kind === "zone" || isOne(where);
}
