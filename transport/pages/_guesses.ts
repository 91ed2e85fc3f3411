// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { now } from "@wirekit/internal/clock";
import { bytesOf, machineAt } from "../server/_address.ts";
import { refused } from "./_json.ts";

/** How long wrong tokens count, in milliseconds. */
const WINDOW = 60_000;

/** How many wrong tokens of one machine are looked at in that time. */
const MAX_GUESSES = 10;

/** With more wrong tokens of all machines, each machine has one attempt. */
const MAX_GUESSES_OF_ALL = 100;

/** The most machines that are told apart. */
const MAX_MACHINES = 10_000;

/** The wrong tokens of somebody. */
interface Count {
  since: number;
  wrong: number;
}

/**
 * Keeps strangers from guessing a token: people choose short ones for their
 * telephones.
 */
export class Guesses {
  readonly #machines = new Map<string, Count>();
  readonly #all: Count = { since: 0, wrong: 0 };

  /**
   * Refuses a machine that has guessed too often.
   *
   * @param address Its address; empty if it is not known.
   * @returns The response that refuses it; `undefined` if it may try.
   */
  refuse(address: string): Response | undefined {
    const time = now();
    const count = this.#machines.get(machineOf(address));
    if (count === undefined || time - count.since > WINDOW) return undefined;
    const all = this.#all;
    const isFlood = all.wrong > MAX_GUESSES_OF_ALL &&
      time - all.since <= WINDOW;
    if (count.wrong < (isFlood ? 1 : MAX_GUESSES)) return undefined;
    const seconds = Math.ceil((count.since + WINDOW - time) / 1_000) || 1;
    return refused(
      429,
      `There were too many wrong tokens. Try again in ${seconds} s.`,
      { "retry-after": `${seconds}` },
    );
  }

  /**
   * Counts a wrong token.
   *
   * @param address The address that it came from; empty if it is not known.
   */
  wrong(address: string): void {
    const time = now();
    const machine = machineOf(address);
    const count = this.#machines.get(machine) ?? { since: time, wrong: 0 };
    // The one that was wrong last stands last.
    this.#machines.delete(machine);
    this.#machines.set(machine, count);
    if (this.#machines.size > MAX_MACHINES) {
      const [oldest = ""] = this.#machines.keys();
      this.#machines.delete(oldest);
    }
    for (const each of [count, this.#all]) {
      if (time - each.since > WINDOW) {
        Object.assign(each, { since: time, wrong: 0 });
      }
      each.wrong++;
    }
  }
}

function machineOf(address: string): string {
  const bytes = bytesOf(address);
  return bytes ? machineAt(bytes) : address;
}
