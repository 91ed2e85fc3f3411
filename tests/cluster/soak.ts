// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Lets clients of two hubs ask each other for long, while others come and go:
 * `MINUTES=30 CHURN=10000 deno task soak`. It ends with 1 if a hub needs more and
 * more memory, if calls take longer and longer, or if a call failed. CHURN is how
 * many come and go in a minute.
 */

import { connect } from "@wirekit/hub/mini";
import { installNats } from "../_nats.ts";
import { lasting } from "./_ledger.ts";
import { startNodes } from "./_nodes.ts";
import { say } from "./_record.ts";
import { Engine } from "./_servers.ts";

const MINUTES = Number(Deno.env.get("MINUTES") ?? 30);
const CHURN = Number(Deno.env.get("CHURN") ?? 10_000);
/** How many ask, one question at a time, and how long each rests, in ms. */
const ASKERS = 8;
const REST = Number(Deno.env.get("REST") ?? 20);
/** How many parts the time is divided into. */
const PARTS = 6;
/** What a hub may need more after the first half, in MiB, and relatively. */
const MORE_MEMORY = 16;
const GROWTH = 1.15;
/** How much longer the 99th percentile of a call may be in the last part. */
const SLOWER = 1.2;

Deno.env.set("NATS_SERVER", await installNats());

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

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

/** How much the second half of values, one a second, grow in ten minutes. */
function slopeOf(all: readonly number[]): number {
  const values = all.slice(Math.floor(all.length / 2));
  const mean = (values.length - 1) / 2;
  let [up, down] = [0, 0];
  for (const [n, value] of values.entries()) {
    up += (n - mean) * value;
    down += (n - mean) ** 2;
  }
  return up / down * 600;
}

const middle = (values: number[], part = 0.5) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? NaN;

await using engine = await Engine.start(1);
await using started = await startNodes(engine, 2, 15_000);
const [one, two] = started.nodes;
await using bot = lasting("bot", one!.url);
bot.route("echo", (data: unknown) => data);
await bot.connect();

const part = MINUTES * 60_000 / PARTS;
const begin = performance.now();
const isOver = () => performance.now() - begin > MINUTES * 60_000;
const nowIn = () =>
  Math.min(PARTS - 1, Math.floor((performance.now() - begin) / part));
const times = Array.from({ length: PARTS }, (): number[] => []);
/** The hubs and the server, by their processes. */
const pids = [one!.pid, two!.pid, engine.servers[0]!.pid];
const memory = Array.from(
  { length: PARTS },
  () => pids.map((): number[] => []),
);
const came: number[] = new Array(PARTS).fill(0);
const failures: string[] = [];

async function ask(n: number): Promise<void> {
  await using me = lasting(`asker ${n}`, two!.url);
  await me.connect();
  while (!isOver()) {
    const start = performance.now();
    try {
      await me.request("bot", "echo", { n }, { timeout: 10_000 });
    } catch (error) {
      failures.push(String(error));
    }
    times[nowIn()]!.push(performance.now() - start);
    await sleep(REST);
  }
}

async function comeAndGo(): Promise<void> {
  const open = new Set<Promise<void>>();
  for (let n = 0; !isOver(); n++) {
    const { url } = n % 2 ? one! : two!;
    const visit = connect(url, { name: `guest ${n}` })
      .then(async (guest) => {
        if (n % 10 === 0) await guest.request("bot", "echo", { n });
        await guest.close();
        came[nowIn()]!++;
      })
      .catch((error) => void failures.push(String(error)))
      .finally(() => open.delete(visit));
    open.add(visit);
    // At a steady pace, as far as the machine goes along.
    const due = begin + n * 60_000 / CHURN;
    await sleep(Math.max(0, due - performance.now()));
    while (open.size > 50) await Promise.race(open);
  }
  await Promise.all(open);
}

async function weigh(): Promise<void> {
  while (!isOver()) {
    await sleep(1_000);
    for (const [n, pid] of pids.entries()) {
      memory[nowIn()]![n]!.push(await memoryOf(pid));
    }
    while (nowIn() > told) tell(told++);
  }
}

/** The part that is told of next. */
let told = 0;

say(
  "| part | calls | p50 | p99 | came and went | both hubs | nats-server |",
);
say("| --: | --: | --: | --: | --: | --: | --: |");

function tell(n: number): void {
  const sizes = memory[n]!.map((values) => middle(values).toFixed(0));
  const cells = [
    `${n + 1}`,
    `${times[n]!.length}`,
    `${middle(times[n]!).toFixed(1)} ms`,
    `${middle(times[n]!, 0.99).toFixed(1)} ms`,
    `${came[n]}`,
    `${sizes[0]} and ${sizes[1]} MiB`,
    `${sizes[2]} MiB`,
  ];
  say(`| ${cells.join(" | ")} |`);
}

await Promise.all([
  ...Array.from({ length: ASKERS }, (_, n) => ask(n)),
  comeAndGo(),
  weigh(),
]);

while (told < PARTS) tell(told++);
for (const [n, pid] of pids.entries()) {
  const all = memory.flatMap((part) => part[n]!);
  const who = n < 2 ? `hub ${n + 1}` : "nats-server";
  const share = await timeOf(pid) / (MINUTES * 60) * 100;
  say(
    `${who}: ${slopeOf(all).toFixed(2)} MiB in ten minutes, in the second ` +
      `half; ${share.toFixed(0)} % of a core`,
  );
}
const faults: string[] = [];
if (failures.length > 0) faults.push(`${failures.length}: ${failures[0]}`);
for (const n of [0, 1]) {
  // In the first half, the heap of JavaScript grows to what it settles at.
  const [early, last] = [
    middle(memory[PARTS / 2]![n]!),
    middle(memory.at(-1)![n]!),
  ];
  if (last > Math.max(early * GROWTH, early + MORE_MEMORY)) {
    faults.push(`Hub ${n + 1} grew from ${early} to ${last} MiB`);
  }
}
const [early, last] = [middle(times[1]!, 0.99), middle(times.at(-1)!, 0.99)];
if (last > early * SLOWER + 5) {
  faults.push(`The 99th percentile grew from ${early} to ${last} ms`);
}
for (const fault of faults) say(fault);
if (faults.length > 0) Deno.exitCode = 1;
