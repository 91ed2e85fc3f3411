// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** What a plant is asked, so that the states of its devices are known. */

import type { Message } from "../wire/kinds.ts";
import { isOne, type Shown, WHO_OF } from "./_items.ts";

/** The requests to all devices for their states. */
const COLLECTIVE: readonly Message[] = [
  { kind: "status", who: 1, where: "0" },
  { kind: "status", who: 2, where: "0" },
  { kind: "status", who: 25, where: "30" },
  { kind: "status", who: 5, where: "0" },
];

/** Returns the requests for the states of all devices, without the meters. */
export function stateRequests(items: Iterable<Shown>): Message[] {
  const requests = [...COLLECTIVE];
  for (const item of items) {
    const { kind, where, hasLevel, hasHumidity, seconds } = item;
    const status = (): Message => ({
      kind: "status",
      who: WHO_OF[kind],
      where,
    });
    const ask = (dimension: string): Message => ({
      kind: "request",
      who: WHO_OF[kind],
      where,
      dimension,
    });
    if (kind === "zone") {
      // The state of its valves, and what else it has reported before.
      requests.push(status(), ask("19"));
      if (hasHumidity) requests.push(ask("60"));
    } else if (kind === "scene") {
      requests.push(status());
    } else if (kind === "probe") {
      requests.push(ask("0"));
    } else if (kind === "breaker") {
      requests.push(ask("250"));
    } else if (kind === "light" && hasLevel) {
      requests.push(ask("1"));
    } else if (kind === "shutter" && seconds === undefined && isOne(where)) {
      requests.push(ask("10"));
    }
  }
  return requests;
}

/** Returns the requests that tell which lights have a level. */
export function levelRequests(items: Iterable<Shown>): Message[] {
  const requests: Message[] = [];
  for (const { kind, where, hasLevel } of items) {
    if (kind !== "light" || hasLevel || !isOne(where)) continue;
    requests.push({ kind: "request", who: 1, where, dimension: "1" });
  }
  return requests;
}

/**
 * Returns the requests to the meters.
 *
 * @param items The devices.
 * @param withTotals Whether to ask for energy too, and not only for power.
 */
export function meterRequests(
  items: Iterable<Shown>,
  withTotals: boolean,
): Message[] {
  const requests: Message[] = [];
  for (const { kind, where } of items) {
    if (kind !== "meter") continue;
    for (const dimension of withTotals ? ["113", "51"] : ["113"]) {
      requests.push({ kind: "request", who: 18, where, dimension });
    }
  }
  return requests;
}
