// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { NotConnectedError } from "./errors.ts";

/** Makes the error of what is asked of a gateway that the user has closed. */
export function closedError(): NotConnectedError {
  return new NotConnectedError("Not connected: the gateway is closed");
}
