// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Energy: WHO 18. Power is in W, energy in Wh.
 *
 * A meter is written `51` to `5255`, an actuator with energy control `71#0` to
 * `7255#0`, a Stop&Go `11` to `1127`.
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_session.ts";
import { type Caller, Item } from "./item.ts";
import type { ValueList } from "./area.ts";
import type { Message } from "../wire/message.ts";
import {
  code,
  dimension,
  fields,
  flag,
  integer,
  optional,
  table,
  what,
  word,
} from "./_values.ts";

/** What a Stop&Go says of itself, from the least significant bit (250). */
export interface StopGoState {
  /** The circuit is open. */
  open: boolean;
  /** It has failed. */
  failure: boolean;
  /** It is blocked. */
  blocked: boolean;
  /** It is open because of a short circuit. */
  shortCircuit: boolean;
  /** It is open because of a fault to earth. */
  earthFault: boolean;
  /** It is open because of too high a voltage. */
  overVoltage: boolean;
  /** It does not test itself. */
  selfTestOff: boolean;
  /** It does not close by itself. */
  automaticResetOff: boolean;
  /** It does not check the circuit before it closes. */
  checkOff: boolean;
  /** It waits for its closing. */
  waiting: boolean;
  /** It has been open for less than 24 hours. */
  firstDay: boolean;
  /** There is no power downstream. */
  noPowerDownstream: boolean;
  /** There is no power upstream. */
  noPowerUpstream: boolean;
}

/** What can be said of energy. */
export interface EnergyEvents {
  /** The breaker opens or closes (WHAT 21, 22). */
  "energy.breaker": { open: boolean };
  /** The test of the differential begins or ends (WHAT 23, 24). */
  "energy.test": { running: boolean };
  /** Automatic reset of a Stop&Go (WHAT 26, 27). */
  "energy.automaticReset": { enabled: boolean };
  /** Tracking of a Stop&Go (WHAT 28, 29, seen in firmware). */
  "energy.tracking": { enabled: boolean };
  /** Asks for each hour of a day (WHAT 57: month, then day). */
  "energy.sendHours": { month: number; day: number };
  /** Asks for the mean of each hour of a month (WHAT 58). */
  "energy.sendMeans": { month: number };
  /** Asks for each day of a month of this year (WHAT 59). */
  "energy.sendDays": { month: number };
  /** Asks for each day of a month of last year (WHAT 510). */
  "energy.sendDaysLastYear": { month: number };
  /** The actuator is enabled (WHAT 71). */
  "energy.enable": Record<never, never>;
  /** Kept on, for `tens` times ten minutes, 1 to 254 (WHAT 73). */
  "energy.force": { tens?: number };
  /** No longer kept on (WHAT 74). */
  "energy.release": Record<never, never>;
  /** A totalizer is set to zero, 1 or 2 (WHAT 75). */
  "energy.reset": { totalizer: number };
  /** Active power in W (dimension 113). */
  "energy.power": { watts: number };
  /**
   * Power is reported every so many minutes, 1 to 255; 0 stops it (dimension
   * 1200). `source` is 1 for active power. A gateway forgets it after that
   * many minutes at the most: say it again.
   */
  "energy.report": { source: number; minutes: number };
  /** The totalizer, in Wh (dimension 51). */
  "energy.total": { wattHours: number };
  /** A month of the year 2000 + `year` (dimension 52). */
  "energy.month": { year: number; month: number; wattHours: number };
  /** This month (dimension 53). */
  "energy.thisMonth": { wattHours: number };
  /** Today (dimension 54). */
  "energy.today": { wattHours: number };
  /**
   * An actuator (dimension 71: six values): it is kept on, it is below its
   * threshold, it is in protection, `phase` disables the local phase, it has the
   * advanced mode.
   */
  "energy.actuator": {
    disabled: boolean;
    forcing: boolean;
    threshold: boolean;
    protection: boolean;
    phase: boolean;
    advanced: boolean;
  };
  /** A totalizer since its reset, and when that was (dimension 72). */
  "energy.sinceReset": {
    totalizer: number;
    wattHours: number;
    day: number;
    month: number;
    year: number;
    hours: number;
    minutes: number;
  };
  /** Level of the differential, 1 to 3 (dimension 73). */
  "energy.differential": { level: number };
  /** Days between two tests of a Stop&Go (dimension 212). */
  "energy.testPeriod": { days: number };
  /** A Stop&Go (dimension 250: thirteen digits, the last is `open`). */
  "energy.stopGo": StopGoState;
  /** One bit of a Stop&Go, 1 is `open` (dimensions 251 to 263). */
  "energy.stopGoBit": { bit: number; value: boolean };
  /** An hour of a day, 1 to 24; 25 is the whole day (dimension 511). */
  "energy.hour": {
    month: number;
    day: number;
    hour: number;
    wattHours: number;
  };
  /** The mean of an hour in a month; 25 is the day's mean (dimension 512). */
  "energy.meanHour": { month: number; hour: number; wattHours: number };
  /** A day of this year (dimension 513). */
  "energy.day": { month: number; day: number; wattHours: number };
  /** A day of last year (dimension 514). */
  "energy.dayLastYear": { month: number; day: number; wattHours: number };
  /** The threshold of an actuator, in its own steps (dimension 517). */
  "energy.threshold": { threshold: number };
}

