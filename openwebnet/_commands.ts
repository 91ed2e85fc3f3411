// Copyright 2026 the Wirekit authors. MIT license.

import { StreamTransport } from "@wirekit/transport/stream";
import type { Transport } from "@wirekit/transport/transport";
import { Shutter } from "./areas/automation.ts";
import { type CaptureEntry, record, replay } from "./session/capture.ts";
import { scanDevices } from "./areas/diagnostics.ts";
import { discoverGateways, discoverItems } from "./discovery.ts";
import { Meter } from "./areas/meters.ts";
import { NackError } from "./session/errors.ts";
import { decode, type GatewayEvent } from "./events.ts";
import { describe, explain } from "./explain.ts";
import { FrameScanner } from "./wire/frame.ts";
import type { Gateway } from "./gateway.ts";
import type { Authentication } from "./session/handshake.ts";
import type { MessageFilter } from "./areas/item.ts";
import { Dimmer, Light } from "./areas/lights.ts";
import { type Message, parse, serialize } from "./wire/message.ts";
import { profileOf, PROFILES } from "./session/profiles.ts";
import { GatewaySimulator } from "./simulator/simulator.ts";
import { DEFAULT_PORT, tcpGateway } from "./tcp.ts";
import { Zone } from "./areas/heating.ts";

/** What the user should hear as one sentence, with the exit code 2. */
export class UsageError extends Error {}

/** The options of the command line. */
export interface Flags {
  [name: string]: unknown;
  help: boolean;
  version: boolean;
  json: boolean;
  split: boolean;
}

/** Where a command writes, and when it ends. */
export interface Terminal {
  log: (line: string) => void;
  error: (line: string) => void;
  signal: AbortSignal;
}

type Command = (
  args: string[],
  flags: Flags,
  terminal: Terminal,
) => Promise<void>;

