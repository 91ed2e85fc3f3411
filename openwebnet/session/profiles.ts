// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Profiles of gateways: how a client should treat them, and how they behave.
 * The numbers come from users' logs and from the firmware of gateways.
 *
 * ```ts
 * import { profileOf } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(profileOf("MH201").pacing, 100);
 * assertEquals(profileOf("something new").name, "generic");
 * ```
 *
 * @module
 */

import type { Authentication } from "./handshake.ts";

/**
 * A kind of gateway. All times are in milliseconds.
 *
 * @category Gateway
 */
export interface GatewayProfile {
  /** The model. */
  readonly name: string;
  /** Minimum time from one command to the next. */
  readonly pacing: number;
  /**
   * How long a client should keep an unused command session open, in
   * milliseconds.
   */
  readonly idleTimeout: number;
  /**
   * Time between the acknowledgements that a client sends as a sign of life,
   * and how long it may take to answer a question.
   */
  readonly heartbeat: { readonly interval: number; readonly timeout: number };
  /** Maximum number of command sessions at a time. */
  readonly commandSessions: number;
  /** The authentications that it may ask for, the usual one first. */
  readonly authentication: readonly Authentication[];
  /** The WHOs that it passes on; absent if it passes all on. */
  readonly whos?: readonly number[];
  /** The WHOs for which it refuses every message. */
  readonly refuses: readonly number[];
  /** Whether it also accepts points 1 to 9 of area 0 written like `0001`. */
  readonly longPoints: boolean;
  /** How long it keeps an unused command session, in milliseconds. */
  readonly gatewayIdleTimeout: number;
  /**
   * Whether it drops that session silently, so that the next command is lost;
   * otherwise it closes the connection.
   */
  readonly dropsSilently: boolean;
  /** Time between two broadcasts of its clock; 0 for none. */
  readonly clock: number;
  /** How long it keeps an event session; 0 means for any time. */
  readonly eventLifetime: number;
  /** Whether it answers the sign of life on an event session with a NACK. */
  readonly refusesKeepalive: boolean;
  /** Whether unrelated frames may come before the answer to a command. */
  readonly strays: boolean;
  /**
   * The WHOs whose commands it sends to the bus but then refuses, because
   * nothing confirms them in time. Their values come as events.
   */
  readonly unconfirmed: readonly number[];
}

const GENERIC: GatewayProfile = {
  name: "generic",
  pacing: 50,
  idleTimeout: 15_000,
  heartbeat: { interval: 90_000, timeout: 10_000 },
  commandSessions: 4,
  authentication: ["none", "open", "sha1", "sha256"],
  gatewayIdleTimeout: 120_000,
  dropsSilently: false,
  clock: 0,
  eventLifetime: 0,
  refusesKeepalive: false,
  strays: false,
  unconfirmed: [],
  refuses: [],
  longPoints: false,
};

const HMAC: readonly Authentication[] = ["sha256", "sha1", "open", "none"];
const OPEN: readonly Authentication[] = ["open", "none"];
const MH200_WHOS = [
  ...[0, 1, 2, 13, 14, 15, 25],
  ...[1000, 1001, 1004, 1005, 1008, 1013, 1018, 1022, 1027],
];

/**
 * The kinds of gateways by name.
 *
 * @category Gateway
 */
export const PROFILES: Readonly<Record<string, GatewayProfile>> = {
  generic: GENERIC,
  MyHOMEServer1: {
    ...GENERIC,
    name: "MyHOMEServer1",
    pacing: 20,
    authentication: HMAC,
    gatewayIdleTimeout: 30_000,
    dropsSilently: true,
    unconfirmed: [18],
    refuses: [3, 8, 17],
  },
  F454: {
    ...GENERIC,
    name: "F454",
    authentication: HMAC,
    gatewayIdleTimeout: 60_000,
  },
  F455: {
    ...GENERIC,
    name: "F455",
    authentication: HMAC,
    gatewayIdleTimeout: 60_000,
  },
  F461: {
    ...GENERIC,
    name: "F461",
    authentication: HMAC,
    gatewayIdleTimeout: 60_000,
  },
  MH202: {
    ...GENERIC,
    name: "MH202",
    pacing: 100,
    commandSessions: 2,
    authentication: HMAC,
    strays: true,
    refuses: [8],
    longPoints: true,
  },
  MH201: {
    ...GENERIC,
    name: "MH201",
    pacing: 100,
    commandSessions: 1,
    authentication: OPEN,
    gatewayIdleTimeout: 150_000,
    eventLifetime: 3_480_000,
    refusesKeepalive: true,
  },
  MH200: {
    ...GENERIC,
    name: "MH200",
    pacing: 150,
    commandSessions: 1,
    authentication: OPEN,
    whos: MH200_WHOS,
    gatewayIdleTimeout: 30_000,
    clock: 30_000,
  },
  MH200N: {
    ...GENERIC,
    name: "MH200N",
    pacing: 150,
    commandSessions: 1,
    authentication: OPEN,
    whos: MH200_WHOS,
    gatewayIdleTimeout: 30_000,
    clock: 30_000,
  },
};

/**
 * Finds the profile of a gateway.
 *
 * @category Gateway
 * @param model The model as in the gateway's description. It may be part of a
 * longer name, in any case. The model *numbers* of WHO 13 are of no use here,
 * since the sources disagree on them.
 * @returns The profile; `generic` if the model is not known.
 *
 * @example By the name in its description
 * ```ts
 * import { profileOf } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(profileOf("BTicino F454 web server").name, "F454");
 * ```
 */
export function profileOf(model: string): GatewayProfile {
  const name = model.toLowerCase();
  let found = GENERIC;
  for (const profile of Object.values(PROFILES)) {
    if (profile === GENERIC || !name.includes(profile.name.toLowerCase())) {
      continue;
    }
    // MH200N contains MH200: the longer name wins.
    if (found === GENERIC || profile.name.length > found.name.length) {
      found = profile;
    }
  }
  return found;
}
