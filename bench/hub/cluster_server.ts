// Copyright 2026 the Wirekit authors. MIT license.

/** One hub of a cluster on a free port; its argument is the NATS server. */

import { connectNats } from "@wirekit/hub/nats";
import { serve } from "@wirekit/hub/serve";
import { serveBench } from "./_told.ts";

const [servers = ""] = Deno.args;
const backplane = await connectNats({ servers });
const { urls } = await serve({ port: 0, backplane });
await serveBench(urls[0]);
