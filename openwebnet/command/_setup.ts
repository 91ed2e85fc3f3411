// Copyright 2026 the Wirekit authors. MIT license.

/** The command `openwebnet setup`, which writes a home.json. */

import {
  beside,
  command,
  readFile,
  type Terminal,
  UsageError,
} from "@wirekit/internal/command";
import { promptSecret } from "@std/cli/prompt-secret";
import {
  gatewayOf,
  HOME_FILE,
  isMissing,
  passwordIn,
  readHome,
  type Wanted,
  wantedOf,
} from "./_home.ts";
import { GATEWAY_OPTIONS, passwordOf } from "./_gateway.ts";
import { Light } from "../areas/light/light.ts";
import { discoverGateways } from "../discovery.ts";
import type { Gateway } from "../gateway.ts";
import { type Home, isName, nameOf, parseHome } from "../home.ts";
import { discoverItems, type FoundItem } from "../inventory.ts";
import { AuthenticationError, NackError } from "../session/errors.ts";
import { profileOf } from "../session/profiles.ts";
import { DEFAULT_PORT, tcpGateway } from "../tcp.ts";

/** How to ask the user; an answer of `null` ends the setup. */
export interface Questions {
  ask(question: string): string | null;
  secret(question: string): string | null;
}

/** The schema of the file, used by editors. */
const SCHEMA = "https://jsr.io/@wirekit/openwebnet/0.1.0/home.schema.json";

/** The user has ended the setup with Ctrl-C or Ctrl-D. */
class Stopped extends Error {}

export const setup = command({
  name: "setup",
  summary: "Name the devices of a home: write a home.json for all commands",
  options: GATEWAY_OPTIONS,
  details:
    "Finds the gateway, asks for its password, then switches each lamp " +
    "and asks for its name. Entries already in the file are kept.",
  examples: ["openwebnet setup", "openwebnet setup --host 192.168.1.35"],
  async run({ options }, terminal) {
    if (!Deno.stdin.isTerminal()) {
      throw new UsageError("setup asks questions: run it in a terminal");
    }
    const password = await passwordOf(options.passwordFile, terminal);
    const { host, port, gateway, home, profile } = options;
    return await setUp({
      file: home ?? HOME_FILE,
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
      ...(gateway === undefined ? {} : { name: gateway }),
      ...(profile === undefined ? {} : { profile: profile.name }),
      ...(password === undefined ? {} : { password }),
      questions: {
        ask: (question) => prompt(question),
        secret: (question) => promptSecret(question),
      },
    }, terminal);
  },
});

/** The settings that are known before the first question. */
export interface SetUpOptions {
  file: string;
  host?: string;
  port?: number;
  /** The name of the gateway in the file. */
  name?: string;
  profile?: string;
  password?: string;
  questions: Questions;
}

/** The contents of the file while it is being written. */
interface Draft {
  $schema?: string;
  gateways?: Record<string, Record<string, unknown>>;
  names?: Record<string, Record<string, unknown>>;
}

/**
 * Asks the questions, and writes each answer at once. Nothing that is in the
 * file already is removed.
 *
 * @returns The exit code.
 */
export async function setUp(
  options: SetUpOptions,
  terminal: Pick<Terminal, "log" | "error" | "signal" | "during">,
): Promise<number> {
  try {
    return await setUpAll(options, terminal);
  } catch (error) {
    if (error instanceof Stopped) return 130;
    throw error;
  }
}

