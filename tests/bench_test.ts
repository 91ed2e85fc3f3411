// Copyright 2026 the Wirekit authors. MIT license.

/** What the benchmark counts with: a wrong count would look like a result. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  busyCalls,
  type CallCell,
  compare,
  type Plan,
  reasonOf,
  type System,
  warmUp,
} from "../bench/harness.ts";
import { Frame, type Framing, Reader } from "../bench/load/frames.ts";
import { Histogram } from "../bench/load/histogram.mjs";
import { comparePairs, pairTargets } from "../bench/pairs.ts";
import { coresOf, put } from "../bench/places.ts";
import { median, Results } from "../bench/results.ts";
import {
  compareStarts,
  inTurn,
  type Loaded,
  ratioOf,
  rowsOf,
} from "../bench/rows.ts";
import { EXPLAINED, ratioTarget, targetTable } from "../bench/suite.ts";
import { suites } from "../bench/suites.ts";
import { summary } from "../bench/summary.ts";
import { ROOT } from "./_packages.ts";
import { FrameParser } from "../transport/websocket/_frame_parser.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

for (const length of [0, 5, 125, 126, 65_535, 65_536]) {
  Deno.test(`Frame of ${length} bytes is what a server understands`, () => {
    const text = "x".repeat(length);
    const { bytes } = new Frame(text, "ws");
    const parser = new FrameParser({ masked: true, maxMessageBytes: 1 << 20 });
    parser.push(bytes.slice());
    assert(parser.next());
    assertEquals(DECODER.decode(parser.payload), text);
    assert(!parser.next());
  });
}

Deno.test("Frame.patch() changes a part of the message and nothing else", () => {
  const frame = new Frame("what a day", "ws");
  frame.patch(5, ENCODER.encode("no hurry"), 0, 1);
  const parser = new FrameParser({ masked: true, maxMessageBytes: 1_024 });
  parser.push(frame.bytes.slice());
  assert(parser.next());
  assertEquals(DECODER.decode(parser.payload), "what n day");
});

/** A message as a server sends it. */
function served(text: string, framing: Framing): Uint8Array {
  if (framing === "line") return ENCODER.encode(`${text}\n`);
  const { length } = text;
  const head = length < 126
    ? [0x81, length]
    : length < 65_536
    ? [0x81, 126, length >> 8, length & 255]
    : [0x81, 127, 0, 0, 0, 0, 0, length >> 16, length >> 8 & 255, length & 255];
  return new Uint8Array([...head, ...ENCODER.encode(text)]);
}

for (const framing of ["ws", "line"] as const) {
  Deno.test(`Reader finds ${framing} messages wherever the bytes are cut`, () => {
    const lengths = [1, 125, 126, 4_000, 70_000, 2];
    const wire = new Uint8Array(
      lengths.flatMap((n) => [...served("y".repeat(n), framing)]),
    );
    for (const step of [1, 7, 1_000, wire.length]) {
      const reader = new Reader();
      const found: number[] = [];
      for (let end = step;; end += step) {
        const length = Math.min(end, wire.length);
        while (reader.next(wire, length, framing)) {
          found.push(reader.end - reader.start);
        }
        if (length === wire.length) break;
      }
      assertEquals(found, lengths);
    }
  });
}

Deno.test("Histogram tells percentiles within 3 %", () => {
  const histogram = new Histogram();
  for (let i = 1; i <= 10_000; i++) histogram.add(i);
  assertEquals(histogram.total, 10_000);
  for (const part of [0.01, 0.5, 0.99]) {
    const error = histogram.at(part) / (10_000 * part) - 1;
    assert(Math.abs(error) < 0.03, `${part}: ${error}`);
  }
});

const PLAN: Plan = { rounds: 2, seconds: 0, quick: false, log: () => {} };

