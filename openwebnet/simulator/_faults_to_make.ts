// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The faults that a simulated gateway has still to make. */

import { checkTime } from "@wirekit/internal/clock";
import type { HandshakeStep } from "./_accept.ts";
import type { CommandFault, Fault, HandshakeFault } from "./faults.ts";

/** A list of faults, each of which is made a number of times. */
export class FaultsToMake {
  readonly #faults: { readonly fault: Fault; left: number }[] = [];

  /**
   * Adds a fault.
   *
   * @throws {RangeError} If its delay is not a time.
   */
  add(fault: Fault): void {
    if ("delay" in fault && fault.delay !== undefined) {
      checkTime("delay", fault.delay, { zero: true });
    }
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  /** Takes a fault of a kind at a step of the handshake, if there is one. */
  takeHandshake(at: HandshakeStep, kind: HandshakeFault["fault"]): boolean {
    const next = this.#faults.find(({ fault, left }) =>
      left > 0 && fault.at === at && fault.fault === kind
    );
    if (next !== undefined) next.left--;
    return next !== undefined;
  }

  /** Takes the fault that happens to a frame, if there is one. */
  takeCommand(frame: string): CommandFault | undefined {
    for (const entry of this.#faults) {
      const { fault, left } = entry;
      if (left === 0 || fault.at !== "command") continue;
      if (fault.frame !== undefined && fault.frame !== frame) continue;
      entry.left--;
      return fault;
    }
    return undefined;
  }
}
