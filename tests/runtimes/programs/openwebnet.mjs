// Copyright 2026 the Wirekit authors. MIT license.

import { Gateway, GatewaySimulator, Light } from "@wirekit/openwebnet";

const home = new GatewaySimulator({ authentication: "sha256" });
const gateway = new Gateway({
  transport: () => home.connect(),
  password: "12345",
});
await new Light(gateway, "11").on();
if (home.executed.at(-1) !== "*1*1*11##") throw new Error("The light is off");
await gateway.close();
await home.close();
