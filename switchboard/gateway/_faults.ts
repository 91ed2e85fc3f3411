// Copyright 2026 the Wirekit authors. MIT license.

import { TimeoutError } from "@wirekit/internal/errors";
import { type Fault, fault } from "@wirekit/hub/hub";

/** Reports data that a route does not take. */
export class BadDataError extends Error {}

/** Returns what a participant is told of an error of a gateway or of a route. */
export function faultOf(error: unknown): Fault {
  const { message = String(error) } = Object(error) as Partial<Error>;
  if (error instanceof TimeoutError) return fault("TimedOut", message);
  const isBad = error instanceof BadDataError || error instanceof RangeError ||
    error instanceof TypeError || error instanceof SyntaxError;
  return fault(isBad ? "InvalidData" : "RouteFailed", message);
}
