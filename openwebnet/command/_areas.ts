// Copyright 2026 the Wirekit authors. MIT license.

/** The commands for the alarm, buttons, scenes, sound and breakers. */

import { type Command, command, toggle } from "@wirekit/internal/command";
import { targetsOf } from "./_home.ts";
import { Alarm } from "../areas/alarm.ts";
import { Cen, CenPlus } from "../areas/buttons.ts";
import { ScenarioModule, Scene } from "../areas/scenarios.ts";
import { Amplifier } from "../areas/sound.ts";
import { StopGo } from "../areas/stop_go.ts";
import { forEach, numberOf, sorted } from "./_targets.ts";
import { GATEWAY_OPTIONS, withGateway } from "./_gateway.ts";
import { printEvent } from "./_output.ts";

const alarm = command({
  name: "alarm",
  summary: "Print the state of the burglar alarm, or of zones",
  operands: "[ZONE…]",
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet alarm", "openwebnet alarm 1 2 --json"],
  async run({ words, options }, terminal) {
    const targets = await targetsOf(words, "alarm", options.home);
    // `scan` prints a zone as it is written in a frame, such as #1.
    const zones = targets.map(({ target }) =>
      `#${numberOf(target.replace(/^#/, ""), "ZONE", 0, 15)}`
    );
    await withGateway(options, terminal, async (gateway) => {
      const { signal } = terminal;
      for (const where of zones.length > 0 ? zones : ["0"]) {
        for (
          const event of await new Alarm(gateway, where).status({ signal })
        ) {
          printEvent(event, options, terminal);
        }
      }
    }, targets);
  },
});

const press = command({
  name: "press",
  summary: "Press buttons of a CEN control briefly",
  operands: "WHERE BUTTON…",
  options: {
    ...GATEWAY_OPTIONS,
    plus: toggle("WHERE is the number of a CEN plus control"),
  },
  examples: ["openwebnet press 15 1", "openwebnet press 1 31 --plus"],
  async run({ words: [word = "", ...given], options }, terminal) {
    const buttons = given.map((word) => numberOf(word, "BUTTON", 0, 31));
    const { signal } = terminal;
    const kinds = ["buttons", "buttonsPlus"] as const;
    const targets = await targetsOf(
      [word],
      options.plus ? "buttonsPlus" : kinds,
      options.home,
    );
    const [{ target: where, kind } = { target: "", kind: undefined }] = targets;
    const isPlus = options.plus || kind === "buttonsPlus";
    if (isPlus) numberOf(where, "WHERE", 0, 2047);
    await withGateway(options, terminal, async (gateway) => {
      if (isPlus) {
        const control = new CenPlus(gateway, Number(where));
        for (const button of buttons) {
          await control.send(button, "short", { signal });
        }
        return;
      }
      const control = new Cen(gateway, where);
      for (const button of buttons) await control.press(button, { signal });
    }, targets);
  },
});

const scene = command({
  name: "scene",
  summary: "Start, stop, enable or disable scenes of a programmer",
  operands: "start|stop|enable|disable SCENE…",
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet scene start 2"],
  run: ({ words, options }, terminal) => {
    const { action, targets } = sorted(
      words,
      ["start", "stop", "enable", "disable"],
    );
    return forEach(
      options,
      terminal,
      { words: targets, kind: "scene" },
      (gateway, target) => {
        return new Scene(gateway, `${numberOf(target, "SCENE", 1, 300)}`);
      },
      (scene, options) => scene[action](options),
    );
  },
});

const scenario = command({
  name: "scenario",
  summary: "Run a scenario of a control panel or module",
  operands: "WHERE NUMBER",
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet scenario 01 3"],
  run: ({ words: [where = "", word = ""], options }, terminal) => {
    const number = numberOf(word, "NUMBER", 1, 20);
    const { signal } = terminal;
    return withGateway(
      options,
      terminal,
      (gateway) => new ScenarioModule(gateway, where).run(number, { signal }),
    );
  },
});

const sound = command({
  name: "sound",
  summary: "Switch amplifiers of the sound system, or change their volume",
  operands: "on|off|louder|softer WHERE…",
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet sound on 11", "openwebnet sound louder 01 11"],
  run: ({ words, options }, terminal) => {
    const { action, targets } = sorted(
      words,
      ["on", "off", "louder", "softer"],
    );
    return forEach(
      options,
      terminal,
      { words: targets, kind: "amplifier" },
      (gateway, target) => new Amplifier(gateway, target),
      (amplifier, options) =>
        action === "on" || action === "off"
          ? amplifier.switch(action, options)
          : amplifier[action](1, options),
    );
  },
});

const breaker = command({
  name: "breaker",
  summary: "Open or close Stop&Go breakers, or set automatic reclosing",
  operands: "open|close|automatic|manual|status NUMBER…",
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet breaker close 1", "openwebnet breaker status 1"],
  run: ({ words, options }, terminal) => {
    const { action, targets } = sorted(
      words,
      ["open", "close", "automatic", "manual", "status"],
    );
    return forEach(
      options,
      terminal,
      { words: targets, kind: "breaker" },
      (gateway, target) => {
        return new StopGo(gateway, `1${numberOf(target, "NUMBER", 1, 127)}`);
      },
      async (breaker, options) => {
        if (action === "open" || action === "close") {
          return await breaker.breaker(action === "open", options);
        }
        if (action !== "status") {
          return await breaker.automaticReset(action === "automatic", options);
        }
        const state = await breaker.state(options);
        const flags = Object.entries(state).filter(([, is]) => is)
          .map(([name]) => name);
        const number = breaker.where.slice(1);
        print(number, flags, state);
      },
    );
    function print(number: string, flags: string[], state: object) {
      terminal.log(
        options.json
          ? JSON.stringify({ breaker: number, ...state })
          : `${number}: ${flags.length > 0 ? flags.join(", ") : "closed"}`,
      );
    }
  },
});

/** The commands for the areas that fewer homes have. */
export const AREA_COMMANDS: readonly Command[] = [
  alarm,
  press,
  scene,
  scenario,
  sound,
  breaker,
];
