// Copyright 2026 the Wirekit authors. MIT license.

import type { Server } from "node:net";
import { hostAndPort } from "../opening/_not_connected.ts";

/** Addresses that clash with others of the same port. */
const WIDE_REGEXP = /^(0\.0\.0\.0|\[::\]|localhost):/;

const servers = /* @__PURE__ */ new Set<Server>();

/** Notes that this program listens there, until it no longer does. */
export function noteListening(server: Server): void {
  servers.add(server);
  server.once("close", () => servers.delete(server));
}

/** Whether it is this program that listens at an address or a path. */
export function isOwn(place: string): boolean {
  for (const server of servers) {
    if (server.listening && clash(placeOf(server), place)) return true;
  }
  return false;
}

function placeOf(server: Server): string {
  const at = server.address();
  if (typeof at === "string" || at === null) return at ?? "";
  return hostAndPort(at.address, at.port);
}

function clash(one: string, other: string): boolean {
  if (one === other) return true;
  const isWide = WIDE_REGEXP.test(one) || WIDE_REGEXP.test(other);
  return isWide && portOf(one) === portOf(other);
}

function portOf(place: string): string {
  return place.slice(place.lastIndexOf(":"));
}
