// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The frame of all commands: one table of commands and options defines their
 * parsing, help, completion, errors and exit codes.
 *
 * ```ts
 * import { command, run, toggle } from "@wirekit/internal/command";
 * import { assertEquals } from "@std/assert";
 *
 * const greet = command({
 *   name: "greet",
 *   summary: "Greet somebody",
 *   operands: "NAME",
 *   options: { loud: toggle("Say it loud") },
 *   examples: ["greet Zoë --loud"],
 *   async run({ words: [name], options: { loud } }, terminal) {
 *     terminal.log(`Hello ${name}${loud ? "!" : ""}`);
 *   },
 * });
 *
 * const lines: string[] = [];
 * const log = (line: string) => void lines.push(line);
 * assertEquals(await run(greet, ["Zoë", "--loud"], { log }), 0);
 * assertEquals(lines, ["Hello Zoë!"]);
 * ```
 *
 * It does not use a library because it is smaller than the libraries.
 * `commander` 14 parses, suggests and writes help equally well, but its code
 * alone has 1.6 times the lines of this one and comes from a second registry;
 * `cac` 6 takes `-1` for an option and ends with a stack trace; `citty` reads
 * the environment when it is loaded, so nothing starts without `--allow-env`;
 * `parseArgs` of `@std/cli` cannot tell a missing value from an empty one, nor
 * a negative number from an option. None has completion, types of the values,
 * settings with their permission, or what must be the same in all commands:
 * exit codes, Ctrl-C, closed pipes, harmless text.
 *
 * | exit code | meaning |
 * | --: | --- |
 * | 0 | done; also when Ctrl-C ends what goes on until then, such as a server |
 * | 1 | an error or a negative answer, or it could not be done |
 * | 2 | wrong usage, or without a permission that it needs |
 * | 3 | no connection |
 * | 4 | no answer in time |
 * | 130 | stopped by Ctrl-C before the work was done |
 *
 * @module
 */
import { closest } from "./command/_closest.ts";
import {
  arity,
  type Command,
  type LateCommand,
  loaded,
  whole,
} from "./command/_command.ts";
import { failureOf } from "./command/_failure.ts";
import type { Options } from "./command/_option.ts";
import { isOption, parse, type Parsed, valuesOf } from "./command/_parse.ts";
import {
  hasColors,
  NobodyReads,
  printable,
  ProcessTerminal,
  type Terminal,
} from "./command/_terminal.ts";
import { UsageError } from "./command/_usage_error.ts";
import { shownUrl } from "./errors.ts";

export { closest } from "./command/_closest.ts";
export {
  type Call,
  type Command,
  command,
  type LateCommand,
} from "./command/_command.ts";
export {
  beside,
  checkUrl,
  hostAndPort,
  needNetwork,
  readBeside,
  readCertificates,
  readData,
  readFile,
  readSecret,
  urlsForOthers,
} from "./command/_inputs.ts";
export {
  bytes,
  choice,
  integer,
  type Option,
  type OptionDetails,
  type Options,
  port,
  seconds,
  type SecondsOptions,
  text,
  texts,
  toggle,
  type Values,
} from "./command/_option.ts";
export { FileError, namedIn, whyRefused } from "./command/_file_error.ts";
export { optionInFlags, tlsInFlags } from "./command/_failure.ts";
export { fetchFailure } from "./command/_fetch_failure.ts";
export { parseExactly, toJson, valueOf } from "./command/_json.ts";
export {
  givenUrl,
  headerOf,
  isUrl,
  placeOf,
  type PlaceOptions,
  type Places,
} from "./command/_place.ts";
export { settings } from "./command/_settings.ts";
export {
  systemdCommand,
  type SystemdUnit,
  systemdUnit,
  systemdWord,
} from "./command/_systemd.ts";
export { printable, type Terminal } from "./command/_terminal.ts";
export { UsageError } from "./command/_usage_error.ts";
export { watchFiles } from "./command/_watched_files.ts";

/** The command that the user named. */
interface Asked {
  /** The words that lead to it. */
  readonly path: string;
  readonly command: Command;
  /** The same, or the group of which it is the default. */
  readonly shown: Command;
  /** The nearest above it that has a version: `hub` in `wirekit hub call`. */
  readonly program: Command;
  /** All commands of its group. */
  readonly siblings: readonly (Command | LateCommand)[];
  /** What was typed after it. */
  readonly rest: readonly string[];
}

/** The lines as they are, for what the frame itself writes. */
type Raw = Pick<Terminal, "log" | "error"> & {
  /** Formats a heading. */
  heading(text: string): string;
};

/**
 * Runs a command.
 *
 * @param root The command, or the group of commands.
 * @param args The words after its name.
 * @param terminal Where to write and what stops it, instead of this process's
 * own outputs and signals.
 * @returns The exit code.
 */
