// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Follows a plant for people who look at it and give orders: at a broker, or on
 * a page.
 */

import { sleep } from "@wirekit/internal/clock";
import { TimeoutError } from "@wirekit/internal/errors";
import type { Logger } from "@wirekit/internal/logger";
import { GatewayUnit, MODELS } from "../areas/gateway_unit.ts";
import { decode } from "../events.ts";
import type { Gateway } from "../gateway.ts";
import type { Home } from "../home.ts";
import { discoverItems } from "../inventory.ts";
import { AuthenticationError } from "../session/errors.ts";
import { States } from "../states.ts";
import type { Message } from "../wire/kinds.ts";
import {
  idOf,
  itemsOf,
  notShown,
  ofFound,
  type Shown,
  WHO_OF,
} from "./_items.ts";
import { LiveStates } from "./_live_states.ts";
import { OrderDesk } from "./_order_desk.ts";
import { OrderError } from "./_orders.ts";
import type { GatewayDetails, PlantObserver } from "./_plant_observer.ts";
import { levelRequests, meterRequests, stateRequests } from "./_requests.ts";
import { Roster } from "./_roster.ts";
import { happening } from "./_states.ts";

/** Options: what to show. */
export interface PlantWatchOptions {
  /** The name of the plant. */
  readonly name: string;
  readonly home: Home | undefined;
  readonly onlyNamed: boolean;
  readonly maxDevices: number;
  readonly logger: Logger | undefined;
}

/**
 * Interval of the requests to meters, in milliseconds; every fifth for energy.
 */
const POLL_INTERVAL = 60_000;
const POLLS_PER_TOTAL = 5;

/** Pause before asking a plant again that does not answer, in milliseconds. */
const RETRY_DELAY = 5_000;

/** Follows one plant, and carries out orders. */
export class PlantWatch {
  readonly #gateway: Gateway;
  readonly #observer: PlantObserver;
  readonly #options: PlantWatchOptions;
  readonly #over = new AbortController();
  readonly #roster: Roster;
  readonly #states: LiveStates;
  readonly #desk: OrderDesk;
  #home: Home | undefined;
  #details: GatewayDetails = {};
  #plant: States | undefined;
  #isOnline = false;

