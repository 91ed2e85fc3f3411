// Copyright 2026 the Wirekit authors. MIT license.

/** How the commands read their words: an act, and the devices for it. */

import { type Terminal, UsageError } from "@wirekit/internal/command";
import type { Gateway } from "../gateway.ts";
import type { HomeKind } from "../home.ts";
import { type GatewayValues, withGateway } from "./_gateway.ts";
import { type Target, targetsOf } from "./_home.ts";

/**
 * Does the same with several devices, one after the other. All targets are
 * checked before the first command is sent, so a typing error changes nothing.
 */
export async function forEach<T>(
  options: GatewayValues,
  terminal: Terminal,
  { words, kind }: {
    words: readonly string[];
    kind: HomeKind | readonly HomeKind[];
  },
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
 * Separates an action, which may come first or last, from its targets.
 *
 * @throws {UsageError} If none of the words is a known action.
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
  // The word that is not a target was meant as the action.
  const wrong = firstIsTarget ? last : first;
  throw new UsageError(`"${wrong}" is not one of ${wanted}`);
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
