// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** The calls to a broker or a page that shows a plant. */

import type { Shown } from "./_items.ts";
import type { Happening, State } from "./_states.ts";

/** What the gateway reports about itself. */
export interface GatewayDetails {
  readonly model?: string;
  readonly firmware?: string;
  readonly mac?: string;
}

/** Shows a plant: at a broker, or on a page. */
export interface PlantObserver {
  /** Returns what is known from an earlier run. */
  recall?(): {
    /** The devices, with what was learned about them. */
    readonly items: Iterable<Shown>;
    /** The position of a shutter that reports none. */
    positionOf(item: Shown): number | undefined;
  };
  /** Shows whether the plant can be reached and its states are known. */
  reached(isOnline: boolean): void;
  /** Shows the devices: there are others, or more is known about them. */
  listed(items: Iterable<Shown>, gateway: GatewayDetails): void;
  /** Shows the new state of a device. */
  changed(item: Shown, state: State): void;
  /** Shows what has happened at a control, a scene or a module. */
  happened(item: Shown, what: Happening): void;
}
