// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Meters, and actuators with energy control: WHO 18.
 *
 * @module
 */

import type { CommandOptions } from "../session/_command_options.ts";
import type { Message } from "../wire/kinds.ts";
import { energy, type EnergyEvent, type EnergyEvents } from "./energy.ts";
import { type Caller, Item } from "./item.ts";
import { outOf } from "./_values.ts";

/** How long to wait for the next of several totals, in milliseconds. */
const TOTALS_TIMEOUT = 5_000;

/**
 * A meter.
 *
 * @category Energy
 * @example Power and energy
 * ```ts
 * import { Gateway, GatewaySimulator, Meter } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const meter = new Meter(gateway, "51");
 * assertEquals(await meter.power(), 1234);
 * assertEquals((await meter.hours(10, 7)).length, 24);
 * ```
 */
export class Meter extends Item<EnergyEvents> {
  /**
   * Creates a meter.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, energy);
  }

  /** Asks for the active power in W. */
  async power(options?: CommandOptions): Promise<number> {
    return await this.value("energy.power", "watts", options);
  }

  /** Asks for the totalizer in Wh. */
  async total(options?: CommandOptions): Promise<number> {
    return await this.value("energy.total", "wattHours", options);
  }

  /** Asks for today's energy in Wh. */
  async today(options?: CommandOptions): Promise<number> {
    return await this.value("energy.today", "wattHours", options);
  }

  /** Asks for this month's energy in Wh. */
  async thisMonth(options?: CommandOptions): Promise<number> {
    return await this.value("energy.thisMonth", "wattHours", options);
  }

  /**
   * Asks for the energy of a month in Wh.
   *
   * @param year 2000 to 2099.
   * @param month 1 to 12.
   * @param options Timeout and signal.
   */
  async month(
    year: number,
    month: number,
    options?: CommandOptions,
  ): Promise<number> {
    if (!Number.isInteger(year) || year < 2000 || year > 2099) {
      throw outOf("2000 to 2099", "year", year);
    }
    const values = { year: year - 2000, month };
    return await this.value("energy.month", "wattHours", options, values);
  }

  /**
   * Asks for the energy of each hour of a day in Wh. The values come as events.
   *
   * @param month 1 to 12, of this year or otherwise of the last.
   * @param day 1 to 31.
   * @param options Timeout and signal.
   * @returns 24 values.
   *
   * @example Read a day hour by hour
   * ```ts
   * import { Gateway, GatewaySimulator, Meter } from "@wirekit/openwebnet";
   * import { assertEquals } from "@std/assert";
   *
   * await using simulator = new GatewaySimulator();
   * await using gateway = new Gateway({ transport: () => simulator.connect() });
   * const hours = await new Meter(gateway, "51").hours(10, 7);
   * assertEquals(hours.length, 24);
   * ```
   */
  async hours(
    month: number,
    day: number,
    options?: CommandOptions,
  ): Promise<number[]> {
    const totals = await this.#totals(
      "energy.sendHours",
      { month, day },
      (event) =>
        event.type === "energy.hour" && event.month === month &&
          event.day === day
          ? [event.hour, event.wattHours]
          : undefined,
      25,
      options,
    );
    return totals.slice(0, 24);
  }

  /**
   * Asks for the mean energy of each hour of a month in Wh. The values come as
   * events.
   *
   * @param month 1 to 12.
   * @param options Timeout and signal.
   * @returns 24 values.
   */
  async meanHours(month: number, options?: CommandOptions): Promise<number[]> {
    const totals = await this.#totals(
      "energy.sendMeans",
      { month },
      (event) =>
        event.type === "energy.meanHour" && event.month === month
          ? [event.hour, event.wattHours]
          : undefined,
      25,
      options,
    );
    return totals.slice(0, 24);
  }

  /**
   * Asks for the energy of each day of a month in Wh. The values come as
   * events; only the plant knows how many.
   *
   * @param month 1 to 12.
   * @param options Timeout and signal.
   * @returns A value for each day that was sent, in order.
   */
  days(month: number, options?: CommandOptions): Promise<number[]> {
    return this.#totals(
      "energy.sendDays",
      { month },
      (event) =>
        event.type === "energy.day" && event.month === month
          ? [event.day, event.wattHours]
          : undefined,
      daysOf(month),
      options,
    );
  }

  /**
   * Asks for the energy of each day of a month of last year in Wh: see
   * {@linkcode Meter.days}.
   *
   * @param month 1 to 12.
   * @param options Timeout and signal.
   * @returns A value for each day that was sent, in order.
   */
  daysLastYear(month: number, options?: CommandOptions): Promise<number[]> {
    return this.#totals(
      "energy.sendDaysLastYear",
      { month },
      (event) =>
        event.type === "energy.dayLastYear" && event.month === month
          ? [event.day, event.wattHours]
          : undefined,
      daysOf(month),
      options,
    );
  }

  /**
   * Makes the meter report its power as events.
   *
   * @param minutes Minutes between two reports, 1 to 255; 0 ends them. The
   * gateway stops the reports by itself: ask again before 255 minutes are over.
   * @param options Timeout and signal.
   *
   * @example Report the power every minute
   * ```ts
   * import { Gateway, GatewaySimulator, Meter } from "@wirekit/openwebnet";
   * import { assertEquals } from "@std/assert";
   *
   * await using simulator = new GatewaySimulator();
   * await using gateway = new Gateway({ transport: () => simulator.connect() });
   * const meter = new Meter(gateway, "51");
   * const events = meter.events();
   * await meter.report(1);
   * for await (const event of events) {
   *   assertEquals(event.type === "energy.power" && event.watts, 1234);
   *   break;
   * }
   * ```
   */
  report(minutes: number, options?: CommandOptions): Promise<void> {
    return this.command("energy.report", { source: 1, minutes }, options);
  }

  /** Sends a WHAT that asks for totals, and collects them from the events. */
  async #totals<T extends keyof EnergyEvents & string>(
    type: T,
    values: EnergyEvents[T],
    take: (
      event: EnergyEvent,
    ) => [number | undefined, number | undefined] | undefined,
    count: number,
    options: CommandOptions = {},
  ): Promise<number[]> {
    const totals: number[] = [];
    const collect = (message: Message): boolean | undefined => {
      const event = this.area.decode(message);
      const isOurs = event?.origin === "state" && this.speaksFor(event.where);
      const [index, value] = (isOurs && take(event)) || [];
      if (index === undefined || value === undefined) return undefined;
      totals[index - 1] = value;
      return index >= count;
    };
    await this.gateway.collect(
      this.area.encode(type, this.where, values),
      collect,
      { timeout: TOTALS_TIMEOUT, ...options },
    );
    return totals;
  }
}

