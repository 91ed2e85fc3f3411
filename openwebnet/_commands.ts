// Copyright 2026 the Wirekit authors. MIT license.

/** The commands for a plant, and the `openwebnet` command that has them all. */

import {
  type Command,
  command,
  integer,
  seconds,
  type Terminal,
  text,
  UsageError,
} from "@wirekit/internal/command";
import { AREA_COMMANDS } from "./_command_areas.ts";
import { DOOR_COMMANDS } from "./_command_doors.ts";
import {
  itemOf,
  readHome,
  type Target,
  targetsOf,
  wantedOf,
} from "./_command_home.ts";
import { setup } from "./_command_setup.ts";
import {
  forEach,
  GATEWAY_OPTIONS,
  OUTPUT_OPTIONS,
  print,
  printEvent,
  sorted,
  withGateway,
} from "./_command_gateway.ts";
import { mqtt, service } from "./_command_mqtt.ts";
import { page } from "./_command_page.ts";
import { simulate } from "./_command_simulate.ts";
import { Shutter } from "./areas/automation.ts";
import { scanDevices } from "./areas/diagnostics.ts";
import { Meter } from "./areas/meters.ts";
import type { MessageFilter } from "./areas/item.ts";
import { Dimmer } from "./areas/lights.ts";
import { Zone } from "./areas/heating.ts";
import config from "./deno.json" with { type: "json" };
import { discoverGateways } from "./discovery.ts";
import { decode } from "./events.ts";
import { explain } from "./explain.ts";
import { type HomeItem, isName } from "./home.ts";
import { discoverItems } from "./inventory.ts";
import { TimedShutter } from "./timed_shutter.ts";
import { NackError } from "./session/errors.ts";
import { type Message, parse, serialize } from "./wire/message.ts";

type Output = { readonly json: boolean };

const monitor = command({
  name: "monitor",
  summary: "Print every event, one per line",
  options: {
    ...GATEWAY_OPTIONS,
    who: integer("WHO", "Print events of this WHO only"),
    where: text("WHERE", "Print events of this WHERE or name only"),
  },
  examples: ["openwebnet monitor --host 192.168.1.35 --who 1 --json"],
  async run({ options }, terminal) {
    const { signal } = terminal;
    let { who, where } = options;
    const targets: Target[] = [];
    if (where !== undefined && isName(where)) {
      const item = itemOf(where, await readHome(options.home, true));
      targets.push(item);
      who ??= item.who;
      where = item.where;
    }
    const filter: MessageFilter = {
      signal,
      ...(who === undefined ? {} : { who }),
      ...(where === undefined ? {} : { where }),
    };
    await withGateway(options, terminal, async (gateway, home) => {
      try {
        for await (const event of gateway.events(filter)) {
          printEvent(event, options, terminal, home);
        }
      } catch (error) {
        // Ctrl-C is the usual end.
        if (!signal.aborted) throw error;
      }
    }, targets);
  },
});

const send = command({
  name: "send",
  summary: "Send frames unchanged, and print the answers",
  operands: "FRAME…",
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet send '*#1*12##' --host 192.168.1.35"],
  run: ({ words, options }, terminal) => {
    const messages = words.flatMap(framesOf).map(toMessage);
    return withGateway(options, terminal, async (gateway) => {
      const { signal } = terminal;
      for (const message of messages) {
        for await (const reply of gateway.stream(message, { signal })) {
          printFrame(reply, options, terminal);
        }
        printFrame({ kind: "ack" }, options, terminal);
      }
    });
  },
});

