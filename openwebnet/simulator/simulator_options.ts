// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * The options of a simulated gateway.
 *
 * @module
 */

import type { Authentication } from "../session/handshake.ts";
import type { GatewayProfile } from "../session/profiles.ts";
import type { Fault } from "./faults.ts";
import type { PlantOptions } from "./plant.ts";

/**
 * Options of {@linkcode GatewaySimulator}.
 *
 * @category Simulator
 */
export interface GatewaySimulatorOptions {
  /**
   * How clients are authenticated.
   *
   * @default {profile.authentication[0]} `"none"` for a generic one.
   */
  authentication?: Authentication;
  /**
   * The password.
   *
   * @default {"12345"}
   */
  password?: string;
  /**
   * The kind of gateway.
   *
   * @default {PROFILES.generic}
   */
  profile?: GatewayProfile;
  /**
   * The plant that the gateway is connected to.
   *
   * @default {DEFAULT_PLANT}
   */
  plant?: PlantOptions;
  /** The faults to make, in order. */
  faults?: readonly Fault[];
  /**
   * The seed of nonces, splits and strays: the same seed repeats them.
   *
   * @default {1}
   */
  seed?: number;
  /**
   * The selectors for command sessions that are granted.
   *
   * @default {["9", "0"]}
   */
  selectors?: readonly string[];
  /**
   * How many times faster than ours the gateway's clock runs: 1000 turns an
   * idle time of 30 s into 30 ms.
   *
   * @default {1}
   */
  speed?: number;
  /**
   * Maximum number of frames to keep, received and executed ones each. Beyond
   * it, the older half is dropped.
   *
   * @default {100000}
   */
  maxLedgerFrames?: number;
  /**
   * Whether a byte stream carries frames in pieces, some joined to others.
   *
   * @default {false}
   */
  splitWrites?: boolean;
}
