// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Keeps a broker informed about a plant, and carries out orders from it. */

import { every, later, now, sleep, type Timer } from "@wirekit/internal/clock";
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
import { carryOut } from "./_acts.ts";
import type { Broker } from "./_broker.ts";
import {
  availabilityTopic,
  baseOf,
  discoveryOf,
  discoveryTopic,
  type Place,
  topicOf,
} from "./_discovery.ts";
import {
  idOf,
  isOne,
  itemsOf,
  learn,
  ofEvent,
  ofFound,
  type Shown,
  shown,
  WHO_OF,
} from "./_items.ts";
import type { Memory } from "./_memory.ts";
import { type Order, orderOf } from "./_orders.ts";
import { Slots } from "./_slots.ts";
import {
  endsAlarms,
  happening,
  next,
  type State,
  unknownState,
} from "./_states.ts";

/** Options: what to show, and how. */
export interface PlantWatchOptions {
  readonly place: Place;
  readonly home: Home | undefined;
  readonly onlyNamed: boolean;
  readonly maxDevices: number;
  readonly logger: Logger | undefined;
}

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
 * How long the discovery message waits for further changes, in milliseconds.
 */
const ANNOUNCE_DELAY = 200;

/** Interval of publishing the calculated position of a moving shutter. */
const MOVE_INTERVAL = 1_000;

/**
 * How long an order may wait for its turn: a late one would surprise people.
 */
const QUEUE_TIMEOUT = 10_000;

/**
 * The maximum number of log lines about refused orders, and its period in ms.
 */
const MAX_WARNINGS = 20;
const WARNINGS_INTERVAL = 60_000;

/** Publishes the state of a plant to the broker. */
export class PlantWatch {
  readonly #gateway: Gateway;
  readonly #broker: Broker;
  readonly #memory: Memory;
  readonly #options: PlantWatchOptions;
  readonly #over = new AbortController();
  readonly #items = new Map<string, Shown>();
  readonly #states = new Map<string, State>();
  readonly #timed = new Map<string, TimedShutter>();
  readonly #slots = new Slots();
  #place: Place;
  #plant: States | undefined;
  #gone = new Map<string, string>();
  #isSurveyed = false;
  #isOnline = false;
  #announcing: Timer | undefined;
  #moving: Timer | undefined;
  #warnings = { since: 0, count: 0 };

  constructor(
    gateway: Gateway,
    broker: Broker,
    memory: Memory,
    options: PlantWatchOptions,
  ) {
    this.#gateway = gateway;
    this.#broker = broker;
    this.#memory = memory;
    this.#options = options;
    this.#place = options.place;
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
    this.#over.abort(new DOMException("Bridge was closed", "AbortError"));
    await this.#slots.close();
  }

