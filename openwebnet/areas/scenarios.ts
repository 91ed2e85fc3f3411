// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Scenarios: those of a scenario module (WHO 0) and of a programmer (WHO 17).
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_options.ts";
import { type Caller, Item } from "./item.ts";
import { code, fields, integer, optional, table, what } from "./_values.ts";

const scenario = integer(1, 20);

/**
 * The events of a scenario module, each with its values.
 *
 * @category Buttons and scenes
 */
export interface ScenarioEvents {
  /** A scenario runs, 1 to 16 or 20 (WHAT 1 to 20). */
  "scenario.run": { scenario: number };
  /** Recording begins (WHAT 40). */
  "scenario.record": { scenario?: number };
  /** Recording ends (WHAT 41). */
  "scenario.recorded": { scenario?: number };
  /** A scenario is erased, or all of them (WHAT 42). */
  "scenario.erase": { scenario?: number };
  /** Whether the module is locked against programming (WHAT 43, 44). */
  "scenario.lock": { locked: boolean };
  /** The module is not available (WHAT 45). */
  "scenario.unavailable": Record<never, never>;
  /** Its memory is full (WHAT 46). */
  "scenario.memoryFull": Record<never, never>;
}

/**
 * An event of a scenario module.
 *
 * @category Buttons and scenes
 */
export type ScenarioEvent = EventOf<ScenarioEvents>;

/**
 * The messages of WHO 0.
 *
 * @category Buttons and scenes
 */
export const scenarios: Area<ScenarioEvents> = new Area<ScenarioEvents>(0, {
  "scenario.run": what(code("scenario", scenario)),
  "scenario.record": what("40", fields({ scenario })),
  "scenario.recorded": what("41", fields({ scenario })),
  "scenario.erase": what("42", fields({ scenario: optional(scenario) })),
  "scenario.lock": what(code("locked", table({ "43": true, "44": false }))),
  "scenario.unavailable": what("45"),
  "scenario.memoryFull": what("46"),
});

/**
 * The events of a scene, each with its values.
 *
 * @category Buttons and scenes
 */
export interface SceneEvents {
  /** It runs, has stopped, is enabled or is disabled (WHAT 1 to 4). */
  "scene.state": { state: "started" | "stopped" | "enabled" | "disabled" };
}

/**
 * An event of a scene.
 *
 * @category Buttons and scenes
 */
export type SceneEvent = EventOf<SceneEvents>;

/**
 * The messages of WHO 17.
 *
 * @category Buttons and scenes
 */
export const scenes: Area<SceneEvents> = new Area<SceneEvents>(17, {
  "scene.state": what(
    code(
      "state",
      table({
        "1": "started",
        "2": "stopped",
        "3": "enabled",
        "4": "disabled",
      }),
    ),
  ),
});

/**
 * A scenario module, `01` to `99`.
 *
 * @category Buttons and scenes
 * @example Run a scenario
 * ```ts
 * import {
 *   Gateway,
 *   GatewaySimulator,
 *   ScenarioModule,
 * } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await new ScenarioModule(gateway, "01").run(3);
 * assertEquals(simulator.executed, ["*0*3*01##"]);
 * ```
 */
export class ScenarioModule extends Item<ScenarioEvents> {
  /**
   * Creates a module.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, scenarios);
  }

  /**
   * Runs a scenario.
   *
   * @param scenario 1 to 20.
   * @param options Timeout and signal.
   */
  run(scenario: number, options?: CommandOptions): Promise<void> {
    return this.command("scenario.run", { scenario }, options);
  }

  /**
   * Starts recording a scenario.
   *
   * @param scenario 1 to 20.
   * @param options Timeout and signal.
   */
  record(scenario: number, options?: CommandOptions): Promise<void> {
    return this.command("scenario.record", { scenario }, options);
  }

  /**
   * Ends recording a scenario.
   *
   * @param scenario 1 to 20.
   * @param options Timeout and signal.
   */
  stopRecording(scenario: number, options?: CommandOptions): Promise<void> {
    return this.command("scenario.recorded", { scenario }, options);
  }

  /**
   * Erases a scenario.
   *
   * @param scenario 1 to 20, or `"all"`.
   * @param options Timeout and signal.
   */
  erase(scenario: number | "all", options?: CommandOptions): Promise<void> {
    const values = scenario === "all" ? {} : { scenario };
    return this.command("scenario.erase", values, options);
  }

  /** Locks the module against programming. */
  lock(options?: CommandOptions): Promise<void> {
    return this.command("scenario.lock", { locked: true }, options);
  }

  /** Unlocks the module for programming. */
  unlock(options?: CommandOptions): Promise<void> {
    return this.command("scenario.lock", { locked: false }, options);
  }
}

/**
 * A scene of a programmer (MH200N, MH202), `1` to `300`.
 *
 * @category Buttons and scenes
 * @example Start a scene
 * ```ts
 * import { Gateway, GatewaySimulator, Scene } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const scene = new Scene(gateway, "1");
 * await scene.start();
 * const states = (await scene.status()).map((event) =>
 *   event.type === "scene.state" ? event.state : undefined
 * );
 * assertEquals(states, ["started", "enabled"]);
 * ```
 */
export class Scene extends Item<SceneEvents> {
  /**
   * Creates a scene.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, scenes);
  }

  /** Starts it. */
  start(options?: CommandOptions): Promise<void> {
    return this.command("scene.state", { state: "started" }, options);
  }

  /** Stops it. */
  stop(options?: CommandOptions): Promise<void> {
    return this.command("scene.state", { state: "stopped" }, options);
  }

  /** Allows it to run. */
  enable(options?: CommandOptions): Promise<void> {
    return this.command("scene.state", { state: "enabled" }, options);
  }

  /** Prevents it from running. */
  disable(options?: CommandOptions): Promise<void> {
    return this.command("scene.state", { state: "disabled" }, options);
  }
}
