// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { Call, Calls } from "@wirekit/internal/calls";
import { TimeoutError } from "@wirekit/internal/errors";
import { Leads } from "./_leads.ts";
import type { Path } from "./_path.ts";

/** The length of a uuid. */
export const UUID_LENGTH = 36;

/** How many of its digits count the calls. */
const COUNT_LENGTH = 12;

/** Every byte in hexadecimal. */
const BYTES = Array.from(
  { length: 256 },
  (_, n) => n.toString(16).padStart(2, "0"),
);

/** The value of a hexadecimal digit, by its code; 16 if it is not one. */
const DIGITS = new Uint8Array(256).fill(16);
for (let n = 0; n < 16; n++) DIGITS[n.toString(16).charCodeAt(0)] = n;

/** A question to the hub that waits for its answer. */
export class Asked extends Call {
  /** What was asked. */
  declare readonly path: Path;
  /** The start of its uuid, which nobody can guess. */
  declare readonly lead: string;
  /** How long it may take, in milliseconds. */
  declare readonly timeout: number;

  /** Makes a call that is not sent yet. */
  constructor(path: Path, lead: string, timeout: number) {
    super();
    this.path = path;
    this.lead = lead;
    this.timeout = timeout;
  }
}

/**
 * The calls that wait for an answer, known by uuids. A uuid ends with the
 * number of the call, by which it is found, and starts with random digits: a
 * client that was asked once, and so knows one uuid, cannot answer for others.
 */
export class AskedCalls extends Calls<Asked> {
  readonly #leads = new Leads();
  /** What 256 numbers in a row start with, and of which they are. */
  #high = "";
  #block = -1;

  /** Makes a table without calls. */
  constructor() {
    super({ late: (call) => call.reject(timedOut(call)) });
  }

  /** Makes a call with a number of its own. */
  make(path: Path, timeout: number): Asked {
    const call = new Asked(path, this.#leads.next(), timeout);
    call.number = this.next();
    return call;
  }

  /** Returns the uuid of a call, after what stands before one in a message. */
  uuidOf({ lead, number }: Asked): string {
    const block = Math.floor(number / 256);
    if (block !== this.#block) {
      this.#high = block.toString(16).padStart(COUNT_LENGTH - 2, "0");
      this.#block = block;
    }
    return lead + this.#high + BYTES[number & 255];
  }

  /** Returns the call whose uuid ends at `end` in `text`, if there is one. */
  find(text: string, end: number): Asked | undefined {
    const start = end - COUNT_LENGTH;
    let number = 0;
    let all = 0;
    for (let i = start; i < end; i++) {
      const digit = DIGITS[text.charCodeAt(i)] ?? 16;
      all |= digit;
      number = number * 16 + digit;
    }
    const call = all > 15 ? undefined : this.get(number);
    if (!call) return undefined;
    const { lead } = call;
    return text.slice(start - lead.length, start) === lead ? call : undefined;
  }
}

function timedOut({ path, timeout }: Asked): TimeoutError {
  const { target, route } = path;
  const who = target === null ? "the hub" : JSON.stringify(target);
  const what = route === null ? "" : ` to ${JSON.stringify(route)}`;
  return new TimeoutError(`No answer from ${who}${what} within ${timeout} ms`);
}
