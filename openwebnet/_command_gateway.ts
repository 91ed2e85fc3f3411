// Copyright 2026 the Wirekit authors. MIT license.

/** What all commands that talk to a gateway share. */

import {
  choice,
  type Option,
  port,
  seconds,
  settings,
  type Terminal,
  text,
  toggle,
  UsageError,
  type Values,
} from "@wirekit/internal/command";
import { later } from "@wirekit/internal/clock";
import type { Transport } from "@wirekit/transport/transport";
import type { GatewayEvent } from "./events.ts";
import { describe } from "./explain.ts";
import type { Gateway } from "./gateway.ts";
import { type Home, type HomeKind, nameOf } from "./home.ts";
import {
  besideOf,
  gatewayOf,
  readHome,
  type Target,
  targetsOf,
} from "./_command_home.ts";
import { record } from "./session/capture.ts";
import {
  type GatewayProfile,
  profileOf,
  PROFILES,
} from "./session/profiles.ts";
import { DEFAULT_PORT, tcpGateway } from "./tcp.ts";
import { serialize } from "./wire/message.ts";

/** An option that nobody should use. */
const password: Option<undefined> = {
  help: "",
  value: "PASSWORD",
  isHidden: true,
  read(given) {
    if (given.length === 0) return undefined;
    throw new UsageError(
      "A password in the command line can be seen by everybody: put it into " +
        "OPENWEBNET_PASSWORD or a file",
    );
  },
};

/** The options of all commands that print something. */
export const OUTPUT_OPTIONS = { json: toggle("Print lines of JSON") };

/** A model of a gateway. */
const profile: Option<GatewayProfile | undefined> = {
  help: "Pacing and times of a model, such as MH201",
  value: "MODEL",
  choices: Object.keys(PROFILES),
  read([model], name) {
    if (model === undefined) return undefined;
    const found = profileOf(model);
    if (found.name !== "generic" || model === "generic") return found;
    const names = Object.keys(PROFILES).join(", ");
    throw new UsageError(`${name} has to be one of ${names}, not "${model}"`);
  },
};

/** The options that say what a gateway is like, and its password. */
export const MODEL_OPTIONS = {
  profile,
  passwordFile: text(
    "FILE",
    "Where the password is (or in OPENWEBNET_PASSWORD)",
    { file: true },
  ),
  password,
};

/** The options of all commands that talk to a gateway. */
export const GATEWAY_OPTIONS = {
  host: text("HOST", "The gateway (or OPENWEBNET_HOST)"),
  port: port("Its port (20000)", "p"),
  ...MODEL_OPTIONS,
  selector: choice(
    "SELECTOR",
    ["9", "0"],
    "Ask for command sessions with 9 or 0 only",
  ),
  timeout: seconds("Longest wait for an answer (10)"),
  home: text("FILE", "Gateways and names (home.json)", { file: true }),
  gateway: text("NAME", "Which gateway of that file (the first)"),
  capture: text("FILE", "Add all frames to a file, secrets masked", {
    file: true,
  }),
  ...OUTPUT_OPTIONS,
};

/** What a user has said about the gateway. */
export type GatewayValues = Values<typeof GATEWAY_OPTIONS>;

/** After how long a user hears what is waited for, in milliseconds. */
const PATIENCE = 1_000;

/** Longest wait for the first connection, in milliseconds. */
const CONNECT_TIMEOUT = 10_000;

/**
 * Connects to the gateway that the user means, and does something with it. A
 * gateway that is not there is named at once; one that is lost later is called
 * again.
 */
