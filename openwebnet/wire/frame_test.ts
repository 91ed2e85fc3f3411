// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { FrameScanner, isFrame, type Junk } from "./frame.ts";
import { Random } from "../simulator/_random.ts";
import { usedHeap } from "../../tests/_heap.ts";

const ENCODER = new TextEncoder();
const SEED = Number(crypto.getRandomValues(new Uint32Array(1))[0]);

interface Scanned {
  frames: string[];
  junk: Junk[];
  pending: number;
}

function scan(
  chunks: (string | Uint8Array)[],
  options: { maxFrameLength?: number } = {},
): Scanned {
  const junk: Junk[] = [];
  const scanner = new FrameScanner({ ...options, onJunk: (j) => junk.push(j) });
  const frames = chunks.flatMap((chunk) =>
    scanner.decode(typeof chunk === "string" ? ENCODER.encode(chunk) : chunk)
  );
  return { frames, junk, pending: scanner.pending };
}

Deno.test("FrameScanner finds a frame cut at any byte", () => {
  const text = "*1*1*12##*#*1##";
  for (let i = 0; i <= text.length; i++) {
    const { frames, pending } = scan([text.slice(0, i), text.slice(i)]);
    assertEquals(frames, ["*1*1*12##", "*#*1##"]);
    assertEquals(pending, 0);
  }
});

Deno.test("FrameScanner finds many frames in one read and keeps half of the next", () => {
  const { frames, pending } = scan(["*1*1*11##*#*1##*#4*1*0*02"]);
  assertEquals(frames, ["*1*1*11##", "*#*1##"]);
  assertEquals(pending, 10);
});

Deno.test("FrameScanner skips and counts junk between frames", () => {
  const { frames, junk } = scan(["\0\r\n1*12##*1*0*12##\xff\xfb"]);
  assertEquals(frames, ["*12##", "*1*0*12##"]);
  assertEquals(junk.map(({ bytes }) => bytes), [4, 4]);
});

Deno.test("FrameScanner drops an over-long frame and goes on after its ##", () => {
  const long = `*1*${"1".repeat(2000)}##`;
  for (const cut of [1, 7, 1023, 1024, 1025, 1500, 2004, 2005]) {
    const { frames, junk } = scan([
      long.slice(0, cut),
      long.slice(cut) + "*1*1*12##",
    ]);
    assertEquals(frames, ["*1*1*12##"]);
    assertEquals(junk, [{ reason: "long", bytes: long.length }]);
  }
});

Deno.test("FrameScanner takes a frame of exactly the limit", () => {
  for (const length of [9, 10, 11]) {
    const frame = `*1*1*${"1".repeat(length - 7)}##`;
    const { frames, junk } = scan([frame, "*#*1##"], { maxFrameLength: 10 });
    assertEquals(frames, length <= 10 ? [frame, "*#*1##"] : ["*#*1##"]);
    assertEquals(junk.length, length <= 10 ? 0 : 1);
  }
  assertThrows(() => new FrameScanner({ maxFrameLength: 0 }), RangeError);
});

Deno.test("FrameScanner drops a frame with a foreign character up to its ##", () => {
  // Believing the next star would make *0*0215## of it: a scenario.
  const { frames, junk } = scan(["*#4*1\u00e9*0*0215##*1*1*12##"]);
  assertEquals(frames, ["*1*1*12##"]);
  assertEquals(junk, [{ reason: "foreign", bytes: 16 }]);
});

Deno.test("FrameScanner gives degenerate frames as they are", () => {
  assertEquals(scan(["*##**##*1##"]).frames, ["*##", "**##", "*1##"]);
});

Deno.test("FrameScanner ends a frame at the first ##", () => {
  const { frames, junk } = scan(["*1*1*12###*#*1##"]);
  assertEquals(frames, ["*1*1*12##", "*#*1##"]);
  assertEquals(junk, [{ reason: "junk", bytes: 1 }]);
});

Deno.test("FrameScanner counts what it holds of a frame that it drops", () => {
  assertEquals(scan(["*1x23"]).pending, 5);
  assertEquals(scan(["*1*123"], { maxFrameLength: 4 }).pending, 6);
});

