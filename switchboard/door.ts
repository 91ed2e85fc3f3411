// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What a door of a switchboard is.
 *
 * @module
 */
import type { Door, Hub } from "@wirekit/hub/hub";

/**
 * A door of a hub that is open.
 *
 * @category Doors
 */
export interface OpenedDoor extends Door {
  /** What it listens at besides the port of the hub, as URLs. */
  readonly urls?: readonly string[];
  /** Ends its clients, and stops listening. */
  close?(): Promise<void>;
}

/**
 * Opens a door of a hub: {@linkcode httpDoor} and its like make one.
 *
 * @param hub The hub.
 * @returns The door.
 *
 * @category Doors
 */
export type DoorMaker = (hub: Hub) => OpenedDoor | Promise<OpenedDoor>;
