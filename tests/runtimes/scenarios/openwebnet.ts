// Copyright 2026 the Wirekit authors. MIT license.

import { Gateway, GatewaySimulator, Light, parse } from "@wirekit/openwebnet";
import { discoverGateways } from "@wirekit/openwebnet/discovery";
import { same, scenario } from "../_scenario.ts";

await scenario(async () => {
  same(parse("*1*1*12##").kind, "normal");
  const home = new GatewaySimulator({ authentication: "sha256" });
  const open = () => home.connect();
  const gateway = new Gateway({ transport: open, password: "12345" });
  await new Light(gateway, "11").on();
  same(home.executed.at(-1), "*1*1*11##");
  // Deno has tests of its own, with a broker.
  if (!("document" in globalThis) && !("Deno" in globalThis)) {
    const { connectMqtt } = await import("@wirekit/openwebnet/mqtt");
    const url = "mqtt://127.0.0.1:1";
    const error = await connectMqtt(gateway, { url }).catch((error) => error);
    // Nobody is there, but the library for it was loaded, and has called.
    same(error.name, "NotConnectedError");
  }
  await gateway.close();
  await home.close();
  if ("document" in globalThis) return;

  // Nobody is there, but it asks.
  const found = await discoverGateways({ hostname: "127.0.0.1", timeout: 50 });
  same(found.length, 0);
});
