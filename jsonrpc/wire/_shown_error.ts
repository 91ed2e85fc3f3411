// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { InternalError, type JsonRpcError } from "./error.ts";

/** Makes what the other end sees of an error that is no `JsonRpcError`. */
export function shownError(
  error: unknown,
  { exposeErrors = false }: { exposeErrors?: boolean },
): JsonRpcError {
  try {
    const message = exposeErrors && error instanceof Error &&
      String(error.message);
    if (message) return new InternalError({ message });
  } catch {
    // Its message cannot be read.
  }
  return new InternalError();
}
