// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { ErrorBody } from "../errors.ts";

/** What a caller learns about an error that is not exposed. */
export const HIDDEN: ErrorBody = {
  type: "InternalError",
  message: "Route failed",
};

/** Returns an error without its stack, as wsrpc-aiohttp sends it. */
export function exposed(error: unknown): ErrorBody {
  return error instanceof Error
    ? { type: error.name, message: error.message }
    : { type: "Error", message: String(error) };
}

/** Returns what a handler gets after the peer. */
export function argumentsOf(params: unknown): unknown[] {
  if (params === undefined || params === null) return [];
  return Array.isArray(params) ? params : [params];
}
