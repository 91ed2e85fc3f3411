// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Energy: WHO 18. Power is in W, energy in Wh.
 *
 * The WHERE of a meter is `51` to `5255`, of an actuator with energy control
 * `71#0` to `7255#0`, of a Stop&Go `11` to `1127`.
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import type { ValueList } from "./area.ts";
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

/**
 * The state of a Stop&Go, from its least significant bit (dimension 250).
 *
 * @category Energy
 */
export interface StopGoState {
  /** The circuit is open. */
  open: boolean;
  /** It has failed. */
  failure: boolean;
  /** It is blocked. */
  blocked: boolean;
  /** It is open because of a short circuit. */
  shortCircuit: boolean;
  /** It is open because of an earth fault. */
  earthFault: boolean;
  /** It is open because the voltage was too high. */
  overVoltage: boolean;
  /** It does not test itself. */
  selfTestOff: boolean;
  /** It does not close automatically. */
  automaticResetOff: boolean;
  /** It does not check the circuit before it closes. */
  checkOff: boolean;
  /** It is waiting to close. */
  waiting: boolean;
  /** It has been open for less than 24 hours. */
  firstDay: boolean;
  /** There is no power downstream. */
  noPowerDownstream: boolean;
  /** There is no power upstream. */
  noPowerUpstream: boolean;
}

/**
 * The events of energy, each with its values.
 *
 * @category Energy
 */
export interface EnergyEvents {
  /** The breaker opens or closes (WHAT 21, 22). */
  "energy.breaker": { open: boolean };
  /** The test of the residual-current device begins or ends (WHAT 23, 24). */
  "energy.test": { running: boolean };
  /** Automatic reset of a Stop&Go (WHAT 26, 27). */
  "energy.automaticReset": { enabled: boolean };
  /** Tracking of a Stop&Go (WHAT 28, 29, seen in firmware). */
  "energy.tracking": { enabled: boolean };
  /** Asks for each hour of a day (WHAT 57: month, then day). */
  "energy.sendHours": { month?: number; day?: number };
  /** Asks for the mean of each hour of a month (WHAT 58). */
  "energy.sendMeans": { month?: number };
  /** Asks for each day of a month of this year (WHAT 59). */
  "energy.sendDays": { month?: number };
  /** Asks for each day of a month of last year (WHAT 510). */
  "energy.sendDaysLastYear": { month?: number };
  /** The actuator is enabled (WHAT 71). */
  "energy.enable": Record<never, never>;
  /** Kept on for `tens` times ten minutes, 1 to 254 (WHAT 73). */
  "energy.force": { tens?: number };
  /** No longer kept on (WHAT 74). */
  "energy.release": Record<never, never>;
  /** Totalizer 1 or 2 is reset to zero (WHAT 75). */
  "energy.reset": { totalizer?: number };
  /** Active power in W (dimension 113). */
  "energy.power": { watts: number };
  /**
   * Power is reported every `minutes` minutes, 1 to 255; 0 stops it (dimension
   * 1200). `source` is 1 for active power. The gateway stops the reports after
   * at most 255 minutes, so repeat the command before.
   */
  "energy.report": { source?: number; minutes?: number };
  /** The totalizer, in Wh (dimension 51). */
  "energy.total": { wattHours: number };
  /** A month of the year 2000 + `year` (dimension 52). */
  "energy.month": { year?: number; month?: number; wattHours?: number };
  /** This month (dimension 53). */
  "energy.thisMonth": { wattHours: number };
  /** Today (dimension 54). */
  "energy.today": { wattHours: number };
  /**
   * An actuator (dimension 71: six values): whether it is kept on, below its
   * threshold, in protection, has its local phase disabled (`phase`), and is in
   * advanced mode.
   */
  "energy.actuator": {
    disabled?: boolean;
    forcing?: boolean;
    threshold?: boolean;
    protection?: boolean;
    phase?: boolean;
    advanced?: boolean;
  };
  /** A totalizer since its reset, and when that was (dimension 72). */
  "energy.sinceReset": {
    totalizer?: number;
    wattHours?: number;
    day?: number;
    month?: number;
    year?: number;
    hours?: number;
    minutes?: number;
  };
  /** Level of the residual current, 1 to 3 (dimension 73). */
  "energy.differential": { level: number };
  /** Days between two tests of a Stop&Go (dimension 212). */
  "energy.testPeriod": { days: number };
  /** A Stop&Go (dimension 250: thirteen digits, the last is `open`). */
  "energy.stopGo": StopGoState;
  /** One bit of a Stop&Go, 1 is `open` (dimensions 251 to 263). */
  "energy.stopGoBit": { bit: number; value?: boolean };
  /** An hour of a day, 1 to 24; 25 is the whole day (dimension 511). */
  "energy.hour": {
    month?: number;
    day?: number;
    hour?: number;
    wattHours?: number;
  };
  /** The mean of an hour in a month; 25 is the day's mean (dimension 512). */
  "energy.meanHour": { month?: number; hour?: number; wattHours?: number };
  /** A day of this year (dimension 513). */
  "energy.day": { month?: number; day?: number; wattHours?: number };
  /** A day of last year (dimension 514). */
  "energy.dayLastYear": { month?: number; day?: number; wattHours?: number };
  /**
   * The threshold of an actuator, in its own steps, or of one of its lines if
   * the dimension names one (dimension 517; that it accepts a line is known
   * from firmware).
   */
  "energy.threshold": { line?: number; threshold?: number };
}

/**
 * An event of energy.
 *
 * @category Energy
 */
export type EnergyEvent = EventOf<EnergyEvents>;

/** The values of a Stop&Go, the least significant bit first. */
export const STOP_GO_BITS: readonly (keyof StopGoState)[] = [
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

/** Reads and writes the thirteen bits as digits, the first bit last. */
const stopGoBits: ValueList<StopGoState> = {
  parse([text = ""]) {
    if (!/^[01]{13}$/.test(text)) return undefined;
    return Object.fromEntries(
      STOP_GO_BITS.map((name, i) => [name, text[12 - i] === "1"]),
    ) as unknown as StopGoState;
  },
  format: (state) => [
    STOP_GO_BITS.map((name) => state[name] ? "1" : "0").reverse().join(""),
  ],
};

const month = integer(1, 12);
const day = integer(1, 31);
const hour = integer(1, 25);
const wattHours = word;

/**
 * The messages of WHO 18.
 *
 * @category Energy
 */
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
  "energy.threshold": dimension(
    "517",
    fields({ threshold: word }),
    fields({ line: optional(integer(1, 255)) }),
  ),
});

/**
 * Tells which kind of device a WHERE of WHO 18 stands for.
 *
 * @category Energy
 * @param where The WHERE.
 * @returns The kind; `undefined` if it is none of these.
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
