// Copyright 2026 the Wirekit authors. MIT license.

/** How a door serves a WebSocket client that may say its name in its URL. */

import type { Hub, Visitor } from "@wirekit/hub/hub";
import type { Newcomer, Session } from "./_session.ts";

/**
 * Serves a client until it ends.
 *
 * @param hub The hub.
 * @param visitor The client.
 * @param meet Makes what speaks with it.
 */
export function serveVisitor(
  hub: Hub,
  { transport, request, pass, address }: Visitor,
  meet: (newcomer: Newcomer) => Session,
): Promise<void> {
  const name = new URL(request.url).searchParams.get("name") ?? undefined;
  const carrier = "WebSocket";
  const known = { hub, pass, name, carrier, address };
  return hub.accept(transport, {
    pass,
    watched: true,
    carrier,
    connect: (receiver) => meet({ ...known, receiver }),
  });
}