/** An event of energy. */
export type EnergyEvent = EventOf<EnergyEvents>;

const BITS: readonly (keyof StopGoState)[] = [
  "open",
  "failure",
  "blocked",
  "shortCircuit",
  "earthFault",
  "overVoltage",
  "selfTestOff",
  "automaticResetOff",
  "checkOff",
  "waiting",
  "firstDay",
  "noPowerDownstream",
  "noPowerUpstream",
];

/** The thirteen bits as digits, the first bit last. */
const stopGoBits: ValueList<StopGoState> = {
  parse([text = ""]) {
    if (!/^[01]{13}$/.test(text)) return undefined;
    return Object.fromEntries(
      BITS.map((name, i) => [name, text[12 - i] === "1"]),
    ) as unknown as StopGoState;
  },
  format: (state) => [
    BITS.map((name) => state[name] ? "1" : "0").reverse().join(""),
  ],
};

const month = integer(1, 12);
const day = integer(1, 31);
const hour = integer(1, 25);
const wattHours = word;

/** The messages of WHO 18. */
export const energy: Area<EnergyEvents> = new Area<EnergyEvents>(18, {
  "energy.breaker": what(code("open", table({ "21": true, "22": false }))),
  "energy.test": what(code("running", table({ "23": true, "24": false }))),
  "energy.automaticReset": what(
    code("enabled", table({ "26": true, "27": false })),
  ),
  "energy.tracking": what(code("enabled", table({ "28": true, "29": false }))),
  "energy.sendHours": what("57", fields({ month, day })),
  "energy.sendMeans": what("58", fields({ month })),
  "energy.sendDays": what("59", fields({ month })),
  "energy.sendDaysLastYear": what("510", fields({ month })),
  "energy.enable": what("71"),
  "energy.force": what("73", fields({ tens: optional(integer(1, 254)) })),
  "energy.release": what("74"),
  "energy.reset": what("75", fields({ totalizer: integer(1, 2) })),
  "energy.power": dimension("113", fields({ watts: word })),
  "energy.report": dimension(
    "1200",
    fields({ minutes: integer(0, 255) }),
    fields({ source: integer(0, 255) }),
  ),
  "energy.total": dimension("51", fields({ wattHours })),
  "energy.month": dimension(
    "52",
    fields({ wattHours }),
    fields({ year: integer(0, 99, 2), month }),
  ),
  "energy.thisMonth": dimension("53", fields({ wattHours })),
  "energy.today": dimension("54", fields({ wattHours })),
  "energy.actuator": dimension(
    "71",
    fields({
      disabled: flag,
      forcing: flag,
      threshold: flag,
      protection: flag,
      phase: flag,
      advanced: table({ "1": true, "2": false }, { "0": false }),
    }),
  ),
  "energy.sinceReset": dimension(
    "72",
    fields({
      wattHours,
      day,
      month,
      year: integer(1900, 2999),
      hours: integer(0, 23),
      minutes: integer(0, 59),
    }),
    fields({ totalizer: integer(1, 2) }),
  ),
  "energy.differential": dimension("73", fields({ level: integer(1, 3) })),
  "energy.testPeriod": dimension("212", fields({ days: integer(0, 255) })),
  "energy.stopGo": dimension("250", stopGoBits),
  "energy.stopGoBit": dimension(
    code("bit", {
      parse: (text) =>
        /^2(5[1-9]|6[0-3])$/.test(text) ? Number(text) - 250 : undefined,
      format: (bit) => `${250 + Number(integer(1, 13).format(bit))}`,
    }),
    fields({ value: flag }),
  ),
  "energy.hour": dimension(
    "511",
    fields({ hour, wattHours }),
    fields({ month, day }),
  ),
  "energy.meanHour": dimension(
    "512",
    fields({ hour, wattHours }),
    fields({ month }),
  ),
  "energy.day": dimension("513", fields({ day, wattHours }), fields({ month })),
  "energy.dayLastYear": dimension(
    "514",
    fields({ day, wattHours }),
    fields({ month }),
  ),
  "energy.threshold": dimension("517", fields({ threshold: word })),
});