function randomFrame(random: Random): string {
  const fields = Array.from({ length: random.integer(1, 6) }, () => {
    let field = "";
    for (let i = random.integer(0, 5); i > 0; i--) {
      field += random.pick(field.endsWith("#") ? "01239" : "01239#");
    }
    return field;
  });
  const frame = `*${fields.join("*")}`.replace(/#$/, "") + "##";
  assert(isFrame(frame), frame);
  return frame;
}

function randomJunk(random: Random): Uint8Array {
  const length = random.integer(0, 6);
  return Uint8Array.from({ length }, () => {
    const byte = random.integer(0, 255);
    return byte === 0x2a ? 0 : byte;
  });
}

Deno.test(`FrameScanner finds the same frames in any chunking, with junk between (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 300; round++) {
    const frames = Array.from({ length: 20 }, () => randomFrame(random));
    const bytes = new Uint8Array(
      frames.flatMap((
        frame,
      ) => [...randomJunk(random), ...ENCODER.encode(frame)]),
    );
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const next = at + random.integer(1, 40);
      chunks.push(bytes.slice(at, next));
      at = next;
    }
    const whole = scan([bytes]);
    const cut = scan(chunks);
    assertEquals(cut.frames, frames);
    assertEquals(whole.frames, frames);
    const count = (junk: Junk[]) => junk.reduce((sum, j) => sum + j.bytes, 0);
    assertEquals(count(cut.junk), count(whole.junk));
  }
});

Deno.test(`FrameScanner never throws and accounts for every byte (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 2000; round++) {
    const text = Array.from(
      { length: random.integer(0, 60) },
      () => random.pick("0123456789***####\x00é\r\n"),
    ).join("");
    const bytes = ENCODER.encode(text);
    const { frames, junk, pending } = scan([bytes], { maxFrameLength: 12 });
    for (const frame of frames) assert(isFrame(frame), frame);
    const total = frames.join("").length + pending +
      junk.reduce((sum, { bytes }) => sum + bytes, 0);
    assertEquals(total, bytes.length, JSON.stringify(text));
  }
});

Deno.test("FrameScanner needs time linear in hostile input of 1 MB", () => {
  const MB = 1_000_000;
  const hostile = [
    "*".repeat(MB),
    "#".repeat(MB),
    "*#".repeat(MB / 2),
    "*" + "1".repeat(MB),
    "*1#".repeat(MB / 3),
    "*##".repeat(MB / 3),
    "1".repeat(MB),
    "*x".repeat(MB / 2),
    "*" + "1#".repeat(MB / 2) + "x",
  ];
  for (const text of hostile) {
    for (const size of [1, 1000, MB]) {
      const bytes = ENCODER.encode(text);
      const scanner = new FrameScanner();
      const start = performance.now();
      let pending = 0;
      for (let at = 0; at < bytes.length; at += size) {
        scanner.decode(bytes.subarray(at, at + size));
        pending = Math.max(pending, scanner.pending);
      }
      // A quadratic scanner needs minutes for it, this one milliseconds; a
      // busy machine may make seconds of them.
      const elapsed = performance.now() - start;
      assert(
        elapsed < 30_000,
        `${text.slice(0, 4)}… by ${size}: ${elapsed} ms`,
      );
    }
  }
});

Deno.test("FrameScanner takes a stream of 10 MB, ten times, with constant memory", () => {
  const frames = ["*1*1*12##", "*#4*1*0*0215##", "\r\n", "*1x##", "*#*1##"];
  // A length that is no multiple of that of the frames: each cut is another.
  const chunk = ENCODER.encode(frames.join("").repeat(2000)).subarray(
    0,
    65_521,
  );
  const scanner = new FrameScanner();
  let last = "";
  const used: number[] = [];
  for (let megabytes = 0; megabytes < 100; megabytes += 10) {
    for (let bytes = 0; bytes < 10_000_000; bytes += chunk.length) {
      last = scanner.decode(chunk).at(-1) ?? "";
    }
    used.push(usedHeap());
  }
  assert(isFrame(last));
  const growth = used.at(-1)! - used[0]!;
  assert(growth < 1_000_000, `${growth} bytes`);
});

Deno.test("FrameScanner writes one frame and nothing else", () => {
  const scanner = new FrameScanner();
  assertEquals(scanner.encode("*#*1##"), ENCODER.encode("*#*1##"));
  for (
    const text of ["", "*1*1*12", "*1*1*12##\n", "*1*1*12##*1*1*12##", "1##"]
  ) {
    assertThrows(() => scanner.encode(text), TypeError, "not a frame");
  }
});
