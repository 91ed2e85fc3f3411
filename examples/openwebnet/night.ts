// Copyright 2026 the Wirekit authors. MIT license.
// deno-lint-ignore-file no-console

/**
 * Good night: when button 1 of CEN control 15 is pressed, all lights go off and
 * all shutters go down.
 *
 * ```sh
 * deno run --allow-net --allow-env examples/openwebnet/night.ts 192.168.1.35
 * ```
 *
 * The password is in OPENWEBNET_PASSWORD, a port other than 20000 in
 * OPENWEBNET_PORT.
 */

import { GENERAL, Light, Shutter, tcpGateway } from "@wirekit/openwebnet";

const password = Deno.env.get("OPENWEBNET_PASSWORD");
const port = Number(Deno.env.get("OPENWEBNET_PORT") ?? 20_000);
await using gateway = tcpGateway(Deno.args[0] ?? "127.0.0.1", {
  port,
  ...(password ? { password } : {}),
});
const stop = new AbortController();
Deno.addSignalListener("SIGINT", () => stop.abort());

const { signal } = stop;
const events = gateway.events({ who: 15, where: "15", signal });
await gateway.ready({ timeout: Infinity, signal });
console.log("Waiting for the button");
try {
  for await (const event of events) {
    if (event.type !== "cen.button" || event.button !== 1) continue;
    if (event.action !== "pressed") continue;
    await new Light(gateway, GENERAL).off({ signal });
    await new Shutter(gateway, GENERAL).down({ signal });
    console.log("Good night");
  }
} catch (error) {
  if (!signal.aborted) throw error;
}
Deno.exit(0);
