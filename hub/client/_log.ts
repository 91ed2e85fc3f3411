// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { described } from "@wirekit/internal/errors";
import { type Logger, oneLine } from "@wirekit/internal/logger";
import type { SessionOwner } from "./session/_options.ts";
import type { ClientEvents } from "./events.ts";

/** Tells a logger of what an operator should know, too; returns what tells both. */
export function logged(
  name: string,
  logger: Logger | undefined,
  emit: SessionOwner["emit"],
): SessionOwner["emit"] {
  if (!logger) return emit;
  return (type, detail) => {
    emit(type, detail);
    const who = `Client ${JSON.stringify(name)}`;
    const { error } = Object(detail) as Partial<ClientEvents["error"]>;
    const why = error === undefined ? "" : `: ${oneLine(described(error))}`;
    try {
      if (type === "ready") logger.info?.(`${who} is open`);
      else if (type === "hold") {
        logger.warn?.(`${who} waits: another has the name`);
      } else if (type === "disconnect") {
        logger.warn?.(`${who} lost its connection${why}`);
      } else if (type === "error") {
        logger.error?.(`${who} had an error${why}`);
      }
    } catch {
      // A logger that fails harms nobody.
    }
  };
}
