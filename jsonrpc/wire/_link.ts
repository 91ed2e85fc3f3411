// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Wire } from "./codec.ts";
import type { Convention } from "./_conventions.ts";
import type { ErrorAbout } from "./error.ts";

/** A decoded object. */
export type Decoded = Record<string, unknown>;

/** What the halves of a connection share: they do not know each other. */
export interface Link {
  /** The names of what the protocol itself says; an HTTP request has none. */
  readonly convention?: Convention;
  /** Hands a message to the transport. */
  send(wire: Wire): Promise<void>;
  /** Tells the other end that a call of this one is no longer wanted. */
  cancel?(id: number): void;
  /** Is told of a batch without calls, which `[]` may answer. */
  expectEmptyAnswer?(): void;
  /** Tells of an error that no caller sees. */
  report(error: unknown, about?: ErrorAbout): void;
}

/** Makes the reporting half of a link from the hook of a user. */
export function reporter(
  onError: ((error: unknown, about: ErrorAbout) => void) | undefined,
): Link["report"] {
  return (error, about = {}) => {
    // An error of the hook is its own, not that of a connection.
    if (onError) queueMicrotask(() => onError(error, about));
  };
}
