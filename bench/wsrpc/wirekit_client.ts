// Copyright 2026 the Wirekit authors. MIT license.

/** A client of ours that calls as fast as it can. */

import { connect } from "@wirekit/wsrpc/client";
import { checked, work } from "../peers/worker.mjs";

const client = await connect(Deno.args[0]!);

work(checked((data: string) => client.call("echo", { data })));