async function setUpAll(
  options: SetUpOptions,
  terminal: Pick<Terminal, "log" | "error" | "signal" | "during">,
): Promise<number> {
  const { file, questions } = options;
  const found = await readHome(file, true).catch((error) => {
    if (!isMissing(error)) throw error;
    return undefined;
  });
  const draft: Draft = found === undefined
    ? { $schema: SCHEMA }
    : JSON.parse(await readFile(file));
  const names = Object.keys(draft.gateways ?? {});
  const name = options.name ?? names[0] ?? "home";
  const before = names.includes(name) ? gatewayOf(found, name, []) : undefined;
  const place = options.host === undefined && before !== undefined
    ? { host: before.host, port: before.port ?? DEFAULT_PORT }
    : await placeOf(options, terminal);
  const profile = options.profile ?? before?.profile ?? place.profile;
  const known = options.password ?? (before && await passwordIn(file, before));
  const { gateway, password } = await open(
    { ...place, ...(profile === undefined ? {} : { profile }) },
    { ...options, ...(known === undefined ? {} : { password: known }) },
    terminal,
  );
  await using _closing = gateway;
  draft.gateways ??= {};
  const entry = draft.gateways[name] ??= {};
  entry.host = place.host;
  if (place.port !== DEFAULT_PORT) entry.port = place.port;
  if (profile !== undefined && profile !== "generic") entry.profile = profile;
  if (password !== undefined) {
    const secret = `${name}.password`;
    await writeFile(beside(file, secret), `${password}\n`, 0o600);
    entry.passwordFile = secret;
  }
  await save(file, draft);
  const { signal } = terminal;
  const items = await terminal.during(
    "Looking for devices",
    discoverItems(gateway, { signal }),
  );
  let count = 0;
  let code = 0;
  const isFirst = Object.keys(draft.gateways)[0] === name;
  for (const item of items) {
    const home = parseHome(JSON.stringify(draft));
    const wanted = wantedOf(item);
    if (wanted === undefined || isNamed(home, item)) continue;
    const { kind, target } = wanted;
    const answer = await named(gateway, item, wanted, draft, questions);
    if (answer === null) {
      code = 130;
      break;
    }
    if (answer === "") continue;
    const travel = kind === "shutter" ? travelOf(questions) : {};
    const room = travel && roomOf(questions);
    draft.names ??= {};
    draft.names[answer] = {
      [kind]: target,
      ...(isFirst ? {} : { gateway: name }),
      ...travel,
      ...room,
    };
    await save(file, draft);
    count++;
    // The name was given; only what belongs to it was not.
    if (travel === null || room === null) {
      code = 130;
      break;
    }
  }
  terminal.log(
    `${count === 1 ? "One name" : `${count} names`} written to ${file}`,
  );
  return code;
}

interface Place {
  host: string;
  port: number;
  profile?: string;
}

/** Finds the gateway, or asks where it is. */
async function placeOf(
  { host, port = DEFAULT_PORT, questions }: SetUpOptions,
  terminal: Pick<Terminal, "log" | "during" | "signal">,
): Promise<Place> {
  if (host !== undefined) return { host, port };
  const { signal } = terminal;
  const found = await terminal.during(
    "Looking for gateways",
    discoverGateways({ signal }),
  );
  const places = found.map(({ hostname, port, profile }) => ({
    host: hostname,
    port,
    profile: profile.name,
  }));
  for (const [i, { host, port, profile }] of places.entries()) {
    terminal.log(`${i + 1}: ${profile} at ${host}:${port}`);
  }
  if (places.length === 1) return places[0]!;
  const answer = questions.ask(
    places.length === 0
      ? "No gateway answered. Address of the gateway:"
      : "Which gateway? Its number, or an address:",
  );
  if (answer === null) throw new Stopped();
  if (answer.trim() === "") {
    throw new UsageError("Name the gateway with --host");
  }
  return places[Number(answer) - 1] ?? { host: answer.trim(), port };
}

