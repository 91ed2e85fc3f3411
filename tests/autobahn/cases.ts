// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What the Autobahn test suite asks of a WebSocket without compression, in our
 * own words: the numbers name its cases.
 */

/** A frame, as the peer sends it. */
export interface Frame {
  /** The opcode, even a wrong one. */
  opcode: number;
  /** The payload. */
  payload: Uint8Array;
  /** Whether it is the last one of its message. */
  final: boolean;
  /** The reserved bits, 0 to 7. */
  reserved: number;
}

/** One case. */
export interface Case {
  /** Its number in the suite, and what it is about. */
  name: string;
  /** What a message is to the echo that is tested. */
  format: "text" | "binary";
  /** What the peer sends. */
  frames: Frame[];
  /** How many bytes it sends at a time; all at once if 0. */
  chop: number;
  /** What it gets back before the end: opcodes and payloads. */
  replies: [number, Uint8Array][];
  /**
   * The code that it is sent in the end. Without one, nothing is wrong: the
   * peer says goodbye itself, and gets 1000 back.
   */
  code: number | undefined;
}

const encoder = new TextEncoder();

function bytesOf(payload: string | Uint8Array | number[]): Uint8Array {
  return typeof payload === "string"
    ? encoder.encode(payload)
    : new Uint8Array(payload);
}

function frame(
  opcode: number,
  payload: string | Uint8Array | number[] = "",
  options: Partial<Frame> = {},
): Frame {
  const bytes = bytesOf(payload);
  return { opcode, payload: bytes, final: true, reserved: 0, ...options };
}

/** The first or a middle part of a message. */
function part(opcode: number, payload: string | Uint8Array | number[]): Frame {
  return frame(opcode, payload, { final: false });
}

function farewell(code: number, reason: string | number[] = ""): Frame {
  return frame(8, [code >> 8, code & 255, ...bytesOf(reason)]);
}

const CASES: Case[] = [];

function add(
  name: string,
  frames: Frame[],
  replies: [number, string | Uint8Array | number[]][],
  code?: number,
  options: Partial<Case> = {},
): void {
  CASES.push({
    name,
    format: "text",
    frames,
    chop: 0,
    replies: replies.map(([opcode, payload]) => [opcode, bytesOf(payload)]),
    code,
    ...options,
  });
}

/** 1: messages of all kinds of length. */
const LENGTHS = [0, 125, 126, 127, 128, 65_535, 65_536];
for (const [i, length] of LENGTHS.entries()) {
  const text = "*".repeat(length);
  const bytes = new Uint8Array(length).fill(0xfe);
  const format = "binary";
  add(`1.1.${i + 1} text of ${length}`, [frame(1, text)], [[1, text]]);
  add(
    `1.2.${i + 1} bytes of ${length}`,
    [frame(2, bytes)],
    [[2, bytes]],
    undefined,
    { format },
  );
}
const LONG = "*".repeat(65_536);
add("1.1.8 text in chunks", [frame(1, LONG)], [[1, LONG]], undefined, {
  chop: 997,
});

/** 2: pings and pongs. */
const MOST = new Uint8Array(125).fill(0xfe);
const PINGS = Array.from({ length: 10 }, (_, i) => `payload ${i}`);
add("2.1 ping without payload", [frame(9)], [[10, ""]]);
add("2.2 ping with text", [frame(9, "Hello")], [[10, "Hello"]]);
add("2.3 ping with bytes", [frame(9, [0, 255, 254])], [[10, [0, 255, 254]]]);
add("2.4 ping of 125", [frame(9, MOST)], [[10, MOST]]);
add("2.5 ping of 126", [frame(9, new Uint8Array(126))], [], 1002);
add(
  "2.6 ping of 125, byte by byte",
  [frame(9, MOST)],
  [[10, MOST]],
  undefined,
  { chop: 1 },
);
add("2.7 pong without payload", [frame(10)], []);
add("2.8 pong with payload", [frame(10, "unasked")], []);
add("2.9 pong, then ping", [frame(10, "unasked"), frame(9, "ask")], [[
  10,
  "ask",
]]);
add(
  "2.10 ten pings",
  PINGS.map((each) => frame(9, each)),
  PINGS.map((each) => [10, each]),
);
add(
  "2.11 ten pings, byte by byte",
  PINGS.map((each) => frame(9, each)),
  PINGS.map((each) => [10, each]),
  undefined,
  { chop: 1 },
);

