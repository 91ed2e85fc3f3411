// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A bot of ours. It says what it can be asked for, so that an AI assistant finds
 * it among its tools.
 *
 *     deno run --allow-net examples/switchboard/butler.ts ws://127.0.0.1:13254
 */

import { Client } from "@wirekit/hub/client";

/** Connects the butler to a hub. */
export async function startButler(hub: string): Promise<Client> {
  const butler = new Client("butler", { url: hub });
  butler.route("good.night", async () => {
    await butler.request("home", "light.off", { where: "kitchen" });
    await butler.request("home", "shutter.down", { where: "bedroom" });
    return { done: ["kitchen light off", "bedroom shutter down"] };
  }, {
    description: "Switches the lights off, and closes the shutters",
    result: {
      type: "object",
      properties: { done: { type: "array", items: { type: "string" } } },
      required: ["done"],
    },
  });
  await butler.connect();
  return butler;
}

if (import.meta.main) {
  await startButler(Deno.args[0] ?? "ws://127.0.0.1:13254");
}
