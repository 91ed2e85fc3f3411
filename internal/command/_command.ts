// Copyright 2026 the Wirekit authors. MIT license.

import type { Options, Values } from "./_option.ts";
import type { Terminal } from "./_terminal.ts";

/**
 * What a command gets.
 *
 * @typeParam O Its options.
 */
export interface Call<O extends Options = Options> {
  /** The value of each option. */
  readonly options: Values<O>;
  /** All words that are not options, as they were typed. */
  readonly words: readonly string[];
  /** The words after `--`, for a command that starts a program. */
  readonly program: readonly string[];
}

/**
 * A command, or a group of commands.
 *
 * @typeParam O Its options.
 */
export interface Command<O extends Options = Options> {
  /** Its name. */
  readonly name: string;
  /** What it does, as a sentence. */
  readonly summary: string;
  /**
   * What it takes besides options: `NAME` for what it needs, `[NAME]` for what
   * may be left out, and `…` for what may be repeated. More words, or fewer, are
   * an error.
   *
   * @default {""}
   */
  readonly operands?: string;
  /** More text for its help. */
  readonly details?: string;
  /** Its options, besides `--help` and `--version`. */
  readonly options?: O;
  /** Example calls, as they are typed. */
  readonly examples?: readonly string[];
  /** Whether the words after `--` are a program with its arguments. */
  readonly startsProgram?: boolean;
  /**
   * Whether it serves others, so that it goes on when nobody reads what it
   * writes, or when that cannot be written.
   */
  readonly isServer?: boolean;
  /** What `--version` says; also of its commands. */
  readonly version?: string;
  /** The commands of a group. */
  readonly commands?: readonly (Command | LateCommand)[];
  /** The name of the command that runs if none is named. */
  readonly fallback?: string;
  /**
   * Returns the exit code of an error, for errors of the package.
   *
   * @param error The error.
   * @returns The exit code; `undefined` leaves it to the frame.
   */
  exitCode?(error: Error): number | undefined;
  /**
   * Returns what the user is told about an error, for errors of the package.
   *
   * @param error The error.
   * @returns The text; `undefined` leaves it to the frame.
   */
  messageOf?(error: Error): string | undefined;
  /**
   * Does it.
   *
   * @param call What the user typed.
   * @param terminal Where to write, and what stops it.
   * @returns The exit code; nothing means 0.
   */
  run?(call: Call<O>, terminal: Terminal): Promise<number | void>;
}

/**
 * A command of a group whose code is loaded when it is named or listed: the others
 * start without it.
 */
export interface LateCommand {
  /** Its name. */
  readonly name: string;
  /**
   * Loads it.
   *
   * @returns The command, which has the same name.
   */
  load(): Promise<Command>;
}

/** A command all of whose own commands are loaded, and so can be described. */
export interface WholeCommand extends Command {
  readonly commands?: readonly WholeCommand[];
}

/** Loads a command that is not loaded yet, but not what is below it. */
export async function loaded(command: Command | LateCommand): Promise<Command> {
  return "load" in command ? await command.load() : command;
}

/** Loads a command and all that is below it. */
export async function whole(
  command: Command | LateCommand,
): Promise<WholeCommand> {
  const { commands, ...own } = await loaded(command);
  return commands
    ? { ...own, commands: await Promise.all(commands.map(whole)) }
    : own;
}

/**
 * Makes a command. It only lets TypeScript infer the types of the options in
 * `run`.
 *
 * @typeParam O The options.
 * @param command The command.
 * @returns The same.
 */
export function command<const O extends Options>(
  command: Command<O>,
): Command {
  return command as unknown as Command;
}

/** Returns how many words a command takes: at least and at most. */
export function arity({ operands = "" }: Command): [number, number] {
  const most = operands.split(" ").filter(Boolean).length;
  return [
    needed(operands).length,
    operands.includes("…") ? Infinity : most,
  ];
}

/** The operands that cannot be left out. */
function needed(operands: string): string[] {
  let depth = 0;
  return operands.split(" ").filter((token) => {
    depth += token.split("[").length - 1;
    const isNeeded = token !== "" && depth === 0;
    depth -= token.split("]").length - 1;
    return isNeeded;
  });
}

/** Returns the name of the operand that is missing after this many words. */
export function missingOperand(
  { operands = "" }: Command,
  count: number,
): string {
  return needed(operands)[count]?.replaceAll("…", "") ?? "";
}

/** Returns the usage line of a command. */
export function synopsis(path: string, command: Command): string {
  const { operands, options, startsProgram, commands, fallback } = command;
  return [
    path,
    ...commands ? [fallback === undefined ? "COMMAND" : "[COMMAND]"] : [],
    ...operands ? [operands] : [],
    ...options && Object.keys(options).length > 0 ? ["[options]"] : [],
    ...startsProgram ? ["[-- PROGRAM [ARG…]]"] : [],
  ].join(" ");
}
