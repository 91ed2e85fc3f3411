// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Lets clients of two hubs ask each other for long, at half of what they can,
 * while others come and go: `MINUTES=30 CHURN=10000 deno task soak`. CHURN is how
 * many come and go in a minute. It writes the tables in tests/cluster/README.md,
 * and ends with 1 if a process needs more and more memory, if calls take longer
 * at the end than at the beginning, or if one failed.
 *
 * Two more hubs with a server of their own, which have nothing else to do, are
 * asked at the same time: what takes longer there too is the machine's.
 */

import { installNats } from "../_nats.ts";
import { heapOf, inspectable } from "./_heap.ts";
import { Load, Visits } from "./_load.ts";
import { Node, startNodes } from "./_nodes.ts";
import { say, TESTS_README, writeTable } from "./_record.ts";
import { freePort } from "../_port.ts";
import { Engine } from "./_servers.ts";
import { certaintyOf, quantile, trendOf } from "./_trend.ts";

/** Reads a number of the environment. */
function setting(name: string, otherwise: number, least = 0): number {
  const text = Deno.env.get(name);
  const value = text === undefined ? otherwise : Number(text);
  if (value >= least && value < Infinity) return value;
  throw new RangeError(`${name} is ${text}: no number of at least ${least}`);
}

const MINUTES = setting("MINUTES", 30, 1);
const CHURN = setting("CHURN", 10_000);
const PAIRS = 8;
/** Which part of what they can the clients do. */
const SHARE = setting("SHARE", 0.5);
/** How many calls a second the hubs answer that have nothing else to do. */
const CONTROL_RATE = 100;
/**
 * How long everything runs before it counts, in milliseconds: as long as a hub
 * remembers messages.
 */
const WARM_UP = 300_000;
/** How much more memory a process may need in ten minutes, in MiB. */
const MORE_MEMORY = 1;
/** How much longer calls may take in the last minute than in the first. */
const SLOWER = 1.2;
const MOST_ROWS = 10;

Deno.env.set("NATS_SERVER", await installNats());

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const now = () => performance.now();

/** The memory of a process, in MiB. */
async function memoryOf(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(text)![1]) / 1_024;
}

