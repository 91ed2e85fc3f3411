// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/** Writes that arrive in pieces, as over a slow network. */

import { sleep } from "@wirekit/internal/clock";
import type { ByteStream } from "@wirekit/transport/stream";
import type { Random } from "./_random.ts";

/** Splits the output into pieces, some of which end inside a frame. */
export function splitWrites(
  { readable, writable }: ByteStream,
  random: Random,
): ByteStream {
  const writer = writable.getWriter();
  return {
    readable,
    writable: new WritableStream({
      write: async (chunk) => {
        for (let at = 0; at < chunk.length;) {
          const end = at + random.integer(1, 12);
          await writer.write(chunk.slice(at, end));
          at = end;
          await sleep(random.integer(0, 1));
        }
      },
      close: () => writer.close(),
      abort: (reason) => writer.abort(reason),
    }),
  };
}
