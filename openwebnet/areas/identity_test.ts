// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { pair } from "@wirekit/transport/pair";
import { Gateway, type GatewayOptions } from "../gateway.ts";
import { NackError, RemoteError, TimeoutError } from "../session/errors.ts";
import { PROFILES } from "../session/profiles.ts";
import { GatewaySimulator } from "../simulator/simulator.ts";
import { Shutter } from "./automation.ts";
import { Meter } from "./meters.ts";
import { GatewayUnit } from "./gateway_unit.ts";
import { Dimmer } from "./light/dimmer.ts";
import { Light } from "./light/light.ts";
import { lightState } from "./light/light_state.ts";
import { lighting } from "./light/lighting.ts";
import { parse } from "../wire/message.ts";
import { CentralUnit } from "./heating/central_unit.ts";
import { Zone } from "./heating/zone.ts";

/** A gateway that answers each frame as it is told, and acknowledges all. */
function scripted(
  answers: Record<string, string[]>,
  options: Partial<GatewayOptions> = {},
): Gateway {
  return new Gateway({
    pacing: 0,
    ...options,
    transport() {
      const [near, far] = pair();
      (async () => {
        await far.send("*#*1##");
        for await (const frame of far) {
          for (const answer of answers[frame] ?? []) await far.send(answer);
          await far.send("*#*1##");
        }
      })();
      return Promise.resolve(near);
    },
  });
}

Deno.test("Dimmer is told from one with its address on another bus", async () => {
  await using gateway = scripted({
    "*#1*66*1##": ["*#1*66#4#01*1*170*255##", "*#1*66*1*120*255##"],
    "*#1*66#4#01*1##": ["*#1*66*1*120*255##", "*#1*66#4#01*1*170*255##"],
    "*#1*02*1##": ["*#1*2*1*120*255##", "*#1*0002*1*130*255##"],
  });
  assertEquals(await new Dimmer(gateway, "66").level(), 20);
  assertEquals(await new Dimmer(gateway, "66#4#01").level(), 70);
  assertEquals(await new Dimmer(gateway, "02").level(), 30);
});

Deno.test("Dimmer does not take what somebody wants for what is", async () => {
  await using gateway = scripted({
    "*#1*21*1##": ["*#1*21*#1*180*255##", "*#1*21*1*120*255##"],
  });
  assertEquals(await new Dimmer(gateway, "21").level(), 20);
  const writing = lighting.decode(parse("*#1*21*#1*180*255##"))!;
  assertEquals(lightState(writing), undefined);
});

Deno.test("Dimmer knows its level from a state in steps of ten, and off", async () => {
  await using gateway = scripted({
    "*#1*21*1##": ["*1*7*21##"],
    "*#1*22*1##": ["*1*0*22##"],
    // On, at a level that it does not say; then what it is.
    "*#1*23*1##": ["*1*1*23##", "*1*1*11##", "*#1*23*4*170*10*10##"],
  });
  assertEquals(await new Dimmer(gateway, "21").level(), 70);
  assertEquals(await new Dimmer(gateway, "22").level(), 0);
  assertEquals(await new Dimmer(gateway, "23").level(), 70);
});

Deno.test("Zone is told from an actuator and from a central unit", async () => {
  await using gateway = scripted({
    "*#4*3*0##": ["*#4*3#1*0*0190##", "*#4*#0#3*0*0180##", "*#4*3*0*0215##"],
    "*#4*#3*14##": ["*#4*3#1*14*0190*3##", "*#4*3*14*0215*3##"],
    "*#4*#0#1*14##": ["*#4*#0#2*14*0190*3##", "*#4*#0#1*14*0215*3##"],
  });
  assertEquals(await new Zone(gateway, "3").temperature(), 21.5);
  assertEquals(await new Zone(gateway, "#3").setPoint(), 21.5);
  assertEquals(await new CentralUnit(gateway, "#0#1").setPoint(), 21.5);
});

Deno.test("Items read what they can of an answer with an unforeseen value", async () => {
  await using gateway = scripted({
    "*#4*1*0##": ["*#4*1*0*0215*3##"],
    "*#4*1*14##": ["*#4*1*14*0250##"],
    "*#13**0##": ["*#13**0*23*06*59*999##"],
    "*#1*26#4#02*12##": ["*#1*26#4#02*12*511*127*255##"],
    "*#1*26#4#02*14##": ["*#1*26#4#02*14*1##"],
    "*#2*31*10##": ["*#2*31*10*99*40*000*0##"],
  });
  assertEquals(await new Zone(gateway, "1").temperature(), 21.5);
  assertEquals(await new Zone(gateway, "1").setPoint(), 25);
  assertEquals(await new GatewayUnit(gateway).time(), {
    hours: 23,
    minutes: 6,
    seconds: 59,
  });
  const lamp = new Dimmer(gateway, "26#4#02");
  assertEquals(await lamp.colour(), null);
  assertEquals(await lamp.white(), null);
  assertEquals(await new Shutter(gateway, "31").position(), {
    level: 40,
    priority: "000",
    info: "normal",
  });
});

