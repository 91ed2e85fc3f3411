// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Reports wrong usage of a command. The user sees the message as one sentence;
 * the exit code is 2.
 */
export class UsageError extends Error {
  /** The name of the class. */
  override readonly name = "UsageError";
}