/** How much time of a core a process has had, in seconds. */
async function timeOf(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** One minute of it. */
interface Minute {
  readonly calls: number;
  readonly p50: number;
  readonly p99: number;
  /** The same of the hubs that have nothing else to do. */
  readonly control: number;
  readonly visits: number;
  /** The memory of each process at the end, without garbage, in MiB. */
  readonly memory: readonly number[];
  /** What is used of its heap then. */
  readonly heap: readonly number[];
}

/** A process that is watched. */
interface Watched {
  readonly name: string;
  readonly pid: number;
  /** The port of its inspector, if it has one. */
  readonly inspector?: number;
}

await using stack = new AsyncDisposableStack();
const engine = stack.use(await Engine.start(1));
const inspectors = [freePort(), freePort()];
const nodes = inspectors.map((port, n) =>
  stack.use(
    new Node(engine, `node${n + 1}`, 15_000, undefined, inspectable(port)),
  )
);
await Promise.all(nodes.map((node) => node.start()));
const urls = nodes.map(({ url }) => url);
const processes: Watched[] = [
  ...nodes.map(({ pid }, n) => ({
    name: `hub ${n + 1}`,
    pid,
    inspector: inspectors[n]!,
  })),
  { name: "nats-server", pid: engine.servers[0]!.pid },
];
const controlEngine = stack.use(await Engine.start(1));
const controlNodes = stack.use(await startNodes(controlEngine, 2, 15_000));
const load = stack.use(await Load.start(urls, PAIRS));
const control = stack.use(
  await Load.start(controlNodes.nodes.map(({ url }) => url), 2),
);
const visits = new Visits(urls);

let isOver = false;
const over = () => isOver;
const running = [
  visits.pace(CHURN, over),
  control.pace(CONTROL_RATE, over),
];
await load.most(64, 5_000);
const most = await load.most(64, 10_000);
const rate = most * SHARE;
say(
  `${most.toFixed(0)} calls a second with 64 in flight: ` +
    `${rate.toFixed(0)} from now on`,
);
running.push(load.pace(rate, over));
await sleep(WARM_UP);

/**
 * Measures a minute. How much garbage there is changes from second to second:
 * it is collected before the memory is looked at. A server is looked at when it
 * has the least.
 */
async function minute(): Promise<Minute> {
  // What waited while the minute before was reckoned is over.
  await sleep(1_000);
  const end = now() + 60_000;
  const calls = load.calls;
  visits.count = 0;
  load.take();
  control.take();
  const least = processes.map(() => Infinity);
  while (now() < end) {
    await sleep(1_000);
    for (const [n, { pid }] of processes.entries()) {
      least[n] = Math.min(least[n]!, await memoryOf(pid));
    }
  }
  const times = load.take();
  const figures = {
    calls: load.calls - calls,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    control: quantile(control.take(), 0.99),
    visits: visits.count,
  };
  const heap: number[] = [];
  const memory: number[] = [];
  for (const [n, { pid, inspector }] of processes.entries()) {
    heap.push(inspector === undefined ? NaN : await heapOf(inspector));
    memory.push(inspector === undefined ? least[n]! : await memoryOf(pid));
  }
  return { ...figures, heap, memory };
}

const cpu = await Promise.all(processes.map(({ pid }) => timeOf(pid)));
const start = now();
const minutes: Minute[] = [];
while (minutes.length < MINUTES) {
  minutes.push(await minute());
  const { p50, p99, control, memory, heap } = minutes.at(-1)!;
  say(
    `minute ${minutes.length}: p50 ${p50.toFixed(2)} ms, p99 ` +
      `${p99.toFixed(1)} ms, without load ${control.toFixed(1)} ms, ` +
      `${memory.map((size) => size.toFixed(1)).join(", ")} MiB, heaps ` +
      `${heap.map((size) => size.toFixed(1)).join(", ")} MiB`,
  );
}
const seconds = (now() - start) / 1_000;
const cores = await Promise.all(
  processes.map(async ({ pid }, n) => (await timeOf(pid) - cpu[n]!) / seconds),
);
isOver = true;
await Promise.all(running);

// What it was like.

const step = Math.ceil(minutes.length / MOST_ROWS);
const rows = [[
  "minutes",
  "calls a second",
  "p50",
  "p99",
  "p99 without load",
  "came and went",
  ...processes.map(({ name }) => name),
]];
for (let n = 0; n < minutes.length; n += step) {
  const some = minutes.slice(n, n + step);
  const middle = (pick: (minute: Minute) => number) =>
    quantile(some.map(pick), 0.5);
  rows.push([
    step === 1 ? `${n + 1}` : `${n + 1} to ${n + some.length}`,
    middle(({ calls }) => calls / 60).toFixed(0),
    `${middle(({ p50 }) => p50).toFixed(2)} ms`,
    `${middle(({ p99 }) => p99).toFixed(1)} ms`,
    `${middle(({ control }) => control).toFixed(1)} ms`,
    `${some.reduce((sum, { visits }) => sum + visits, 0)}`,
    ...processes.map((_, i) =>
      `${middle(({ memory }) => memory[i]!).toFixed(0)} MiB`
    ),
  ]);
}
await writeTable("soak", rows, TESTS_README);

// The verdict.

const verdict = [["what", "goal", "measured", "met"]];
const judge = (what: string, goal: string, said: string, isMet: boolean) => {
  verdict.push([what, goal, said, isMet ? "yes" : "no"]);
  if (!isMet) Deno.exitCode = 1;
};
const [first, last] = [minutes[0]!, minutes.at(-1)!];
const failures = [...load.failures, ...visits.failures, ...control.failures];
judge(
  "calls and visits that failed",
  "0",
  `${failures.length} of ${load.calls} calls`,
  failures.length === 0,
);
if (failures[0]) say(failures[0]);
// In the first third, caches fill and the heap grows to its size.
const settled = minutes.slice(Math.floor(minutes.length / 3));
/** By how much it grows in ten minutes. */
const growth = (pick: (minute: Minute) => number) =>
  10 * trendOf(settled.map(pick));
const goal = `< ${MORE_MEMORY} MiB`;
for (const [n, { name, inspector }] of processes.entries()) {
  const memory = growth((minute) => minute.memory[n]!);
  const size = last.memory[n]!.toFixed(0);
  const said = `${memory.toFixed(2)} MiB, to ${size} MiB`;
  const what = `memory (RSS) of ${name}, in ten minutes`;
  if (inspector === undefined) {
    // It cannot be asked to collect its garbage: a trend has to be one.
    const sure = certaintyOf(settled.map(({ memory }) => memory[n]!));
    judge(
      what,
      `${goal}, or no trend (2 σ)`,
      `${said}; ${sure.toFixed(1)} σ`,
      memory < MORE_MEMORY || sure < 2,
    );
    continue;
  }
  judge(what, goal, said, memory < MORE_MEMORY);
  const heap = growth((minute) => minute.heap[n]!);
  judge(
    `used heap of ${name}, in ten minutes`,
    goal,
    `${heap.toFixed(2)} MiB, to ${last.heap[n]!.toFixed(1)} MiB`,
    heap < MORE_MEMORY,
  );
}
const slower = last.p99 / first.p99;
const own = slower / (last.control / first.control);
judge(
  "p99 of the last minute ÷ that of the first",
  `≤ ${SLOWER}, by itself or ÷ the same without load`,
  `${slower.toFixed(2)}; ${own.toFixed(2)}`,
  Math.min(slower, own) <= SLOWER,
);
await writeTable("soak, judged", verdict, TESTS_README);
for (const [n, { name }] of processes.entries()) {
  say(`${name} had ${(100 * cores[n]!).toFixed(0)} % of a core`);
}
