// Copyright 2026 the Wirekit authors. MIT license.

/** The real pyown and OWNd are served by our simulator. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Authentication,
  decode,
  parse,
  PROFILES,
} from "@wirekit/openwebnet";
import { Driver } from "../../_driver.ts";
import { pythonOf } from "../../_python.ts";
import { listen } from "./_simulator.ts";

const PASSWORD = "12345";

function startPeer(): Driver {
  return new Driver([
    pythonOf("openwebnet"),
    new URL("./peer.py", import.meta.url).pathname,
  ]);
}

for (const authentication of ["none", "open"] as Authentication[]) {
  Deno.test(`GatewaySimulator serves commands and states to pyown (${authentication})`, async () => {
    await using peer = startPeer();
    await using gateway = listen({ authentication });
    const { port, simulator } = gateway;
    for (const old of [false, true]) {
      const seen = await peer.do("pyown_lights", {
        port,
        password: PASSWORD,
        old,
      });
      assertEquals(seen, {
        states: [["11", true], ["11", false]],
        address: "192.168.1.35",
      });
    }
    assertEquals(simulator.executed.slice(0, 6), [
      "*1*1*11##",
      "*#1*11##",
      "*1*0*11##",
      "*#1*11##",
      "*2*1*31##",
      "*#13**10##",
    ]);
  });

  Deno.test(`GatewaySimulator serves events to pyown (${authentication})`, async () => {
    await using peer = startPeer();
    await using gateway = listen({ authentication });
    const { port, simulator } = gateway;
    await peer.do("pyown_events", { port, password: PASSWORD });
    await peer.event({ event: "ready" });
    simulator.publish("*1*1*12##");
    simulator.publish("*1*0*0311##");
    assertEquals(await peer.event({ event: "light" }), {
      event: "light",
      where: "12",
      on: true,
    });
    assertEquals(await peer.event({ event: "light" }), {
      event: "light",
      where: "0311",
      on: false,
    });
  });
}

Deno.test("GatewaySimulator turns down a wrong password of pyown", async () => {
  await using peer = startPeer();
  await using gateway = listen({ authentication: "open" });
  const { port } = gateway;
  await assertRejects(
    () => peer.do("pyown_lights", { port, password: "54321" }),
    Error,
    "InvalidAuthentication",
  );
});

for (
  const authentication of ["none", "open", "sha1", "sha256"] as Authentication[]
) {
  for (const splitWrites of [false, true]) {
    const how = `${authentication}${splitWrites ? ", in pieces" : ""}`;

    Deno.test(`GatewaySimulator serves commands and states to OWNd (${how})`, async () => {
      await using peer = startPeer();
      await using gateway = listen({ authentication, splitWrites });
      const { port, simulator } = gateway;
      assertEquals(
        await peer.do("ownd_test", { port, password: PASSWORD }),
        { Success: true, Message: null },
      );
      const frames = ["*1*1*11##", "*#1*11##", "*#4*1*0##", "*#18*51*113##"];
      assertEquals(
        await peer.do("ownd_send", { port, password: PASSWORD, frames }),
        {
          result: { Success: true, Message: null },
          replies: ["*1*1*11##", "*#4*1*0*0215##", "*#18*51*113*1234##"],
        },
      );
      assertEquals(simulator.executed, frames);
    });

    Deno.test(`GatewaySimulator serves events to OWNd (${how})`, async () => {
      await using peer = startPeer();
      await using gateway = listen({ authentication, splitWrites });
      const { port, simulator } = gateway;
      const frames = [
        "*1*1*12##",
        "*2*1*31##",
        "*#4*1*0*0215##",
        "*25*21#5*21##",
      ];
      const password = PASSWORD;
      const done = peer.do("ownd_events", { port, password, count: 4 });
      const { result } = await peer.event({ event: "ready" });
      assertEquals(result, { Success: true, Message: null });
      while (simulator.sessions("event") === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      for (const frame of frames) simulator.publish(frame);
      for (const frame of frames) {
        const message = await peer.event({ event: "message" });
        assertEquals(message.frame, frame);
        assert(message.text !== "");
      }
      await done;
    });
  }

  if (authentication === "none") continue;

  Deno.test(`GatewaySimulator turns down a wrong password of OWNd (${authentication})`, async () => {
    await using peer = startPeer();
    await using gateway = listen({ authentication });
    const { port } = gateway;
    assertEquals(
      await peer.do("ownd_test", { port, password: "54321" }),
      { Success: false, Message: "password_error" },
    );
  });
}

for (const profile of Object.values(PROFILES)) {
  Deno.test(`GatewaySimulator serves OWNd as an ${profile.name}`, async () => {
    await using peer = startPeer();
    await using gateway = listen({ profile });
    const { port, simulator } = gateway;
    const password = PASSWORD;
    const frames = ["*1*1*11##", "*#1*11##", "*2*1*31##", "*#13**15##"];
    const { result, replies } = await peer.do("ownd_send", {
      port,
      password,
      frames,
    }) as { result: unknown; replies: string[] };
    assertEquals(result, { Success: true, Message: null });
    // An MH202 puts frames of others between.
    const own = replies.filter((frame) => frame !== "*#4*2*14*0330##");
    assertEquals(own, ["*1*1*11##", "*#13**15*6##"]);
    assertEquals(simulator.executed, frames);

    const done = peer.do("ownd_events", { port, password, count: 1 });
    await peer.event({ event: "ready" });
    while (simulator.sessions("event") === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    simulator.publish("*1*1*12##");
    const message = await peer.event({ event: "message" });
    assertEquals(message.frame, "*1*1*12##");
    await done;
  });
}

Deno.test("decode() finds the same subsystem as OWNd", async () => {
  await using peer = startPeer();
  const frames: Record<string, string> = {
    "*1*1*12##": "OWNLightingEvent",
    "*#1*12*1*150*5##": "OWNLightingEvent",
    "*2*1*31##": "OWNAutomationEvent",
    "*#4*1*0*0215##": "OWNHeatingEvent",
    "*5*15*#3##": "OWNAlarmEvent",
    "*9*1*2##": "OWNAuxEvent",
    "*#13**0*21*10*00*001##": "OWNGatewayEvent",
    "*15*05*12##": "OWNCENEvent",
    "*25*21#5*21##": "OWNCENPlusEvent",
    "*25*31#1*31##": "OWNDryContactEvent",
    "*#18*51*113*1234##": "OWNEnergyEvent",
    "*0*3*01##": "OWNScenarioEvent",
    "*17*1*1##": "OWNSceneEvent",
  };
  assertEquals(
    await peer.do("ownd_decode", { frames: Object.keys(frames) }),
    Object.values(frames),
  );
  for (const frame of Object.keys(frames)) {
    assert(decode(parse(frame)).type !== "unknown", frame);
  }
});