/** The commands by their names. */
export const COMMANDS: Readonly<Record<string, Command | undefined>> = {
  // Not an object of the outside: `__proto__` is no command.
  __proto__: null as never,
  monitor: (_args, flags, terminal) =>
    withGateway(flags, terminal, async (gateway) => {
      const { signal } = terminal;
      const who = numberOf(flags, "who");
      const where = textOf(flags, "where");
      const filter: MessageFilter = {
        signal,
        ...(who === undefined ? {} : { who }),
        ...(where === undefined ? {} : { where }),
      };
      for await (const event of gateway.events(filter)) {
        printEvent(event, flags, terminal);
      }
    }),

  send: (args, flags, terminal) =>
    withGateway(flags, terminal, async (gateway) => {
      const { signal } = terminal;
      if (args.length === 0) throw new UsageError("Say which frame to send");
      for (const message of args.map(toMessage)) {
        for await (const reply of gateway.stream(message, { signal })) {
          printFrame(reply, flags, terminal);
        }
        printFrame({ kind: "ack" }, flags, terminal);
      }
    }),

  status: (args, flags, terminal) =>
    withGateway(flags, terminal, async (gateway) => {
      const [who, where] = args;
      const requests = who === undefined
        ? ["*#1*0##", "*#2*0##", "*#4*0*0##", "*#5##", "*#9##", "*#25*30##"]
        : [where === undefined ? `*#${who}##` : `*#${who}*${where}##`];
      const { signal } = terminal;
      for (const request of requests.map(toMessage)) {
        try {
          for (const reply of await gateway.request(request, { signal })) {
            printEvent(decode(reply), flags, terminal);
          }
        } catch (error) {
          // A plant does not have every subsystem.
          if (!(error instanceof NackError) || who !== undefined) throw error;
        }
      }
    }),

  light: ([action = "", where = ""], flags, terminal) =>
    withGateway(flags, terminal, async (gateway) => {
      const { signal } = terminal;
      const target = need(where, "Say which light, such as: light on 12");
      const light = new Light(gateway, target);
      if (action === "on") return await light.on({ signal });
      if (action === "off") return await light.off({ signal });
      if (action === "toggle") return await light.toggle({ signal });
      const level = percentOf(action);
      if (level === undefined) {
        throw new UsageError("Say on, off, toggle or a level such as 50%");
      }
      await new Dimmer(gateway, target).setLevel(level, { signal });
    }),

  shutter: ([where = "", action = ""], flags, terminal) =>
    withGateway(flags, terminal, async (gateway) => {
      const { signal } = terminal;
      const target = need(where, "Say which shutter, such as: shutter 31 up");
      const shutter = new Shutter(gateway, target);
      if (action === "up") return await shutter.up({ signal });
      if (action === "down") return await shutter.down({ signal });
      if (action === "stop") return await shutter.stop({ signal });
      const level = percentOf(action);
      if (level === undefined) {
        throw new UsageError("Say up, down, stop or a position such as 50%");
      }
      await shutter.goTo(level, { signal });
    }),

  temperature: ([where = "", celsius], flags, terminal) =>
    withGateway(flags, terminal, async (gateway) => {
      const { signal } = terminal;
      const zone = new Zone(
        gateway,
        need(where, "Say which zone, such as: temperature 5"),
      );
      if (celsius !== undefined) {
        return await zone.setTemperature(Number(celsius), "generic", {
          signal,
        });
      }
      const value = await zone.temperature({ signal });
      print(flags, terminal, { zone: where, celsius: value }, `${value} °C`);
    }),

  energy: (args, flags, terminal) =>
    withGateway(flags, terminal, async (gateway) => {
      const { signal } = terminal;
      const meters = args.length > 0
        ? args
        : Array.from({ length: 255 }, (_, i) => `${i + 1}`);
      for (const [i, number] of meters.entries()) {
        const meter = new Meter(gateway, `5${number}`);
        try {
          const watts = await meter.power({ signal });
          const today = await meter.today({ signal });
          const month = await meter.thisMonth({ signal });
          const total = await meter.total({ signal });
          print(
            flags,
            terminal,
            { meter: number, watts, today, month, total },
            `${number}: ${watts} W, today ${today} Wh, this month ${month} Wh, in all ${total} Wh`,
          );
        } catch (error) {
          const isEnd = error instanceof NackError && args.length === 0 &&
            i > 0;
          if (isEnd) return;
          throw error;
        }
      }
    }),

  async discover(_args, flags, terminal) {
    const seconds = numberOf(flags, "timeout") ?? 3;
    const { signal } = terminal;
    const gateways = await discoverGateways({
      timeout: seconds * 1000,
      signal,
      ...(flags.host === undefined ? {} : {
        hostname: `${flags.host}`,
        port: numberOf(flags, "port") ?? 1900,
      }),
    });
    for (const gateway of gateways) {
      const { hostname, port, modelName, modelNumber, serialNumber } = gateway;
      print(
        flags,
        terminal,
        { ...gateway, profile: gateway.profile.name },
        `${hostname}:${port} ${modelName} ${modelNumber} ${serialNumber}`,
      );
    }
    if (gateways.length === 0) terminal.error("No gateway has answered");
  },

  scan: ([who], flags, terminal) =>
    withGateway(flags, terminal, async (gateway) => {
      const { signal } = terminal;
      if (who === undefined) {
        for (const item of await discoverItems(gateway, { signal })) {
          const { who, where, kind } = item;
          print(flags, terminal, item, `${kind} ${where} (WHO ${who})`);
        }
        return;
      }
      for (
        const device of await scanDevices(gateway, integerOf(who), { signal })
      ) {
        print(flags, terminal, device, device.sticker);
      }
    }),

  decode(args, flags, terminal) {
    if (args.length === 0) throw new UsageError("Say which frame to explain");
    for (const arg of args) {
      const parts = explain(serialize(toMessage(arg)));
      for (const part of parts) {
        const { name, text, meaning } = part;
        const line = `${name.padEnd(10)} ${text.padEnd(20)} ${meaning}`;
        print(flags, terminal, part, line.trimEnd());
      }
    }
    return Promise.resolve();
  },

  async simulate(_args, flags, terminal) {
    const hostname = textOf(flags, "hostname") ?? "127.0.0.1";
    const port = numberOf(flags, "port") ?? DEFAULT_PORT;
    const { signal } = terminal;
    const file = textOf(flags, "replay");
    const sessions = file === undefined ? undefined : await readCapture(file);
    const model = profile(flags);
    const how = textOf(flags, "authentication") ??
      model.authentication[0] ?? "none";
    if (!["none", "open", "sha1", "sha256"].includes(how)) {
      throw new UsageError(`There is no authentication "${how}". See --help`);
    }
    const password = await passwordOf(flags);
    await using simulator = new GatewaySimulator({
      authentication: how as Authentication,
      profile: model,
      seed: numberOf(flags, "seed") ?? 1,
      splitWrites: flags.split,
      ...(password === undefined ? {} : { password }),
    });
    using listener = Deno.listen({ hostname, port });
    const { port: bound } = listener.addr as Deno.NetAddr;
    const secret = how !== "none" && password === undefined
      ? ", password 12345"
      : "";
    terminal.log(
      `A gateway listens on ${hostname}:${bound} (authentication ${how}${secret}; Ctrl-C stops it)`,
    );
    signal.addEventListener("abort", () => listener.close(), { once: true });
    for await (const conn of listener) {
      conn.setNoDelay(true);
      if (sessions === undefined) {
        simulator.acceptStream(conn);
        continue;
      }
      play(conn, sessions.shift() ?? [], terminal);
    }
  },
};

