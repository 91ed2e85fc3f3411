// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The gateway as a device, WHO 13: its clock, addresses and versions.
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_options.ts";
import { RemoteError } from "../session/errors.ts";
import { type Caller, Item } from "./item.ts";
import {
  byte,
  code,
  dimension,
  fields,
  integer,
  joined,
  natural,
  optional,
  table,
  type ValueCodec,
  what,
} from "./_values.ts";

/**
 * A time of day.
 *
 * @category The gateway itself
 */
export interface PlainTime {
  /** 0 to 23. */
  hours: number;
  /** 0 to 59. */
  minutes: number;
  /** 0 to 59. */
  seconds: number;
  /** Hours ahead of UTC, if it is known: -12 to 14. */
  zone?: number;
}

/**
 * A date.
 *
 * @category The gateway itself
 */
export interface PlainDate {
  /** 0 Sunday to 6 Saturday. */
  weekday: number;
  /** 1 to 31. */
  day: number;
  /** 1 to 12. */
  month: number;
  /** With four digits. */
  year: number;
}

/**
 * The commands of a Zigbee gateway (WHAT of WHO 13).
 *
 * @category The gateway itself
 */
export type ZigbeeCommand =
  | "boot mode"
  | "reset"
  | "create network"
  | "close network"
  | "open network"
  | "join network"
  | "leave network"
  | "keep connected"
  | "scan"
  | "supervisor";

/**
 * The events of a gateway, each with its values.
 *
 * @category The gateway itself
 */
export interface GatewayUnitEvents {
  /** Its time (dimension 0). Some leave the zone out. */
  "gateway.time": Partial<PlainTime>;
  /** Its date (dimension 1). */
  "gateway.date": Partial<PlainDate>;
  /** Its IP address (dimension 10). */
  "gateway.address": { address: string };
  /** Its network mask (dimension 11). */
  "gateway.netmask": { netmask: string };
  /** Its MAC address in hexadecimal, six or eight bytes (dimension 12). */
  "gateway.mac": { mac: string };
  /** Its model. The sources do not agree on the numbers (dimension 15). */
  "gateway.model": { model: number };
  /** The version of its firmware (dimension 16). */
  "gateway.firmware": { version: string };
  /** The version of its hardware (dimension 17). */
  "gateway.hardware": { version: string };
  /** How long it has been running (dimension 19). */
  "gateway.uptime": {
    days?: number;
    hours?: number;
    minutes?: number;
    seconds?: number;
  };
  /** Its time and date (dimension 22). */
  "gateway.dateTime": Partial<PlainTime & PlainDate>;
  /** The version of its kernel (dimension 23). */
  "gateway.kernel": { version: string };
  /** The version of its distribution (dimension 24). */
  "gateway.distribution": { version: string };
  /** How many devices a Zigbee gateway has found (dimension 67). */
  "gateway.products": { count: number };
  /** The radio channel of a Zigbee gateway (dimension 71). */
  "gateway.channel": { channel: number };
  /** A command of a Zigbee gateway (WHAT 12 to 66). */
  "gateway.zigbee": { command: ZigbeeCommand };
}

/**
 * An event of a gateway.
 *
 * @category The gateway itself
 */
export type GatewayUnitEvent = EventOf<GatewayUnitEvents>;

/**
 * Hours ahead of UTC: a digit for the sign (1 is minus) and two more digits.
 */
const zone: ValueCodec<number> = {
  parse(text) {
    const number = natural(text);
    if (text.length !== 3 || number < 0 || number >= 200) return undefined;
    const hours = number % 100;
    const value = number > 100 ? -hours : hours;
    return value >= -12 && value <= 14 ? value : undefined;
  },
  format(value) {
    if (!Number.isInteger(value) || value < -12 || value > 14) {
      throw new RangeError(`zone must be -12 to 14 hours: got ${value}`);
    }
    return (value < 0 ? "1" : "0") + `${Math.abs(value)}`.padStart(2, "0");
  },
};
const zoneOrNone = optional(zone);
const clock = {
  hours: integer(0, 23, 2),
  minutes: integer(0, 59, 2),
  seconds: integer(0, 59, 2),
};
const calendar = {
  weekday: integer(0, 6, 2),
  day: integer(1, 31, 2),
  month: integer(1, 12, 2),
  year: integer(1900, 2999),
};
const version = joined("version", 3, integer(0, 65_535), {
  separator: ".",
  radix: 10,
});
const dotted = { separator: ".", radix: 10 } as const;
const mac6 = joined("mac", 6, byte, { separator: ":", radix: 16 });
const mac8 = joined("mac", 8, byte, { separator: ":", radix: 16 });

/**
 * The messages of WHO 13.
 *
 * @category The gateway itself
 */
export const gatewayUnit: Area<GatewayUnitEvents> = new Area<GatewayUnitEvents>(
  13,
  {
    "gateway.time": dimension("0", fields({ ...clock, zone: zoneOrNone })),
    "gateway.date": dimension("1", fields(calendar)),
    "gateway.address": dimension("10", joined("address", 4, byte, dotted)),
    "gateway.netmask": dimension("11", joined("netmask", 4, byte, dotted)),
    "gateway.mac": dimension("12", {
      parse: (texts) => mac6.parse(texts) ?? mac8.parse(texts),
      format: (values) => (values.mac.length > 17 ? mac8 : mac6).format(values),
    }),
    "gateway.model": dimension("15", fields({ model: integer(0, 65_535) })),
    "gateway.firmware": dimension("16", version),
    "gateway.hardware": dimension("17", version),
    "gateway.uptime": dimension(
      "19",
      fields({
        days: integer(0, 65_535),
        hours: integer(0, 23),
        minutes: integer(0, 59),
        seconds: integer(0, 59),
      }),
    ),
    "gateway.dateTime": dimension(
      "22",
      fields({ ...clock, zone: zoneOrNone, ...calendar }),
    ),
    "gateway.kernel": dimension("23", version),
    "gateway.distribution": dimension("24", version),
    "gateway.products": dimension("67", fields({ count: integer(0, 65_535) })),
    "gateway.channel": dimension("71", fields({ channel: byte })),
    "gateway.zigbee": what(
      code(
        "command",
        table<ZigbeeCommand>({
          "12": "boot mode",
          "22": "reset",
          "30": "create network",
          "31": "close network",
          "32": "open network",
          "33": "join network",
          "34": "leave network",
          "60": "keep connected",
          "65": "scan",
          "66": "supervisor",
        }),
      ),
    ),
  },
);

