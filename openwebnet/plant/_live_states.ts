// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The states of the devices of a plant as they are shown. */

import { every, later, type Timer } from "@wirekit/internal/clock";
import type { GatewayEvent } from "../events.ts";
import type { Gateway } from "../gateway.ts";
import { TimedShutter } from "../timed_shutter.ts";
import { idOf, isOne, type Shown } from "./_items.ts";
import type { PlantObserver } from "./_plant_observer.ts";
import type { Roster } from "./_roster.ts";
import {
  endsAlarms,
  next,
  type State,
  unknownState,
  withoutAlarm,
} from "./_states.ts";

/** Interval of reporting the calculated position of a moving shutter. */
const MOVE_INTERVAL = 1_000;

/** A shutter that reports no position, and its travel time in seconds. */
interface Timed {
  readonly shutter: TimedShutter;
  readonly seconds: number;
}

/**
 * The state of each device, built from the events of the bus, and the
 * calculated positions of shutters that report none.
 */
export class LiveStates implements AsyncDisposable {
  readonly #gateway: Gateway;
  readonly #roster: Roster;
  readonly #observer: Pick<PlantObserver, "changed">;
  readonly #states = new Map<string, State>();
  readonly #timed = new Map<string, Timed>();
  readonly #ending = new Set<Promise<void>>();
  #moving: Timer | undefined;
  #telling: Timer | undefined;
  #isClosed = false;

  constructor(
    gateway: Gateway,
    roster: Roster,
    observer: Pick<PlantObserver, "changed">,
  ) {
    this.#gateway = gateway;
    this.#roster = roster;
    this.#observer = observer;
  }

  /** Returns the state of a device. */
  of(item: Shown): State {
    return this.#states.get(idOf(item)) ?? unknownState(item);
  }

  /** Returns what calculates the position of a shutter, if it reports none. */
  timed(item: Shown): TimedShutter | undefined {
    return this.#timed.get(idOf(item))?.shutter;
  }

  /** Updates the states with an event that changes one. */
  changed(event: GatewayEvent): void {
    if (endsAlarms(event)) {
      for (const item of this.#roster) {
        const state = this.#states.get(idOf(item));
        if (item.kind !== "alarm" || state === undefined) continue;
        this.#become(item, state, withoutAlarm(state));
      }
    }
    const item = this.#roster.heard(event);
    if (item === undefined) return;
    const before = this.of(item);
    this.#become(item, before, next(item, before, event));
  }

  /**
   * Calculates the positions of shutters that report none, from the last ones.
   *
   * @param positionOf Returns the last position of a shutter.
   */
  followTimed(positionOf: (item: Shown) => number | undefined): void {
    for (const item of this.#roster) {
      const { kind, where, seconds } = item;
      const id = idOf(item);
      if (
        kind !== "shutter" || seconds === undefined || !isOne(where) ||
        this.#timed.has(id)
      ) continue;
      const position = positionOf(item);
      const times = {
        upTime: seconds * 1_000,
        ...(position === undefined ? {} : { position }),
      };
      const shutter = new TimedShutter(this.#gateway, where, times);
      this.#timed.set(id, { shutter, seconds });
    }
    this.#followMoves();
  }

  /** Forgets devices that are no longer shown, and takes other travel times. */
  renamed(): void {
    for (const id of this.#states.keys()) {
      if (this.#roster.item(id) === undefined) this.#states.delete(id);
    }
    const positions = new Map<string, number>();
    for (const [id, { shutter, seconds }] of this.#timed) {
      const item = this.#roster.item(id);
      if (item?.seconds === seconds) continue;
      const { position } = shutter;
      if (position !== null) positions.set(id, position);
      this.#timed.delete(id);
      this.#end(shutter);
      if (item?.seconds === undefined && item !== undefined) {
        this.#observer.changed(item, this.of(item));
      }
    }
    this.followTimed((item) => positions.get(idOf(item)));
  }

  /** Ends the calculations. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#moving?.stop();
    this.#telling?.stop();
    for (const { shutter } of this.#timed.values()) this.#end(shutter);
    await Promise.all(this.#ending);
  }

  #end(shutter: TimedShutter): void {
    const ended = shutter[Symbol.asyncDispose]()
      .finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  #become(item: Shown, before: State, after: State): void {
    if (after === before) return;
    const id = idOf(item);
    this.#states.set(id, after);
    if (this.#timed.has(id)) this.#followMoves();
    else this.#observer.changed(item, after);
  }

  /** Reports the calculated positions, regularly while a shutter moves. */
  #followMoves(): void {
    if (this.#timed.size === 0 || this.#isClosed) return;
    const tell = () => {
      let isMoving = false;
      for (const [id, { shutter: { position } }] of this.#timed) {
        const item = this.#roster.item(id);
        if (item === undefined) continue;
        let { state = null } = this.of(item);
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
    this.#telling?.stop();
    this.#telling = later(0, tell);
  }
}
