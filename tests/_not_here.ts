// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Says that this machine lacks what a peer needs and no script of ours can
 * install: another Python than its own, or Go. What is not run then is said
 * loudly, and does not count as failed.
 */
export class NotHereError extends Error {
  override name = "NotHereError";
}
