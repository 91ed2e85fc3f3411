// Copyright 2026 the Wirekit authors. MIT license.

/** A node without a hub. */

import type {
  Backplane,
  BackplaneReceiver,
} from "../../hub/cluster/backplane.ts";

/**
 * Takes what a backplane tells.
 *
 * @param acts What to do; nothing about the rest.
 * @returns The receiver.
 */
export function receiver(acts: Partial<BackplaneReceiver>): BackplaneReceiver {
  return {
    won() {},
    held() {},
    lost() {},
    message() {},
    refused() {},
    undelivered() {},
    left() {},
    gone() {},
    attached() {},
    listed() {},
    detached() {},
    figures: () => ({}),
    ...acts,
  };
}

/**
 * Claims names, all at once.
 *
 * @param plane A backplane that nothing else uses.
 * @param names How many: `"client-0"` and so on.
 * @returns How many a second were given.
 */
export async function claimMany(
  plane: Backplane,
  names: number,
): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let won = 0;
  plane.onMessage(receiver({ won: () => ++won === names && resolve() }));
  const start = performance.now();
  for (let n = 0; n < names; n++) plane.claim(`"client-${n}"`);
  await promise;
  return names / (performance.now() - start) * 1_000;
}