/** Connects, and asks for the password if the gateway requires one. */
async function open(
  { host, port, profile = "generic" }: Place,
  { password, questions }: SetUpOptions,
  { signal }: Pick<Terminal, "signal">,
): Promise<{ gateway: Gateway; password?: string }> {
  for (let asked: string | undefined;;) {
    const known = asked ?? password;
    const gateway = tcpGateway(host, {
      port,
      profile: profileOf(profile),
      ...(known === undefined ? {} : { password: known }),
    });
    try {
      await gateway.request("*#13**15##", { signal }).catch((error) => {
        // Even a refusal shows that the session is open.
        if (!(error instanceof NackError)) throw error;
      });
      return asked === undefined ? { gateway } : { gateway, password: asked };
    } catch (error) {
      await gateway.close();
      // A rejected password ends the setup: after three, the gateway locks
      // everybody out.
      const isAsking = error instanceof AuthenticationError &&
        !error.rejected && known === undefined;
      if (!isAsking) throw error;
      const answer = questions.secret("Password of the gateway: ");
      if (answer === null) throw new Stopped();
      asked = answer;
    }
  }
}

/** Asks for the name of a device; a light is switched meanwhile, to show it. */
async function named(
  gateway: Gateway,
  item: FoundItem,
  { kind, target }: Wanted,
  draft: Draft,
  questions: Questions,
): Promise<string | null> {
  if (kind !== "light") {
    return nameFor(`${kind} ${target}`, draft, questions);
  }
  const light = new Light(gateway, item.where);
  const [state] = await light.states().catch(() => []);
  const isOn = state?.on ?? false;
  await (isOn ? light.off() : light.on()).catch(() => {});
  try {
    const what = `light ${item.where}, which is ${isOn ? "off" : "on"} now`;
    return nameFor(what, draft, questions);
  } finally {
    await (isOn ? light.on() : light.off()).catch(() => {});
  }
}

/** Asks until the answer is a valid name, is empty, or ends the setup. */
function nameFor(
  what: string,
  draft: Draft,
  questions: Questions,
): string | null {
  for (let why = "";;) {
    const answer = questions.ask(
      `${why}Name of ${what} (empty to skip):`,
    );
    if (answer === null) return null;
    const name = answer.trim().toLowerCase().replaceAll(/\s+/g, "-");
    if (name === "") return "";
    if (!isName(name)) why = `"${name}" is a target, not a name. `;
    else if (!/\p{L}/u.test(name)) {
      why = `"${name}" is not a name: it has no letters. `;
    } else if (Object.hasOwn(draft.names ?? {}, name)) {
      why = `"${name}" is already the name of another device. `;
    } else return name;
  }
}

/** Asks until the answer is a time, is empty, or ends the setup. */
function travelOf(questions: Questions): { seconds?: number } | null {
  for (let why = "";;) {
    const answer = questions.ask(
      `${why}How many seconds does it travel from closed to open? ` +
        "(empty if it reports its position):",
    );
    if (answer === null) return null;
    const text = answer.trim();
    if (text === "") return {};
    const seconds = Number(text.replace(",", "."));
    if (seconds > 0 && seconds < Infinity) return { seconds };
    why = `"${text}" is not a number of seconds such as 22. `;
  }
}

function roomOf(questions: Questions): { room?: string } | null {
  const answer = questions.ask("Which room is it in? (empty for none):");
  if (answer === null) return null;
  const room = answer.trim();
  return room === "" ? {} : { room };
}

function isNamed(home: Home, { who, where }: FoundItem): boolean {
  return nameOf(home, who, where) !== undefined;
}

/** Writes the home file as a whole or not at all. */
async function save(file: string, draft: Draft): Promise<void> {
  const text = `${JSON.stringify(draft, undefined, 2)}\n`;
  parseHome(text);
  await writeFile(file, text);
}

/**
 * Writes a file as a whole or not at all.
 *
 * @param mode Who may read it; by default, those who may read it now.
 */
async function writeFile(
  file: string,
  text: string,
  mode?: number,
): Promise<void> {
  // If it is a link, the file behind it is written.
  const path = await Deno.realPath(file).catch(() => file);
  const draft = `${path}.new`;
  await Deno.remove(draft).catch(() => {});
  const before = mode ?? (await Deno.stat(path).catch(() => null))?.mode;
  await Deno.writeTextFile(draft, text, {
    ...(before == null ? {} : { mode: before & 0o777 }),
  });
  await Deno.rename(draft, path);
}