const status = command({
  name: "status",
  summary: "Print the states of all devices, of one WHO, or of one device",
  operands: "[WHO [WHERE]]",
  options: GATEWAY_OPTIONS,
  examples: [
    "openwebnet status",
    "openwebnet status 1 12",
    "openwebnet status kitchen",
  ],
  async run({ words: [who, where], options }, terminal) {
    const targets: Target[] = [];
    const find = async (word: string) => {
      const item = itemOf(word, await readHome(options.home, true));
      targets.push(item);
      return item;
    };
    let requests: readonly string[];
    if (who === undefined) requests = Object.values(STATUS_OF_ALL);
    else if (isName(who)) {
      if (where !== undefined) {
        throw new UsageError(`Unexpected argument "${where}" after a name`);
      }
      requests = [statusOf(await find(who))];
    } else {
      if (!/^\d{1,9}$/.test(who)) {
        throw new UsageError(`WHO has to be a number such as 1, not "${who}"`);
      }
      if (where === undefined) requests = [STATUS_OF_ALL[who] ?? `*#${who}##`];
      else if (isName(where)) {
        const item = await find(where);
        if (item.who !== Number(who)) {
          throw new UsageError(
            `"${where}" is of WHO ${item.who} (${item.kind}), not ${who}`,
          );
        }
        requests = [statusOf(item)];
      } else if (/^[\d#]+$/.test(where) && !where.includes("##")) {
        requests = [`*#${who}*${where}##`];
      } else {
        throw new UsageError(
          `WHERE has to be digits and #, such as 12, not "${where}"`,
        );
      }
    }
    const messages = requests.map(toMessage);
    await withGateway(options, terminal, async (gateway, home) => {
      const { signal } = terminal;
      for (const request of messages) {
        try {
          for (const reply of await gateway.request(request, { signal })) {
            printEvent(decode(reply), options, terminal, home);
          }
        } catch (error) {
          // Not every plant has every subsystem.
          if (!(error instanceof NackError) || who !== undefined) throw error;
        }
      }
    }, targets);
  },
});

/** The request that asks all devices of an area for their states. */
const STATUS_OF_ALL: Readonly<Record<string, string>> = {
  1: "*#1*0##",
  2: "*#2*0##",
  4: "*#4*0*0##",
  5: "*#5##",
  9: "*#9##",
  25: "*#25*30##",
};

/** The request that asks one device: a meter has a power, but no state. */
function statusOf({ kind, who, where }: HomeItem): string {
  return kind === "meter" ? `*#${who}*${where}*113##` : `*#${who}*${where}##`;
}

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

const discover = command({
  name: "discover",
  summary: "Print the gateways on the network",
  options: {
    host: GATEWAY_OPTIONS.host,
    port: integer("PORT", "Port to ask on that host (1900)", {
      short: "p",
      max: 65535,
    }),
    timeout: seconds("How long to wait for answers (3)"),
    ...OUTPUT_OPTIONS,
  },
  examples: ["openwebnet discover --json"],
  async run({ options }, terminal) {
    const { host: hostname, port = 1900, timeout = 3_000 } = options;
    const { signal } = terminal;
    const gateways = await terminal.during(
      "Waiting for gateways",
      discoverGateways({
        timeout,
        signal,
        ...(hostname === undefined ? {} : { hostname, port }),
      }),
    );
    for (const gateway of gateways) {
      const { hostname, port, modelName, modelNumber, serialNumber } = gateway;
      print(
        options,
        terminal,
        { ...gateway, profile: gateway.profile.name },
        `${hostname}:${port} ${modelName} ${modelNumber} ${serialNumber}`,
      );
    }
    if (gateways.length > 0) return 0;
    terminal.error(`No gateway answered within ${timeout / 1000} s`);
    return 1;
  },
});

const scan = command({
  name: "scan",
  summary: "Print the devices, or with a WHO such as 1001 their hardware ids",
  operands: "[WHO]",
  options: GATEWAY_OPTIONS,
  examples: ["openwebnet scan", "openwebnet scan 1001"],
  run: ({ words: [who], options }, terminal) => {
    if (who !== undefined && !/^\d{1,9}$/.test(who)) {
      throw new UsageError(`WHO has to be a number such as 1001, not "${who}"`);
    }
    return withGateway(options, terminal, async (gateway) => {
      const { signal } = terminal;
      if (who === undefined) {
        for (const item of await discoverItems(gateway, { signal })) {
          const { who, where } = item;
          const { kind, target } = wantedOf(item) ??
            { kind: item.kind, target: where };
          print(
            options,
            terminal,
            { kind, target, who, where },
            `${kind} ${target} (WHO ${who}, WHERE ${where})`,
          );
        }
        return;
      }
      for (
        const device of await scanDevices(gateway, Number(who), { signal })
      ) {
        print(options, terminal, device, device.sticker);
      }
    });
  },
});

const decodeCommand = command({
  name: "decode",
  summary: "Explain frames, part by part",
  operands: "FRAME…",
  options: OUTPUT_OPTIONS,
  examples: ["openwebnet decode '*#4*1*0*0215##'"],
  run({ words, options }, terminal) {
    let wrong: unknown;
    for (const frame of words.flatMap(framesOf)) {
      let message: Message;
      try {
        message = toMessage(frame);
      } catch (error) {
        // What is right is explained all the same.
        wrong ??= error;
        continue;
      }
      for (const part of explain(serialize(message))) {
        const { name, text, meaning } = part;
        const line = `${name.padEnd(10)} ${text.padEnd(20)} ${meaning}`;
        print(options, terminal, part, line.trimEnd());
      }
    }
    return wrong === undefined ? Promise.resolve() : Promise.reject(wrong);
  },
});

/** The `openwebnet` command. */
export const openwebnet: Command = {
  name: "openwebnet",
  version: config.version,
  summary: "Watch, query and control a BTicino or Legrand MyHOME plant",
  commands: [
    monitor,
    send,
    status,
    light,
    shutter,
    temperature,
    energy,
    ...AREA_COMMANDS,
    ...DOOR_COMMANDS,
    discover,
    setup,
    scan,
    decodeCommand,
    page,
    mqtt,
    service,
    simulate,
  ],
  examples: [
    "openwebnet simulate",
    "openwebnet light on 12 --host 127.0.0.1",
    "OPENWEBNET_PASSWORD=12345 openwebnet monitor --host 192.168.1.35 --json",
    "openwebnet decode '*#4*1*0*0215##'",
  ],
};

function printFrame(
  message: Message,
  output: Output,
  terminal: Terminal,
): void {
  const frame = serialize(message);
  print(output, terminal, { frame }, frame);
}

/** Splits a word into its frames: logs write one right after the other. */
function framesOf(word: string): string[] {
  return word.split(/(?<=##)(?=\*)/);
}

/** Shortens what somebody has pasted. */
function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function toMessage(frame: string): Message {
  try {
    return parse(frame);
  } catch {
    throw new UsageError(
      `"${
        short(frame)
      }" is not a frame such as '*1*1*12##'. Put frames into quotes`,
    );
  }
}
