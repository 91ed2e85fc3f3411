// Copyright 2026 the Wirekit authors. MIT license.

/** The real openwebnet4j, which openHAB uses, is served by our simulator. */

import { assert, assertEquals } from "@std/assert";
import { type Authentication, PROFILES } from "@wirekit/openwebnet";
import { Program } from "../../_program.ts";
import { installOpenwebnet4j } from "./_openwebnet4j.ts";
import { listen } from "./_simulator.ts";

const JAVA = await installOpenwebnet4j();

function start(mode: string, port: number, ...args: string[]): Program {
  return new Program("java", { args: [...JAVA, mode, `${port}`, ...args] });
}

/** What it says, without what is in no order. */
async function all(program: Program): Promise<string[]> {
  const { code } = await program.ends();
  assertEquals(code, 0, program.text);
  return program.text.trim().split("\n").map((line) => line.trim())
    .filter((line) => !line.startsWith("event "));
}

// Its SHA-1 is none: it hashes with SHA-256 whatever the gateway asks for.
for (const authentication of ["none", "open", "sha256"] as Authentication[]) {
  for (const splitWrites of [false, true]) {
    const how = `${authentication}${splitWrites ? ", in pieces" : ""}`;

    Deno.test(`GatewaySimulator serves commands and states to openwebnet4j (${how})`, async () => {
      await using gateway = listen({ authentication, splitWrites });
      const frames = ["*1*1*11##", "*#1*11##", "*#18*51*113##", "*1*1*99##"];
      await using peer = start("send", gateway.port, "12345", ...frames);
      assertEquals(await all(peer), [
        "connected",
        "gateway 00:03:50:01:02:03 1.2.3",
        "ack *1*1*11##",
        "reply *#*1##",
        "ack *#1*11##",
        "reply *1*1*11##",
        "reply *#*1##",
        "ack *#18*51*113##",
        "reply *#18*51*113*1234##",
        "reply *#*1##",
        "nack *1*1*99##",
        "reply *#*0##",
      ]);
    });

    Deno.test(`GatewaySimulator serves events to openwebnet4j (${how})`, async () => {
      await using gateway = listen({ authentication, splitWrites });
      const { port, simulator } = gateway;
      const frames = [
        "*1*1*12##",
        "*2*1*31##",
        "*#4*1*0*0215##",
        "*25*21#5*21##",
      ];
      await using peer = start("events", port, "12345", `${frames.length}`);
      await peer.says(/^gateway /m);
      for (const frame of frames) simulator.publish(frame);
      assertEquals((await peer.ends()).code, 0, peer.text);
      const told = [...peer.text.matchAll(/^event (.*)$/gm)];
      // It hands them on with a thread each, in any order.
      assertEquals(told.map(([, frame]) => frame).sort(), frames.toSorted());
    });
  }

  if (authentication === "none") continue;

  Deno.test(`GatewaySimulator turns down a wrong password of openwebnet4j (${authentication})`, async () => {
    await using gateway = listen({ authentication });
    await using peer = start("send", gateway.port, "54321", "*1*1*11##");
    assertEquals((await peer.ends()).code, 1, peer.text);
    assert(/OWNAuthException/.test(peer.text), peer.text);
    assertEquals(gateway.simulator.executed, []);
  });
}

for (const profile of Object.values(PROFILES)) {
  Deno.test(`GatewaySimulator serves openwebnet4j as an ${profile.name}`, async () => {
    await using gateway = listen({ profile });
    const { port, simulator } = gateway;
    {
      const frames = ["*1*1*11##", "*#1*11##", "*2*1*31##"];
      await using peer = start("send", port, "12345", ...frames);
      const told = await all(peer);
      assertEquals(
        told.filter((line) => line.startsWith("ack ")),
        frames.map((frame) => `ack ${frame}`),
      );
      assert(told.includes("reply *1*1*11##"), peer.text);
    }
    {
      // Some gateways say more than this, and sooner: it goes on listening.
      await using peer = start("events", port, "12345", "1000000");
      await peer.says(/^gateway /m);
      simulator.publish("*1*1*12##");
      await peer.says(/^event \*1\*1\*12##$/m);
    }
  });
}

Deno.test("openwebnet4j finds the devices of our plant", async () => {
  await using gateway = listen();
  await using peer = start("discover", gateway.port, "12345");
  assertEquals((await peer.ends()).code, 0, peer.text);
  const found = [...peer.text.matchAll(/^device (.*)$/gm)]
    .map(([, device]) => device!.trim());
  assertEquals(found.sort(), [
    "SCS_ALARM_CENTRAL_UNIT",
    "SCS_ALARM_ZONE #1",
    "SCS_ALARM_ZONE #2",
    "SCS_AUXILIARY_TOGGLE_CONTROL 1",
    "SCS_AUXILIARY_TOGGLE_CONTROL 2",
    "SCS_DRY_CONTACT_IR 31",
    "SCS_DRY_CONTACT_IR 32",
    "SCS_ENERGY_METER 51",
    "SCS_ENERGY_METER 52",
    "SCS_ON_OFF_SWITCH 0311",
    "SCS_ON_OFF_SWITCH 11",
    "SCS_ON_OFF_SWITCH 12",
    "SCS_ON_OFF_SWITCH 21",
    "SCS_ON_OFF_SWITCH 22",
    "SCS_SHUTTER_CONTROL 31",
    "SCS_SHUTTER_CONTROL 32",
    "SCS_THERMO_ZONE 1",
    "SCS_THERMO_ZONE 2",
    "SCS_THERMO_ZONE 3",
  ]);
});
