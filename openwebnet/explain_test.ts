// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { decode } from "./events.ts";
import { describe, explain } from "./explain.ts";
import { parse } from "./wire/message.ts";

Deno.test("describe() puts every kind of value into words", () => {
  const lines: Record<string, string> = {
    "*1*0*12##": "light.state 12: off",
    "*1*32*12##": "light.toggle 12",
    "*1*34*12##": "light.movement 12: detected",
    "*1*39*12##": "light.movement 12: not detected",
    "*#1*21*1*150*5##": "light.brightness 21: 50 %, speed 5",
    "*#2*31*10*10*255*000*0##":
      "automation.position 31: stop, level unknown, 000, normal",
    "*#18*51*113*1234##": "energy.power 51: 1234 W",
    "*#4*1*#14*0230*1##": "thermo.setPoint 1: 23 °C, heating (written)",
    "*#13**15*4##": "gateway.model: model 4",
    "*77*1*2##": "unknown *77*1*2##",
  };
  for (const [frame, line] of Object.entries(lines)) {
    assertEquals(describe(decode(parse(frame))), line);
  }
});

Deno.test("explain() says of what kind a frame is", () => {
  const kinds: Record<string, string> = {
    "*#*1##": "acknowledged",
    "*#*0##": "refused",
    "*#*3##": "refused: the target is not on the bus",
    "*99*9##": "a session for commands is asked for",
    "*99*1##": "a session for events is asked for",
    "*98*1##": "a password is asked for, with SHA-1",
    "*98*2##": "a password is asked for, with SHA-256",
    "*98*3##": "a password is asked for",
    "*1*1*1##": "a command, or a state",
    "*1*1000#1*1##": "somebody has asked for this",
    "*#1*1##": "a request for a state",
    "*#1*1*1##": "a request for a dimension",
    "*#1*1*1*150*5##": "the values of a dimension",
    "*#1*1*#1*150*5##": "a dimension is written",
    "*1##": "of no known kind",
  };
  for (const [frame, kind] of Object.entries(kinds)) {
    assertEquals(explain(frame)[0]?.meaning, kind);
  }
  assertThrows(() => explain("hello"), SyntaxError);
});

Deno.test("explain() says whom a WHERE means, where that is known", () => {
  const meanings: Record<string, string> = {
    "*1*1*0##": "everyone",
    "*1*1*1#3##": "area 1, on the riser",
    "*1*1*#5##": "group 5",
    "*1*1*0311#4#02##": "point 11 of area 3, on the bus of interface 02",
    "*1*1*70205301#9##": "unit 01 of Zigbee device 702053",
    "*4*1*1##": "zone 1",
    "*#4*#23#1*14##": "zone 23, by way of the central unit 1",
    "*#18*71#0*71##": "actuator 1",
    "*1*1*02##": "point 2 of area 0",
    "*77*1*1##": "",
  };
  for (const [frame, meaning] of Object.entries(meanings)) {
    const where = explain(frame).find(({ name }) => name === "WHERE");
    assertEquals(where?.meaning, meaning, frame);
  }
  assert(explain("*##").some(({ name }) => name === "FIELD"));
});
