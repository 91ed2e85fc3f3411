// Copyright 2026 the Wirekit authors. MIT license.

import { pair } from "@wirekit/transport/pair";
import { conformance } from "./conformance.ts";

for (const format of ["text", "utf8", "binary"] as const) {
  conformance("pair()", (limits) => {
    const [near, far] = pair<string | Uint8Array<ArrayBuffer>>(limits);
    return Promise.resolve({
      near,
      far,
      async [Symbol.asyncDispose]() {
        await near.close();
      },
    });
  }, { format, seen: { near: 1012, far: 1012 }, backpressure: true });
}
