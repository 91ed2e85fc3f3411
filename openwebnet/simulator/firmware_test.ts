// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { CommandSession } from "../session/_command_session.ts";
import { makeDial } from "../session/_dial.ts";
import { NackError } from "../session/errors.ts";
import { PROFILES } from "../session/profiles.ts";
import { parse } from "../wire/message.ts";
import { GatewaySimulator } from "./simulator.ts";

/**
 * What firmware does with a frame: takes it, refuses it, or sends it to the bus
 * and refuses it all the same.
 */
type Verdict = "takes" | "refuses" | "unconfirmed";

/** The profiles whose firmware was run, in the order of the columns. */
const MODELS = ["MH200N", "MyHOMEServer1", "MH202", "F454"] as const;

const T = "takes";
const R = "refuses";
const U = "unconfirmed";

/**
 * Verdicts of own-firmware-oracle on MH200N 1.1.8, MyHOMEServer1 2.82.6, MH202
 * 1.0.24 and F454 2.0.51, restated; `undefined` where a frame was not run. A
 * frame that reached the bus counts as taken: nobody answers there, so that a
 * MyHOMEServer1 refuses most of them after its two seconds.
 */
const VERDICTS: Record<string, (Verdict | undefined)[]> = {
  // Lights: the first points of area 0, the area, levels.
  "*1*1*02##": [T, T, T, undefined],
  "*1*1*0001##": [R, R, T, R],
  "*1*1*0002##": [R, R, T, R],
  "*1*0*0001##": [R, R, T, R],
  "*#1*0002##": [R, R, T, R],
  "*1*1*0002#4#01##": [R, R, undefined, R],
  "*1*1*0010##": [T, T, T, undefined],
  "*1*1*0015##": [T, T, T, undefined],
  "*1*1*02#4#01##": [T, T, T, undefined],
  "*1*1*0010#4#01##": [T, T, T, undefined],
  "*1*1*2##": [T, T, T, undefined],
  "*1*1*0##": [undefined, T, undefined, undefined],
  "*1*1*00##": [undefined, T, undefined, undefined],
  "*1*1*31##": [undefined, T, undefined, undefined],
  "*1*0*31##": [T, T, undefined, undefined],
  "*1*0#0*31##": [T, T, undefined, undefined],
  "*1*0#5*31##": [T, T, undefined, undefined],
  "*1*0#255*31##": [T, T, undefined, undefined],
  "*#1*31*#1*100*0##": [R, R, undefined, undefined],
  "*#1*31*#1*100*255##": [undefined, R, undefined, undefined],
  "*#1*31*#1*101*0##": [T, T, undefined, undefined],
  "*#1*31*#1*150*5##": [T, undefined, undefined, undefined],
  "*#1*31*#1*200*0##": [T, undefined, undefined, undefined],
  "*#1*31*#1*220*0##": [R, undefined, undefined, undefined],
  // What old tables had.
  "*2*1*21#4#1##": [R, R, undefined, undefined],
  "*#1*1*#1*20##": [R, R, undefined, undefined],
  "*#2*1*#1*50##": [R, R, undefined, undefined],
  "*#18*51*52##": [R, R, undefined, undefined],
  "*25*21*0001##": [R, R, undefined, undefined],
  "*25*22*0001##": [R, R, undefined, undefined],
  "*25*23*0001##": [R, R, undefined, undefined],
  "*15*01*0001##": [R, R, undefined, undefined],
  "*15*01#1*0001##": [R, R, undefined, undefined],
  "*15*01#2*0001##": [R, R, undefined, undefined],
  "*15*01#3*0001##": [R, R, undefined, undefined],
  // Interfaces, buttons and contacts.
  "*0*1*31#4#01##": [T, T, undefined, undefined],
  "*0*1*31#4#02##": [T, T, undefined, undefined],
  "*14*0*31#4#01##": [T, T, undefined, undefined],
  "*25*21#1*21##": [T, T, undefined, undefined],
  "*25*23#8*233##": [T, T, undefined, undefined],
  "*25*31#1*339##": [T, T, undefined, undefined],
  "*25*32#1*33##": [T, T, undefined, undefined],
  "*25*11#121*10##": [R, R, undefined, undefined],
  // Heating: central units, zones that they govern, zones, fans.
  "*4*0*#0##": [R, T, undefined, undefined],
  "*4*1*#0#2##": [R, T, undefined, undefined],
  "*4*100*#0##": [R, R, undefined, undefined],
  "*4*101*#0##": [R, R, undefined, undefined],
  "*4*102*#0##": [R, T, undefined, undefined],
  "*4*103*#0##": [R, T, undefined, undefined],
  "*4*110*#0##": [R, R, undefined, undefined],
  "*4*111*#0##": [R, T, undefined, undefined],
  "*4*202*#0##": [R, T, undefined, undefined],
  "*4*303*#0##": [R, T, undefined, undefined],
  "*4*311*#0#2##": [R, T, undefined, undefined],
  "*4*311*#1##": [R, T, undefined, undefined],
  "*4*311*1##": [R, R, undefined, undefined],
  "*4*303*1##": [R, T, undefined, undefined],
  "*4*0*1##": [R, T, undefined, undefined],
  "*4*311*#23#1##": [R, T, undefined, T],
  "*4*303*#23#1##": [R, T, undefined, T],
  "*4*302*#23#1##": [R, T, undefined, T],
  "*#4*#23#1*#14*0250*3##": [R, T, undefined, T],
  "*#4*#23#1*#14*0215*1##": [R, T, undefined, T],
  "*#4*23*#11*0##": [R, T, undefined, T],
  "*#4*23*#11*3##": [R, T, undefined, T],
  "*#4*1*#11*4##": [R, R, undefined, undefined],
  "*#4*#1*#11*1##": [R, R, undefined, undefined],
  "*#4*#0*#11*1##": [R, R, undefined, undefined],
  "*4*3101*#0##": [R, T, undefined, T],
  "*4*3116*#0##": [R, T, undefined, T],
  "*4*3201*#0#1##": [R, T, undefined, T],
  "*4*312#0210#5*#0##": [R, T, undefined, T],
  "*4*112#0210#5*#0##": [R, T, undefined, T],
  "*4*315#3101*#0##": [R, T, undefined, T],
  "*4*33005#3101*#0##": [R, T, undefined, T],
  "*4*33#3101*#0##": [R, R, undefined, R],
  "*#4*#0*#30*07*10*2026##": [R, T, undefined, T],
  "*#4*#0*#31*18*30##": [R, T, undefined, T],
  "*#4*#0*#32*04*15##": [R, T, undefined, T],
  // Scenes and loads.
  "*#17*0##": [R, R, undefined, undefined],
  "*17*1*1##": [R, R, undefined, undefined],
  "*3*2*#1##": [R, R, T, undefined],
  "*#3*10*1##": [R, R, T, undefined],
  "*#3*#1##": [R, R, T, undefined],
  // Energy.
  "*#18*51*51##": [R, T, T, undefined],
  "*18*57#10#1*51##": [R, U, T, undefined],
  "*18*58#10*51##": [R, U, T, undefined],
  "*18*59#10*51##": [R, U, T, undefined],
  "*#18*51*#1200#1*0##": [R, U, T, undefined],
  "*#18*51*#1200#1*255##": [R, U, T, undefined],
  "*#18*51*#517#1*1234##": [R, U, T, undefined],
  "*18*73#15*71#0##": [R, U, T, undefined],
  "*18*74*71#0##": [R, U, T, undefined],
  "*18*75#1*71#0##": [R, U, T, undefined],
  "*18*21*11##": [R, U, T, undefined],
  "*18*26*11##": [R, U, T, undefined],
  "*18*28*11##": [R, U, T, undefined],
  "*#18*11*#212*10##": [R, U, T, undefined],
  "*#18*11*212##": [R, T, T, undefined],
  "*#18*11*250##": [R, T, T, undefined],
};

