// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { isWired } from "../wire/_targets.ts";
import type { BusMessage } from "../wire/kinds.ts";
import { parseTag } from "../wire/message.ts";
import { parseWhere } from "../wire/where.ts";
import type { GatewayProfile } from "../session/profiles.ts";

/** The dimensions of WHO 18, each with the parameters that it needs. */
const ENERGY_REGEXP =
  /^(51|53|54|71|73|113|212|25\d|26[0-3]|52#\d+#\d+|72#[12]|511#\d+#\d+|51[234]#\d+|517(#\d+)?|1200#\d+)$/;

/** The modes that a central unit and its zones accept: not manual, as `110`. */
const GOVERNED_REGEXP =
  /^([01]|[123](02|03|11)|[123][12]\d\d|[123]12#\d{4}#\d+|[123]15#\d+|[123]3\d{3}#\d+|3000(#\d+)?|20|21|40)$/;

/** The modes that a zone without a central unit accepts. */
const ZONE_REGEXP = /^([01]|[123]0[23]|40)$/;

/**
 * Tells whether the firmware of a gateway accepts a message, whatever devices
 * the plant has. It refuses any other message, and sends nothing to the bus.
 *
 * The rules are those of firmware run by own-firmware-oracle, restated; what
 * was not run is accepted.
 */
export function takes(profile: GatewayProfile, message: BusMessage): boolean {
  const { who } = message;
  if (profile.whos !== undefined && !profile.whos.includes(who)) return false;
  if (profile.refuses.includes(who)) return false;
  const where = message.where ?? "";
  // The number of an interface has two digits.
  if (/#4#\d$/.test(where)) return false;
  if (isWired(who) && !takesTarget(profile, where)) return false;
  switch (who) {
    case 1:
      // A level of 100, which is 0 %, and more than 200 are refused.
      return message.kind !== "writing" || message.dimension !== "1" ||
        (message.values.length === 2 && Number(message.values[0]) > 100 &&
          Number(message.values[0]) <= 200);
    case 2:
      return !("dimension" in message) ||
        ["10", "11"].includes(parseTag(message.dimension).code);
    case 3:
      return takesLoad(message, where);
    case 4:
      return profile.name === "generic" || takesHeating(message, where);
    case 18:
      return !("dimension" in message) ||
        ENERGY_REGEXP.test(message.dimension);
    case 25:
      return message.kind !== "normal" || takesButton(message.what, where);
    default:
      return true;
  }
}

/**
 * Tells whether a gateway refuses a message that it has sent to the bus,
 * because nothing confirms it in time.
 */
export function isUnconfirmed(
  profile: GatewayProfile,
  message: BusMessage,
): boolean {
  return profile.unconfirmed.includes(message.who) &&
    (message.kind === "normal" || message.kind === "writing");
}

function takesTarget(profile: GatewayProfile, where: string): boolean {
  if (parseWhere(where) === undefined) return false;
  return profile.longPoints || !/^000[1-9](#|$)/.test(where);
}

function takesLoad(message: BusMessage, where: string): boolean {
  const isLoad = /^#[1-8]$/.test(where);
  if (message.kind === "normal") return isLoad && message.what === "2";
  if (message.kind === "status") return isLoad;
  return message.kind === "request" && where === "10" &&
    /^[0-4]$/.test(message.dimension);
}

function takesHeating(message: BusMessage, where: string): boolean {
  const isGoverned = where.startsWith("#");
  if (message.kind === "normal") {
    const modes = isGoverned ? GOVERNED_REGEXP : ZONE_REGEXP;
    return modes.test(message.what);
  }
  if (message.kind !== "writing") return true;
  const [value = ""] = message.values;
  switch (message.dimension) {
    case "11":
      return !isGoverned && /^[0-3]$/.test(value);
    case "14":
      return true;
    default:
      return where.startsWith("#0") && ["30", "31", "32"].includes(
        message.dimension,
      );
  }
}

function takesButton(what: string, where: string): boolean {
  const { code, parameters } = parseTag(what);
  const number = Number(code);
  if (number >= 21 && number <= 28) {
    return parameters.length === 1 && /^2\d+$/.test(where);
  }
  if (number === 31 || number === 32) {
    return parameters.length <= 1 && /^3\d+$/.test(where);
  }
  return false;
}
