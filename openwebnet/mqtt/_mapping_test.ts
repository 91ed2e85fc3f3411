// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { decode } from "../events.ts";
import { parseHome } from "../home.ts";
import { Random } from "../simulator/_random.ts";
import type { Message } from "../wire/kinds.ts";
import { parse, serialize } from "../wire/message.ts";
import { carryOut } from "../plant/_acts.ts";
import { discoveryOf, readDiscovery } from "./_discovery.ts";
import { nodeOf, type Place, topicOf } from "./_topics.ts";
import {
  idOf,
  itemsOf,
  learn,
  ofEvent,
  parseId,
  type Shown,
  shown,
  type ShownKind,
  WHO_OF,
} from "../plant/_items.ts";
import { orderOf } from "../plant/_orders.ts";
import { happening, next, unknownState } from "../plant/_states.ts";

const PLACE: Place = {
  prefix: "openwebnet",
  discoveryPrefix: "homeassistant",
  name: "home",
  gateway: {},
};

/** A device of each kind. */
const ITEMS: readonly Shown[] = [
  shown("light", "12"),
  dimmer("21"),
  dimmer("66#4#01"),
  shown("light", "#1"),
  shown("shutter", "31"),
  shown("zone", "1"),
  shown("zone", "#23#1"),
  shown("probe", "101"),
  shown("meter", "51"),
  shown("breaker", "11"),
  shown("contact", "31"),
  shown("alarm", "0"),
  shown("alarm", "#3"),
  shown("cen", "15"),
  shown("cenplus", "21"),
  shown("scene", "3"),
  shown("module", "01"),
];

function dimmer(where: string): Shown {
  const item = shown("light", where);
  item.hasLevel = true;
  return item;
}

/** A gateway that only takes note of what would be sent. */
function notes(): { frames: string[]; gateway: never } {
  const frames: string[] = [];
  const gateway = {
    send(message: Message) {
      frames.push(serialize(message));
      return Promise.resolve();
    },
  };
  return { frames, gateway: gateway as never };
}

/** What goes to the bus for a message on a topic of orders. */
async function framesOf(
  item: Shown,
  part: string,
  payload: string,
): Promise<string[]> {
  const { frames, gateway } = notes();
  const order = orderOf(item, part, payload);
  await carryOut(item, order, { gateway, state: unknownState(item) }, {});
  return frames;
}

/** The state after frames of the bus. */
function stateAfter(item: Shown, ...frames: string[]) {
  let state = unknownState(item);
  for (const frame of frames) {
    const event = decode(parse(frame));
    learn(item, event);
    state = next(item, state, event);
  }
  return state;
}

Deno.test("Orders are the frames of their devices", async () => {
  const [light, level, other, group, shutter, zone, central] = ITEMS as Shown[];
  const cen = shown("cen", "15");
  const cenPlus = shown("cenplus", "21");
  const cases: [Shown, string, string, string[]][] = [
    [light!, "", "ON", ["*1*1*12##"]],
    [light!, "", '{"state":"OFF"}', ["*1*0*12##"]],
    // What is no dimmer is switched on.
    [light!, "", '{"state":"ON","brightness":40}', ["*1*1*12##"]],
    [level!, "", '{"state":"ON","brightness":40}', ["*#1*21*#1*140*255##"]],
    [level!, "", "0", ["*1*0*21##"]],
    [level!, "", "0.2", ["*#1*21*#1*101*255##"]],
    [other!, "", "100", ["*#1*66#4#01*#1*200*255##"]],
    [group!, "", "off", ["*1*0*#1##"]],
    [shutter!, "", "OPEN", ["*2*1*31##"]],
    [shutter!, "", "STOP", ["*2*0*31##"]],
    [shutter!, "position", "40", ["*#2*31*#11#001*40##"]],
    [zone!, "temperature", "21.3", ["*#4*1*#14*0215*3##"]],
    [zone!, "mode", "off", ["*4*303*1##"]],
    [zone!, "mode", "heat", ["*4*110*1##"]],
    [zone!, "preset", "protection", ["*4*302*1##"]],
    [central!, "mode", "auto", ["*4*311*#23#1##"]],
    [cen, "", "5", ["*15*05*15##", "*15*05#1*15##"]],
    [cen, "", '{"button":"5","action":"held"}', ["*15*05#3*15##"]],
    [cenPlus, "", "31", ["*25*21#31*21##"]],
    [shown("scene", "3"), "", "start", ["*17*1*3##"]],
    [shown("module", "01"), "", "4", ["*0*4*01##"]],
  ];
  for (const [item, part, payload, frames] of cases) {
    assertEquals(await framesOf(item, part, payload), frames, payload);
  }
});

