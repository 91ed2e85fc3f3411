// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Carries out the orders of people, and waits until the bus confirms them. */

import { later, type Timer, within } from "@wirekit/internal/clock";
import type { Gateway } from "../gateway.ts";
import type { Message } from "../wire/kinds.ts";
import { carryOut, isDone } from "./_acts.ts";
import { idOf, isOne, type Shown, WHO_OF } from "./_items.ts";
import type { LiveStates } from "./_live_states.ts";
import { OrderError, orderOf } from "./_orders.ts";
import { Slots } from "./_slots.ts";

/** The plant that carries out the orders. */
export interface OrderedPlant {
  readonly gateway: Gateway;
  readonly states: LiveStates;
  /** Aborts when the plant is closed. */
  readonly signal: AbortSignal;
  /** Returns whether the plant can be reached. */
  isOnline(): boolean;
  /** Asks for a state. */
  refresh(request: Message): Promise<void>;
}

/**
 * How long an order may wait for its turn, in milliseconds: a late one would
 * surprise people.
 */
const QUEUE_TIMEOUT = 10_000;

/**
 * How long the bus may take to report what a command has changed, and then how
 * long a device may take to say what it is, in milliseconds.
 */
const CONFIRM_TIMEOUT = 3_000;

/** Carries out orders, one at a time for each device. */
export class OrderDesk {
  readonly #plant: OrderedPlant;
  readonly #slots = new Slots();
  /** What waits until a device reports something. */
  readonly #awaiting = new Map<string, Set<() => void>>();

  constructor(plant: OrderedPlant) {
    this.#plant = plant;
  }

  /**
   * Starts to carry out an order.
   *
   * @param item The device.
   * @param part The part of the device, or empty.
   * @param text The order.
   * @returns Resolves when the bus has confirmed it, or when a newer order has
   * taken its place. Rejects with an `OrderError` if it is not carried out.
   * @throws {OrderError} If it cannot be carried out.
   * @throws {SyntaxError} If it is not an order for this device.
   */
  order(item: Shown, part: string, text: string): Promise<void> {
    const { gateway, states } = this.#plant;
    const order = orderOf(item, part, text);
    const id = idOf(item);
    const isPress = order.do === "press" || order.do === "scene";
    const kind = isPress ? "each" : item.kind === "shutter" ? "now" : "newest";
    let failure: unknown;
    const confirmed = Promise.withResolvers<void>();
    const isMet = () => isDone(order, states.of(item));
    let stopWaiting = () => {};
    const running = this.#slots.run(id, async (signal) => {
      let looking: Timer | undefined;
      const stopHearing = this.#await(id, () => {
        looking?.stop();
        // Its state is known a moment later.
        looking = later(0, () => {
          if (isMet()) confirmed.resolve();
        });
      });
      stopWaiting = () => {
        stopHearing();
        looking?.stop();
      };
      try {
        const means = {
          gateway,
          state: states.of(item),
          timed: states.timed(item),
        };
        const options = { signal, queueTimeout: QUEUE_TIMEOUT };
        await carryOut(item, order, means, options);
      } catch (error) {
        if (!signal.aborted) failure = error;
      }
    }, kind);
    if (running === undefined) {
      throw new OrderError("too many orders for this device are waiting");
    }
    return running.then(async (isDone) => {
      if (failure !== undefined) {
        const { message } = failure as Error;
        throw new OrderError(message, { cause: failure });
      }
      if (isDone && !isPress && isConfirmed(item)) {
        await this.#confirm(item, confirmed.promise);
        if (isMet()) return;
        throw new OrderError(
          "the gateway accepted it, but the device did not change",
        );
      }
    }).finally(() => stopWaiting());
  }

  /** Wakes the orders that wait for a device to report something. */
  heard(item: Shown): void {
    for (const heard of this.#awaiting.get(idOf(item)) ?? []) heard();
  }

  /** Ends the orders in progress. Resolves when none is left. */
  close(): Promise<void> {
    return this.#slots.close();
  }

  /** Waits until the bus has confirmed an order, or else asks the device. */
  async #confirm(item: Shown, confirmed: Promise<void>): Promise<void> {
    const { gateway, signal } = this.#plant;
    const late = () => new OrderError();
    try {
      return await within(confirmed, CONFIRM_TIMEOUT, late, { signal });
    } catch {
      // Not every gateway reports a command that changes nothing.
    }
    if (signal.aborted || !this.#plant.isOnline()) {
      throw new OrderError("the gateway was lost before the bus confirmed it");
    }
    const { kind, where } = item;
    const request = { kind: "status", who: WHO_OF[kind], where } as const;
    try {
      const options = { signal, timeout: CONFIRM_TIMEOUT };
      const replies = await gateway.request(request, options);
      if (replies.length > 0) return await this.#plant.refresh(request);
    } catch {
      // The gateway does not know the device, or it does not answer.
    }
    throw new OrderError(
      "the gateway accepted it, but the device does not answer",
    );
  }

  /** Waits for a device to report something, until the result is called. */
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
}

/** Tells whether the bus reports what a command has changed at a device. */
function isConfirmed({ kind, where }: Shown): boolean {
  return kind === "zone" || isOne(where);
}
