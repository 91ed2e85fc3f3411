// Copyright 2026 the Wirekit authors. MIT license.

/**
 * One app with an endpoint for each protocol, for Deno Deploy or any server:
 *
 *     WIREKIT_TOKEN=s3cret deno serve --allow-env=WIREKIT_TOKEN examples/deploy/main.ts
 */

import { Hub } from "@wirekit/hub/hub";

const token = Deno.env.get("WIREKIT_TOKEN");
// Whoever reaches the app reaches the hub: without a token it would be anybody.
if (!token) throw new Error("Set WIREKIT_TOKEN to the secret of the hub");
const hub = new Hub({ token, logger: console });

// Deploy asks with SIGINT, and kills 5 seconds later.
Deno.addSignalListener("SIGINT", async () => {
  await hub.close();
  Deno.exit();
});

export default {
  fetch(request, info) {
    switch (new URL(request.url).pathname) {
      case "/":
        return new Response("Named clients: /hub\n");
      case "/hub":
        return hub.fetch(request, info);
      default:
        return new Response("Not found\n", { status: 404 });
    }
  },
} satisfies Deno.ServeDefaultExport;
