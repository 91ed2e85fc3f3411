// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Compares two checkouts, or two kinds of one: both run at the same time, and
 * are loaded one after the other in short slices, so that they have the same
 * neighbours.
 */

import {
  type Cell,
  type Load,
  sampleOf,
  type System,
  warmUp,
} from "./harness.ts";
import { isAlone, type Places, put, type Work } from "./places.ts";
import { median, type Sample } from "./results.ts";

/** A running system and what it is loaded with. Disposing ends it. */
export interface Loaded extends AsyncDisposable {
  /** The ids of our processes, by what they do. */
  processes: Record<string, number>;
  /** The cores of all processes. By default those that the kernel chooses. */
  places?: Places;
  /** Puts load on it. */
  load(seconds: number): Promise<Load>;
  /** Puts much load on it, to warm it up. */
  busy(seconds: number): Promise<Pick<Load, "calls">>;
  /** Warms it up, if not by load. */
  warmUp?: (() => Promise<void>) | undefined;
}

/** A row of ours that another checkout can have, too. */
export interface Row {
  /** Its case and its system. */
  name: string;
  /** Whether one message at a time is under way. */
  isAlone: boolean;
  /** Whether calls are made at a given rate. */
  isTimed: boolean;
  /** Starts the system of a checkout. */
  start(root: URL): Promise<Loaded>;
}

/** The processes that make the calls. */
const CALLERS = ["load", "requester", "client"];

/**
 * Makes a row of each case and system that go together.
 *
 * One message under way at a time is on one core with all that it passes.
 * Otherwise, the caller has a core of its own.
 *
 * @typeParam C The case to measure.
 * @param systems Each system, of a checkout.
 * @param cells The cases.
 * @param foreign The processes that are not ours.
 * @returns The rows.
 */
export function rowsOf<C extends Cell>(
  systems: ((root?: URL) => System<C>)[],
  cells: readonly C[],
  foreign: readonly string[] = ["load"],
): Row[] {
  return cells.flatMap((cell) => {
    const { rate }: Work = cell;
    const isTimed = rate !== undefined;
    const alone = isAlone(cell);
    // A caller at random times never sleeps: its CPU time says nothing.
    const isNotCounted = (role: string) =>
      foreign.includes(role) || isTimed && CALLERS.includes(role);
    return systems.filter((of) => cell.only?.includes(of().name) ?? true).map((
      of,
    ): Row => ({
      name: `${cell.name}, ${of().name}`,
      isAlone: alone,
      isTimed,
      async start(root: URL) {
        const system = of(root);
        const running = await system.start(cell);
        const busy = system.busy?.(cell) ?? cell;
        const all = Object.entries(running.processes);
        const isApart = ([role]: [string, number]) =>
          !alone && CALLERS.includes(role);
        return {
          processes: Object.fromEntries(
            all.filter(([role]) => !isNotCounted(role)),
          ),
          places: [
            all.filter((each) => !isApart(each)).map(([, pid]) => pid),
            all.filter(isApart).map(([, pid]) => pid),
          ],
          load: (seconds: number) => running.load(cell, seconds),
          busy: (seconds: number) => running.load(busy, seconds),
          warmUp: running.warmUp?.bind(running),
          [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
        };
      },
    }));
  });
}

/** How often and how long to load both. */
export interface Pace {
  /** How often both are started anew. */
  starts: number;
  /** How many slices of each follow. */
  slices: number;
  /** How long a slice is, in seconds. */
  seconds: number;
}

/** The slices of a start, each beside that of the other system. */
export type Start = [Sample, Sample][];

/** A figure of ours that is the better the smaller it is. */
export interface Figure {
  /** What it is. */
  name: string;
  /** Its unit. */
  unit: string;
  /** How often it is measured. */
  times: number;
  /** Measures it on a checkout. */
  measure(root: URL): Promise<number>;
}

/**
 * Loads two systems in turn: A B, then B A, and so on. The first one is started
 * first in every other start.
 *
 * @param start Starts each of them.
 * @param pace How often and how long.
 * @returns What was seen, start by start.
 */
export async function inTurn(
  start: [() => Promise<Loaded>, () => Promise<Loaded>],
  { starts, slices, seconds }: Pace,
): Promise<Start[]> {
  const seen: Start[] = [];
  for (let round = 0; round < starts; round++) {
    const isLate = round % 2 === 1;
    await using first = await start[isLate ? 1 : 0]();
    await using second = await start[isLate ? 0 : 1]();
    for (const { places } of [first, second]) if (places) await put(places);
    await Promise.all(
      [first, second].map((loaded) =>
        loaded.warmUp?.() ?? warmUp(loaded.busy, loaded.load)
      ),
    );
    const pairs: Start = [];
    const slice = (loaded: Loaded) =>
      sampleOf(loaded.processes, () => loaded.load(seconds));
    for (let n = 0; n < slices; n++) {
      const late = n % 2 ? await slice(second) : undefined;
      const early = await slice(first);
      const other = late ?? await slice(second);
      pairs.push(isLate ? [other, early] : [early, other]);
    }
    seen.push(pairs);
  }
  return seen;
}

/** What the starts of a comparison say of it. */
export interface Ratio {
  /** The median of the starts. */
  middle: number;
  /** The lower end of what it may be. */
  low: number;
  /** The upper end. */
  high: number;
}

/** How often the range of a ratio may miss the true median. */
const DOUBT = 1 / 8;

/**
 * Returns the median of the ratios of starts and the range that holds the true
 * one with 7 chances of 8: from the smallest to the largest of four, from the
 * second to the seventh of eight. So one start that was disturbed does no harm
 * among eight.
 *
 * @param ratios One ratio of each start; at least one.
 * @returns The median and its range, which promises less with three or fewer.
 */
export function ratioOf(ratios: number[]): Ratio {
  const sorted = ratios.toSorted((a, b) => a - b);
  const { length } = sorted;
  // Of each side so many are left out: the binomial distribution of as many
  // throws of a coin.
  let left = 0;
  let chance = 2 * 0.5 ** length;
  for (let outside = chance;; left++) {
    chance *= (length - left) / (left + 1);
    outside += chance;
    if (outside > DOUBT) break;
  }
  return {
    middle: median(sorted),
    low: sorted[left]!,
    high: sorted[length - 1 - left]!,
  };
}

/**
 * Returns what the slices of starts say of two systems.
 *
 * @param starts What was seen.
 * @param pick Compares two slices that are neighbours.
 * @returns The ratio: of a start, it is the median of its slices.
 */
export function compareStarts(
  starts: Start[],
  pick: (a: Sample, b: Sample) => number,
): Ratio {
  return ratioOf(
    starts.map((pairs) => median(pairs.map(([a, b]) => pick(a, b)))),
  );
}
