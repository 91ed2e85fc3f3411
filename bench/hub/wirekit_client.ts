// Copyright 2026 the Wirekit authors. MIT license.

/** A client of ours that answers, or asks. */

import { Client } from "@wirekit/hub/client";
import { checked, work } from "../peers/worker.mjs";

const [name = "", url = ""] = Deno.args;
const client = new Client(name, { url });
client.route("echo", ({ d }) => d);
await client.connect();

function ask(d: string): Promise<unknown> {
  return client.request("responder", "echo", { d });
}

work((command: { size?: number; sends?: number }) => {
  const { call, check } = checked(ask)(command);
  const { sends = 0 } = command;
  if (sends === 0) return { call, check };
  return {
    call() {
      for (let i = 0; i < sends; i++) client.inform("tell", "responder");
      return call();
    },
    check,
  };
});
