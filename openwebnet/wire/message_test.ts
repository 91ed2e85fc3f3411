// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { isFrame } from "./frame.ts";
import {
  type HandshakeMessage,
  type Message,
  parse,
  parseHandshake,
  parseTag,
  serialize,
} from "./message.ts";
import { Random } from "../simulator/_random.ts";

const SEED = Number(crypto.getRandomValues(new Uint32Array(1))[0]);

const MESSAGES: Record<string, Message> = {
  "*#*1##": { kind: "ack" },
  "*#*0##": { kind: "nack", code: 0 },
  "*#*6##": { kind: "nack", code: 6 },
  "*#*7##": { kind: "nack", code: 7 },
  "*#*8##": { kind: "generic", fields: ["#", "8"] },
  "*99*9##": { kind: "session", selector: "9" },
  "*99*10##": { kind: "session", selector: "10" },
  "*98*2##": { kind: "authentication", algorithm: "2" },
  "*1*1*12##": { kind: "normal", who: 1, what: "1", where: "12" },
  "*7*120##": { kind: "normal", who: 7, what: "120" },
  "*5*7*##": { kind: "normal", who: 5, what: "7", where: "" },
  "*5*1**##": { kind: "normal", who: 5, what: "1", where: "", trailing: true },
  "*7*9**##": { kind: "normal", who: 7, what: "9", where: "", trailing: true },
  "*25*21#31*21##": { kind: "normal", who: 25, what: "21#31", where: "21" },
  "*22*5#*2#1##": { kind: "normal", who: 22, what: "5#", where: "2#1" },
  "*1*1000#1*12##": { kind: "translation", who: 1, what: "1", where: "12" },
  "*1*1000#1##": { kind: "translation", who: 1, what: "1" },
  "*1*1000#1*12*##": {
    kind: "translation",
    who: 1,
    what: "1",
    where: "12",
    trailing: true,
  },
  "*1*1000#*12##": { kind: "normal", who: 1, what: "1000#", where: "12" },
  "*1*1000*12##": { kind: "normal", who: 1, what: "1000", where: "12" },
  "*#1*12##": { kind: "status", who: 1, where: "12" },
  "*#5##": { kind: "status", who: 5 },
  "*#1*##": { kind: "status", who: 1, where: "" },
  "*#13**1##": { kind: "request", who: 13, where: "", dimension: "1" },
  "*#13**66*0##": {
    kind: "dimension",
    who: 13,
    where: "",
    dimension: "66",
    values: ["0"],
  },
  "*#13**#0*21*10*00*001##": {
    kind: "writing",
    who: 13,
    where: "",
    dimension: "0",
    values: ["21", "10", "00", "001"],
  },
  "*#13**0*21*10*00*##": {
    kind: "dimension",
    who: 13,
    where: "",
    dimension: "0",
    values: ["21", "10", "00", ""],
  },
  "*#4*#1*#14*0215*3##": {
    kind: "writing",
    who: 4,
    where: "#1",
    dimension: "14",
    values: ["0215", "3"],
  },
  "*#2*21*#11#001*30##": {
    kind: "writing",
    who: 2,
    where: "21",
    dimension: "11#001",
    values: ["30"],
  },
  "*#22*3#1#2*1*15*##": {
    kind: "dimension",
    who: 22,
    where: "3#1#2",
    dimension: "1",
    values: ["15", ""],
  },
  "*#24*1000#4#00#0#8*18#65##": {
    kind: "request",
    who: 24,
    where: "1000#4#00#0#8",
    dimension: "18#65",
  },
  "*1023*1*0##": { kind: "normal", who: 1023, what: "1", where: "0" },
  // Of no known kind, kept as their fields.
  "*##": { kind: "generic", fields: [""] },
  "**##": { kind: "generic", fields: ["", ""] },
  "*1##": { kind: "generic", fields: ["1"] },
  "*1**12##": { kind: "generic", fields: ["1", "", "12"] },
  "*1*1*12*3##": { kind: "generic", fields: ["1", "1", "12", "3"] },
  "*1*1*12**##": { kind: "generic", fields: ["1", "1", "12", "", ""] },
  "*#1*12*##": { kind: "generic", fields: ["#1", "12", ""] },
  "*#1*12*#*1##": { kind: "generic", fields: ["#1", "12", "#", "1"] },
  "*01*1*12##": { kind: "generic", fields: ["01", "1", "12"] },
  "*9007199254740993*1*1##": {
    kind: "generic",
    fields: ["9007199254740993", "1", "1"],
  },
  "*1#2*1*1##": { kind: "generic", fields: ["1#2", "1", "1"] },
};

