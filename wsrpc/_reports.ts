// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import type { Logger } from "@wirekit/internal/logger";

/** Longest text of an error that goes into a line of the log. */
const MAX_LENGTH = 300;

/** What every set of hooks has. */
interface Hooks<P> {
  error?(peer: P, error: unknown): void;
}

/** Tells the hooks and the log of a program what happens. Never throws. */
export class Reports<P, H extends Hooks<P>> {
  /** The hooks, for who can do without the rest. */
  readonly hooks: H;
  /** The log. */
  readonly logger: Logger;

  /** Makes one. */
  constructor(hooks: H | undefined, logger: Logger = {}) {
    this.hooks = hooks ?? {} as H;
    this.logger = logger;
  }

  /** Runs what the user gave: a hook, a listener. What it throws is told. */
  guard(peer: P, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.failed(peer, error);
    }
  }

  /** Tells that code of the user failed where nobody else hears of it. */
  failed(peer: P, error: unknown): void {
    this.logger.error?.(`A hook or listener failed: ${describe(error)}`);
    try {
      this.hooks.error?.(peer, error);
    } catch {
      // There is nobody left to tell.
    }
  }
}

/** Why a connection has ended: a `CloseError` leaves the rest to its cause. */
export function whyOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

/** What an error says, as a part of one line. */
export function describe(error: unknown): string {
  const text = error instanceof Error
    ? `${error.name}: ${error.message}`
    : String(error);
  return oneLine(text);
}

/** A text as a part of one line, without what moves a terminal. */
export function oneLine(text: string): string {
  const cut = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  return cut.replace(/\p{Cc}+/gu, " ");
}
