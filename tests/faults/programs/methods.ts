// Copyright 2026 the Wirekit authors. MIT license.

/** What `jsonrpc serve` serves to attackers and bystanders. */

export function sum(x: number, y: number): number {
  return x + y;
}

/** A hook that never settles. */
export function hang(): Promise<never> {
  return new Promise(() => {});
}
