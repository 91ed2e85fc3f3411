// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { described } from "@wirekit/internal/errors";
import {
  type CalmLogger,
  type Logger,
  oneLine,
} from "@wirekit/internal/logger";

/** The hook that every set of hooks has. */
interface Hooks<P> {
  error?(peer: P, error: unknown): void;
}

/** Reports events to the hooks and the log of a program. Never throws. */
export class Reports<P, H extends Hooks<P>> {
  /** The hooks, for direct use. */
  readonly hooks: H;
  /** The log. */
  readonly logger: Logger | undefined;

  /** Makes one. */
  constructor(hooks: H | undefined, logger: Logger | undefined) {
    this.hooks = hooks ?? {} as H;
    this.logger = logger;
  }

  /** Writes a line of a kind, of which a server writes a few in a second. */
  log(level: "info" | "error", line: string, kind: string): void {
    const { logger } = this;
    try {
      if (logger && "flush" in logger) {
        (logger as CalmLogger)[level](line, kind);
      } else logger?.[level]?.(line);
    } catch {
      // A logger that fails harms nobody.
    }
  }

  /**
   * Runs a function of the user, such as a hook or a listener, and reports what
   * it throws.
   */
  guard(peer: P, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.failed(peer, error);
    }
  }

  /** Reports that code of the user failed where nothing else reports it. */
  failed(peer: P, error: unknown, what = "A hook or listener failed"): void {
    this.log("error", `${what}: ${describe(error)}`, "hook");
    try {
      this.hooks.error?.(peer, error);
    } catch {
      // There is nowhere left to report it.
    }
  }
}

/**
 * Returns why a connection has ended: a `CloseError` has the details in its
 * cause.
 */
export function whyOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

/** Returns the text of an error, as a part of one line. */
export function describe(error: unknown): string {
  return oneLine(described(error));
}
