// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Breakers that close automatically: WHO 18.
 *
 * @module
 */

import type { CommandOptions } from "../session/_command_options.ts";
import {
  energy,
  type EnergyEvents,
  STOP_GO_BITS,
  type StopGoState,
} from "./energy.ts";
import { type Caller, Item } from "./item.ts";

/**
 * A Stop&Go: a breaker that closes automatically.
 *
 * @category Energy
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
   * Creates a Stop&Go.
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
      STOP_GO_BITS.map((name) => [name, event[name]]),
    ) as unknown as StopGoState;
  }

  /**
   * Enables or disables automatic closing.
   *
   * @param enabled Whether to enable it.
   * @param options Timeout and signal.
   */
  automaticReset(enabled: boolean, options?: CommandOptions): Promise<void> {
    return this.command("energy.automaticReset", { enabled }, options);
  }

  /**
   * Opens or closes the circuit.
   *
   * @param open Whether to open it.
   * @param options Timeout and signal.
   */
  breaker(open: boolean, options?: CommandOptions): Promise<void> {
    return this.command("energy.breaker", { open }, options);
  }

  /** Asks for the number of days between two tests. */
  async testPeriod(options?: CommandOptions): Promise<number> {
    return await this.value("energy.testPeriod", "days", options);
  }
}
