// Copyright 2026 the Wirekit authors. MIT license.

import { UsageError } from "./_usage_error.ts";

/**
 * An option of a command.
 *
 * @typeParam T The value that the command gets.
 */
export interface Option<T = unknown> {
  /** What it is, for the help. */
  readonly help: string;
  /**
   * The placeholder of its value in the help. An option without one takes no
   * value.
   */
  readonly value?: string;
  /** One letter, for `-p`. */
  readonly short?: string | undefined;
  /** Whether it may be repeated. */
  readonly many?: boolean;
  /** Whether its value is the name of a file. */
  readonly file?: boolean;
  /** Whether help and completion hide it. */
  readonly isHidden?: boolean;
  /** All possible values. */
  readonly choices?: readonly string[];
  /**
   * Makes the value that the command gets.
   *
   * @param texts The values as they were given; none if it was not given.
   * @param name The name of the option, such as `--port`.
   * @returns The value that the command gets.
   * @throws {UsageError} If a value is not valid.
   */
  read(texts: readonly string[], name: string): T;
}

/** The options of a command. `allowOrigin` is `--allow-origin`. */
export type Options = Record<string, Option>;

/**
 * The values of the options that a command gets.
 *
 * @typeParam O The options.
 */
export type Values<O> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** More about an option. */
export interface OptionDetails {
  /** One letter, for `-p`. */
  short?: string;
  /** Whether its value is the name of a file. */
  file?: boolean;
}

/** The name of an option as it is typed. */
export function nameOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * Makes an option without a value.
 *
 * @param help What it does.
 * @param short One letter, for `-q`.
 * @returns The option.
 */
export function toggle(help: string, short?: string): Option<boolean> {
  return { help, short, read: (texts) => texts.length > 0 };
}

/**
 * Makes an option whose value is a text.
 *
 * @param value The placeholder of the value in the help.
 * @param help What it is.
 * @param details More about it.
 * @returns The option.
 */
export function text(
  value: string,
  help: string,
  details: OptionDetails = {},
): Option<string | undefined> {
  return { value, help, ...details, read: ([given]) => given };
}

/**
 * Makes an option that may be repeated.
 *
 * @param value The placeholder of the value in the help.
 * @param help What it is.
 * @returns The option.
 */
export function texts(value: string, help: string): Option<readonly string[]> {
  return { value, help, many: true, read: (given) => given };
}

/**
 * Makes an option whose value is one of a few.
 *
 * @typeParam T The values.
 * @param value The placeholder of the value in the help.
 * @param choices The values.
 * @param help What it is.
 * @returns The option.
 */
export function choice<const T extends string>(
  value: string,
  choices: readonly T[],
  help: string,
): Option<T | undefined> {
  return {
    value,
    help,
    choices,
    read([given], name) {
      if (given === undefined) return undefined;
      const found = choices.find((each) => each === given);
      if (found !== undefined) return found;
      throw new UsageError(
        `${name} has to be ${listed(choices)}, not "${given}"`,
      );
    },
  };
}

/**
 * Makes an option whose value is an integer.
 *
 * @param value The placeholder of the value in the help.
 * @param help What it is.
 * @param details One letter for it, the least value (0) and the largest.
 * @returns The option.
 */
export function integer(
  value: string,
  help: string,
  { short, min = 0, max = Infinity }: {
    short?: string;
    min?: number;
    max?: number;
  } = {},
): Option<number | undefined> {
  return {
    value,
    help,
    short,
    read([given], name) {
      if (given === undefined) return undefined;
      const number = Number(given);
      if (/^\d{1,15}$/.test(given) && number >= min && number <= max) {
        return number;
      }
      const range = max === Infinity
        ? `of ${min} or more`
        : `from ${min} to ${max}`;
      throw new UsageError(
        `${name} has to be an integer ${range}, not "${given}"`,
      );
    },
  };
}

/**
 * Makes an option whose value is a port.
 *
 * @param help What it is.
 * @param short One letter, for `-p`.
 * @param min The lowest one: 1 where to connect.
 * @returns The option.
 */
export function port(
  help: string,
  short?: string,
  min = 0,
): Option<number | undefined> {
  return integer("PORT", help, { min, max: 65535, ...(short && { short }) });
}

/** Which times an option takes. */
export interface SecondsOptions {
  /** The shortest and the longest one, in seconds; any but 0 unless told. */
  between?: readonly [min: number, max: number];
  /** Whether it may be `never`; unless told, it may if none is the longest. */
  never?: boolean;
}

/**
 * Makes an option whose value is a time: a number of seconds, or `never`.
 *
 * @param help What it is.
 * @param options Which times it takes.
 * @returns The option. The command gets milliseconds, or `Infinity`.
 */
export function seconds(
  help: string,
  { between: [min, max] = [0, Infinity], never = max === Infinity }:
    SecondsOptions = {},
): Option<number | undefined> {
  return {
    value: "SECONDS",
    help,
    read([given], name) {
      if (given === undefined) return undefined;
      if (never && given === "never") return Infinity;
      const ms = Number(given) * 1_000;
      const isNumber = /^(\d+\.?\d*|\.\d+)$/.test(given);
      const isFitting = ms > 0 && ms >= min * 1_000 && ms <= max * 1_000;
      if (isNumber && isFitting) return ms;
      const range = max === Infinity
        ? "more than 0 seconds"
        : `from ${min} to ${max} seconds`;
      const hint = never
        ? `: give ${name} never for no limit`
        : `, not "${given}"`;
      const orNever = never ? ", or never" : "";
      throw new UsageError(
        isNumber
          ? `${name} has to be ${range}${hint}`
          : `${name} has to be a number of seconds such as 2.5${orNever}, not "${given}"`,
      );
    },
  };
}

/** The number of bytes in a unit. */
const UNITS: Record<string, number> = {
  "": 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
};

/**
 * Makes an option whose value is a number of bytes, such as `500000` or `16MiB`.
 *
 * @param help What it is.
 * @returns The option.
 */
export function bytes(help: string): Option<number | undefined> {
  return {
    value: "BYTES",
    help,
    read([given], name) {
      if (given === undefined) return undefined;
      const [, digits, unit = ""] = /^(\d{1,15})(?:([kmg])ib)?$/i.exec(given) ??
        [];
      const count = Number(digits) * UNITS[unit.toLowerCase()]!;
      if (count > 0) return count;
      throw new UsageError(
        `${name} has to be a number of bytes such as 500000 or 16MiB, not "${given}"`,
      );
    },
  };
}

/** Lists words as in a sentence: `a, b or c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join();
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
