// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { InternalError, type JsonRpcError } from "./error.ts";

/** Makes what the other end sees of an error that is no `JsonRpcError`. */
export function shownError(
  error: unknown,
  { exposeErrors = false }: { exposeErrors?: boolean },
): JsonRpcError {
  const isShown = exposeErrors && error instanceof Error && error.message;
  return new InternalError(isShown ? { message: error.message } : {});
}
