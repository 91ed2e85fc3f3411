// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A command was not called rightly. The user hears the message as one sentence;
 * the exit code is 2.
 */
export class UsageError extends Error {
  /** The name of the class. */
  override readonly name = "UsageError";
}