/**
 * An actuator with energy control.
 *
 * @category Energy
 * @example Keep it on
 * ```ts
 * import {
 *   EnergyActuator,
 *   Gateway,
 *   GatewaySimulator,
 * } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const actuator = new EnergyActuator(gateway, "71#0");
 * await actuator.force(30);
 * assertEquals((await actuator.state()).forcing, true);
 * ```
 */
export class EnergyActuator extends Item<EnergyEvents> {
  /**
   * Creates an actuator.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, energy);
  }

  /** Asks for its state. */
  async state(
    options?: CommandOptions,
  ): Promise<EnergyEvents["energy.actuator"]> {
    return await this.values("energy.actuator", [
      "disabled",
      "forcing",
      "threshold",
      "protection",
      "phase",
      "advanced",
    ], options);
  }

  /** Allows it to be switched off when too little power is available. */
  enable(options?: CommandOptions): Promise<void> {
    return this.command("energy.enable", {}, options);
  }

  /**
   * Keeps it on.
   *
   * @param minutes 10 to 2540 in steps of 10; if absent, until it is released.
   * @param options Timeout and signal.
   */
  async force(minutes?: number, options?: CommandOptions): Promise<void> {
    if (minutes === undefined) {
      return await this.command("energy.force", {}, options);
    }
    const tens = minutes / 10;
    if (!Number.isInteger(tens) || tens < 1 || tens > 254) {
      throw outOf("10 to 2540 in steps of 10", "minutes", minutes);
    }
    await this.command("energy.force", { tens }, options);
  }

  /** No longer keeps it on. */
  release(options?: CommandOptions): Promise<void> {
    return this.command("energy.release", {}, options);
  }

  /**
   * Resets a totalizer to zero.
   *
   * @param totalizer 1 or 2.
   * @param options Timeout and signal.
   */
  reset(totalizer: number, options?: CommandOptions): Promise<void> {
    return this.command("energy.reset", { totalizer }, options);
  }

  /**
   * Asks for a totalizer, and the time of its last reset.
   *
   * @param totalizer 1 or 2.
   * @param options Timeout and signal.
   */
  async sinceReset(
    totalizer: number,
    options?: CommandOptions,
  ): Promise<EnergyEvents["energy.sinceReset"]> {
    return await this.ask("energy.sinceReset", { totalizer }, options);
  }

  /**
   * Sets the threshold, in the actuator's own steps.
   *
   * @param threshold 0 to 4,294,967,295.
   * @param options The line, if it is the threshold of one; timeout and signal.
   */
  setThreshold(
    threshold: number,
    options: CommandOptions & { line?: number } = {},
  ): Promise<void> {
    const { line, ...rest } = options;
    const values = line === undefined ? { threshold } : { line, threshold };
    return this.command("energy.threshold", values, rest);
  }

  /** Asks for the level of the residual current, 1 to 3. */
  async differential(options?: CommandOptions): Promise<number> {
    return await this.value("energy.differential", "level", options);
  }
}

function daysOf(month: number): number {
  return [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 31;
}