/** A system that is measured without being run. */
function pretend(name: string, calls: number, order: string[]): System {
  return {
    name,
    start() {
      order.push(name);
      if (calls === 0) throw new Error("cannot\nstart");
      return Promise.resolve({
        processes: {},
        load: () => Promise.resolve({ calls, seconds: 2, p50: 1, p99: calls }),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    },
  };
}

Deno.test("compare() alternates, and a system that fails ends nothing", async () => {
  const order: string[] = [];
  const systems = [
    pretend("a", 200, order),
    pretend("broken", 0, order),
    pretend("b", 100, order),
  ];
  const results = await compare(systems, [{ name: "cell" }], PLAN);
  assertEquals(order, ["a", "broken", "b", "b", "broken", "a"]);
  assertEquals(results.of("cell", "a"), 100);
  assertEquals(results.ratio("cell", "a", "b"), 2);
  assertEquals(results.ratio("cell", "a", "broken"), undefined);
  assert(results.table("b").includes("Failed: cell: broken: cannot start"));
});

Deno.test("compare() loads systems once more when all are there, then in turn, in slices, and what fails then ends nothing", async () => {
  const order: string[] = [];
  const system = (name: string, fails = false): System => ({
    name,
    isWarm: true,
    start() {
      order.push(`start ${name}`);
      return Promise.resolve({
        processes: {},
        load: (_cell, seconds) => {
          order.push(name);
          const isOver = fails && order.length > 11;
          if (isOver) return Promise.reject(new Error("gone"));
          return Promise.resolve({ calls: 1, seconds, p50: 1, p99: 1 });
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    },
  });
  const systems = [system("a"), system("b", true), system("c")];
  const plan = { ...PLAN, rounds: 1, seconds: 0.3 };
  const results = await compare(systems, [{ name: "cell" }], plan);
  assertEquals(
    order.join(" "),
    "start a a start b b start c c a b c a b c c b a a c",
  );
  assertEquals(results.of("cell", "a")?.toFixed(3), "10.000");
  assertEquals(results.of("cell", "b"), undefined);
  order.length = 0;
  const whole = [{ name: "cell", isWhole: true }];
  await compare([system("a"), system("c")], whole, plan);
  assertEquals(order.join(" "), "start a a a start c c c");
});

Deno.test("A ratio is of rounds, so a second in which the machine is slow spoils none", () => {
  const results = new Results();
  const sample = (rate: number) => ({ rate, p50: 1, p99: 1, cpu: {} });
  for (const rate of [100, 50, 100]) results.add("cell", "a", sample(rate));
  for (const rate of [100, 50, 40]) results.add("cell", "b", sample(rate));
  assertEquals(results.ratio("cell", "a", "b"), 1);
  results.add("cell", "once", sample(10));
  assertEquals(results.ratio("cell", "a", "once"), 10);
});

Deno.test("compare() measures in the short form what is marked for it, alone", async () => {
  const order: string[] = [];
  const cells = [{ name: "long" }, { name: "short", quick: true }];
  const plan = { ...PLAN, quick: true };
  const results = await compare([pretend("a", 200, order)], cells, plan);
  assertEquals(order, ["a", "a"]);
  assertEquals(results.of("short", "a"), 100);
  assertEquals(results.of("long", "a"), undefined);
});

Deno.test("compare() measures what takes long in one round", async () => {
  const order: string[] = [];
  const cells = [{ name: "long", isLong: true }, { name: "short" }];
  const results = await compare([pretend("a", 200, order)], cells, PLAN);
  assertEquals(order, ["a", "a", "a"]);
  assertEquals(results.all("long", "a").length, 1);
  assertEquals(results.all("short", "a").length, 2);
});

Deno.test("warmUp() puts much load on a system until it has had enough, then what is measured", async () => {
  for (const [each, times] of [[12_000, 2], [100_000, 1]] as const) {
    const order: string[] = [];
    await warmUp(() => {
      order.push("busy");
      return Promise.resolve({ calls: each });
    }, () => {
      order.push("cell");
      return Promise.resolve({ calls: each });
    });
    const steps = (step: string) => Array(times).fill(step);
    assertEquals(order, [...steps("busy"), ...steps("cell")]);
  }
  const cell: CallCell = { name: "", depth: 1, size: 64 };
  assertEquals(busyCalls(cell), { name: "", depth: 64, size: 64 });
  assertEquals(busyCalls({ ...cell, rate: 4_000 }), cell);
  const large = { name: "", depth: 1, size: 65_536 };
  assertEquals(busyCalls(large), large);
});

Deno.test("reasonOf() tells no path of this machine", () => {
  const text = (error: string) => reasonOf(new Error(error));
  assertEquals(
    text("Cannot run /home/me/.cache/python/bin/python3: no such file"),
    "Cannot run python3: no such file",
  );
  assertEquals(
    text("at file:///home/me/wirekit/bench/load/load.ts:3:4\n| x"),
    "at load.ts:3:4 / x",
  );
  assertEquals(text("error: /tmp/a-b_c.d/e@1/f"), "error: f");
  assertEquals(
    text("ws://127.0.0.1:80/a/b 1/2 of /x a/b/c"),
    "ws://127.0.0.1:80/a/b 1/2 of /x a/b/c",
  );
});

Deno.test("ratioTarget() asks for the rate and for the 99th percentile", async () => {
  const systems = [pretend("a", 200, []), pretend("b", 100, [])];
  const results = await compare(systems, [{ name: "cell" }], PLAN);
  const options = { cell: "cell", ours: "a", theirs: "b" };
  const late = ratioTarget("a ÷ b", results, { ...options, atLeast: 2 });
  assertEquals([late.met, late.measured], [false, "2 (p99 × 2)"]);
  const alone = { ...options, latency: false };
  assert(ratioTarget("", results, { ...alone, atLeast: 2 }).met);
  assert(!ratioTarget("", results, { ...alone, atLeast: 2.1 }).met);
  const missing = { ...alone, theirs: "c", atLeast: 1 };
  assertEquals(ratioTarget("", results, missing).met, undefined);
});

Deno.test("targetTable() has the best that can be had beside a miss", async () => {
  const systems = [pretend("a", 200, []), pretend("b", 100, [])];
  const results = await compare(systems, [{ name: "cell" }], PLAN);
  const row = (atLeast: number, ceiling?: string) =>
    targetTable([
      ratioTarget("a ÷ b", results, {
        cell: "cell",
        ours: "a",
        theirs: "b",
        atLeast,
        latency: false,
        why: "POST /call",
        ...(ceiling && { ceiling }),
      }),
    ]).split("\n").at(-1);
  assertEquals(row(2, "a"), "| a ÷ b | 2 | ≥ 2 | yes |  |");
  const miss = "| a ÷ b | 2 | ≥ 3 | **no** |";
  assertEquals(row(3, "b"), `${miss} 1: [b](README.md#post-call) |`);
  assertEquals(row(3, "c"), `${miss} [why](README.md#post-call) |`);
  assertEquals(row(3), `${miss} [why](README.md#post-call) |`);
});

Deno.test("bench/README.md has each heading that a miss refers to", async () => {
  const page = await Deno.readTextFile(new URL("bench/README.md", ROOT));
  for (const heading of EXPLAINED) {
    assertMatch(page, new RegExp(`^##+ ${heading}$`, "m"));
  }
});

Deno.test("ratioOf() has a range that one start of eight does not move", () => {
  const four = ratioOf([0.9, 1.1, 1, 1.2]);
  assertEquals(four, { middle: 1.05, low: 0.9, high: 1.2 });
  const eight = ratioOf([1, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 9]);
  assertEquals([eight.low, eight.high], [1.01, 1.06]);
  const twelve = ratioOf([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9]);
  assertEquals([twelve.low, twelve.high], [1, 8]);
  assertEquals(ratioOf([2]), { middle: 2, low: 2, high: 2 });
});

Deno.test("inTurn() starts each first as often, and loads in both orders", async () => {
  const order: string[] = [];
  const start = (name: string, calls: number) => () => {
    order.push(`start ${name}`);
    return Promise.resolve<Loaded>({
      processes: {},
      busy: () => Promise.resolve({ calls: 100_000 }),
      load(seconds) {
        if (seconds === 7) order.push(name);
        return Promise.resolve({ calls, seconds: 1, p50: 1, p99: 1 });
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  };
  const starts = await inTurn([start("a", 100), start("b", 90)], {
    starts: 2,
    slices: 2,
    seconds: 7,
  });
  assertEquals(
    order.join(" "),
    "start a start b a b b a start b start a b a a b",
  );
  const ratio = compareStarts(starts, (a, b) => b.rate / a.rate);
  assertEquals(ratio, { middle: 0.9, low: 0.9, high: 0.9 });
});

Deno.test("comparePairs() says of each cell what one system is beside the other", async () => {
  const cells = [{ name: "cell" }, { name: "none" }];
  const system = (name: string, calls: number): System => ({
    name,
    start: ({ name }) =>
      name === "none" ? Promise.reject(new Error("broken")) : Promise.resolve({
        processes: {},
        load: () => Promise.resolve({ calls, seconds: 1, p50: 1, p99: 1 }),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  });
  const pairs = await comparePairs(
    system("a", 90_000),
    system("b", 100_000),
    cells,
    PLAN,
  );
  const [met, missing] = pairTargets("a ÷ b", pairs, { rate: 0.9 });
  assertEquals(met, {
    what: "a ÷ b, cell",
    why: "Rows measured in slices",
    measured: "0.900 (0.900–0.900)",
    target: "≥ 0.9",
    met: true,
  });
  assertEquals([missing?.measured, missing?.met], ["not measured", undefined]);
  assertEquals(pairTargets("", pairs, { rate: 0.91 })[0]?.met, false);
});

Deno.test("rowsOf() puts one message at a time on one core, and else the caller on its own", async () => {
  const system = (): System<CallCell> => ({
    name: "x",
    start: () =>
      Promise.resolve({
        processes: { server: 1, requester: 2, responder: 3 },
        load: () => Promise.resolve({ calls: 1, seconds: 1, p50: 1, p99: 1 }),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  });
  const rows = rowsOf<CallCell>([system], [
    { name: "1", depth: 1, size: 64 },
    { name: "16", depth: 16, size: 64 },
    { name: "Poisson", depth: 1, size: 64, rate: 4_000 },
  ], ["responder"]);
  const seen = await Promise.all(rows.map(async ({ isAlone, start }) => {
    await using loaded = await start(ROOT);
    return [isAlone, loaded.places, Object.keys(loaded.processes)];
  }));
  assertEquals(seen, [
    [true, [[1, 2, 3], []], ["server", "requester"]],
    [false, [[1, 3], [2]], ["server", "requester"]],
    // A client that calls at random times never sleeps.
    [false, [[1, 3], [2]], ["server"]],
  ]);
});

Deno.test("put() keeps all threads of a process on a core", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
  try {
    await put([[child.pid], []]);
    assertMatch(await coresOf(child.pid), /^\d+$/);
  } finally {
    child.kill();
    await child.status;
  }
});

Deno.test("compare() has all processes on one core if one call is in flight", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const cores = await coresOf(Deno.pid);
  const seen: string[] = [];
  const system: System<CallCell> = {
    name: "x",
    async start() {
      const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
      seen.push(await coresOf(child.pid));
      return {
        processes: {},
        load: () => Promise.resolve({ calls: 1e6, seconds: 1, p50: 1, p99: 1 }),
        async [Symbol.asyncDispose]() {
          child.kill();
          await child.status;
        },
      };
    },
  };
  const cell = { name: "1", depth: 1, size: 1 };
  await compare([system], [cell, { ...cell, name: "2", depth: 2 }], PLAN);
  for (const [i, where] of seen.entries()) {
    if (i % 2) assertEquals(where, cores);
    else assertMatch(where, /^\d+$/);
  }
  assertEquals(await coresOf(Deno.pid), cores);
});

Deno.test("median() is the middle", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 2, 3]), 2.5);
});

Deno.test("The table of speed on the first page is of bench/RESULTS.md", async () => {
  const read = (file: string) => Deno.readTextFile(new URL(file, ROOT));
  const page = await read("README.md");
  const [, shown = ""] =
    /<!-- deno task bench -->(.*?)<!-- end -->/s.exec(page) ?? [];
  const plain = (text: string) => text.replaceAll(/[\s:-]+/g, " ").trim();
  assertEquals(plain(shown), plain(summary(await read("bench/RESULTS.md"))));
});

Deno.test("bench/README.md says of each suite what it is", async () => {
  const page = await Deno.readTextFile(new URL("bench/README.md", ROOT));
  const told = [...page.matchAll(/^\| `([a-z]+)` +\|/gm)].map(([, name]) =>
    name
  );
  assertEquals(told.toSorted(), suites.map(({ name }) => name).toSorted());
});
