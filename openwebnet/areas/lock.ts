// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Locking and unlocking of actuators: WHO 14. A locked actuator keeps its
 * state. Gateways send no event about it.
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_options.ts";
import { type Caller, Item } from "./item.ts";
import { code, table, what } from "./_values.ts";

/**
 * The events of locks, each with its values.
 *
 * @category Buttons and scenes
 */
export interface LockEvents {
  /** Locked or not (WHAT 0, 1). */
  "lock.state": { locked: boolean };
}

/**
 * An event of a lock.
 *
 * @category Buttons and scenes
 */
export type LockEvent = EventOf<LockEvents>;

/**
 * The messages of WHO 14.
 *
 * @category Buttons and scenes
 */
export const lock: Area<LockEvents> = new Area<LockEvents>(14, {
  "lock.state": what(code("locked", table({ "0": true, "1": false }))),
});

/**
 * The lock of an actuator, or of all actuators of an area or of the plant.
 *
 * @category Buttons and scenes
 * @example Lock a light
 * ```ts
 * import { Gateway, GatewaySimulator, Lock } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await new Lock(gateway, "11").lock();
 * assertEquals(simulator.executed, ["*14*0*11##"]);
 * ```
 */
export class Lock extends Item<LockEvents> {
  /**
   * Creates a lock.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, lock);
  }

  /** Locks: the actuator keeps its state. */
  lock(options?: CommandOptions): Promise<void> {
    return this.command("lock.state", { locked: true }, options);
  }

  /** Unlocks. */
  unlock(options?: CommandOptions): Promise<void> {
    return this.command("lock.state", { locked: false }, options);
  }
}
