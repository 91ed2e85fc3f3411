// Copyright 2026 the Wirekit authors. MIT license.

/** The commands that show the frames of a plant, and what they say. */

import {
  command,
  integer,
  type Terminal,
  text,
  UsageError,
} from "@wirekit/internal/command";
import type { MessageFilter } from "../areas/item.ts";
import { decode as decodeEvent } from "../events.ts";
import { explain } from "../explain.ts";
import { type HomeItem, isName } from "../home.ts";
import { NackError } from "../session/errors.ts";
import { type Message, parse, serialize } from "../wire/message.ts";
import { GATEWAY_OPTIONS, withGateway } from "./_gateway.ts";
import { itemOf, readHome, type Target } from "./_home.ts";
import { OUTPUT_OPTIONS, print, printEvent } from "./_output.ts";

/** The command that prints the events of a plant. */
export const monitor = command({
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
        const events = gateway.events(filter);
        await gateway.ready({ timeout: Infinity, signal });
        terminal.error("Listening to the gateway (Ctrl-C stops it)");
        for await (const event of events) {
          printEvent(event, options, terminal, home);
        }
      } catch (error) {
        // Ctrl-C is the usual end.
        if (!signal.aborted) throw error;
      }
    }, targets);
  },
});

/** The command that sends frames. */
export const send = command({
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

/** The command that asks for states. */
export const status = command({
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
            printEvent(decodeEvent(reply), options, terminal, home);
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

/** The command that explains frames. */
export const decode = command({
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

function printFrame(
  message: Message,
  output: { readonly json: boolean },
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