/**
 * Models by number. Where the sources disagree, both names are given.
 *
 * @category The gateway itself
 */
export const MODELS: Readonly<Record<number, string>> = {
  2: "MHServer",
  4: "MH200",
  6: "F452",
  7: "F452V",
  11: "MHServer2",
  12: "H4684",
  13: "H4684",
  23: "HL4684",
  200: "F454 or MH202",
};

/**
 * The gateway itself.
 *
 * @category The gateway itself
 * @example Ask for its address
 * ```ts
 * import { Gateway, GatewaySimulator, GatewayUnit } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const unit = new GatewayUnit(gateway);
 * assertEquals(await unit.mac(), "00:03:50:01:02:03");
 * await unit.setTime({ hours: 10, minutes: 5, seconds: 0, zone: -2 });
 * assertEquals(simulator.executed.at(-1), "*#13**#0*10*05*00*102##");
 * ```
 */
export class GatewayUnit extends Item<GatewayUnitEvents> {
  /**
   * Creates the unit.
   *
   * @param gateway The gateway.
   */
  constructor(gateway: Caller) {
    super(gateway, "", gatewayUnit);
  }

  /** Asks for the time. */
  async time(options?: CommandOptions): Promise<PlainTime> {
    return plainTime(await this.values("gateway.time", TIME, options));
  }

  /** Asks for the date. */
  async date(options?: CommandOptions): Promise<PlainDate> {
    return await this.allValues("gateway.date", DATE, options);
  }

  /** Asks for time and date at once. */
  async dateTime(options?: CommandOptions): Promise<PlainTime & PlainDate> {
    const keys = [...TIME, ...DATE];
    const values = await this.values("gateway.dateTime", keys, options);
    const { weekday, day, month, year } = values;
    if (
      weekday === undefined || day === undefined || month === undefined ||
      year === undefined
    ) throw new RemoteError("Gateway answered with an invalid date");
    return { ...plainTime(values), weekday, day, month, year };
  }

  /**
   * Sets the time.
   *
   * @param time The time.
   * @param options Timeout and signal.
   */
  setTime(time: PlainTime, options?: CommandOptions): Promise<void> {
    // The zone must be written: without it, a value would be missing.
    return this.command("gateway.time", { zone: 0, ...time }, options);
  }

  /**
   * Sets the date.
   *
   * @param date The date.
   * @param options Timeout and signal.
   */
  setDate(date: PlainDate, options?: CommandOptions): Promise<void> {
    return this.command("gateway.date", date, options);
  }

  /**
   * Sets time and date at once.
   *
   * @param dateTime The time and the date.
   * @param options Timeout and signal.
   */
  setDateTime(
    dateTime: PlainTime & PlainDate,
    options?: CommandOptions,
  ): Promise<void> {
    return this.command("gateway.dateTime", { zone: 0, ...dateTime }, options);
  }

  /** Asks for the IP address. */
  async address(options?: CommandOptions): Promise<string> {
    return await this.value("gateway.address", "address", options);
  }

  /** Asks for the network mask. */
  async netmask(options?: CommandOptions): Promise<string> {
    return await this.value("gateway.netmask", "netmask", options);
  }

  /** Asks for the MAC address, in hexadecimal. */
  async mac(options?: CommandOptions): Promise<string> {
    return await this.value("gateway.mac", "mac", options);
  }

  /** Asks for the number of the model: see {@linkcode MODELS}. */
  async model(options?: CommandOptions): Promise<number> {
    return await this.value("gateway.model", "model", options);
  }

  /** Asks for the version of the firmware. */
  async firmware(options?: CommandOptions): Promise<string> {
    return await this.value("gateway.firmware", "version", options);
  }

  /** Asks for the version of the hardware. */
  async hardware(options?: CommandOptions): Promise<string> {
    return await this.value("gateway.hardware", "version", options);
  }

  /** Asks for the version of the kernel. */
  async kernel(options?: CommandOptions): Promise<string> {
    return await this.value("gateway.kernel", "version", options);
  }

  /** Asks for the version of the distribution. */
  async distribution(options?: CommandOptions): Promise<string> {
    return await this.value("gateway.distribution", "version", options);
  }

  /** Asks how long it has been running. */
  async uptime(
    options?: CommandOptions,
  ): Promise<GatewayUnitEvents["gateway.uptime"]> {
    const keys = ["days", "hours", "minutes", "seconds"] as const;
    return await this.values("gateway.uptime", keys, options);
  }
}

const TIME = ["hours", "minutes", "seconds", "zone"] as const;
const DATE = ["weekday", "day", "month", "year"] as const;

/** Checks that a time is complete, except for its zone. */
function plainTime(time: Partial<PlainTime>): PlainTime {
  const { hours, minutes, seconds, zone } = time;
  if (hours === undefined || minutes === undefined || seconds === undefined) {
    throw new RemoteError("Gateway answered with an invalid time");
  }
  return zone === undefined
    ? { hours, minutes, seconds }
    : { hours, minutes, seconds, zone };
}
