// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Party } from "../../exchange/_party.ts";
import type { WatchedHub } from "../_hub.ts";
import { nameOf } from "../figures/_samples.ts";
import type { Found } from "./_found.ts";

/** How often a name has to be asked for in vain before somebody should know. */
const MANY = 10;

/** How long nobody asks for a name before it is no problem any more. */
const RECENTLY = 60_000;

/** The most names that are told. */
const MAX_NAMES = 10;

/** What is known of a name that nobody has. */
interface Absence {
  /** When it was noticed. */
  readonly since: number;
  /** How many calls have failed since then, and when the last was noticed. */
  count: number;
  at: number;
  /** The failures of all who are here, as of the last look. */
  failures: number;
}

/** Finds names that are asked for again and again, and that nobody has. */
export class AbsentNames {
  readonly #hub: WatchedHub;
  /** By the JSON text of the name; an exchange counts no more than it has room for. */
  readonly #known = new Map<string, Absence>();

  constructor(hub: WatchedHub) {
    this.#hub = hub;
  }

  /** Those of the last minute, the most wanted first. */
  *find(): Generator<Found, void> {
    const { exchange } = this.#hub;
    // Other hubs may have any name.
    const { reason, undecided, reading } = exchange.cluster ?? {};
    if (reason ?? undecided ?? reading) return;
    const now = Date.now();
    const wanted = this.#wanted();
    for (const name of this.#known.keys()) {
      if (!wanted.has(name)) this.#known.delete(name);
    }
    const found: [string, Absence][] = [];
    for (const [name, failures] of wanted) {
      const absence = this.#known.get(name) ??
        { since: now, count: 0, at: -Infinity, failures };
      this.#known.set(name, absence);
      // Who has asked may have left, and others go on.
      if (failures > absence.failures) {
        absence.count += failures - absence.failures;
        absence.at = now;
      }
      absence.failures = failures;
      const { count, at } = absence;
      if (count >= MANY && now - at <= RECENTLY) found.push([name, absence]);
    }
    found.sort(([, a], [, b]) => b.count - a.count);
    for (const [name, { count, since }] of found.slice(0, MAX_NAMES)) {
      const [first = "", ...others] = this.#askersOf(name);
      const more = others.length > 0 ? ` and ${others.length} more` : "";
      yield {
        id: `absent:${name}`,
        severity: "warning",
        count,
        since,
        text: `${name} was asked ${count} times, and nobody has that name.`,
        cure: `Start its program, or stop the calls of ${first}${more}.`,
      };
    }
  }

  /** How many calls have failed, by the name that nobody has. */
  #wanted(): Map<string, number> {
    const { exchange } = this.#hub;
    const wanted = new Map<string, number>();
    for (const member of exchange.members) {
      for (const { to, errors } of (member as Party).edges?.values() ?? []) {
        if (to === undefined || errors === 0 || exchange.has(to)) continue;
        wanted.set(to, (wanted.get(to) ?? 0) + errors);
      }
    }
    return wanted;
  }

  /** Who has asked in vain. */
  #askersOf(name: string): Set<string> {
    const askers = new Set<string>();
    for (const member of this.#hub.exchange.members) {
      const edge = (member as Party).edges?.get(name);
      if (edge && edge.errors > 0) askers.add(nameOf(member));
    }
    return askers;
  }
}
