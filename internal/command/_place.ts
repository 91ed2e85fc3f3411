// Copyright 2026 the Wirekit authors. MIT license.

import { checkUrl } from "./_inputs.ts";
import { settings } from "./_settings.ts";
import type { Terminal } from "./_terminal.ts";
import { UsageError } from "./_usage_error.ts";

/** What a user gave as options to say where to connect. */
export interface PlaceOptions {
  /** The URL. */
  readonly url?: string | undefined;
  /** The port of a server on this machine. */
  readonly port?: number | undefined;
}

/** Where a command can connect. */
export interface Places {
  /** The schemes of the URLs, such as `ws:`; the first is the usual one. */
  readonly schemes: readonly string[];
  /** Makes the URL of a server on this machine. */
  at(port: number): string;
}

/**
 * Finds the URL that a user gave as `--url` or as `--port`.
 *
 * @param options These options.
 * @param at Makes the URL of a server on this machine.
 * @returns The URL; `undefined` if none was given.
 * @throws {UsageError} If both were given.
 */
export function givenUrl(
  { url, port }: PlaceOptions,
  at: Places["at"],
): string | undefined {
  if (url !== undefined && port !== undefined) {
    throw new UsageError("--url and --port say the same: give one of them");
  }
  return port === undefined ? url : at(port);
}

/**
 * Finds the URL that a user gave as the first word, as an option, or as the
 * setting `WIREKIT_URL`.
 *
 * @param words The words after the command.
 * @param options The options.
 * @param terminal Where it may be set.
 * @param places Where the command can connect.
 * @returns The URL, if one was given, and the other words.
 * @throws {UsageError} If there are two, or it is none that the command knows.
 */
export function placeOf(
  words: readonly string[],
  options: PlaceOptions,
  terminal: Terminal,
  places: Places,
): { url: string | undefined; rest: readonly string[] } {
  const [first = "", ...rest] = words;
  const { schemes } = places;
  const isElsewhere = options.url !== undefined || options.port !== undefined;
  if (isUrl(first, schemes)) {
    if (!isElsewhere) return { url: checkUrl(first, schemes), rest };
    throw new UsageError(`There are two targets: ${first}, and an option`);
  }
  // A word that looks like an address was meant as one.
  if (!isElsewhere && /:\/\/|^[\w.-]+:\d+/.test(first)) {
    checkUrl(first, schemes);
  }
  const { WIREKIT_URL: url } = settings(terminal, {
    WIREKIT_URL: givenUrl(options, places.at),
  });
  return {
    url: url === undefined ? undefined : checkUrl(url, schemes),
    rest: words,
  };
}

/**
 * Returns whether a word begins as one of these URLs.
 *
 * @param word The word.
 * @param schemes The schemes of the URLs.
 * @returns Whether it does.
 */
export function isUrl(word: string, schemes: readonly string[]): boolean {
  const [scheme = ""] = /^[a-z]+:/i.exec(word) ?? [];
  return schemes.includes(scheme.toLowerCase());
}

/**
 * Reads the option `--header`.
 *
 * @param text What the user wrote, such as `authorization: Bearer s3cret`.
 * @returns The name and the value.
 * @throws {UsageError} If it is no header.
 */
export function headerOf(text: string): [name: string, value: string] {
  const [, name, value] = /^([\w-]+): *(.*)$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new UsageError(
    "--header has to be NAME:VALUE, such as 'authorization: Bearer s3cret'",
  );
}
