// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { parseWhere, reaches } from "./where.ts";

/** Tells whether a WHO has the targets of the wired bus. */
export function isWired(who: number): boolean {
  return who === 1 || who === 2 || who === 14 || who === 15;
}

/** Zones, probes, actuators and central units of WHO 4. */
const ZONE_REGEXP =
  /^(\d{1,3}|\d{1,2}#\d{1,2}|#\d{1,2}(#\d)?|3#\d{1,2}#\d{1,2})$/;

/** Meters, actuators with energy control and Stop&Gos of WHO 18. */
const ENERGY_REGEXP = /^([15]\d{1,3}|7\d{1,3}#0)$/;

/**
 * Checks a target that a user has given.
 *
 * @param who The WHO.
 * @param where The target.
 * @returns What is expected instead; `undefined` if the target may be valid.
 */
export function faultOfTarget(who: number, where: string): string | undefined {
  if (!/^[\d#]*$/.test(where)) return "digits and # only";
  if (isWired(who)) {
    if (parseWhere(where) !== undefined) return undefined;
    if (/^\d#4#\d$|#4#\d$/.test(where)) {
      return "an interface with two digits, such as #4#01";
    }
    return "a point such as 12, 02 or 0311, an area such as 1 or 00, a group such as #1, or 0 for all";
  }
  if (who === 4 && !ZONE_REGEXP.test(where)) {
    return "a zone such as 1 or #1, or a central unit such as #0";
  }
  if (who === 18 && !ENERGY_REGEXP.test(where)) {
    return "a meter such as 51, an actuator such as 71#0, or a Stop&Go such as 11";
  }
  return undefined;
}

/**
 * Tells whether a message from one target may answer a request to another. The
 * whole WHERE tells devices apart, including bus, group and central unit. Only
 * energy and heating answer with another WHERE than they were asked with, and a
 * request to many is answered by each.
 *
 * @param who The WHO.
 * @param asked The target of the request.
 * @param where The target that the message is about.
 */
export function speaksFor(who: number, asked: string, where: string): boolean {
  if (asked === where) return true;
  if (isWired(who)) return speaksForWired(asked, where);
  if (who === 4) return speaksForZone(asked, where);
  // `71#0` is answered by `71#0` or `71`.
  if (who === 18) return head(asked) === head(where);
  // Their WHERE contains a sender too, which differs in an answer.
  if (who === 22 || who === 24) return head(asked) === head(where);
  return asked === "" || asked === "0" || asked.startsWith("#") ||
    (who === 25 && asked === "30") || who >= 1000;
}

function speaksForWired(asked: string, where: string): boolean {
  const from = parseWhere(asked);
  const to = parseWhere(where);
  if (from === undefined || to === undefined) return false;
  if (reaches(asked, where)) return true;
  // Addresses do not show who is in a group.
  return from.kind === "group" && to.kind === "point" && from.bus === to.bus;
}

/**
 * Does the same for heating: a zone that a central unit controls, `#1` or
 * `#1#2`, answers as zone `1`; the central units `#0`, `#0#1` and the actuators
 * `1#1` answer as themselves.
 */
function speaksForZone(asked: string, where: string): boolean {
  if (asked === "0") return true;
  const all = /^0(\d\d)$/.exec(asked);
  // All probes of a zone: 1 and the probes 101 to 801 answer to 001.
  if (all !== null) return where.padStart(2, "0").endsWith(all[1]!);
  if (head(asked) === "0" || head(where) === "0") return false;
  const plain = asked.replace(/^#/, "");
  const other = where.replace(/^#/, "");
  if (plain === other) return true;
  return asked.startsWith("#") && head(asked) === other;
}

/** Returns the first run of digits: `7` of `7#0` and of `#7`. */
function head(where: string): string {
  const [first = "", next = ""] = where.split("#");
  return first || next;
}