/** 3: reserved bits. */
const HELLO = frame(1, "Hello");
for (const [i, reserved] of [1, 2, 3, 4].entries()) {
  const bad = frame(1, "Hello", { reserved });
  const frames = [HELLO, bad, frame(9)];
  const chop = [0, 0, 0, 1][i]!;
  add(`3.${i + 1} reserved bits ${reserved}`, frames, [[1, "Hello"]], 1002, {
    chop,
  });
}
add(
  "3.5 reserved bits 5 in bytes",
  [frame(2, [1], { reserved: 5 })],
  [],
  1002,
  { format: "binary" },
);
add("3.6 reserved bits 6 in a ping", [frame(9, "", { reserved: 6 })], [], 1002);
add(
  "3.7 reserved bits 7 in a farewell",
  [frame(8, "", { reserved: 7 })],
  [],
  1002,
);

/** 4: opcodes that mean nothing. */
for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
  const number = opcode < 8 ? `4.1.${opcode - 2}` : `4.2.${opcode - 10}`;
  add(`${number} opcode ${opcode}`, [HELLO, frame(opcode, "x"), frame(9)], [[
    1,
    "Hello",
  ]], 1002);
}

/** 5: messages in parts. */
const PARTS = [part(1, "frag"), frame(0, "ment")];
const BETWEEN = [part(1, "frag"), frame(9, "ask"), frame(0, "ment")];
const WHOLE: [number, string][] = [[1, "fragment"]];
const ANSWERED: [number, string][] = [[10, "ask"], ...WHOLE];
add("5.1 ping in parts", [part(9, "a"), frame(0, "b")], [], 1002);
add("5.2 pong in parts", [part(10, "a"), frame(0, "b")], [], 1002);
add("5.3 two parts", PARTS, WHOLE);
add("5.4 two parts in chunks", PARTS, WHOLE, undefined, { chop: 3 });
add("5.5 two parts, byte by byte", PARTS, WHOLE, undefined, { chop: 1 });
add("5.6 ping between two parts", BETWEEN, ANSWERED);
add("5.7 the same in chunks", BETWEEN, ANSWERED, undefined, { chop: 3 });
add("5.8 the same, byte by byte", BETWEEN, ANSWERED, undefined, { chop: 1 });
add("5.9 continuation of nothing", [frame(0, "x"), HELLO], [], 1002);
add("5.10 the same in chunks", [frame(0, "x"), HELLO], [], 1002, { chop: 2 });
add("5.11 the same, byte by byte", [frame(0, "x"), HELLO], [], 1002, {
  chop: 1,
});
add("5.12 part of nothing", [part(0, "x"), HELLO], [], 1002);
add(
  "5.15 after a message in parts, a part of nothing",
  [...PARTS, part(0, "x"), HELLO],
  WHOLE,
  1002,
);
add(
  "5.16 part of nothing, again and again",
  [part(0, "a"), part(1, "b"), frame(0, "c")],
  [],
  1002,
);
add(
  "5.18 a message inside another",
  [part(1, "frag"), frame(1, "ment")],
  [],
  1002,
);
add("5.19 five parts with pings between", [
  part(1, "1"),
  part(0, "2"),
  frame(9, "ask"),
  part(0, "3"),
  part(0, "4"),
  frame(9, "ask"),
  frame(0, "5"),
], [[10, "ask"], [10, "ask"], [1, "12345"]]);
add(
  "5.20 the same, byte by byte",
  [part(1, "1"), part(0, "2"), frame(9, "ask"), part(0, "3"), frame(0, "")],
  [[10, "ask"], [1, "123"]],
  undefined,
  { chop: 1 },
);

