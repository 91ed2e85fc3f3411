// Copyright 2026 the Wirekit authors. MIT license.

/** Our hub on free ports. */

import { serve } from "@wirekit/hub/serve";

const { urls } = await serve({ port: 0, tcpPort: 0 });
const address = urls.find((url) => url.startsWith(`${Deno.args[0]}:`));
const line = JSON.stringify({ event: "ready", address }) + "\n";
Deno.stdout.writeSync(new TextEncoder().encode(line));
