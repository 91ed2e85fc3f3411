// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { End, EndKind, Member } from "../../exchange/participant.ts";

/** How many names are remembered. */
const MAX_ENDS = 1_000;

/** Why a name was given up. */
export interface PastEnd extends End {
  /** When, in milliseconds since 1970. */
  readonly at: number;
}

/** Remembers why names were given up, and counts clients that have ended. */
export class Ends {
  /** How many bytes those clients have sent, and were sent. */
  bytesIn = 0;
  bytesOut = 0;
  /** By the JSON text of the name, the latest last. */
  readonly #ends = new Map<string, PastEnd>();
  readonly #counts = new Map<EndKind, number>();

  /** How many clients have ended, by why. */
  get counts(): ReadonlyMap<EndKind, number> {
    return this.#counts;
  }

  /** Why a name was given up the last time, by the JSON text of the name. */
  of(name: string): PastEnd | undefined {
    return this.#ends.get(name);
  }

  /** All that is remembered, the latest last. */
  all(): Iterable<[string, PastEnd]> {
    return this.#ends;
  }

  count({ about: { flow } }: Member, { kind }: End): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    if (!flow) return;
    this.bytesIn += flow.bytesIn;
    this.bytesOut += flow.bytesOut;
  }

  add(name: string, end: End): void {
    this.#ends.delete(name);
    this.#ends.set(name, { ...end, at: Date.now() });
    if (this.#ends.size <= MAX_ENDS) return;
    const [oldest] = this.#ends.keys();
    this.#ends.delete(oldest!);
  }
}
