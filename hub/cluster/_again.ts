// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.
import { later } from "@wirekit/internal/clock";
import { type Fault, fault } from "../exchange/fault.ts";
import type { Asked } from "./_asked.ts";
import type { Line } from "./_remote.ts";
import type { Remotes } from "./_remotes.ts";

/**
 * How often, and for how long at first, to wait for a name that the engine does
 * not find and that somebody has: it has just come, or its node is about to be
 * back.
 */
const TRIES = 10;
const FIRST_DELAY = 10;
/** Those that come later do not wait much longer for the first ones. */
const MAX_DELAY = 80;
/** The most that may wait for a name, in characters, beside what has come back. */
const MAX_WAITING = 16 * 1024 * 1024;
const FULL = fault(
  "Unreachable",
  "Too much waits already for the hub of the destination to be back.",
);

/** What waits for a name. */
interface Waiting {
  /** What has come back. */
  readonly again: { readonly asked: Asked; readonly message: string }[];
  /** What was sent since, which has to come after it. */
  readonly behind: { readonly message: string; readonly ref?: number }[];
  size: number;
  /** When something was last sent to the name before it had to wait. */
  readonly last: number;
}

/** Ends what was asked, as it cannot be sent, or nobody has taken it. */
type End = (asked: Asked, reason?: Fault) => void;

/**
 * Sends again what nobody was there to take, and after it what was sent to the
 * same name meanwhile: messages arrive in the order in which they were sent.
 * What would come after a later one ends.
 */
export class Again {
  readonly #line: Line;
  readonly #remotes: Remotes;
  readonly #end: End;
  readonly #names = new Map<string, Waiting>();

  constructor(line: Line, remotes: Remotes, end: End) {
    this.#line = line;
    this.#remotes = remotes;
    this.#end = end;
  }

  /** Whether something may be sent once more. */
  static canTry({ tries }: Asked): boolean {
    return tries < TRIES;
  }

  /** Whether what is sent to a name has to wait. */
  has(name: string): boolean {
    return this.#names.size > 0 && this.#names.has(name);
  }

  /** Keeps what is to be sent to a name for which something waits. */
  add(name: string, message: string, ref?: number): Fault | undefined {
    const waiting = this.#names.get(name)!;
    if (waiting.size + message.length > MAX_WAITING) return FULL;
    waiting.size += message.length;
    waiting.behind.push(ref === undefined ? { message } : { message, ref });
    return undefined;
  }

  /** Sends something again, after a while. */
  send(asked: Asked, message: string): void {
    const { name } = asked;
    asked.waits = true;
    const delay = Math.min(FIRST_DELAY * 2 ** asked.tries++, MAX_DELAY);
    let waiting = this.#names.get(name);
    if (!waiting) {
      const last = this.#remotes.get(name)?.sent ?? 0;
      const made = waiting = { again: [], behind: [], size: 0, last };
      this.#names.set(name, made);
      later(delay, () => {
        // The rest of what has come back may not have been read yet.
        if (isLate(made)) later(MAX_DELAY, () => this.#release(name, made));
        else this.#release(name, made);
      });
    }
    waiting.again.push({ asked, message });
  }

  /** Forgets what waits for a name, or for all. */
  drop(name?: string): void {
    if (name === undefined) this.#names.clear();
    else this.#names.delete(name);
  }

  #release(name: string, waiting: Waiting): void {
    if (this.#names.get(name) !== waiting) return;
    this.#names.delete(name);
    const { again, behind } = waiting;
    again.sort((a, b) => a.asked.ref - b.asked.ref);
    const mustEnd = isLate(waiting);
    for (const { asked, message } of again) {
      asked.waits = false;
      if (mustEnd && asked.question) this.#end(asked);
      else this.#publish(name, message, asked.ref);
    }
    for (const { message, ref } of behind) this.#publish(name, message, ref);
  }

  #publish(name: string, message: string, ref?: number): void {
    const line = this.#line;
    const asked = ref === undefined ? undefined : line.asked.get(ref);
    // Nobody waits for it any more.
    if (ref !== undefined && !asked) return;
    const sent = line.count();
    if (asked) asked.sent = sent;
    const to = this.#remotes.get(name);
    if (to && (!asked || asked.question)) to.sent = sent;
    const refusal = line.publish({ name }, message, ref);
    if (refusal && asked) this.#end(asked, refusal);
  }
}

/** Whether what was sent last has not come back: it was taken, and came first. */
function isLate({ again, last }: Waiting): boolean {
  return again.every(({ asked }) => asked.sent < last);
}
