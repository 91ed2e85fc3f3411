// Copyright 2026 the Wirekit authors. MIT license.

import { pair } from "@wirekit/transport/pair";
import { conformance, ends, type Message } from "./conformance.ts";

for (const format of ["text", "utf8", "binary"] as const) {
  conformance("pair()", (limits) => {
    const [near, far] = pair<Message>(limits);
    return Promise.resolve(ends(near, far));
  }, { format, seen: { near: 1012, far: 1012 }, backpressure: true });
}
