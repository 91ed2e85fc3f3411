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
  /** When it was noticed, and how many calls had failed before. */
  readonly since: number;
  readonly before: number;
  /** How many calls have failed, and when the last did, as far as was looked. */
  failures: number;
  at: number;
}

/** Finds names that are asked for again and again, and that nobody has. */
export class AbsentNames {
  readonly #hub: WatchedHub;
  /** By the JSON text of the name; an exchange counts no more than it has room for. */
  #known = new Map<string, Absence>();

  constructor(hub: WatchedHub) {
    this.#hub = hub;
  }

  /** Those of the last minute, the most wanted first. */
  *find(): Generator<Found, void> {
    const { exchange } = this.#hub;
    // Other hubs may have any name.
    if (exchange.cluster?.reason ?? exchange.cluster?.reading) return;
    const now = Date.now();
    const wanted = new Map<string, { failures: number; by: Set<string> }>();
    for (const member of exchange.members) {
      for (const { to, errors } of (member as Party).edges?.values() ?? []) {
        if (to === undefined || errors === 0 || exchange.has(to)) continue;
        const want = wanted.get(to) ?? { failures: 0, by: new Set() };
        want.failures += errors;
        want.by.add(nameOf(member));
        wanted.set(to, want);
      }
    }
    const known = new Map<string, Absence>();
    for (const [name, { failures }] of wanted) {
      const absence = this.#known.get(name) ??
        { since: now, before: failures, failures, at: -Infinity };
      // Who has asked may have left, and others go on.
      if (failures > absence.failures) absence.at = now;
      absence.failures = failures;
      known.set(name, absence);
    }
    this.#known = known;
    const found = [...known]
      .map(([name, absence]) => ({
        ...{ name, ...absence },
        count: absence.failures - absence.before,
      }))
      .filter(({ count, at }) => count >= MANY && now - at <= RECENTLY)
      .sort((a, b) => b.count - a.count);
    for (const { name, count, since } of found.slice(0, MAX_NAMES)) {
      const [first = "", ...others] = wanted.get(name)!.by;
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
}
