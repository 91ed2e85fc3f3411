// Copyright 2026 the Wirekit authors. MIT license.

/** The commands for lights, shutters, zones and meters. */

import { type Command, command, UsageError } from "@wirekit/internal/command";
import { Shutter } from "../areas/automation.ts";
import { Zone } from "../areas/heating/zone.ts";
import { Dimmer } from "../areas/light/dimmer.ts";
import { Meter } from "../areas/meters.ts";
import { isName } from "../home.ts";
import { NackError } from "../session/errors.ts";
import { TimedShutter } from "../timed_shutter.ts";
import { GATEWAY_OPTIONS, withGateway } from "./_gateway.ts";
import { targetsOf } from "./_home.ts";
import { print } from "./_output.ts";
import { forEach, sorted } from "./_targets.ts";

const light = command({
  name: "light",
  summary: "Switch or dim lights",
  operands: "on|off|toggle|N% WHERE…",
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet light on 12", "openwebnet light 50% 21 22"],
  run: ({ words, options }, terminal) => {
    const { action, targets } = sorted(
      words,
      ["on", "off", "toggle"],
      /^\d{1,3}%$/,
      " and a level such as 50%",
    );
    return forEach(
      options,
      terminal,
      { words: targets, kind: "light" },
      (gateway, target) => new Dimmer(gateway, target),
      (lamp, options) => {
        if (action === "on" || action === "off" || action === "toggle") {
          return lamp[action](options);
        }
        return lamp.setLevel(Number.parseInt(action), options);
      },
    );
  },
});

const shutter = command({
  name: "shutter",
  summary: "Move shutters",
  operands: "WHERE… up|down|stop|N%",
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet shutter 31 up", "openwebnet shutter 31 50%"],
  run: ({ words, options }, terminal) => {
    const { action, targets } = sorted(
      words,
      ["up", "down", "stop"],
      /^\d{1,3}%$/,
      " and a position such as 50%",
    );
    return forEach(
      options,
      terminal,
      { words: targets, kind: "shutter" },
      (gateway, target) => ({ gateway, shutter: new Shutter(gateway, target) }),
      async ({ gateway, shutter }, options, { seconds }) => {
        if (action === "up" || action === "down" || action === "stop") {
          return await shutter[action](options);
        }
        const position = Number.parseInt(action);
        if (seconds === undefined) return await shutter.goTo(position, options);
        const times = { upTime: seconds * 1_000 };
        await using timed = new TimedShutter(gateway, shutter.where, times);
        await gateway.ready(options);
        await timed.goTo(position, options);
      },
    );
  },
});

const temperature = command({
  name: "temperature",
  summary: "Print or set the temperature of a zone: 5 to 40 in steps of 0.5",
  operands: "ZONE [CELSIUS]",
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet temperature 1", "openwebnet temperature 1 21.5"],
  run({ words, options }, terminal) {
    // The zone may come second if it is a name.
    const [where = "", wanted] = isZone(words[1]) ? words.toReversed() : words;
    const celsius = wanted === undefined ? undefined : celsiusOf(wanted);
    return forEach(
      options,
      terminal,
      { words: [where], kind: "zone" },
      (gateway, target) => new Zone(gateway, target),
      async (zone, { signal }) => {
        if (celsius !== undefined) {
          return await zone.setTemperature(celsius, "generic", { signal });
        }
        const value = await zone.temperature({ signal });
        const line = `${value} °C`;
        print(options, terminal, { zone: where, celsius: value }, line);
      },
    );
  },
});

const CELSIUS_REGEXP = /^(-?\d+(?:[.,]\d+)?) *(?:°?C)?$/i;

function isZone(word: string | undefined): boolean {
  return word !== undefined && isName(word) && !/^\d/.test(word);
}

/** Reads a temperature as people write it: `21.5`, `21,5`, `21.5°C`. */
function celsiusOf(word: string): number {
  const [, number] = CELSIUS_REGEXP.exec(word) ?? [];
  if (number !== undefined) return Number(number.replace(",", "."));
  throw new UsageError(
    `CELSIUS has to be a number such as 21.5, not "${word}"`,
  );
}

const energy = command({
  name: "energy",
  summary: "Print power and energy: from meter 1 up until one is refused",
  operands: "[METER…]",
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet energy 1 2 --json"],
  async run({ words, options }, terminal) {
    const targets = await targetsOf(words, "meter", options.home);
    await withGateway(options, terminal, async (gateway) => {
      const { signal } = terminal;
      const meters = words.length > 0
        ? targets.map(({ target }) => target)
        : Array.from({ length: 255 }, (_, i) => `${i + 1}`);
      for (const [i, number] of meters.entries()) {
        const meter = new Meter(gateway, `5${number}`);
        try {
          const watts = await meter.power({ signal });
          const today = await meter.today({ signal });
          const month = await meter.thisMonth({ signal });
          const total = await meter.total({ signal });
          print(
            options,
            terminal,
            { meter: number, watts, today, month, total },
            `${number}: ${watts} W, today ${today} Wh, this month ${month} Wh, in all ${total} Wh`,
          );
        } catch (error) {
          const isEnd = error instanceof NackError && words.length === 0 &&
            i > 0;
          if (isEnd) return;
          throw error;
        }
      }
    }, targets);
  },
});

/** The commands for lights, shutters, zones and meters. */
export const DEVICE_COMMANDS: readonly Command[] = [
  light,
  shutter,
  temperature,
  energy,
];