for (const [frame, message] of Object.entries(MESSAGES)) {
  Deno.test(`parse() reads ${frame} and serialize() writes it`, () => {
    assertEquals(parse(frame), message);
    assertEquals(serialize(message), frame);
  });
}

const HANDSHAKE: Record<string, HandshakeMessage> = {
  "*#*1##": { kind: "ack" },
  "*#5##": { kind: "digits", digits: "5" },
  "*#0012*345##": { kind: "proof", nonce: "0012", proof: "345" },
  "*#1*2*3##": { kind: "generic", fields: ["#1", "2", "3"] },
  "*#1#2##": { kind: "generic", fields: ["#1#2"] },
  "*1*1*12##": { kind: "generic", fields: ["1", "1", "12"] },
};

for (const [frame, message] of Object.entries(HANDSHAKE)) {
  Deno.test(`parseHandshake() reads ${frame} and serialize() writes it`, () => {
    assertEquals(parseHandshake(frame), message);
    assertEquals(serialize(message), frame);
  });
}

Deno.test("parse() refuses what is not one frame", () => {
  for (const text of ["", "*", "##", "*1*1*12", "*1*a##", "*1##2##"]) {
    assertThrows(() => parse(text), SyntaxError, "not a frame");
    assertThrows(() => parseHandshake(text), SyntaxError, "not a frame");
  }
});

Deno.test(`serialize() gives back every frame that parse() reads (seed ${SEED})`, () => {
  const random = new Random(SEED);
  let frames = 0;
  for (let round = 0; round < 200_000; round++) {
    let frame = "*";
    for (let i = random.integer(0, 14); i > 0; i--) {
      frame += random.pick("0011234598**##");
    }
    frame += "##";
    if (!isFrame(frame)) continue;
    frames++;
    assertEquals(serialize(parse(frame)), frame);
    assertEquals(serialize(parseHandshake(frame)), frame);
  }
  assert(frames > 10_000, `${frames}`);
});

Deno.test("parse() needs time linear in a hostile frame of 1 MB", () => {
  for (
    const body of [
      "*1*1*" + "1".repeat(1_000_000),
      "*1".repeat(500_000),
      "*#1" + "*1#1".repeat(250_000),
      "*1*1" + "#1".repeat(500_000) + "*1",
      "*".repeat(1_000_000),
    ]
  ) {
    const start = performance.now();
    assertEquals(serialize(parse(`${body}##`)), `${body}##`);
    assertThrows(() => parse(`${body}x##`), SyntaxError);
    const elapsed = performance.now() - start;
    assert(elapsed < 5000, `${body.slice(0, 8)}…: ${elapsed} ms`);
  }
});

Deno.test("serialize() refuses texts that make another message", () => {
  for (
    const message of [
      { kind: "normal", who: 1, what: "1", where: "1*2" },
      { kind: "normal", who: 1, what: "1", where: "1##" },
      { kind: "normal", who: 1, what: "1", where: "a" },
      { kind: "normal", who: 1.5, what: "1", where: "1" },
      { kind: "status", who: 1, where: "12#" },
      { kind: "generic", fields: ["1", "2*3"] },
    ] satisfies Message[]
  ) {
    assertThrows(() => serialize(message), TypeError, "is not a frame");
  }
});

Deno.test("parseTag() splits at each #", () => {
  assertEquals(parseTag("1"), { code: "1", parameters: [] });
  assertEquals(parseTag("5#"), { code: "5", parameters: [""] });
  assertEquals(parseTag("511#10#7"), { code: "511", parameters: ["10", "7"] });
});
