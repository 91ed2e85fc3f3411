// Copyright 2026 the Wirekit authors. MIT license.

/** What it costs that a hub tells of itself. */

import { cpuTime, type Plan, warmUp } from "../harness.ts";
import { serve } from "../hub/servers.ts";
import { Generator } from "../load/load.ts";
import { comparePairs, pairTargets, shown } from "../pairs.ts";
import { put } from "../places.ts";
import { Results, short } from "../results.ts";
import { ratioOf } from "../rows.ts";
import type { Suite, Target } from "../suite.ts";
import { busyLoad, loadBy, type LoadCell, system } from "./hub.ts";

const CELLS: LoadCell[] = [
  {
    name: "1x64",
    shape: { pairs: 1, depth: 64, message: 256 },
    quick: true,
  },
  {
    name: "64 → 1",
    shape: { pairs: 64, services: 1, depth: 1, message: 256 },
    quick: true,
  },
  {
    name: "inform 1 → 200",
    shape: { pairs: 0, receivers: 200, depth: 1, data: 64 },
  },
];

/** Two thousand names, each of which does something in every second. */
const MANY: LoadCell = {
  name: "1000x1",
  shape: { pairs: 1_000, depth: 1, message: 256 },
};

const [OPEN, CLOSED] = ["page open", "page closed"] as const;

/**
 * A page is told of things once a second, of two thousand names every three: a
 * slice has to be as long. And how long a page is open before: it is told
 * everything first.
 */
const SLICE_SECONDS = 1;
const LONG_SLICE_SECONDS = 3;
const SETTLE_SECONDS = 0.4;

/** Reads what a page would, and looks at nothing: that costs next to nothing. */
class Page implements AsyncDisposable {
  readonly #conn: Deno.Conn;
  readonly #end: Promise<void>;
  bytes = 0;
  #isClosed = false;

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
    this.#end = this.#read();
  }

  static async open(port: number): Promise<Page> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    const request = "GET /api/events?tail=1 HTTP/1.1\r\n" +
      `host: 127.0.0.1:${port}\r\n\r\n`;
    await conn.write(new TextEncoder().encode(request));
    return new Page(conn);
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(262_144);
    try {
      for (;;) {
        const length = await this.#conn.read(buffer);
        if (length === null) throw new Error("The hub has closed the page");
        this.bytes += length;
      }
    } catch (error) {
      if (!this.#isClosed) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#conn.close();
    await this.#end;
  }
}

/** What a page had a second, in bytes, by the name of the cell. */
type Bytes = Map<string, number>;

/**
 * Loads one hub, whose page is open in each other slice: the same process, so
 * that nothing else differs.
 */
async function comparePages(plan: Plan, bytes: Bytes): Promise<Results> {
  const results = new Results();
  for (const cell of [...CELLS, MANY]) {
    if (plan.quick && !cell.quick) continue;
    await using hub = await serve("our hub");
    await using load = await Generator.open(hub.order, cell.shape);
    await put([[hub.pid], [load.pid]]);
    await warmUp(
      (seconds) => loadBy(load)(busyLoad(cell), seconds),
      (seconds) => load.load(seconds),
    );
    const slice = async (isOpen: boolean) => {
      await using page = isOpen ? await Page.open(hub.order.port!) : undefined;
      await load.load(SETTLE_SECONDS);
      const had = page?.bytes ?? 0;
      const before = await cpuTime(hub.pid);
      const { calls, seconds, p50, p99 } = await load.load(
        Math.max(
          cell === MANY ? LONG_SLICE_SECONDS : SLICE_SECONDS,
          plan.seconds,
        ),
      );
      const cpu = { hub: (await cpuTime(hub.pid) - before) / calls };
      if (page) bytes.set(cell.name, (page.bytes - had) / seconds);
      return { rate: calls / seconds, p50, p99, cpu };
    };
    const pairs = (cell === MANY ? 4 : 3) * plan.rounds;
    for (let pair = 0; pair < pairs; pair++) {
      for (const isOpen of pair % 2 ? [true, false] : [false, true]) {
        const sample = await slice(isOpen);
        const name = isOpen ? OPEN : CLOSED;
        results.add(cell.name, name, sample);
        plan.log(
          `${cell.name}, ${name}: ${short(sample.rate)}/s, ${
            short(sample.cpu.hub)
          } µs of the hub's CPU`,
        );
      }
    }
  }
  return results;
}

/** The median of the ratios of neighbours in time: all else changes, too. */
function pageTargets(results: Results): Target[] {
  return [...CELLS, MANY].flatMap(({ name }): Target[] => {
    const open = results.all(name, OPEN);
    const closed = results.all(name, CLOSED);
    if (open.length === 0) return [];
    const ratio = (pick: (sample: typeof open[number]) => number) =>
      ratioOf(open.map((sample, i) => pick(sample) / pick(closed[i]!)));
    const rate = ratio(({ rate }) => rate);
    const cpu = ratio(({ cpu }) => cpu["hub"]!);
    const why = "An open page" as const;
    const what = `page open ÷ closed, ${name}`;
    return [
      {
        what,
        measured: shown(rate),
        target: "≥ 0.97",
        met: rate.middle >= 0.97,
        why,
      },
      {
        what: `${what}, the hub's CPU`,
        measured: shown(cpu),
        target: "≤ 1.03",
        met: cpu.middle <= 1.03,
        why,
      },
    ];
  });
}

/** The suite. */
export const suite: Suite = {
  name: "watch",
  title: "The hub, one that nobody can watch, and one with an open page",
  async run(plan) {
    const theirs = "our hub, unwatched";
    const counters = await comparePairs(
      system("our hub"),
      system(theirs),
      CELLS,
      plan,
    );
    const bytes: Bytes = new Map();
    const pages = await comparePages(plan, bytes);
    const targets = pairTargets("counters on ÷ off", counters, {
      rate: 0.95,
      cpu: 1.05,
    });
    const read = [...bytes].map(([cell, bytes]) =>
      `${cell} ${short(bytes / 1024)}`
    );
    return {
      targets: [...targets, ...pageTargets(pages)],
      details:
        `${
          counters.results.table(theirs)
        }\n\nOne hub, whose page is open and ` +
        `closed in turn. The page was told, in KiB a second: ${
          read.join(", ")
        }.\n\n${pages.table(CLOSED)}`,
    };
  },
};
