// Copyright 2026 the Wirekit authors. MIT license.

import { closest } from "./_closest.ts";
import { arity, type Command, missingOperand, synopsis } from "./_command.ts";
import { nameOf, type Option, type Options, toggle } from "./_option.ts";
import { UsageError } from "./_usage_error.ts";

/** The options that every command has. */
export const COMMON = {
  help: toggle("Show this help", "h"),
  version: toggle("Show the version", "V"),
} satisfies Options;

/** What the user has typed. */
export interface Parsed {
  readonly help: boolean;
  readonly version: boolean;
  readonly words: readonly string[];
  readonly program: readonly string[];
  /** The values of each option that was given, by its key. */
  readonly given: ReadonlyMap<string, readonly string[]>;
}

/** A number is a value, although it begins like an option. */
const NUMBER_REGEXP = /^-\.?\d/;

/** Returns whether a word is an option, known or not. */
export function isOption(text: string): boolean {
  return text.length > 1 && text.startsWith("-") && !NUMBER_REGEXP.test(text);
}

/**
 * Sorts what was typed into options and words.
 *
 * @param path The words that lead to the command, such as `hub call`.
 * @param command The command.
 * @param args The words after it.
 * @param siblings Loads other commands that might have an option that this one
 * lacks.
 */
export async function parse(
  path: string,
  command: Command,
  args: readonly string[],
  siblings: () => Promise<readonly Command[]>,
): Promise<Parsed> {
  const options: Options = { ...command.options, ...COMMON };
  const words: string[] = [];
  const given = new Map<string, string[]>();
  let program: readonly string[] = [];

  const add = (key: string, name: string, value: string) => {
    const values = given.get(key);
    if (values === undefined) given.set(key, [value]);
    else if (options[key]!.many) values.push(value);
    else if (options[key]!.value !== undefined) {
      throw new UsageError(`${name} is there twice`);
    }
  };
  const rest = [...args];
  /** Takes the value of an option: its own part, or the next word. */
  const valueOf = (name: string, { value }: Option, own?: string): string => {
    const next = own === undefined ? rest[0] : own;
    if (next === undefined || (own === undefined && isOption(next))) {
      throw new UsageError(`${name} needs a value: ${name} ${value}`);
    }
    if (own === undefined) rest.shift();
    if (next !== "") return next;
    throw new UsageError(
      `${name} has an empty value: is the variable set that it comes from?`,
    );
  };

  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") {
      if (command.startsProgram) program = rest.splice(0);
      else words.push(...rest.splice(0));
    } else if (!isOption(arg)) {
      words.push(arg);
    } else if (arg.startsWith("--")) {
      const [, name = arg, own] = /^(--[^=]+)=(.*)$/s.exec(arg) ?? [];
      const key = Object.keys(options).find((key) => nameOf(key) === name);
      if (key === undefined) {
        throw unknown(path, name, options, await siblings());
      }
      const option = options[key]!;
      if (option.value !== undefined) {
        add(key, name, valueOf(name, option, own));
      } else if (own === undefined) add(key, name, "");
      else throw new UsageError(`${name} takes no value`);
    } else {
      const [letter = "", ...more] = arg.slice(1);
      const name = `-${letter}`;
      const key = Object.keys(options)
        .find((key) => options[key]!.short === letter);
      if (key === undefined) {
        throw unknown(path, name, options, await siblings());
      }
      const option = options[key]!;
      const own = more.length > 0 ? more.join("") : undefined;
      if (option.value !== undefined) {
        add(key, name, valueOf(name, option, own?.replace(/^=/, "")));
      } else {
        add(key, name, "");
        if (own !== undefined) rest.unshift(`-${own}`);
      }
    }
  }
  const [help, version] = [given.has("help"), given.has("version")];
  if (!help && !version) checkWords(path, command, words);
  return { help, version, words, program, given };
}

function checkWords(
  path: string,
  command: Command,
  words: readonly string[],
): void {
  const [least, most] = arity(command);
  const usage = `Usage: ${synopsis(path, command)}`;
  if (words.length < least) {
    throw new UsageError(
      `${missingOperand(command, words.length)} is missing. ${usage}`,
    );
  }
  if (words.length > most) {
    throw new UsageError(`Unexpected argument "${words[most]}". ${usage}`);
  }
}

function unknown(
  path: string,
  name: string,
  options: Options,
  siblings: readonly Command[],
): UsageError {
  const owners = siblings.filter(({ options = {} }) =>
    Object.keys(options).some((key) => nameOf(key) === name)
  );
  const near = closest(name, Object.keys(options).map(nameOf));
  const hint = near !== undefined
    ? `. Did you mean ${near}?`
    : owners.length > 0
    ? `: it belongs to ${owners.map(({ name }) => name).join(", ")}`
    : `. See ${path} --help`;
  return new UsageError(`There is no option ${name}${hint}`);
}

/** Makes the values that the command gets from the given options. */
export function valuesOf(
  { options = {} }: Command,
  { given }: Parsed,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([key, option]) => [
      key,
      option.read(given.get(key) ?? [], nameOf(key)),
    ]),
  );
}