/** 6: UTF-8. */
const SENTENCE = "Hello-\u00b5@\u00df\u00f6\u00e4\u00fc\u00e0\u00e1-UTF-8!!";
const SENTENCE_BYTES = bytesOf(SENTENCE);
const GREEK = "\u03ba\u1f79\u03c3\u03bc\u03b5";
const BYTEWISE = [...bytesOf(GREEK)].map((byte, i) =>
  part(i === 0 ? 1 : 0, [byte])
);
const SURROGATE = [...bytesOf(GREEK), 0xed, 0xa0, 0x80, ...bytesOf("edited")];
add("6.1.1 empty", [frame(1)], [[1, ""]]);
add("6.1.2 empty in parts", [part(1, ""), part(0, ""), frame(0, "")], [[
  1,
  "",
]]);
add(
  "6.1.3 empty but for the middle",
  [part(1, ""), part(0, "x"), frame(0, "")],
  [[1, "x"]],
);
add("6.2.1 text with umlauts", [frame(1, SENTENCE)], [[1, SENTENCE]]);
add("6.2.2 the same in parts", [
  part(1, SENTENCE_BYTES.subarray(0, 12)),
  frame(0, SENTENCE_BYTES.subarray(12)),
], [[1, SENTENCE]]);
add("6.2.3 a part for each byte", [...BYTEWISE, frame(0)], [[1, GREEK]]);
add("6.3.1 a surrogate", [frame(1, SURROGATE)], [], 1007);
add(
  "6.3.2 the same, a part for each byte",
  [...SURROGATE.map((byte, i) => part(i === 0 ? 1 : 0, [byte])), frame(0)],
  [],
  1007,
);
add(
  "6.4.1 bad in the second of three parts",
  [part(1, GREEK), part(0, [0xf4, 0x90, 0x80, 0x80])],
  [],
  1007,
);
add(
  "6.4.2 bad at the last byte that could tell",
  [part(1, GREEK), part(0, [0xf4, 0x90])],
  [],
  1007,
);
const VALID: [string, string][] = [
  ["6.5 Greek", GREEK],
  ["6.6 lowest and highest of two bytes", "\u0080\u07ff"],
  ["6.7 lowest and highest of three", "\u0800\uffff"],
  ["6.8 lowest and highest of four", "\u{10000}\u{10ffff}"],
  ["6.9 around the surrogates", "\ud7ff\ue000\ufffd"],
  ["6.22 no characters", "\ufffe\uffff\u{1fffe}\u{2ffff}\u{10ffff}"],
  ["6.23 a mark of byte order", "\ufeffa\ufeff"],
];
for (const [name, text] of VALID) {
  add(`${name}, at once`, [frame(1, text)], [[1, text]]);
  add(`${name}, byte by byte`, [frame(1, text)], [[1, text]], undefined, {
    chop: 1,
  });
}
const INVALID: [string, number[]][] = [
  ["6.10 above the last plane", [0xf4, 0x90, 0x80, 0x80]],
  ["6.11 five bytes", [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ["6.12 a continuation alone", [0x80]],
  ["6.13 a start alone, and a space", [0xc3, 0x20]],
  ["6.14 cut in a character", [0xe2, 0x82]],
  ["6.16 never in UTF-8", [0xfe, 0xff]],
  ["6.17 overlong in two", [0xc0, 0xaf]],
  ["6.18 overlong in three", [0xe0, 0x9f, 0xbf]],
  ["6.19 overlong in four", [0xf0, 0x80, 0x80, 0xaf]],
  ["6.20 a high surrogate", [0xed, 0xa0, 0x80]],
  ["6.21 a pair of them", [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80]],
];
for (const [name, bytes] of INVALID) {
  const frames = [frame(1, [...bytesOf("a"), ...bytes])];
  add(`${name}, at once`, frames, [], 1007);
  add(`${name}, byte by byte`, frames, [], 1007, { chop: 1 });
}

/** 7: farewells. */
add("7.1.1 after a message", [HELLO, farewell(1000)], [[1, "Hello"]], 1000);
add("7.1.2 two of them", [farewell(1000), farewell(1000)], [], 1000);
add("7.1.3 a ping after it", [farewell(1000), frame(9)], [], 1000);
add("7.1.4 a message after it", [farewell(1000), HELLO], [], 1000);
add(
  "7.1.5 inside a message",
  [part(1, "frag"), farewell(1000), frame(0, "ment")],
  [],
  1000,
);
add("7.3.1 without a code", [frame(8)], [], 1005);
add("7.3.2 with half a code", [frame(8, "a")], [], 1002);
add("7.3.4 with a reason", [farewell(1000, "Hello World!")], [], 1000);
add(
  "7.3.5 with the longest reason",
  [farewell(1000, "*".repeat(123))],
  [],
  1000,
);
add(
  "7.3.6 with too long a reason",
  [farewell(1000, "*".repeat(124))],
  [],
  1002,
);
add(
  "7.5.1 with a reason that is no text",
  [farewell(1000, [0xce, 0xba, 0xed, 0xa0, 0x80])],
  [],
  1007,
);
for (
  const code of [
    1001,
    1002,
    1003,
    1007,
    1008,
    1009,
    1010,
    1011,
    1012,
    1013,
    1014,
    3000,
    3999,
    4000,
    4999,
  ]
) {
  add(`7.7 code ${code}`, [farewell(code)], [], code);
}
for (
  const code of [
    0,
    999,
    1004,
    1005,
    1006,
    1015,
    1016,
    1100,
    2000,
    2999,
    5000,
    65_535,
  ]
) {
  add(`7.9 code ${code}`, [farewell(code)], [], 1002);
}

/** 9: large, in many parts, and in small chunks. */
const HUGE = "BAsd7&jh23".repeat(104_858).slice(0, 1_048_576);
const HUGE_BYTES = bytesOf(HUGE);
for (const size of [64, 1_024, 65_536]) {
  const parts: Frame[] = [];
  const total = size * 64;
  for (let at = 0; at < total; at += size) {
    const payload = HUGE_BYTES.subarray(0, size);
    parts.push(
      frame(at === 0 ? 1 : 0, payload, { final: at + size === total }),
    );
  }
  const text = HUGE.slice(0, size).repeat(64);
  add(`9.3 64 parts of ${size}`, parts, [[1, text]]);
}
add("9.1 text of 1 MiB", [frame(1, HUGE)], [[1, HUGE]]);
add(
  "9.2 bytes of 1 MiB",
  [frame(2, HUGE_BYTES)],
  [[2, HUGE_BYTES]],
  undefined,
  { format: "binary" },
);
for (const chop of [64, 256, 2_048]) {
  const text = HUGE.slice(0, 1_024 * chop);
  add(`9.5 in chunks of ${chop}`, [frame(1, text)], [[1, text]], undefined, {
    chop,
  });
}
const SMALL = Array.from({ length: 1_000 }, (_, i) => "*".repeat(i % 130));
add(
  "9.7 a thousand small ones",
  SMALL.map((each) => frame(1, each)),
  SMALL.map((each) => [1, each]),
);

/** 10: parts of 1,300 bytes. */
const THIRTEEN: Frame[] = [];
for (let at = 0; at < 65_536; at += 1_300) {
  const final = at + 1_300 >= 65_536;
  THIRTEEN.push(
    frame(
      at === 0 ? 1 : 0,
      HUGE_BYTES.subarray(at, Math.min(at + 1_300, 65_536)),
      { final },
    ),
  );
}
add("10.1 parts of 1300", THIRTEEN, [[1, HUGE.slice(0, 65_536)]]);

/** All cases. */
export const cases: readonly Case[] = CASES;
