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
  await gateway.close();
  await home.close();
  if ("document" in globalThis) return;

  // Nobody is there, but it asks.
  const found = await discoverGateways({ hostname: "127.0.0.1", timeout: 50 });
  same(found.length, 0);
});
