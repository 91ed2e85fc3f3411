// Copyright 2026 the Wirekit authors. MIT license.

// deno run main.ts
import { Gateway, GatewaySimulator, Light } from "@wirekit/openwebnet";

await using home = new GatewaySimulator({ authentication: "sha256" });
await using gateway = new Gateway({
  transport: () => home.connect(),
  password: "12345",
});
await new Light(gateway, "11").on();
if (home.executed.at(-1) !== "*1*1*11##") throw new Error("The light is off");
