// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A hub for Deno Deploy, whose instances are one: each dials the same NATS
 * servers. `WIREKIT_TOKEN` is the secret of the hub, `NATS_URL` says where the
 * servers are, and may have theirs.
 */

import { Hub } from "@wirekit/hub/hub";
import { connectNats } from "@wirekit/hub/nats";

const token = Deno.env.get("WIREKIT_TOKEN");
const servers = Deno.env.get("NATS_URL");
if (!token || !servers) throw new Error("Set WIREKIT_TOKEN and NATS_URL");

const logger = console;
const backplane = await connectNats({ servers: servers.split(","), logger });
const hub = new Hub({ token, backplane, logger });

// Deploy sends SIGINT, and kills the process 5 seconds later; others send SIGTERM.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, async () => {
    await hub.close();
    Deno.exit();
  });
}

export default { fetch: hub.fetch } satisfies Deno.ServeDefaultExport;