/**
 * Tells what a WHERE of WHO 18 is.
 *
 * @param where The WHERE.
 * @returns What, or `undefined` if it is none of them.
 *
 * @example By the first digit
 * ```ts
 * import { energyDevice } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(energyDevice("51"), "meter");
 * assertEquals(energyDevice("71#0"), "actuator");
 * assertEquals(energyDevice("11"), "stop & go");
 * ```
 */
export function energyDevice(
  where: string,
): "meter" | "actuator" | "stop & go" | undefined {
  const match = /^([157])\d{1,3}(#0)?$/.exec(where);
  if (match === null || (match[1] === "7") !== (match[2] === "#0")) {
    return undefined;
  }
  return match[1] === "1"
    ? "stop & go"
    : match[1] === "5"
    ? "meter"
    : "actuator";
}

/** Longest wait for the next of several totals, in milliseconds. */
const TOTALS_TIMEOUT = 5_000;

/**
 * A meter.
 *
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
   * Makes a meter.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, energy);
  }

  /** Asks for the active power in W. */
  async power(options?: CommandOptions): Promise<number> {
    return (await this.ask("energy.power", {}, options)).watts;
  }

  /** Asks for the totalizer in Wh. */
  async total(options?: CommandOptions): Promise<number> {
    return (await this.ask("energy.total", {}, options)).wattHours;
  }

  /** Asks for the energy of today in Wh. */
  async today(options?: CommandOptions): Promise<number> {
    return (await this.ask("energy.today", {}, options)).wattHours;
  }

  /** Asks for the energy of this month in Wh. */
  async thisMonth(options?: CommandOptions): Promise<number> {
    return (await this.ask("energy.thisMonth", {}, options)).wattHours;
  }

  /**
   * Asks for the energy of a month in Wh.
   *
   * @param year 2000 to 2099.
   * @param month 1 to 12.
   * @param options Time and signal.
   */
  async month(
    year: number,
    month: number,
    options?: CommandOptions,
  ): Promise<number> {
    const values = { year: year - 2000, month };
    return (await this.ask("energy.month", values, options)).wattHours;
  }

  /**
   * Asks for the energy of each hour of a day in Wh. Its values come as events.
   *
   * @param month 1 to 12, of this year or else of the last.
   * @param day 1 to 31.
   * @param options Time and signal.
   * @returns 24 values.
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
   * Asks for the mean energy of each hour of a month in Wh. Its values come as
   * events.
   *
   * @param month 1 to 12.
   * @param options Time and signal.
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
   * Asks for the energy of each day of a month in Wh. Its values come as
   * events; how many, only the plant knows.
   *
   * @param month 1 to 12.
   * @param options Time and signal.
   * @returns A value for each day that was sent, the first one first.
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
   * @param options Time and signal.
   * @returns A value for each day that was sent, the first one first.
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
   * Has the power reported as events.
   *
   * @param minutes Time between, 1 to 255; 0 ends it. The gateway forgets it:
   * ask again before 255 minutes are over.
   * @param options Time and signal.
   */
  report(minutes: number, options?: CommandOptions): Promise<void> {
    return this.command("energy.report", { source: 1, minutes }, options);
  }

  /** Sends a WHAT that asks for totals, and collects them from the events. */
  async #totals<T extends keyof EnergyEvents & string>(
    type: T,
    values: EnergyEvents[T],
    take: (event: EnergyEvent) => [index: number, value: number] | undefined,
    count: number,
    options: CommandOptions = {},
  ): Promise<number[]> {
    const totals: number[] = [];
    const collect = (message: Message): boolean | undefined => {
      const event = this.area.decode(message);
      const total = event && event.where === this.where && take(event);
      if (!total) return undefined;
      totals[total[0] - 1] = total[1];
      return total[0] >= count;
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
   * Makes an actuator.
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
    const event = await this.ask("energy.actuator", {}, options);
    const { disabled, forcing, threshold, protection, phase, advanced } = event;
    return { disabled, forcing, threshold, protection, phase, advanced };
  }

  /** Lets it be switched off when there is too little power. */
  enable(options?: CommandOptions): Promise<void> {
    return this.command("energy.enable", {}, options);
  }

  /**
   * Keeps it on.
   *
   * @param minutes 10 to 2540 in tens; without them until it is released.
   * @param options Time and signal.
   */
  force(minutes?: number, options?: CommandOptions): Promise<void> {
    const values = minutes === undefined ? {} : { tens: minutes / 10 };
    return this.command("energy.force", values, options);
  }

  /** No longer keeps it on. */
  release(options?: CommandOptions): Promise<void> {
    return this.command("energy.release", {}, options);
  }

  /**
   * Sets a totalizer to zero.
   *
   * @param totalizer 1 or 2.
   * @param options Time and signal.
   */
  reset(totalizer: number, options?: CommandOptions): Promise<void> {
    return this.command("energy.reset", { totalizer }, options);
  }

  /**
   * Asks for a totalizer since its reset.
   *
   * @param totalizer 1 or 2.
   * @param options Time and signal.
   */
  async sinceReset(
    totalizer: number,
    options?: CommandOptions,
  ): Promise<EnergyEvents["energy.sinceReset"]> {
    return await this.ask("energy.sinceReset", { totalizer }, options);
  }

  /** Asks for the level of the differential, 1 to 3. */
  async differential(options?: CommandOptions): Promise<number> {
    return (await this.ask("energy.differential", {}, options)).level;
  }
}