export async function withGateway(
  options: GatewayValues,
  terminal: Terminal,
  run: (gateway: Gateway, home?: Home) => Promise<void>,
  targets: readonly Target[] = [],
): Promise<void> {
  const given = settings(terminal, {
    OPENWEBNET_HOST: options.host,
    OPENWEBNET_PASSWORD: await fromFile(options.passwordFile),
  });
  const found = await readHome(options.home, options.gateway !== undefined);
  const chosen = gatewayOf(found, options.gateway, targets);
  // Who names another gateway does not mean that of the file.
  const known = given.OPENWEBNET_HOST === undefined ? chosen : undefined;
  const host = given.OPENWEBNET_HOST ?? known?.host;
  if (host === undefined) {
    throw new UsageError(
      "Name the gateway with --host, in OPENWEBNET_HOST, or in a home.json",
    );
  }
  const { passwordFile } = known ?? {};
  const password = given.OPENWEBNET_PASSWORD ??
    await fromFile(passwordFile && besideOf(found!.file, passwordFile));
  const { selector, timeout, capture } = options;
  const { port = known?.port ?? DEFAULT_PORT } = options;
  const { profile = profileOf(known?.profile ?? "generic") } = options;
  using file = capture === undefined ? undefined : await Deno.open(capture, {
    append: true,
    create: true,
  });
  const { promise: unreachable, reject } = Promise.withResolvers<never>();
  let wasOpen = false;
  const connectTimeout = Math.min(timeout ?? CONNECT_TIMEOUT, CONNECT_TIMEOUT);
  await using gateway = tcpGateway(host, {
    profile,
    port,
    connectTimeout,
    ...(password === undefined ? {} : { password }),
    ...(selector === undefined ? {} : { selector }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(file === undefined ? {} : { wrap: recorder(file) }),
    hooks: {
      state({ session, state, error }) {
        if (state === "open") {
          wasOpen = true;
          waiting.stop();
        }
        if (state !== "waiting" || terminal.signal.aborted) return;
        if (!wasOpen) return reject(error);
        const why = error instanceof Error ? error.message : "it was closed";
        terminal.error(`openwebnet: the ${session} session was lost: ${why}`);
      },
    },
  });
  const waiting = later(PATIENCE, () => {
    if (!wasOpen) terminal.error(`openwebnet: calling ${host}:${port} …`);
  });
  try {
    await Promise.race([run(gateway, found?.home), unreachable]);
  } finally {
    waiting.stop();
  }
}

/**
 * Does the same with several devices, one after the other. All of them are made
 * before the first is told anything: a typing error leaves the plant as it is.
 */
export async function forEach<T>(
  options: GatewayValues,
  terminal: Terminal,
  { words, kind }: { words: readonly string[]; kind: HomeKind },
  make: (gateway: Gateway, target: string) => T,
  act: (
    item: T,
    options: { signal: AbortSignal },
    target: Target,
  ) => Promise<void>,
): Promise<void> {
  const { signal } = terminal;
  const targets = await targetsOf(words, kind, options.home);
  await withGateway(options, terminal, async (gateway) => {
    const items = targets.map((target) =>
      [make(gateway, target.target), target] as const
    );
    for (const [item, target] of items) await act(item, { signal }, target);
  }, targets);
}

/**
 * Sorts an action, which may come first or last, from what it is for.
 *
 * @throws {UsageError} If there is no such action, or nothing that it is for.
 */
export function sorted<T extends string>(
  words: readonly string[],
  actions: readonly T[],
  more?: RegExp,
  others = "",
): { action: T; targets: readonly string[] } {
  const isAction = (word: string): word is T =>
    actions.some((action) => action === word) || (more?.test(word) ?? false);
  const [first = "", last = ""] = [words[0], words.at(-1)];
  if (isAction(first)) return { action: first, targets: words.slice(1) };
  if (isAction(last)) return { action: last, targets: words.slice(0, -1) };
  const [firstIsTarget, lastIsTarget] = [first, last].map((word) =>
    /^[\d#]+$/.test(word)
  );
  const wanted = `${actions.join(", ")}${others}`;
  if (firstIsTarget && lastIsTarget) {
    throw new UsageError(
      `Neither "${first}" nor "${last}" is one of ${wanted}`,
    );
  }
  // What is no target is what was meant as the action.
  const wrong = firstIsTarget ? last : first;
  throw new UsageError(`"${wrong}" is none of ${wanted}`);
}

/** A number that a user has typed. */
export function numberOf(
  word: string,
  name: string,
  min: number,
  max: number,
): number {
  const number = Number(word);
  if (/^\d{1,6}$/.test(word) && number >= min && number <= max) return number;
  throw new UsageError(
    `${name} has to be a number from ${min} to ${max}, not "${word}"`,
  );
}

/** Prints an event: the time of this place with its offset, or as JSON in UTC. */
export function printEvent(
  event: GatewayEvent,
  output: { readonly json: boolean },
  terminal: Terminal,
  home?: Home,
): void {
  const { message, ...rest } = event;
  const now = new Date();
  const time = now.toISOString();
  const name = home && nameOf(home, event.who, event.where);
  const named = name === undefined ? {} : { name };
  print(
    output,
    terminal,
    { time, frame: serialize(message), ...named, ...rest },
    `${localTime(now)} ${describe(event, named)}`,
  );
}

/** A time of day at this place, such as `00:15:03+01:00`. */
export function localTime(date: Date): string {
  const two = (value: number) => `${value}`.padStart(2, "0");
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()];
  const minutes = -date.getTimezoneOffset();
  const ahead = Math.abs(minutes);
  const offset = `${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
  return `${clock.map(two).join(":")}${minutes < 0 ? "-" : "+"}${offset}`;
}

/** The password that a user has put into a file or into the environment. */
export async function passwordOf(
  file: string | undefined,
  terminal: Terminal,
): Promise<string | undefined> {
  const given = { OPENWEBNET_PASSWORD: await fromFile(file) };
  return settings(terminal, given).OPENWEBNET_PASSWORD;
}

/** A secret that a user has put into a file. */
export async function fromFile(
  file: string | undefined,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  return (await Deno.readTextFile(file)).trim();
}

/** Prints a result: for a program as JSON, for a person as a line. */
export function print(
  { json }: { readonly json: boolean },
  terminal: Terminal,
  value: object,
  line: string,
): void {
  terminal.log(json ? JSON.stringify(value) : line);
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
