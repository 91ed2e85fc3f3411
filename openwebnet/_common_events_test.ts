// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { isFrame } from "./wire/frame.ts";
import { areaOf } from "./events.ts";
import { Random } from "./simulator/_random.ts";
import type { BusMessage } from "./wire/message.ts";
import { parse } from "./wire/message.ts";
import { decodeCommon } from "./_common_events.ts";

const SEED = Number(crypto.getRandomValues(new Uint32Array(1))[0]);

/** A message of each kind that is read there. */
const FRAMES = [
  "*1*1*12##",
  "*1*1000#0*12##",
  "*1*10*0311##",
  "*#1*12*1*150*255##",
  "*2*2*31##",
  "*#2*31*10*11*50*001*0##",
  "*#4*1*0*0215##",
  "*#4*1*12*0215*3##",
  "*#4*1*14*0215*1##",
  "*#13**0*21*10*05*001##",
  "*#13**0*23*59*59*014##",
  "*#18*51*113*1234##",
  "*#18*51*113*4294967295##",
  "*25*21#31*21##",
];

/** One of them, with up to three of its characters changed, put in or left out. */
function frame(random: Random): string {
  let text = random.pick(FRAMES);
  for (let changes = random.integer(0, 3); changes > 0; changes--) {
    const at = random.integer(1, text.length - 2);
    const end = at + random.integer(0, 1);
    const put = random.pick(["", ..."0123456789*#", "00", "255", "*0"]);
    text = text.slice(0, at) + put + text.slice(end);
  }
  return text;
}

Deno.test("decodeCommon() reads what the areas read", () => {
  const random = new Random(SEED);
  const seen = new Set<string>();
  for (let i = 0; i < 50_000; i++) {
    const text = frame(random);
    if (!isFrame(text)) continue;
    const message = parse(text) as BusMessage;
    const common = decodeCommon(message);
    if (common === undefined) continue;
    seen.add(common.type);
    const plain = areaOf(common.who)!.decode(message)!;
    // The order too: a log shows it.
    assertEquals(
      Object.entries(common),
      Object.entries(plain),
      `${text}, seed ${SEED}`,
    );
  }
  assertEquals(seen.size, 11, `${[...seen]}, seed ${SEED}`);
});
