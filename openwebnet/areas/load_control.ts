// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Load control by the old F421 unit: WHO 3.
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_options.ts";
import { type Caller, Item } from "./item.ts";
import { code, digits, dimension, fields, table, what } from "./_values.ts";

/**
 * The events of a load, each with its values.
 *
 * @category Energy
 */
export interface LoadEvents {
  /** Its state (WHAT 0 to 3). */
  "load.state": { state: "disabled" | "enabled" | "forced" | "not forced" };
  /**
   * A measurement of the unit in its own digits: no source gives the units
   * (dimensions 1 to 4, named as on the maker's touch screens).
   */
  "load.measure": { quantity: LoadQuantity; digits?: string };
}

/**
 * A quantity that a load control unit measures.
 *
 * @category Energy
 */
export type LoadQuantity = "power" | "voltage" | "current" | "power factor";

/**
 * An event of a load.
 *
 * @category Energy
 */
export type LoadEvent = EventOf<LoadEvents>;

/**
 * The messages of WHO 3.
 *
 * @category Energy
 */
export const loadControl: Area<LoadEvents> = new Area<LoadEvents>(3, {
  "load.state": what(
    code(
      "state",
      table({
        "0": "disabled",
        "1": "enabled",
        "2": "forced",
        "3": "not forced",
      }),
    ),
  ),
  "load.measure": dimension(
    code(
      "quantity",
      table<LoadQuantity>({
        "1": "power",
        "2": "voltage",
        "3": "current",
        "4": "power factor",
      }),
    ),
    fields({ digits: digits(1, 10) }),
  ),
});

/**
 * A load by its priority, `#1` to `#8`; `0` for all, `10` for the unit.
 *
 * @category Energy
 * @example Force a load
 * ```ts
 * import { Gateway, GatewaySimulator, Load } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await new Load(gateway, "#1").force();
 * assertEquals(simulator.executed, ["*3*2*#1##"]);
 * ```
 */
export class Load extends Item<LoadEvents> {
  /**
   * Creates a load.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, loadControl);
  }

  /** Keeps the load on, regardless of the power. */
  force(options?: CommandOptions): Promise<void> {
    return this.command("load.state", { state: "forced" }, options);
  }

  /**
   * Asks the unit, `10`, for a measurement.
   *
   * @param quantity The quantity.
   * @param options Timeout and signal.
   * @returns The unit's own digits: no source gives the units.
   */
  async measure(
    quantity: LoadQuantity,
    options?: CommandOptions,
  ): Promise<string> {
    const values = { quantity };
    return await this.value("load.measure", "digits", options, values);
  }

  /** Ends {@linkcode Load.force}. Not every unit accepts this. */
  release(options?: CommandOptions): Promise<void> {
    return this.command("load.state", { state: "not forced" }, options);
  }
}
