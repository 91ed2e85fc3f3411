// Copyright 2026 the Wirekit authors. MIT license.

/** A node without a hub. */

import type { Backplane } from "../../hub/cluster/backplane.ts";
import { receiver } from "../../hub/cluster/testdata/receiver.ts";

export { receiver };

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
