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

/** A node in a process of its own, see `_holder.ts`. */
export interface Holder extends AsyncDisposable {
  kill(signal: Deno.Signal): void;
}

/**
 * Starts a node in a process of its own, which keeps the names `"name 0"` and so
 * on.
 *
 * @param servers Where the server is.
 * @param lease Its lease, in milliseconds.
 * @param names How many names.
 * @returns The process; disposing of it kills it.
 */
export function startHolder(
  servers: string,
  lease: number,
  names: number,
): Holder {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ..."run -A --no-check --no-prompt".split(" "),
      new URL("_holder.ts", import.meta.url).pathname,
      ...[servers, `${lease}`, `${names}`],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  return {
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await child.status;
    },
  };
}
