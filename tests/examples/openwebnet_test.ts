// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertRejects } from "@std/assert";
import {
  FrameScanner,
  Gateway,
  GatewaySimulator,
  Light,
} from "@wirekit/openwebnet";
import { listenTcp } from "@wirekit/transport/tcp";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { ROOT } from "../_packages.ts";
import { Program } from "../_program.ts";

const PASSWORD = "54321";

/** A simulated gateway for the examples. */
async function startGateway() {
  const simulator = new GatewaySimulator({
    authentication: "sha256",
    password: PASSWORD,
  });
  const listener = await listenTcp({ port: 0 }, () => new FrameScanner());
  const serving = simulator.acceptAll(listener);
  return {
    simulator,
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      await listener.close();
      await serving;
      await simulator.close();
    },
  };
}

function start(example: string, args: string[], env: Record<string, string>) {
  const path = new URL(`examples/openwebnet/${example}`, ROOT).pathname;
  return new Program(Deno.execPath(), {
    args: ["run", "--allow-net=127.0.0.1", "--allow-env", path, ...args],
    env: { NO_COLOR: "1", ...env },
  });
}

Deno.test("openwebnet/night.ts makes it dark when the button is pressed", async () => {
  await using gateway = await startGateway();
  const { simulator, port } = gateway;
  await using night = start("night.ts", ["127.0.0.1"], {
    OPENWEBNET_PASSWORD: PASSWORD,
    OPENWEBNET_PORT: `${port}`,
  });
  await night.says(/Waiting/);
  // With SHA the client has the last word, which may still be on its way.
  while (simulator.sessions("event") === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  simulator.publish("*15*02*15##");
  simulator.publish("*15*01*15##");
  await night.says(/Good night/);
  assertEquals(simulator.executed, ["*1*0*0##", "*2*2*0##"]);
});

Deno.test("openwebnet/door.ts lets the page that it is for speak to a gateway", async () => {
  await using gateway = await startGateway();
  const { simulator, port } = gateway;
  const origin = "http://localhost:8000";
  await using door = start("door.ts", [`127.0.0.1:${port}`, origin], {
    PORT: "0",
  });
  const [, url = ""] = await door.says(/Door at (\S+)/);
  {
    await using page = new Gateway({
      transport: (signal) =>
        connectWebSocket(url, { signal, headers: { origin } }),
      password: PASSWORD,
    });
    await new Light(page, "11").on();
  }
  assertEquals(simulator.executed, ["*1*1*11##"]);
  await assertRejects(() =>
    connectWebSocket(url, { headers: { origin: "http://evil.example" } })
  );
});
