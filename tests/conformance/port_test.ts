// Copyright 2026 the Wirekit authors. MIT license.

import { PortTransport } from "@wirekit/transport/port";
import type { Transport } from "@wirekit/transport/transport";
import { conformance, type Ends, ends, type Message } from "./conformance.ts";

const seen = { near: 1012, far: 1012 };

for (const format of ["text", "utf8", "binary"] as const) {
  conformance("MessagePort", (limits): Promise<Ends> => {
    const { port1, port2 } = new MessageChannel();
    const options = { format, ...limits };
    const near = new PortTransport(port1, options) as Transport<Message>;
    const far = new PortTransport(port2, options) as Transport<Message>;
    return Promise.resolve(ends(near, far));
  }, { format, seen, backpressure: false });
}

conformance("Worker", (limits): Promise<Ends> => {
  const worker = new Worker(
    new URL("./testdata/worker.ts", import.meta.url),
    { type: "module" },
  );
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(null, [port1]);
  const near = new PortTransport(worker, limits) as Transport<Message>;
  const far = new PortTransport(port2, limits) as Transport<Message>;
  return Promise.resolve(ends(near, far, () => worker.terminate()));
}, { format: "text", seen, backpressure: false });
