// Copyright 2026 the Wirekit authors. MIT license.

import { now } from "@wirekit/internal/clock";
import type { Claims } from "./_claims.ts";
import type { Lease } from "./_lease.ts";

/** How long servers may take to choose a leader before the log says so. */
const PATIENCE = 3_000;

/** What is said while they do not decide, and what to do about it. */
export const UNDECIDED = {
  reason: "The NATS servers do not decide now who has which name.",
  cure: "Check that most of the NATS servers are running with JetStream on, " +
    "and that they reach each other: most of them have to agree.",
};

/** Whether the servers decide what they are asked: most of them have to agree. */
export class Deciding {
  readonly #lease: Lease;
  readonly #claims: Claims;
  readonly #log: (level: "info" | "warn", line: string) => void;
  /** Since when they do not. */
  #since: number | undefined;
  #isTold = false;

  constructor(
    lease: Lease,
    claims: Claims,
    log: (level: "info" | "warn", line: string) => void,
  ) {
    this.#lease = lease;
    this.#claims = claims;
    this.#log = log;
  }

  /** Whether they leave a sign of life or a claim of this node undecided. */
  get isOff(): boolean {
    return this.#lease.isUndecided || this.#claims.areUndecided;
  }

  /** Tells the log. Is called now and then, while there is a connection. */
  look(): void {
    if (this.isOff) {
      this.#since ??= now();
      if (this.#isTold || now() - this.#since < PATIENCE) return;
      this.#isTold = true;
      this.#log("warn", `${UNDECIDED.reason} ${UNDECIDED.cure}`);
      return;
    }
    this.#since = undefined;
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#log("info", "The NATS servers decide again");
  }
}