  /** Accepts an order: a message on a topic such as `…/light/12/set`. */
  order(topic: string, payload: string, isRetained: boolean): void {
    const rest = topic.slice(baseOf(this.#place).length + 1);
    const [, kind, slug, part = ""] =
      /^([a-z]+)\/([\d-]+)\/set(?:\/([a-z]+))?$/.exec(rest) ?? [];
    const id = `${kind}_${slug}`;
    const item = this.#items.get(id);
    const name = item === undefined
      ? JSON.stringify(rest.slice(0, 80))
      : `${id} (${item.name})`;
    if (isRetained) {
      return this.#refuse(name, "it is an old one that the broker retained");
    }
    if (!this.#isOnline) {
      return this.#refuse(name, "the gateway cannot be reached");
    }
    if (item === undefined) return this.#refuse(name, "no such device");
    let order: Order;
    try {
      order = orderOf(item, part, payload);
    } catch (error) {
      return this.#refuse(name, (error as Error).message);
    }
    const isPress = order.do === "press" || order.do === "scene";
    const kindOfRun = isPress
      ? "each"
      : item.kind === "shutter"
      ? "now"
      : "newest";
    const act = (signal: AbortSignal) => this.#obey(item, order, signal);
    if (this.#slots.run(id, act, kindOfRun)) return;
    this.#refuse(name, "too many are waiting already");
  }

  async #obey(item: Shown, order: Order, signal: AbortSignal): Promise<void> {
    const id = idOf(item);
    const state = this.#states.get(id) ?? unknownState(item);
    const timed = this.#timed.get(id);
    const means = { gateway: this.#gateway, state, timed };
    try {
      await carryOut(item, order, means, {
        signal,
        queueTimeout: QUEUE_TIMEOUT,
      });
    } catch (error) {
      if (signal.aborted) return;
      this.#refuse(`${id} (${item.name})`, (error as Error).message);
    }
  }

  /** Logs that an order is not carried out, but not each one of a flood. */
  #refuse(name: string, why: string): void {
    const time = now();
    if (time - this.#warnings.since > WARNINGS_INTERVAL) {
      this.#warnings = { since: time, count: 0 };
    }
    const count = ++this.#warnings.count;
    if (count > MAX_WARNINGS) return;
    const { logger } = this.#options;
    logger?.warn?.(`An order for ${name} is not carried out: ${why}`);
    if (count === MAX_WARNINGS) {
      logger?.warn?.("Further refused orders are not logged for a minute");
    }
  }

  /** Follows the events, and discovers devices from them. */
  async #listen(): Promise<void> {
    const { signal } = this.#over;
    for await (const message of this.#gateway.messages({ signal })) {
      const event = decode(message);
      const item = this.#heard(event);
      const what = item && happening(event);
      if (what === undefined || item === undefined) continue;
      this.#broker.tell(topicOf(this.#place, item), JSON.stringify(what));
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
    if (this.#items.size >= this.#options.maxDevices) return false;
    this.#items.set(id, item);
    this.#announceSoon();
    return true;
  }

  /** Publishes the new state of a device. */
  #changed(event: GatewayEvent): void {
    if (endsAlarms(event)) {
      for (const item of this.#items.values()) {
        if (item.kind === "alarm") this.#apply(item, event);
      }
      return;
    }
    const item = this.#heard(event);
    if (item !== undefined) this.#apply(item, event);
  }

  #apply(item: Shown, event: GatewayEvent): void {
    const id = idOf(item);
    const before = this.#states.get(id) ?? unknownState(item);
    const after = next(item, before, event);
    if (after === before) return;
    this.#states.set(id, after);
    if (this.#timed.has(id)) this.#followMoves();
    else this.#tell(item, after);
  }

  #tell(item: Shown, state: State): void {
    this.#broker.keep(topicOf(this.#place, item), JSON.stringify(state));
  }

  /** Publishes the calculated positions of shutters that report none. */
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
        this.#tell(item, { state, position });
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
   * Waits for the plant, queries it, and publishes whether it can be reached.
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
    const payload = isOnline ? "online" : "offline";
    this.#broker.keep(availabilityTopic(this.#place), payload);
  }

  /** Finds the devices to show. */
  async #survey(): Promise<void> {
    const { home, onlyNamed, logger, place } = this.#options;
    const isInHome = home !== undefined &&
      Object.hasOwn(home.gateways, place.name);
    const { items, components } = this.#memory.remembered;
    if (home !== undefined) {
      const gateway = isInHome ? place.name : undefined;
      for (const item of itemsOf(home, gateway)) this.#add(item);
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
    for (const item of items.values()) this.#remember(item);
    await this.#ask();
    this.#addTimed();
    const shown = new Map(
      Object.entries(
        JSON.parse(discoveryOf(this.#place, this.#items.values())).components,
      ),
    );
    for (const [id, platform] of components) {
      if (!shown.has(id)) this.#gone.set(id, platform);
    }
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
    this.#place = {
      ...this.#place,
      gateway: {
        ...(model === undefined ? {} : { model: MODELS[model] ?? `${model}` }),
        ...(firmware === undefined ? {} : { firmware }),
        ...(mac === undefined ? {} : { mac }),
      },
    };
  }

  /**
   * Calculates the positions of shutters that report none, from the last ones.
   */
  #addTimed(): void {
    for (const [id, item] of this.#items) {
      const { kind, where, seconds } = item;
      if (kind !== "shutter" || seconds === undefined || !isOne(where)) {
        continue;
      }
      const topic = topicOf(this.#place, item);
      const position = positionOf(this.#memory.states.get(topic));
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
    const message = discoveryOf(this.#place, this.#items.values(), this.#gone);
    this.#broker.keep(discoveryTopic(this.#place), message);
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

/** Reads the position in a state that the broker has kept. */
function positionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    const { position } = JSON.parse(text);
    const isOne = typeof position === "number" && position >= 0 &&
      position <= 100;
    return isOne ? position : undefined;
  } catch {
    return undefined;
  }
}
