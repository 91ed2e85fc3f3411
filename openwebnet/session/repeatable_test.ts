// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { parse } from "../wire/message.ts";
import { isRepeatable } from "./_repeatable.ts";

Deno.test("isRepeatable() lets requests, writings and absolute commands be repeated", () => {
  for (
    const frame of [
      "*#1*0##",
      "*#5##",
      "*#13**1##",
      "*#13**66*0##",
      "*#1*21*#1*150*255##",
      "*1*0*11##",
      "*1*1#5*11##",
      "*1*5*11##",
      "*1*17*11##",
      "*1*25*11##",
      "*2*0*31##",
      "*2*1*31##",
      "*3*2*#1##",
      "*4*303*#1##",
      "*7*0*4000##",
      "*7*9**##",
      "*9*1*1##",
      "*14*0*11##",
      "*16*3*11##",
      "*17*2*1##",
      "*18*57#1#2*51##",
      "*18*73*71#0##",
      "*22*1#4#1*2#1##",
      "*24*1#5*1##",
      "*0*43*01##",
    ]
  ) {
    assertEquals(isRepeatable(parse(frame)), true, frame);
  }
});

Deno.test("isRepeatable() never lets a step, a toggle, a press or the unknown be repeated", () => {
  for (
    const frame of [
      "*1*18*11##",
      "*1*30*21##",
      "*1*31#5#5*21##",
      "*1*32*11##",
      "*2*11#10*31##",
      "*2*12#10*31##",
      "*0*3*01##",
      "*0*40#3*01##",
      "*5*8*0##",
      "*6*10*0##",
      "*7*120##",
      "*8*19*20##",
      "*9*2*1##",
      "*9*9*1##",
      "*13*22*##",
      "*15*05*11##",
      "*16*1001*11##",
      "*17*1*1##",
      "*18*21*11##",
      "*18*75#1*71#0##",
      "*22*3#1*3#1#1##",
      "*25*21#1*21##",
      "*1001*11#5*0##",
      "*77*1*1##",
      "*1*1000#1*11##",
      "*#*1##",
      "*99*9##",
      "*##",
    ]
  ) {
    assertEquals(isRepeatable(parse(frame)), false, frame);
  }
});