Deno.test("Items say at once that an answer holds no known value", async () => {
  await using gateway = scripted({
    "*#4*1*0##": ["*#4*1*0*9999##"],
    "*#4*1*12##": ["*#4*1*12*9999*3##"],
  });
  const zone = new Zone(gateway, "1");
  await assertRejects(() => zone.temperature(), RemoteError, "*#4*1*0*9999##");
  await assertRejects(
    () => zone.adjustedSetPoint(),
    RemoteError,
    "celsius is not one",
  );
});

Deno.test("Item delivers what it does not know as it came", async () => {
  await using gateway = scripted({
    "*#4*1##": ["*4*9*1##", "*#4*1*0*0215##", "*#4*1*77*5##"],
  });
  const events = await new Zone(gateway, "1").status();
  assertEquals(events.map(({ type }) => type), [
    "unknown",
    "thermo.temperature",
    "unknown",
  ]);
});

Deno.test("Meter collects the totals that a MyHOMEServer1 sends after a refusal", async () => {
  const profile = PROFILES.MyHOMEServer1!;
  await using simulator = new GatewaySimulator({
    profile,
    password: "Abc12345",
  });
  const transport = () => simulator.connect();
  const options = { transport, password: "Abc12345", pacing: 0 };
  await using gateway = new Gateway({ ...options, profile });
  assertEquals((await new Meter(gateway, "51").hours(10, 7)).length, 24);
  // The same refusal is final where nothing follows it.
  await using other = new Gateway(options);
  await assertRejects(() => new Meter(other, "51").hours(10, 7), NackError);
  await assertRejects(() => new Meter(gateway, "51").report(5), NackError);
});

Deno.test("Gateway lets 80 commands wait for their turn, and no longer than asked", async () => {
  await using simulator = new GatewaySimulator();
  const transport = () => simulator.connect();
  await using gateway = new Gateway({ transport, pacing: 5, timeout: 200 });
  const lamps = Array.from({ length: 80 }, () => new Light(gateway, "11"));
  const sent = lamps.map((lamp) => lamp.on());
  await assertRejects(
    () => gateway.request("*#1*11##", { queueTimeout: 20 }),
    TimeoutError,
    "within 20 ms",
  );
  await Promise.all(sent);
  assertEquals(simulator.executed, Array(80).fill("*1*1*11##"));
});

Deno.test("Items refuse a number in the words of the user, before anything is sent", async () => {
  await using simulator = new GatewaySimulator();
  await using gateway = new Gateway({ transport: () => simulator.connect() });
  const dimmer = new Dimmer(gateway, "21");
  const wrong: [() => Promise<unknown>, string][] = [
    [
      () => dimmer.setLevel(150),
      "level must be an integer from 0 to 100 %: got 150",
    ],
    [
      () => dimmer.setLevel(0.5),
      "level must be an integer from 0 to 100 %: got 0.5",
    ],
    [
      () => dimmer.setStep(55),
      "level must be 20 to 100 in steps of 10 %: got 55",
    ],
    [
      () => dimmer.blink(7),
      "seconds must be 0.5 to 5 in steps of 0.5 s: got 7",
    ],
    [() => dimmer.setWhite(0), "kelvin must be 16 to 500000 K: got 0"],
    [() => new Shutter(gateway, "31").goTo(101), "level must be"],
    [() => new Zone(gateway, "1").setTemperature(NaN), "celsius must be"],
  ];
  for (const [call, message] of wrong) {
    await assertRejects(call, RangeError, message);
  }
  assertEquals(simulator.received, []);
});

Deno.test("Items refuse a target that does not exist", async () => {
  await using simulator = new GatewaySimulator();
  await using gateway = new Gateway({ transport: () => simulator.connect() });
  const wrong: (() => unknown)[] = [
    () => new Light(gateway, ""),
    () => new Light(gateway, "033"),
    () => new Light(gateway, "on"),
    () => new Light(gateway, "12#4#1"),
    () => new Shutter(gateway, "1 2"),
    () => new Zone(gateway, "kitchen"),
    () => new Meter(gateway, "1"),
  ];
  for (const make of wrong) assertThrows(make, RangeError, "WHERE");
});
