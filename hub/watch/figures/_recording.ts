// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Payload } from "./_samples.ts";
import type { TailReport } from "../reports/tail.ts";

/** How long rows are kept, in milliseconds. */
const KEPT = 300_000;

/** How many rows a second are kept, and how many are saved up. */
const ROWS_A_SECOND = 60;
const MAX_SAVED = 2_000;

/** How many characters of payloads are kept. */
const MAX_PAYLOADS = 16_777_216;

/** The last five minutes, as far as there is room. */
export class Recording {
  #rows: TailReport[] = [];
  #saved = MAX_SAVED;
  #payloads = 0;
  /** Until when payloads are kept, in milliseconds since 1970. */
  payloadsUntil = 0;

  /** Whether payloads are kept now. */
  get keepsPayloads(): boolean {
    return Date.now() < this.payloadsUntil;
  }

  /** Ends a second. */
  tick(): void {
    this.#saved = Math.min(this.#saved + ROWS_A_SECOND, MAX_SAVED);
    const oldest = Date.now() - KEPT;
    let old = 0;
    while (
      old < this.#rows.length &&
      (this.#rows[old]!.at < oldest || this.#payloads > MAX_PAYLOADS)
    ) this.#payloads -= weightOf(this.#rows[old++]!);
    if (old > 0) this.#rows = this.#rows.slice(old);
  }

  add(row: TailReport, payload: Payload | undefined): void {
    if (this.#saved === 0) return;
    this.#saved--;
    const keeps = payload && this.keepsPayloads &&
      this.#payloads < MAX_PAYLOADS;
    const kept = keeps ? { ...row, ...payload } : row;
    this.#payloads += weightOf(kept);
    this.#rows.push(kept);
  }

  /** The rows as JSON lines, the oldest first. */
  *lines(withPayloads: boolean): Generator<string, void> {
    for (const { data, answer, ...row } of this.#rows) {
      const payload = withPayloads ? { data, answer } : {};
      yield `${JSON.stringify({ ...row, ...payload })}\n`;
    }
  }
}

function weightOf({ data = "", answer = "" }: TailReport): number {
  return data.length + answer.length;
}
