// Copyright 2026 the Wirekit authors. MIT license.

/** The commands for locks, auxiliaries, doors and cameras. */

import { type Command, command, UsageError } from "@wirekit/internal/command";
import { Auxiliary, type AuxiliaryState } from "../areas/auxiliary.ts";
import { Camera, type CameraControl } from "../areas/camera.ts";
import { Door } from "../areas/door_entry.ts";
import { Lock } from "../areas/lock.ts";
import { forEach, numberOf, sorted } from "./_targets.ts";
import { GATEWAY_OPTIONS, withGateway } from "./_gateway.ts";

const lock = command({
  name: "lock",
  summary: "Lock actuators, so that they keep their state, or release them",
  operands: "on|off WHERE…",
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet lock on 12", "openwebnet lock off 12"],
  run: ({ words, options }, terminal) => {
    const { action, targets } = sorted(words, ["on", "off"]);
    return forEach(
      options,
      terminal,
      { words: targets, kind: ["light", "shutter"] },
      (gateway, target) => new Lock(gateway, target),
      (lock, options) =>
        action === "on" ? lock.lock(options) : lock.unlock(options),
    );
  },
});

/** What the command calls the states of an auxiliary. */
const STATES: Readonly<Record<string, AuxiliaryState>> = {
  on: "on",
  off: "off",
  toggle: "toggle",
  stop: "stop",
  up: "up",
  down: "down",
  enable: "enabled",
  disable: "disabled",
  reset: "reset general",
};

const auxiliary = command({
  name: "auxiliary",
  summary: "Switch auxiliary channels, 1 to 9",
  operands: `${Object.keys(STATES).join("|")} CHANNEL…`,
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet auxiliary on 1"],
  run: ({ words, options }, terminal) => {
    const { action, targets } = sorted(words, Object.keys(STATES));
    return forEach(
      options,
      terminal,
      { words: targets, kind: "auxiliary" },
      (gateway, target) =>
        new Auxiliary(gateway, `${numberOf(target, "CHANNEL", 0, 9)}`),
      (channel, options) => channel.set(STATES[action]!, options),
    );
  },
});

const door = command({
  name: "door",
  summary: "Open the locks of doors",
  operands: "open WHERE…",
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet door open 4000"],
  run: ({ words, options }, terminal) => {
    const { targets } = sorted(words, ["open"]);
    return forEach(
      options,
      terminal,
      { words: targets, kind: "door" },
      (gateway, target) => new Door(gateway, target),
      (door, options) => door.open(options),
    );
  },
});

const CONTROLS: readonly CameraControl[] = [
  ...["zoom", "x", "y"] as const,
  ...["luminosity", "contrast", "colour", "quality"] as const,
];

const camera = command({
  name: "camera",
  summary: "Show the picture of a camera, change it, or release it",
  operands: `show|free|${CONTROLS.join("|")} [WHERE|more|less]`,
  options: GATEWAY_OPTIONS,
  examples: [
    "openwebnet camera show 4000",
    "openwebnet camera zoom more",
    "openwebnet camera free",
  ],
  async run({ words: [action = "", word], options }, terminal) {
    const { signal } = terminal;
    const control = CONTROLS.find((control) => control === action);
    if (action === "show") {
      if (word === undefined) {
        throw new UsageError("Name the camera, such as 4000");
      }
      return await forEach(
        options,
        terminal,
        { words: [word], kind: "camera" },
        (gateway, target) =>
          new Camera(gateway, `${numberOf(target, "WHERE", 4000, 4099)}`),
        (camera, options) => camera.receive(options),
      );
    }
    const isFree = action === "free" && word === undefined;
    if (!isFree && control === undefined) {
      const known = ["show", "free", ...CONTROLS].join(", ");
      throw new UsageError(`"${action}" is not one of ${known}`);
    }
    if (!isFree && word !== "more" && word !== "less") {
      throw new UsageError(`Say whether ${action} is to be more or less`);
    }
    await withGateway(options, terminal, async (gateway) => {
      // These are about the picture that is shown, wherever it comes from.
      const shown = new Camera(gateway, "4000");
      await (control === undefined
        ? shown.free({ signal })
        : shown.adjust(control, word === "more", { signal }));
    });
  },
});

/** The commands for locks, auxiliaries, doors and cameras. */
export const DOOR_COMMANDS: readonly Command[] = [
  lock,
  auxiliary,
  door,
  camera,
];
