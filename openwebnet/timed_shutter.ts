// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * A position for shutters that report none, worked out from their travel time.
 *
 * @module
 */

import { checkTime, now, within } from "@wirekit/internal/clock";
import { reaches } from "./wire/where.ts";
import {
  automation,
  type AutomationEvents,
  Shutter,
} from "./areas/automation.ts";
import type { CommandOptions } from "./session/_command_options.ts";
import { RemoteError } from "./session/errors.ts";
import type { Caller } from "./areas/item.ts";
import { outOf } from "./areas/_values.ts";

/**
 * How long a shutter travels from one end to the other.
 *
 * @category Shutters
 */
export interface TravelTimes {
  /** From closed to open, in milliseconds. */
  upTime: number;
  /**
   * From open to closed, in milliseconds.
   *
   * @default {upTime}
   */
  downTime?: number;
  /**
   * Its position now: 0 % is closed, 100 % open.
   *
   * @default {undefined} Not known until it has reached an end.
   */
  position?: number;
}

/** A movement that has begun. */
interface Travel {
  direction: "up" | "down";
  /** The position at its start; `undefined` if that is not known. */
  from: number | undefined;
  since: number;
  /** Whether the bus has reported it. */
  isReported: boolean;
  /** Resolves when it has ended, or another one has begun. */
  readonly ended: PromiseWithResolvers<void>;
}

/**
 * The part of a travel time after which a motor that stops has come to its end,
 * in percent: times by a stopwatch are not exact, and a motor ends by itself.
 */
const NEARLY = 95;

/**
 * How long the end of an earlier movement may be reported after a command for a
 * new one was acknowledged, in milliseconds: sessions do not wait for each other.
 */
const STRAGGLE_TIME = 1_000;

/**
 * A shutter whose position is calculated from its travel time. It follows the
 * events of the plant, so it does not matter who moves the shutter. At either
 * end the calculation corrects itself. If the actuator reports its position,
 * {@linkcode Shutter.position} is more accurate; here a report only counts
 * while the position is not known.
 *
 * @category Shutters
 * @example Half open
 * ```ts
 * import { Gateway, GatewaySimulator, TimedShutter } from "@wirekit/openwebnet";
 * import { assert } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator({ plant: { travel: 200 } });
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const times = { upTime: 200, position: 0 };
 * await using shutter = new TimedShutter(gateway, "31", times);
 * await shutter.goTo(50);
 * assert(Math.abs(shutter.position! - 50) < 50);
 * ```
 */
export class TimedShutter implements AsyncDisposable {
  /** The shutter itself: up, down, stop. */
  readonly shutter: Shutter;
  readonly #times: { up: number; down: number };
  readonly #over = new AbortController();
  readonly #following: Promise<void>;
  #at: number | undefined;
  #travel: Travel | undefined;
  /** The newest movement, whether it goes on or not. */
  #newest: Travel | undefined;

