// Copyright 2026 the Wirekit authors. MIT license.

/** Our hub on a free port. */

import { serve } from "@wirekit/hub/serve";

const { urls: [url = ""] } = await serve({ port: 0 });
const port = Number(new URL(url).port);
const line = JSON.stringify({ event: "ready", port }) + "\n";
Deno.stdout.writeSync(new TextEncoder().encode(line));