Deno.test("What is no order is refused in words, and nothing of it is told", () => {
  const cases: [number, string, string, string][] = [
    [0, "", "", "ON, OFF"],
    [0, "", "lots", "ON, OFF"],
    [0, "", "{", "JSON"],
    [0, "", '{"state":1}', "ON, OFF"],
    [1, "", '{"state":"ON","brightness":"50"}', "0 to 100"],
    [1, "", '{"state":"ON","brightness":1e999}', "0 to 100"],
    [1, "", "101", "0 to 100"],
    [1, "", "NaN", "0 to 100"],
    [4, "", "UP", "OPEN, CLOSE or STOP"],
    [4, "position", "-1", "0 to 100"],
    [4, "position", "0x10", "0 to 100"],
    [4, "", "constructor", "OPEN"],
    [5, "temperature", "41", "5 to 40"],
    [5, "temperature", "", "5 to 40"],
    [5, "mode", "dry", "heat"],
    [5, "", "20", "no orders"],
    [8, "", "ON", "meter takes no orders"],
    [13, "", "32", "0 to 31"],
    [13, "", "1.5", "whole number"],
    [13, "", '{"button":[5]}', "button"],
    [0, "constructor", "1", "no such part"],
    [0, "", "ON".padEnd(2000), "characters"],
  ];
  for (const [index, part, payload, words] of cases) {
    const thrown = assertThrows(
      () => orderOf(ITEMS[index]!, part, payload),
      SyntaxError,
      words,
    );
    assert(
      payload === "" || !thrown.message.includes(payload) || payload === "{",
    );
  }
});

