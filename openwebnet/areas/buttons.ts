// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Buttons and contacts: CEN (WHO 15), CEN plus and dry contacts (WHO 25).
 *
 * @module
 */

import { Area, type EventOf } from "./area.ts";
import type { CommandOptions } from "../session/_command_options.ts";
import { type Caller, Item } from "./item.ts";
import {
  code,
  digits,
  fields,
  flag,
  integer,
  optional,
  table,
  what,
} from "./_values.ts";

/**
 * An action on a CEN button.
 *
 * @category Buttons and scenes
 */
export type CenAction = "pressed" | "released" | "released late" | "held";

/**
 * The events of CEN buttons, each with its values.
 *
 * @category Buttons and scenes
 */
export interface CenEvents {
  /**
   * A button, 0 to 31. `"released"` comes after a short press, `"held"` every
   * half second during a long press, `"released late"` after it (WHAT 00 to
   * 31).
   */
  "cen.button": { button: number; action?: CenAction };
}

/**
 * An event of a CEN button.
 *
 * @category Buttons and scenes
 */
export type CenEvent = EventOf<CenEvents>;

/**
 * An action on a CEN plus button, or on a knob.
 *
 * @category Buttons and scenes
 */
export type CenPlusAction =
  | "short"
  | "long"
  | "held"
  | "released late"
  | "slow clockwise"
  | "fast clockwise"
  | "slow anticlockwise"
  | "fast anticlockwise";

/**
 * The events of CEN plus buttons and of contacts, each with its values.
 *
 * @category Buttons and scenes
 */
export interface CenPlusEvents {
  /** A button, 0 to 31, of an object `2N` (WHAT 21 to 28). */
  "cenPlus.button": { button: number; action: CenPlusAction };
  /**
   * A contact or a sensor `3N`. `active` means closed, or something detected.
   * `changed` tells whether this is an event rather than the answer to a
   * request (WHAT 31, 32).
   */
  "contact.state": { active: boolean; changed?: boolean };
}

/**
 * An event of a CEN plus button or of a contact.
 *
 * @category Buttons and scenes
 */
export type CenPlusEvent = EventOf<CenPlusEvents>;

/** "pressed" is written without a parameter. */
const cenAction = optional(
  table<CenAction>({ "1": "released", "2": "released late", "3": "held" }),
);
const cenParameters = fields<{ action: CenAction }>({ action: cenAction });

/**
 * The messages of WHO 15.
 *
 * @category Buttons and scenes
 */
export const cen: Area<CenEvents> = new Area<CenEvents>(15, {
  "cen.button": what(code("button", integer(0, 31, 2)), {
    parse(texts) {
      const values = cenParameters.parse(texts);
      return values && { action: values.action ?? "pressed" };
    },
    format: ({ action }) =>
      action === "pressed" ? [] : cenParameters.format({ action }),
  }),
});

/**
 * The messages of WHO 25.
 *
 * @category Buttons and scenes
 */
export const cenPlus: Area<CenPlusEvents> = new Area<CenPlusEvents>(25, {
  "cenPlus.button": what(
    code(
      "action",
      table<CenPlusAction>({
        "21": "short",
        "22": "long",
        "23": "held",
        "24": "released late",
        "25": "slow clockwise",
        "26": "fast clockwise",
        "27": "slow anticlockwise",
        "28": "fast anticlockwise",
      }),
    ),
    fields({ button: integer(0, 31) }),
  ),
  "contact.state": what(
    code("active", table({ "31": true, "32": false })),
    fields({ changed: flag }),
  ),
});

/**
 * The buttons of a CEN control, which has a WHERE like that of a light.
 *
 * @category Buttons and scenes
 * @example Press a button
 * ```ts
 * import { Cen, Gateway, GatewaySimulator } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * const buttons = new Cen(gateway, "11");
 * await buttons.press(5);
 * assertEquals(simulator.executed, ["*15*05*11##", "*15*05#1*11##"]);
 * ```
 */
export class Cen extends Item<CenEvents> {
  /**
   * Creates a control.
   *
   * @param gateway The gateway.
   * @param where The target.
   */
  constructor(gateway: Caller, where: string) {
    super(gateway, where, cen);
  }

  /**
   * Presses a button briefly.
   *
   * @param button 0 to 31.
   * @param options Timeout and signal.
   */
  async press(button: number, options?: CommandOptions): Promise<void> {
    await this.send(button, "pressed", options);
    await this.send(button, "released", options);
  }

  /**
   * Sends one action on a button.
   *
   * @param button 0 to 31.
   * @param action The action.
   * @param options Timeout and signal.
   */
  send(
    button: number,
    action: CenAction,
    options?: CommandOptions,
  ): Promise<void> {
    return this.command("cen.button", { button, action }, options);
  }
}

/**
 * The buttons of a CEN plus control, 0 to 2047.
 *
 * @category Buttons and scenes
 * @example Press a button
 * ```ts
 * import { CenPlus, Gateway, GatewaySimulator } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await new CenPlus(gateway, 1).send(31, "short");
 * assertEquals(simulator.executed, ["*25*21#31*21##"]);
 * ```
 */
export class CenPlus extends Item<CenPlusEvents> {
  /**
   * Creates a control.
   *
   * @param gateway The gateway.
   * @param object Its number, 0 to 2047.
   */
  constructor(gateway: Caller, object: number) {
    super(gateway, `2${integer(0, 2047).format(object)}`, cenPlus);
  }

  /**
   * Sends an action on a button.
   *
   * @param button 0 to 31.
   * @param action The action.
   * @param options Timeout and signal.
   */
  send(
    button: number,
    action: CenPlusAction,
    options?: CommandOptions,
  ): Promise<void> {
    return this.command("cenPlus.button", { button, action }, options);
  }
}

/**
 * A dry contact or an infrared sensor.
 *
 * @category Buttons and scenes
 * @example Ask for the state
 * ```ts
 * import { Contact, Gateway, GatewaySimulator } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * assertEquals(await new Contact(gateway, "1").active(), false);
 * ```
 */
export class Contact extends Item<CenPlusEvents> {
  /**
   * Creates a contact.
   *
   * @param gateway The gateway.
   * @param contact Its number, `1` to `201`, or a zone and sensor of the alarm.
   */
  constructor(gateway: Caller, contact: string) {
    super(gateway, `3${digits(1, 4).format(contact)}`, cenPlus);
  }

  /**
   * Asks whether it is closed or has detected something.
   *
   * @param options Timeout and signal.
   * @returns Whether it is or has; `undefined` if there is no answer.
   */
  async active(options?: CommandOptions): Promise<boolean | undefined> {
    for (const event of await this.status(options)) {
      if (event.type === "contact.state") return event.active;
    }
    return undefined;
  }
}