  constructor(
    gateway: Gateway,
    observer: PlantObserver,
    options: PlantWatchOptions,
  ) {
    this.#gateway = gateway;
    this.#observer = observer;
    this.#options = options;
    this.#home = options.home;
    this.#roster = new Roster(
      options,
      () => observer.listed(this.#roster, this.#details),
    );
    this.#states = new LiveStates(gateway, this.#roster, observer);
    this.#desk = new OrderDesk({
      gateway,
      states: this.#states,
      signal: this.#over.signal,
      isOnline: () => this.#isOnline,
      refresh: (request) => this.#plant!.refresh([request]),
    });
  }

  /** Returns a device by its id. */
  item(id: string): Shown | undefined {
    return this.#roster.item(id);
  }

  /** Runs until it is closed. Rejects if the gateway refuses the password. */
  async run(): Promise<void> {
    const plant = new States(this.#gateway, {
      changed: (event) => this.#states.changed(event),
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
      this.#roster.close();
      await this.#desk.close();
      await Promise.allSettled([heard, watched]);
      await plant[Symbol.asyncDispose]();
      await this.#states[Symbol.asyncDispose]();
    }
  }

  /** Shows the devices as another home names them, from now on. */
  renewHome(home: Home): void {
    this.#home = home;
    // A survey that goes on ends with it.
    if (this.#roster.isSurveyed) this.#rename();
  }

  /** Ends everything in progress. */
  async close(): Promise<void> {
    this.#over.abort(new DOMException("Plant was closed", "AbortError"));
    await this.#desk.close();
  }

  /**
   * Starts to carry out an order: see {@linkcode OrderDesk.order}.
   *
   * @param id The id of the device.
   * @param part The part of the device, or empty.
   * @param text The order.
   * @returns Resolves when the bus has confirmed it.
   * @throws {OrderError} If it cannot be carried out.
   */
  order(id: string, part: string, text: string): Promise<void> {
    if (!this.#isOnline) {
      throw new OrderError("the gateway cannot be reached");
    }
    const item = this.#roster.item(id);
    if (item === undefined) {
      throw new OrderError("no such device on the bus or in home.json");
    }
    return this.#desk.order(item, part, text);
  }

  /** Follows the events, and discovers devices from them. */
  async #listen(): Promise<void> {
    const { signal } = this.#over;
    for await (const message of this.#gateway.messages({ signal })) {
      const event = decode(message);
      const item = this.#roster.heard(event);
      if (item === undefined) continue;
      const what = happening(event);
      this.#desk.heard(item);
      if (what !== undefined) this.#observer.happened(item, what);
    }
  }

  /**
   * Waits for the plant, queries it, and reports whether it can be reached.
   */
  async #watch(): Promise<void> {
    const { signal } = this.#over;
    const { logger } = this.#options;
    for (;;) {
      await this.#gateway.ready({ timeout: Infinity, signal });
      const lost = new AbortController();
      const unwatch = this.#gateway.watch(({ session, state }) => {
        if (session === "event" && state !== "open") lost.abort();
      });
      const either = AbortSignal.any([signal, lost.signal]);
      try {
        if (!this.#roster.isSurveyed) await this.#survey();
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
        logger?.info?.(`The plant is ready; devices: ${this.#roster.size}`);
      } else if (!this.#over.signal.aborted) {
        logger?.warn?.("The gateway cannot be reached");
      }
    }
    this.#isOnline = isOnline;
    this.#observer.reached(isOnline);
  }

  /** Finds the devices to show. */
  async #survey(): Promise<void> {
    const { onlyNamed, logger } = this.#options;
    const home = this.#home;
    for (const item of this.#named()) this.#roster.add(item);
    if (!onlyNamed) {
      const { signal } = this.#over;
      try {
        for (const found of await discoverItems(this.#gateway, { signal })) {
          const item = ofFound(found);
          if (item !== undefined) this.#roster.found(item);
        }
      } catch (error) {
        // The devices in the home are known anyway.
        if (!(error instanceof TimeoutError)) throw error;
        logger?.warn?.(`Not all devices could be found: ${error.message}`);
      }
    }
    const before = this.#observer.recall?.();
    for (const item of before?.items ?? []) this.#roster.remember(item);
    await this.#ask();
    this.#states.followTimed((item) => before?.positionOf(item));
    this.#roster.surveyed();
    this.#recall(this.#roster);
    if (this.#home !== home) this.#rename();
  }

  /** Takes what was heard before devices were shown: it is no change later. */
  #recall(items: Iterable<Shown>): void {
    for (const { kind, where } of items) {
      for (const event of this.#plant?.of(WHO_OF[kind], where) ?? []) {
        this.#states.changed(event);
      }
    }
  }

  /** Returns the devices that the home names, and logs those left out. */
  #named(): Shown[] {
    const { name, logger } = this.#options;
    const home = this.#home;
    if (home === undefined) return [];
    const gateway = Object.hasOwn(home.gateways, name) ? name : undefined;
    const left = notShown(home, gateway);
    if (left.length > 0) {
      logger?.info?.(`Not shown, because of their kind: ${left.join(", ")}`);
    }
    return itemsOf(home, gateway);
  }

  /** Takes the names of another home, and asks for the states of new devices. */
  #rename(): void {
    const before = new Set(Array.from(this.#roster, idOf));
    this.#roster.rename(this.#named());
    this.#states.renamed();
    const added = [...this.#roster].filter((item) => !before.has(idOf(item)));
    if (added.length === 0) return;
    this.#recall(added);
    if (!this.#isOnline) return;
    const requests = [...stateRequests(added), ...meterRequests(added, true)];
    // If the gateway is lost meanwhile, all are asked again.
    this.#request(requests).catch(() => {});
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

  /** Asks the plant for all states. */
  async #refresh(): Promise<void> {
    await this.#request([
      ...stateRequests(this.#roster),
      ...meterRequests(this.#roster, true),
    ]);
  }

  /**
   * Asks the meters regularly, and the lights once whether they have a level.
   */
  async #poll(signal: AbortSignal): Promise<void> {
    await this.#request(levelRequests(this.#roster), signal);
    for (let n = 1;; n++) {
      await sleep(POLL_INTERVAL, { signal });
      const requests = meterRequests(this.#roster, n % POLLS_PER_TOTAL === 0);
      await this.#request(requests, signal);
    }
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