Deno.test("Whatever is sent to a topic of orders, only frames come of it", async () => {
  const random = new Random(15);
  const words = [
    ...'0123456789{}[]",:.-+eE#* \u0000é',
    ...["ON", "OFF", "state", "brightness", "button", "NaN", "null", "1e9"],
    ...["OPEN", "heat", "Infinity", "true", "99999999999", '{"state":"ON"'],
    ...['"brightness":', "__proto__", "action", "held", "start", "20.5"],
  ];
  const parts = ["", "position", "mode", "temperature", "preset", "x"];
  let done = 0;
  for (let i = 0; i < 30_000; i++) {
    const payload = Array.from(
      { length: random.integer(0, 6) },
      () => random.pick(words),
    )
      .join("");
    const item = random.pick(ITEMS);
    try {
      for (const frame of await framesOf(item, random.pick(parts), payload)) {
        assert(/^\*[\d#*]+##$/.test(frame), `${payload}: ${frame}`);
        assertEquals(serialize(parse(frame)), frame);
        done++;
      }
    } catch (error) {
      assert(
        error instanceof SyntaxError || error instanceof RangeError,
        `${payload}: ${error}`,
      );
    }
  }
  assert(done > 100, `${done}`);
});

Deno.test("States are what the bus says", () => {
  assertEquals(
    stateAfter(shown("light", "12"), "*1*1000#1*12##"),
    { state: null },
  );
  assertEquals(stateAfter(shown("light", "12"), "*1*1*12##"), { state: "ON" });
  assertEquals(
    stateAfter(shown("light", "21"), "*#1*21*1*140*255##", "*1*0*21##"),
    { state: "OFF", brightness: 40 },
  );
  // A write is no state.
  assertEquals(
    stateAfter(shown("light", "21"), "*#1*21*#1*140*255##"),
    { state: null },
  );
  assertEquals(
    stateAfter(shown("shutter", "31"), "*2*1*31##", "*#2*31*10*10*40*000*0##"),
    { state: "stopped", position: 40 },
  );
  assertEquals(
    stateAfter(shown("shutter", "31"), "*#2*31*10*11*255*000*0##"),
    { state: "opening", position: null },
  );
  // It stands, but nobody knows where.
  assertEquals(
    stateAfter(shown("shutter", "31"), "*2*0*31##"),
    { state: null, position: null },
  );
  const zone = stateAfter(
    shown("zone", "1"),
    ...["*4*1*1##", "*#4*1*0*0215##", "*#4*1*13*01##", "*#4*1*12*0220*3##"],
    ...["*#4*1*19*0*1##", "*#4*1*60*45##"],
  );
  assertEquals(zone, {
    ...{ mode: "heat", preset: null, action: "heating", season: "heat" },
    ...{ current: 21.5, target: 21, offset: 1, humidity: 45 },
  });
  const off = stateAfter(shown("zone", "1"), "*4*1*1##", "*4*303*1##");
  assertEquals([off.mode, off.action, off.preset], ["off", "off", "none"]);
  const on = stateAfter(shown("zone", "1"), "*4*303*1##", "*4*110*1##");
  assertEquals([on.mode, on.action], ["heat", null]);
  const frost = stateAfter(shown("zone", "1"), "*4*102*1##");
  assertEquals([frost.mode, frost.preset], ["off", "protection"]);
  assertEquals(
    stateAfter(shown("meter", "51"), "*#18*51*113*1234##", "*#18*51*51*99##"),
    { power: 1234, energy: 99 },
  );
  assertEquals(
    stateAfter(shown("contact", "31"), "*25*31#1*31##"),
    { state: "ON" },
  );
  const alarm = shown("alarm", "#3");
  assertEquals(stateAfter(alarm, "*5*15*#3##").alarm, "ON");
  assertEquals(stateAfter(alarm, "*5*15*#3##", "*5*9**##").alarm, "OFF");
  assertEquals(stateAfter(shown("alarm", ""), "*5*8**##").engaged, "ON");
});

Deno.test("Whatever one field of an answer holds, the rest of a state is told", () => {
  const answers: [Shown, string[]][] = [
    [
      shown("zone", "1"),
      [
        ...["*4*110*1##", "*#4*1*0*0215##", "*#4*1*13*01##"],
        ...["*#4*1*12*0220*1##", "*#4*1*19*0*1##", "*#4*1*60*45##"],
      ],
    ],
    [dimmer("21"), ["*1*5*21##", "*#1*21*4*150*10*10##"]],
    [shown("shutter", "31"), ["*2*1*31##", "*#2*31*10*11*40*000*0##"]],
    [shown("meter", "51"), ["*#18*51*113*1234##", "*#18*51*51*99##"]],
    [shown("alarm", "#1"), ["*5*8**##", "*5*15*#1##"]],
  ];
  for (const [item, frames] of answers) {
    const right = stateAfter(item, ...frames);
    for (const [i, frame] of frames.entries()) {
      const fields = frame.slice(1, -2).split("*");
      // Its area, and whose it is, say that it is one of this answer.
      const first = frame.startsWith("*#") ? 3 : 1;
      for (let field = first; field < fields.length; field++) {
        if (!frame.startsWith("*#") && field === 2) continue;
        for (const text of ["99999999999", "777#7", ""]) {
          const other = fields.with(field, text).join("*");
          const changed = frames.with(i, `*${other}##`);
          const state = stateAfter(item, ...changed);
          const without = stateAfter(item, ...frames.toSpliced(i, 1));
          for (const [key, value] of Object.entries(state)) {
            const allowed = [right[key], without[key]];
            assert(allowed.includes(value), `${changed}: ${key} ${value}`);
          }
        }
      }
    }
  }
});

Deno.test("What happens is told with its button", () => {
  const told = (frame: string) => happening(decode(parse(frame)));
  assertEquals(told("*15*05*15##"), { event_type: "pressed", button: 5 });
  assertEquals(told("*15*05#2*15##"), {
    event_type: "released_late",
    button: 5,
  });
  assertEquals(told("*25*21#31*21##"), { event_type: "short", button: 31 });
  assertEquals(told("*17*1*3##"), { event_type: "started" });
  assertEquals(told("*0*4*01##"), { event_type: "run", button: 4 });
  assertEquals(told("*1*1*12##"), undefined);
});

Deno.test("A device has one id, and the id tells the device", () => {
  const ids = new Set<string>();
  for (const item of ITEMS) {
    const id = idOf(item);
    assert(/^[a-z]+_[\d-]+$/.test(id), id);
    assert(!ids.has(id), id);
    ids.add(id);
    const back = parseId(id)!;
    assertEquals(idOf(back), id);
  }
  // One device, written in several ways.
  assertEquals(idOf(shown("zone", "#1")), idOf(shown("zone", "1")));
  assertEquals(idOf(shown("alarm", "")), idOf(shown("alarm", "0")));
  // Two devices with the same point on two buses.
  assert(idOf(shown("light", "66")) !== idOf(shown("light", "66#4#01")));
  for (
    const id of ["light_", "lamp_1", "light_1/2", "__proto___1", "light_a"]
  ) {
    assertEquals(parseId(id), undefined, id);
  }
});

Deno.test("Events are of the devices that their orders go to", () => {
  const cases: [string, ShownKind | undefined][] = [
    ["*1*1*12##", "light"],
    ["*1*1*66#4#01##", "light"],
    ["*1*1*0##", undefined],
    ["*1*1*1##", undefined],
    ["*1*1*#1##", undefined],
    ["*2*1*31##", "shutter"],
    ["*#4*1*0*0215##", "zone"],
    ["*#4*101*0*0215##", "probe"],
    ["*4*303*#0##", undefined],
    ["*5*8**##", "alarm"],
    ["*15*05*15##", "cen"],
    ["*25*21#5*21##", "cenplus"],
    ["*25*31#1*31##", "contact"],
    ["*17*1*3##", "scene"],
    ["*0*4*01##", "module"],
    ["*#18*51*113*1##", "meter"],
    ["*#18*71#0*113*1##", undefined],
    ["*77*1*12##", undefined],
  ];
  for (const [frame, kind] of cases) {
    const found = ofEvent(decode(parse(frame)));
    assertEquals(found?.kind, kind, frame);
    if (found) assertEquals(WHO_OF[found.kind], decode(parse(frame)).who);
  }
});

Deno.test("The discovery message names each thing once, and always the same", () => {
  for (const item of ITEMS) {
    if (item.kind === "cen") item.buttons.add(5);
  }
  const message = JSON.parse(discoveryOf(PLACE, ITEMS));
  const ids = Object.values<Record<string, string>>(message.components)
    .map(({ unique_id }) => unique_id)
    .filter((id) => id !== undefined);
  assertEquals(new Set(ids).size, ids.length);
  assert(ids.includes("openwebnet_home_light_12"));
  assertEquals(message.availability_topic, "openwebnet/home/availability");
  assertEquals(message.device.identifiers, ["openwebnet_home"]);
  const { light_12, light_21, shutter_31 } = message.components;
  assertEquals(light_12.supported_color_modes, ["onoff"]);
  assertEquals(light_21.brightness_scale, 100);
  assertEquals(light_12.state_topic, "openwebnet/home/light/12");
  assertEquals(light_12.command_topic, "openwebnet/home/light/12/set");
  assertEquals(shutter_31.position_topic, undefined);
  const press = message.components.cen_15_button_5_pressed;
  assertEquals(press.payload, "pressed 5");
  assertEquals(press.unique_id, undefined);
});

Deno.test("A discovery message tells a later run what was learned", () => {
  const cen = shown("cen", "15");
  cen.buttons.add(5).add(31);
  const shutter = shown("shutter", "31");
  shutter.hasLevel = true;
  const zone = shown("zone", "1");
  zone.hasHumidity = true;
  const before = [shown("light", "12"), dimmer("66#4#01"), cen, shutter, zone];
  const text = discoveryOf(PLACE, before, new Map([["light_99", "light"]]));
  const { items, components } = readDiscovery(text);
  assertEquals([...items.values()], before);
  assert(!components.has("light_99"));
  assertEquals(components.get("zone_1_temperature"), "sensor");
  for (
    const strange of [
      "",
      "[]",
      "null",
      '{"components":1}',
      '{"components":{"light_1":null,"light_2":{"platform":7,"a":1}}}',
      '{"components":{"__proto__":{"platform":"light","name":"x"}}}',
    ]
  ) assertEquals(readDiscovery(strange).items.size, 0, strange);
});

Deno.test("A home gives names and times, each plant its own", () => {
  const home = parseHome(`{
    "gateways": { "down": { "host": "a" }, "up": { "host": "b" } },
    "names": {
      "living-room": { "light": "12" },
      "bedroom": { "shutter": "31", "seconds": 22 },
      "attic": { "light": "12", "gateway": "up" },
      "radio": { "amplifier": "11" }
    }
  }`);
  const named = (gateway?: string) =>
    itemsOf(home, gateway).map((item) => `${idOf(item)} ${item.name}`);
  assertEquals(named("down"), ["light_12 Living room", "shutter_31 Bedroom"]);
  assertEquals(named(), named("down"));
  assertEquals(named("up"), ["light_12 Attic"]);
  assertEquals(itemsOf(home, "down")[1]!.seconds, 22);
});

Deno.test("Names stand in topics without harm, and are not mixed up", () => {
  const names = ["home", "a/b", "a+b", "a#b", "büro", "a_b", "a b", "A b"];
  const nodes = names.map(nodeOf);
  assertEquals(new Set(nodes).size, names.length);
  for (const node of nodes) assert(/^[A-Za-z0-9_-]+$/.test(node), node);
  assertEquals(nodeOf("home"), "home");
  assertEquals(
    topicOf({ ...PLACE, name: "a/b" }, shown("light", "12#4#01")),
    "openwebnet/a_2f_b/light/12-4-01",
  );
});
