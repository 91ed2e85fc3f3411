// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { isWired } from "./wire/_targets.ts";
import { parseWhere } from "./wire/where.ts";

/** The meaning of each form of WHERE, by WHO; `$1` is the first group. */
const TARGETS: Readonly<
  Record<number, readonly (readonly [RegExp, string])[]>
> = {
  0: [[/^(\d\d)$/, "panel $1"]],
  3: [
    [/^#([1-8])$/, "the load of priority $1"],
    [/^10$/, "the load control unit"],
    [/^0$/, "all loads"],
  ],
  4: [
    [/^0$/, "all master probes"],
    [/^0(\d\d)$/, "all probes of zone $1"],
    [/^(\d{1,2})$/, "zone $1"],
    [/^(\d)(\d\d)$/, "probe $1 of zone $2"],
    [/^#0$/, "the central unit"],
    [/^#0#(\d)$/, "the central unit $1"],
    [/^#(\d{1,2})$/, "zone $1, by way of the central unit"],
    [/^#(\d{1,2})#(\d)$/, "zone $1, by way of the central unit $2"],
    [/^(\d{1,2})#(\d{1,2})$/, "actuator $2 of zone $1"],
    [/^3#(\d{1,2})#(\d{1,2})$/, "split unit $2 of zone $1"],
  ],
  5: [
    [/^$|^0$/, "the alarm"],
    [/^1$/, "the panel"],
    [/^#0$/, "the central unit"],
    [/^#12$/, "zone C"],
    [/^#15$/, "zone F"],
    [/^#(\d)$/, "zone $1"],
    [/^0(\d)$/, "input device $1"],
    [/^(\d)(\d)$/, "sensor $2 of zone $1"],
  ],
  7: [[/^40(\d\d)$/, "camera $1"]],
  9: [[/^$|^0$/, "all channels"], [/^([1-9])$/, "channel $1"]],
  13: [[/^$/, "the gateway"]],
  16: [
    [/^0$/, "all amplifiers"],
    [/^#(\d)$/, "the amplifiers of area $1"],
    [/^10([1-9])$/, "source $1"],
    [/^100$/, "all sources"],
    [/^(\d\d)$/, "amplifier $1"],
  ],
  17: [[/^0$/, "all scenes"], [/^(\d+)$/, "scene $1"]],
  18: [
    [/^5(\d{1,3})$/, "meter $1"],
    [/^7(\d{1,3})(#0)?$/, "actuator $1"],
    [/^1(\d{1,3})$/, "Stop&Go $1"],
  ],
  22: [
    [/^2#(\d)/, "source $1"],
    [/^3#(\d)#(\d)/, "speaker $2 of area $1"],
    [/^4#(\d)/, "area $1"],
    [/^5#/, "any receiver; the sender follows"],
    [/^6/, "all sources"],
  ],
  25: [
    [/^2(\d{1,4})$/, "CEN plus control $1"],
    [/^30$/, "all contacts"],
    [/^3(\d{1,4})$/, "contact $1"],
  ],
};

/** Describes in words the target of a WHERE; empty if that is not known. */
export function describeWhere(who: number, where: string): string {
  if (isWired(who)) return wired(where);
  for (const [form, words] of TARGETS[who] ?? []) {
    const match = form.exec(where);
    if (match === null) continue;
    return words.replace(/\$(\d)/g, (_, group) => `${Number(match[group])}`);
  }
  return "";
}

function wired(where: string): string {
  const found = parseWhere(where);
  if (found === undefined) return "";
  if (found.kind === "zigbee") {
    return `unit ${found.unit} of Zigbee device ${found.address}`;
  }
  const bus = found.bus === undefined
    ? ""
    : found.bus === "riser"
    ? ", on the riser"
    : `, on the bus of interface ${found.bus}`;
  switch (found.kind) {
    case "general":
      return `everyone${bus}`;
    case "area":
      return `area ${found.area}${bus}`;
    case "group":
      return `group ${found.group}${bus}`;
    case "point":
      return `point ${found.point} of area ${found.area}${bus}`;
  }
}