/**
 * A Stop&Go: a breaker that closes by itself.
 *
 * @example Read its state
 * ```ts
 * import { energy, parse } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * const event = energy.decode(parse("*#18*11*250*0000000000001##"));
 * assertEquals(event?.type === "energy.stopGo" && event.open, true);
 * ```
 */
export class StopGo extends Item<EnergyEvents> {
  /**
   * Makes a Stop&Go.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, energy);
  }

  /** Asks for its state. */
  async state(options?: CommandOptions): Promise<StopGoState> {
    const event = await this.ask("energy.stopGo", {}, options);
    return Object.fromEntries(
      BITS.map((name) => [name, event[name]]),
    ) as unknown as StopGoState;
  }

  /**
   * Lets it close by itself, or not.
   *
   * @param enabled Whether.
   * @param options Time and signal.
   */
  automaticReset(enabled: boolean, options?: CommandOptions): Promise<void> {
    return this.command("energy.automaticReset", { enabled }, options);
  }

  /**
   * Opens or closes the circuit.
   *
   * @param open Whether it is to be open.
   * @param options Time and signal.
   */
  breaker(open: boolean, options?: CommandOptions): Promise<void> {
    return this.command("energy.breaker", { open }, options);
  }

  /** Asks for the days between two tests. */
  async testPeriod(options?: CommandOptions): Promise<number> {
    return (await this.ask("energy.testPeriod", {}, options)).days;
  }
}

function daysOf(month: number): number {
  return [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 31;
}