  /**
   * Creates a shutter, and starts to follow the events of its gateway.
   *
   * @param gateway The gateway.
   * @param where The target: one shutter.
   * @param times Its travel times, and its position if that is known.
   * @throws {RangeError} If a time or the position is not valid.
   */
  constructor(gateway: Caller, where: string, times: TravelTimes) {
    const { upTime, downTime = upTime, position } = times;
    this.shutter = new Shutter(gateway, where);
    this.#times = {
      up: checkTime("upTime", upTime),
      down: checkTime("downTime", downTime),
    };
    if (position !== undefined) this.#at = checkLevel("position", position);
    this.#following = this.#follow(gateway);
    this.#following.catch(() => {});
  }

  /**
   * Its position now: 0 % is closed, 100 % open. `null` while it is not known,
   * which is until it has travelled to an end.
   */
  get position(): number | null {
    const position = this.#positionAt(now());
    return position === undefined ? null : Math.round(position);
  }

  /**
   * Moves to a position. While the position of the shutter is not known, it
   * first travels to the end nearer to the new one.
   *
   * @param position From 0 % (closed) to 100 % (open).
   * @param options Timeout and signal. The shutter stops when the signal
   * aborts.
   * @returns Resolves when it has been stopped there.
   * @throws {RemoteError} If it is stopped or moved by somebody else on its way.
   */
  async goTo(position: number, options: CommandOptions = {}): Promise<void> {
    checkLevel("position", position);
    if (position === 0 || position === 100) {
      await this.#run(position === 100 ? "up" : "down", 110, options);
      return this.#check(position);
    }
    if (this.#positionAt(now()) === undefined) {
      await this.#run(position >= 50 ? "up" : "down", 110, options);
    }
    const from = this.#positionAt(now());
    if (from === undefined) throw this.#unknown();
    const way = position - from;
    if (Math.abs(way) < 1) return;
    const direction = way > 0 ? "up" : "down";
    const isOver = await this.#run(direction, Math.abs(way), options);
    if (!isOver) this.#check(position);
    else if (this.#travel === undefined) this.#settle(position);
  }

  /** Throws unless it is where it was to go. */
  #check(position: number): void {
    const at = this.#positionAt(now());
    if (at === undefined) throw this.#unknown();
    if (Math.abs(at - position) <= 100 - NEARLY) return;
    throw new RemoteError(
      `Shutter ${this.shutter.where} was stopped or moved by somebody else on ` +
        `its way to ${position} %; it is at ${Math.round(at)} %`,
    );
  }

  #unknown(): RemoteError {
    return new RemoteError(
      `Shutter ${this.shutter.where} stopped before its travel time was ` +
        "over, so its position is not known. Was it stopped by hand, or is " +
        "its real travel time shorter?",
    );
  }

  /**
   * Stops following the events.
   *
   * @returns Resolves when the loop over events has ended.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#following.catch(() => {});
  }

  /**
   * Travels for a percentage of the whole way, and stops.
   *
   * @returns Whether it did. If it is stopped or moved otherwise meanwhile, that
   * counts, and nothing is sent.
   */
  async #run(
    direction: "up" | "down",
    percent: number,
    options: CommandOptions,
  ): Promise<boolean> {
    const before = this.#newest;
    await this.shutter[direction](options);
    // It may have begun, and even ended, before the command was acknowledged.
    const current = this.#newest === before ? this.#travel : this.#newest;
    const travel = current?.direction === direction
      ? current
      : this.#begin(direction, false);
    const whole = this.#times[direction];
    const left = whole * percent / 100 - (now() - travel.since);
    const { signal } = options;
    const over = new RemoteError();
    let isOver = false;
    try {
      const { promise } = travel.ended;
      await within(promise, Math.max(left, 0), () => over, { signal });
    } catch (error) {
      if (error !== over) throw error;
    } finally {
      // Needed after an abort too: nothing else would stop the shutter.
      isOver = this.#travel === travel;
      if (isOver) {
        const { signal: _, ...rest } = options;
        await this.shutter.stop(rest);
      }
    }
    // The bus may have reported the stop already.
    if (this.#travel === travel) this.#settle(this.#positionAt(now()));
    return isOver;
  }

  async #follow(gateway: Caller): Promise<void> {
    const { signal } = this.#over;
    for await (const message of gateway.messages({ who: 2, signal })) {
      const event = automation.decode(message);
      if (event?.origin !== "state" || !this.#isOurs(event.where)) continue;
      if (event.type === "automation.state") this.#moved(event.state);
      if (event.type === "automation.stop") this.#moved("stop");
      if (event.type === "automation.move") this.#moved(event.direction);
      if (event.type === "automation.position") this.#reported(event);
    }
  }

  #moved(state: "stop" | "up" | "down"): void {
    const travel = this.#travel;
    if (state !== "stop") {
      if (travel?.direction === state) travel.isReported = true;
      else this.#begin(state, true);
      return;
    }
    const time = now();
    const isOfEarlier = travel?.isReported === false &&
      time - travel.since < STRAGGLE_TIME;
    if (!isOfEarlier) this.#settle(this.#positionAt(time, NEARLY));
  }

  /**
   * Takes a position that the actuator reports while none is known. After that
   * the time counts, which the user has given for a reason.
   */
  #reported({ state, level }: AutomationEvents["automation.position"]): void {
    const time = now();
    if (typeof level !== "number" || this.#positionAt(time) !== undefined) {
      return;
    }
    const travel = this.#travel;
    if (travel === undefined) this.#at = level;
    else if (state === "stop") {
      if (travel.isReported) this.#settle(level);
    } else {
      travel.from = level;
      travel.since = time;
    }
  }

  #isOurs(where: string): boolean {
    return reaches(where, this.shutter.where);
  }

  #begin(direction: "up" | "down", isReported: boolean): Travel {
    const since = now();
    const from = this.#positionAt(since);
    const ended = Promise.withResolvers<void>();
    this.#travel?.ended.resolve();
    this.#travel = { direction, from, since, isReported, ended };
    return this.#newest = this.#travel;
  }

  #settle(position: number | undefined): void {
    this.#at = position;
    this.#travel?.ended.resolve();
    this.#travel = undefined;
  }

  /** Where it is, if it took `whole` percent of its travel time to an end. */
  #positionAt(time: number, whole = 100): number | undefined {
    const travel = this.#travel;
    if (travel === undefined) return this.#at;
    const { direction, from, since } = travel;
    const part = (time - since) / this.#times[direction] * 100;
    const end = direction === "up" ? 100 : 0;
    // After the whole travel time it is at the end, wherever it began.
    if (part >= whole) return end;
    if (from === undefined) return undefined;
    return direction === "up"
      ? Math.min(from + part, 100)
      : Math.max(from - part, 0);
  }
}

function checkLevel(name: string, level: number): number {
  if (level >= 0 && level <= 100) return level;
  throw outOf("0 to 100 %", name, level);
}
