// Copyright 2026 the Wirekit authors. MIT license.

/** A client of ours that answers, or asks. */

import { Client } from "@wirekit/hub/client";
import { checked, work } from "../peers/worker.mjs";

const [name = "", url = ""] = Deno.args;
const client = new Client(name, { url });
client.route("echo", ({ d }) => d);
await client.connect();
work(
  checked((d: string) => client.request("responder", "echo", { d })),
);