for (const [column, model] of MODELS.entries()) {
  Deno.test(`GatewaySimulator takes and refuses as the firmware of an ${model}`, async () => {
    const password = "Abc12345";
    const profile = { ...PROFILES[model]!, authentication: ["none" as const] };
    await using simulator = new GatewaySimulator({
      profile,
      plant: {
        lights: [
          "01",
          "02",
          "0010",
          "0015",
          "02#4#01",
          "0010#4#01",
          "21",
          "31",
        ],
        dimmers: ["31"],
        zones: { 1: 20, 23: 20, 99: 20 },
        stopGos: [1],
      },
    });
    const transport = () => simulator.connect();
    await using session = new CommandSession(
      makeDial({ transport, password }),
      { pacing: 0 },
    );
    const found: Record<string, string> = {};
    const expected: Record<string, string> = {};
    for (const [frame, verdicts] of Object.entries(VERDICTS)) {
      const verdict = verdicts[column];
      if (verdict === undefined) continue;
      expected[frame] = verdict;
      const before = simulator.executed.length;
      const ack = await session.request(parse(frame)).then(
        () => true,
        (error) => {
          if (!(error instanceof NackError)) throw error;
          return false;
        },
      );
      const done = simulator.executed.length > before;
      found[frame] = ack ? "takes" : done ? "unconfirmed" : "refuses";
    }
    assertEquals(found, expected);
  });
}
