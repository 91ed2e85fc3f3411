// Copyright 2026 the Wirekit authors. MIT license.

import { later, now } from "@wirekit/internal/clock";
import type { BytePipe } from "@wirekit/transport/tcp";

/** After so many bytes at once, others read and write first. */
const AT_ONCE = 262_144;
/** What comes within so many milliseconds comes at once: a wait takes as long. */
const ONCE = 2;

/**
 * Reads a pipe, but no more of it at a time than others can bear: what it
 * brings for a client is written before there is more. After a hub has hung for
 * two seconds, all that came for a client would be more than its outbox holds.
 *
 * @param pipe The pipe.
 * @param take Takes what was read, which is good until it returns.
 */
export function readPaced(
  pipe: BytePipe,
  take: (bytes: Uint8Array<ArrayBuffer>) => void,
): void {
  let left = AT_ONCE;
  let since = 0;
  pipe.start({
    onChunk(bytes) {
      take(bytes);
      const time = now();
      if (time > since + ONCE && left !== Infinity) {
        since = time;
        left = AT_ONCE;
      }
      left -= bytes.length;
      if (left > 0) return;
      left = Infinity; // What is under way still comes.
      pipe.pause();
      later(0, () => {
        since = now();
        left = AT_ONCE;
        pipe.resume();
      });
    },
    onEnd() {},
  });
}
