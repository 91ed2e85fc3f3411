// Copyright 2026 the Wirekit authors. MIT license.

import type { Hub } from "@wirekit/hub/hub";
import type { DoorMaker, OpenedDoor } from "./door.ts";

/** Doors that were opened together. */
export interface Opened {
  /** Where they listen besides the port of the hub. */
  readonly urls: readonly string[];
  close(): Promise<void>;
}

/** Opens doors of a hub; none of them, if one cannot be opened. */
export async function openDoors(
  hub: Hub,
  makers: readonly DoorMaker[],
): Promise<Opened> {
  const doors: OpenedDoor[] = [];
  const close = async () => {
    await Promise.all(doors.map((door) => door.close?.()));
  };
  try {
    for (const make of makers) {
      const door = await make(hub);
      doors.push(door);
      hub.open(door);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const urls = doors.flatMap(({ urls = [] }) => urls);
  hub.urls = [...hub.urls, ...urls];
  return { urls, close };
}