export async function run(
  root: Command,
  args: readonly string[],
  terminal: Partial<Terminal> = {},
): Promise<number> {
  using process = new ProcessTerminal();
  const { log = process.log, error = process.error } = terminal;
  const draw = terminal.draw ??
    (terminal.log
      ? (lines: readonly string[]) => lines.forEach(log)
      : (lines: readonly string[]) => process.draw(lines));
  const isBold = hasColors(Deno.stdout) && terminal.log === undefined;
  const isRed = hasColors(Deno.stderr) && terminal.error === undefined;
  const raw: Raw = {
    log,
    error,
    heading: (text) => isBold ? `\x1b[1m${text}\x1b[0m` : text,
  };
  const signal = terminal.signal
    ? AbortSignal.any([terminal.signal, process.signal])
    : process.signal;
  let program = root;
  let given: Parsed["given"] = new Map();
  let options: Options | undefined;
  try {
    const asked = await resolve(completable(root), args);
    program = asked.program;
    const parsed = await parsedOf(asked, raw);
    if (typeof parsed === "number") return parsed;
    given = parsed.given;
    const { command } = asked;
    options = command.options;
    const { words, program: child } = parsed;
    process.isServer = command.isServer ?? false;
    const call = { options: valuesOf(command, parsed), words, program: child };
    return await command.run?.(call, {
      log: (line) => log(printable(line)),
      error: (line) => error(printable(line)),
      draw: (lines) => draw(lines.map(printable)),
      isScreen: terminal.isScreen ??
        (terminal.log === undefined && process.isScreen),
      signal,
      during: (what, promise) => process.during(what, promise),
    }) ?? 0;
  } catch (thrown) {
    if (signal.aborted) {
      return signal.reason instanceof NobodyReads ? 0 : 130;
    }
    if (!(thrown instanceof Error)) throw thrown;
    const { message, code } = await failureOf(thrown, program, given, options);
    const name = `${program.name}:`;
    const start = isRed ? `\x1b[1;31m${name}\x1b[0m` : name;
    error(`${start} ${printable(withoutUrls(message, args))}`);
    return code;
  }
}

/**
 * Shows URLs that the user typed without their secrets: any word may be one, in
 * its place or not.
 */
function withoutUrls(message: string, args: readonly string[]): string {
  const words = args.flatMap((arg) => [arg, arg.slice(arg.indexOf("=") + 1)]);
  return words.filter((word) => /^[a-z][a-z\d+.-]*:\/./i.test(word))
    .reduce((text, word) => text.replaceAll(word, shownUrl(word)), message);
}

/** Adds the command that prints completions to a group of commands. */
function completable(root: Command): Command {
  if (!root.commands) return root;
  const completion: LateCommand = {
    name: "completion",
    async load() {
      const { completionOf } = await import("./command/_completion.ts");
      return completionOf(group);
    },
  };
  const group = { ...root, commands: [...root.commands, completion] };
  return group;
}

/** Finds the command that the user means. */
async function resolve(
  root: Command,
  args: readonly string[],
): Promise<Asked> {
  let asked: Asked = {
    path: root.name,
    command: root,
    shown: root,
    program: root,
    siblings: [],
    rest: args,
  };
  for (;;) {
    const { path, command, program, rest } = asked;
    const { commands: siblings, fallback } = command;
    if (!siblings) return asked;
    const [first, ...more] = rest;
    if (first === "help") {
      asked = { ...asked, rest: [...more, "--help"] };
      continue;
    }
    const named = (wanted: string | undefined) => {
      const found = siblings.find(({ name }) => name === wanted);
      return found && loaded(found);
    };
    const next = await named(first);
    if (next) {
      asked = {
        path: `${path} ${next.name}`,
        command: next,
        shown: next,
        program: next.version === undefined ? program : next,
        siblings,
        rest: more,
      };
      continue;
    }
    const preset = await named(fallback);
    if (!preset || !isFor(preset, first)) return asked;
    return { path, command: preset, shown: command, program, siblings, rest };
  }
}

/** Returns whether a command that was not named can use a first word. */
function isFor(preset: Command, first: string | undefined): boolean {
  if (first === undefined) return arity(preset)[0] === 0;
  // A word that looks like the name of a command was meant as one.
  return !/^[a-z][a-z-]*$/i.test(first);
}

/**
 * Parses the words, or does what needs no command and returns its exit code.
 */
async function parsedOf(asked: Asked, raw: Raw): Promise<Parsed | number> {
  const { path, command, shown, program, siblings, rest } = asked;
  const help = async () => {
    const { helpOf } = await import("./command/_help.ts");
    return helpOf(path, await whole(shown), raw.heading);
  };
  const [first] = rest;
  if (command.commands && first === undefined) {
    raw.error(await help());
    return 2;
  }
  if (command.commands && first !== undefined && !isOption(first)) {
    const names = command.commands.map(({ name }) => name);
    const near = closest(first, names);
    const hint = near ? `Did you mean ${near}?` : `See ${path} --help`;
    throw new UsageError(`There is no command "${first}". ${hint}`);
  }
  const parsed = await parse(
    path,
    command,
    rest,
    () => Promise.all(siblings.map(loaded)),
  );
  if (parsed.help) raw.log(await help());
  else if (parsed.version) raw.log(`${program.name} ${program.version}`);
  else if (command.commands) {
    throw new UsageError(`Name a command first. See ${path} --help`);
  } else return parsed;
  return 0;
}