/** Plays a session of a capture to a client. */
async function play(
  conn: Deno.Conn,
  capture: CaptureEntry[],
  { error, signal }: Terminal,
): Promise<void> {
  const transport = new StreamTransport(conn, new FrameScanner());
  const close = () => void transport.close();
  signal.addEventListener("abort", close, { once: true });
  await replay(transport, capture, { speed: 1, signal }).catch((failure) => {
    if (!signal.aborted) error(`openwebnet: ${failure.message}`);
  });
  signal.removeEventListener("abort", close);
}

/** Reads a capture, and sorts it by session. */
async function readCapture(file: string): Promise<CaptureEntry[][]> {
  const sessions = new Map<number, CaptureEntry[]>();
  const text = await Deno.readTextFile(file);
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const { session = 0, ...entry } = JSON.parse(line);
    const entries = sessions.get(session);
    if (entries === undefined) sessions.set(session, [entry]);
    else entries.push(entry);
  }
  return [...sessions.values()];
}

async function withGateway(
  flags: Flags,
  { error, signal }: Terminal,
  run: (gateway: Gateway) => Promise<void>,
): Promise<void> {
  const host = textOf(flags, "host") ?? await environment("OPENWEBNET_HOST");
  if (host === undefined) {
    throw new UsageError("Say which gateway with --host, or OPENWEBNET_HOST");
  }
  const password = await passwordOf(flags);
  const selector = textOf(flags, "selector");
  if (selector !== undefined && selector !== "9" && selector !== "0") {
    throw new UsageError("--selector is 9 or 0");
  }
  const port = numberOf(flags, "port");
  const timeout = numberOf(flags, "timeout");
  const capture = textOf(flags, "capture");
  using file = capture === undefined ? undefined : await Deno.open(capture, {
    append: true,
    create: true,
  });
  await using gateway = tcpGateway(host, {
    profile: profile(flags),
    ...(port === undefined ? {} : { port }),
    ...(password === undefined ? {} : { password }),
    ...(selector === undefined ? {} : { selector }),
    ...(timeout === undefined ? {} : { timeout: timeout * 1000 }),
    ...(file === undefined ? {} : { wrap: recorder(file) }),
    hooks: {
      state({ session, state, error: cause }) {
        if (state !== "waiting" || signal.aborted) return;
        error(
          `openwebnet: the ${session} session was lost: ${messageOf(cause)}`,
        );
      },
    },
  });
  await run(gateway);
}

/** Writes what goes over connections to a file, a number for each session. */
function recorder(
  file: Deno.FsFile,
): (transport: Transport<string>) => Transport<string> {
  let session = Date.now();
  return (transport) => {
    const number = session++;
    return record(transport, (entry) => {
      const line = JSON.stringify({ session: number, ...entry });
      file.writeSync(new TextEncoder().encode(`${line}\n`));
    });
  };
}

function printEvent(
  event: GatewayEvent,
  flags: Flags,
  terminal: Terminal,
): void {
  const { message, ...rest } = event;
  const time = new Date().toISOString();
  print(
    flags,
    terminal,
    { time, frame: serialize(message), ...rest },
    `${time.slice(11, 19)} ${describe(event)}`,
  );
}

function printFrame(message: Message, flags: Flags, terminal: Terminal): void {
  const frame = serialize(message);
  print(flags, terminal, { frame }, frame);
}

function print(
  flags: Flags,
  terminal: Terminal,
  value: object,
  line: string,
): void {
  terminal.log(flags.json ? JSON.stringify(value) : line);
}

function toMessage(frame: string): Message {
  try {
    return parse(frame);
  } catch {
    throw new UsageError(
      `"${frame}" is not a frame, such as *1*1*12##. Put it into quotes`,
    );
  }
}

function profile(flags: Flags): ReturnType<typeof profileOf> {
  const name = textOf(flags, "profile") ?? "generic";
  const found = profileOf(name);
  if (found.name === "generic" && name !== "generic") {
    throw new UsageError(
      `There is no profile "${name}": ${Object.keys(PROFILES).join(", ")}`,
    );
  }
  return found;
}

async function passwordOf(flags: Flags): Promise<string | undefined> {
  const file = textOf(flags, "password-file");
  if (file !== undefined) return (await Deno.readTextFile(file)).trim();
  return await environment("OPENWEBNET_PASSWORD");
}

/** A variable of the environment, if we may read it; empty is none. */
async function environment(variable: string): Promise<string | undefined> {
  const { state } = await Deno.permissions.query({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) || undefined : undefined;
}

function textOf(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}

function numberOf(flags: Flags, name: string): number | undefined {
  const text = textOf(flags, name);
  return text === undefined ? undefined : integerOf(text, `--${name}`);
}

function integerOf(text: string, name = "It"): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`${name} has to be a number: received "${text}"`);
}

function percentOf(text: string): number | undefined {
  const match = /^(\d{1,3})%?$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

function need(text: string, message: string): string {
  if (text === "") throw new UsageError(message);
  return text;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "it was closed";
}
