// Copyright 2026 the Wirekit authors. MIT license.

import { now } from "@wirekit/internal/clock";
import type { Claims } from "./_claims.ts";
import type { Lease } from "./_lease.ts";
import { UNDECIDED } from "./_refusals.ts";

/**
 * How long servers may leave something undecided before the log says so, and
 * `/readyz`: all hubs would say it at once, though calls go on. Servers of NATS
 * wait for 4 to 9 seconds before they choose another leader, and a node needs
 * one to find out that there is none.
 */
export const PATIENCE = 8_000;

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

  /** Whether they have decided nothing for so long that the log tells of it. */
  get isOff(): boolean {
    return this.#isTold && this.isUndecided;
  }

  /** Whether they leave a sign of life or a claim of this node undecided. */
  get isUndecided(): boolean {
    return this.#lease.isUndecided || this.#claims.areUndecided;
  }

  /** Tells the log. Is called now and then, while there is a connection. */
  look(): void {
    if (this.isUndecided) {
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

/** How long a server may lag behind, in milliseconds: it may be restarted. */
const OLD = 10_000;

/** Which servers should keep a copy of the names, and do not. */
export class Copies {
  readonly #log: (level: "info" | "warn", line: string) => void;
  /** Since when, by the names of servers. */
  readonly #since = new Map<string, number>();
  readonly #told = new Set<string>();

  constructor(log: (level: "info" | "warn", line: string) => void) {
    this.#log = log;
  }

  /**
   * Tells the log what is new.
   *
   * @param behind The servers whose copy is old, as the leader says.
   */
  look(behind: readonly string[]): void {
    const time = now();
    for (const name of behind) {
      const since = this.#since.get(name) ?? time;
      this.#since.set(name, since);
      if (this.#told.has(name) || time - since < OLD) continue;
      this.#told.add(name);
      this.#log(
        "warn",
        `The NATS server ${name} keeps no copy of the names now: it is not ` +
          "there, or its JetStream is off. A server whose disk was full turns " +
          "it off until it is restarted. Look into its log",
      );
    }
    for (const name of this.#since.keys()) {
      if (behind.includes(name)) continue;
      this.#since.delete(name);
      if (!this.#told.delete(name)) continue;
      this.#log(
        "info",
        `The NATS server ${name} keeps a copy of the names again`,
      );
    }
  }
}
