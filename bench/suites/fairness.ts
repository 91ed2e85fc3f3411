// Copyright 2026 the Wirekit authors. MIT license.

/**
 * What a client that calls now and then feels of others: of one that floods,
 * and of many that come. The same beside a hub on `ws`, in Node.
 */

import {
  type Cell,
  compare,
  type Running,
  type System,
  warmUp,
} from "../harness.ts";
import { serve } from "../hub/servers.ts";
import { Generator, type Order, type Shape } from "../load/load.ts";
import { installNpm } from "../peers/install.ts";
import { file, told } from "../peers/named.ts";
import { ratioTarget, type Suite, type Target } from "../suite.ts";

const OURS = "Wirekit";
const WS = "ws";
const QUIET = "quiet";
/** It looks at nothing, so others feel as little of a flood as can be. */
const RELAY = "relay" as const;
/** The same for two clients that come one after the other. */
const GREETING = "greeting relay" as const;
const BARE = "greeting bare sockets" as const;

/** Calls a second of the client that is looked at. */
const RATE = 500;
const BYSTANDER: Shape = { pairs: 1, depth: 1, message: 256 };

/**
 * How long to look at it for the quiet row: about as long as others come. And in
 * floods: of half a second, the slowest hundredth would be two calls.
 */
const QUIET_SECONDS = 4;
const FLOOD_SECONDS = 3;

/** Clients that flood have numbers from here on. */
const first = 50_000;

interface FairCell extends Cell {
  /** What another client sends, as fast as it can. */
  flood?: Shape;
  /** How others come: together and to stay, or in a second and to leave. */
  comers?: { how: "crowd" | "arrive"; count: number; step: number };
}

/** A relay answers no pings, and knows no names. */
const HUBS = [OURS, WS];

const CELLS: FairCell[] = [
  { name: QUIET },
  {
    name: "a flood of requests",
    only: HUBS,
    flood: { pairs: 1, depth: 256, message: 256, first },
  },
  {
    name: "a flood of informs",
    only: HUBS,
    flood: { pairs: 0, receivers: 1, depth: 256, data: 64, first },
  },
  {
    name: "a flood of pings",
    only: HUBS,
    flood: { pairs: 0, depth: 256, pings: true, first },
  },
  {
    name: "a flood of 60 KB",
    only: [...HUBS, RELAY],
    flood: { pairs: 1, depth: 16, data: 60_000, first },
  },
  {
    name: "a flood of 60 KB without answers",
    only: [...HUBS, RELAY],
    flood: { pairs: 0, receivers: 1, depth: 256, data: 60_000, first },
  },
  {
    name: "10 000 come at once",
    only: [...HUBS, GREETING, BARE],
    comers: { how: "crowd", count: 10_000, step: 500 },
  },
  {
    name: "1 000 come a second, for a minute",
    comers: { how: "arrive", count: 60_000, step: 1_000 },
    isLong: true,
    only: [OURS],
  },
];

type Served = AsyncDisposable & { pid: number; order: Order };

function system(
  name: string,
  start: () => Promise<Served>,
): System<FairCell> {
  return {
    name,
    async start({ flood }): Promise<Running<FairCell>> {
      await using stack = new AsyncDisposableStack();
      const server = stack.use(await start());
      const load = stack.use(await Generator.open(server.order, BYSTANDER));
      const others = stack.use(
        await Generator.open(server.order, flood ?? { ...BYSTANDER, first }, {
          yields: true,
        }),
      );
      const flooded = async (seconds: number) => {
        const [result] = await Promise.all([
          load.load(seconds, RATE),
          others.load(seconds + 0.2),
        ]);
        return result;
      };
      const rest = stack.move();
      return {
        processes: { hub: server.pid },
        warmUp: () =>
          warmUp(
            (seconds) => load.load(seconds, undefined, { least: 64 }),
            (seconds) => flood ? flooded(seconds) : load.load(seconds, RATE),
          ),
        async load({ flood, comers }, seconds) {
          if (flood) return await flooded(Math.max(seconds, FLOOD_SECONDS));
          if (comers === undefined) {
            return await load.load(Math.max(seconds, QUIET_SECONDS), RATE);
          }
          let isOver = false;
          const come = async () => {
            for (let from = 0; from < comers.count; from += comers.step) {
              await others[comers.how](from, comers.step);
            }
          };
          const look = async () => {
            let all = await load.load(seconds, RATE);
            let took = all.seconds;
            while (!isOver) {
              all = await load.load(seconds, RATE, { goesOn: true });
              took += all.seconds;
            }
            return { ...all, seconds: took };
          };
          const [all] = await Promise.all([
            look(),
            come().finally(() => isOver = true),
          ]);
          return all;
        },
        [Symbol.asyncDispose]: () => rest.disposeAsync(),
      };
    },
  };
}

async function wsHub(): Promise<Served> {
  await installNpm();
  const { pid, address, ...rest } = await told(["node", file("ws_hub.mjs")]);
  const order: Order = {
    port: Number(address.split(":").at(-1)),
    dialect: "winerp",
  };
  return { pid, order, ...rest };
}

/** The suite. */
export const suite: Suite = {
  name: "fairness",
  title: `A client with ${RATE} calls a second, while others flood or come`,
  long: true,
  async run(plan) {
    const results = await compare(
      [
        system(OURS, () => serve("our hub")),
        system(WS, wsHub),
        // A ceiling has as many starts as the hub: those of one program differ by half.
        ...[RELAY, GREETING].map((name) => system(name, () => serve(name))),
        { ...system(BARE, () => serve(BARE)), isOnce: true },
      ],
      // The slowest call of a hundred needs many, and newcomers stay.
      CELLS.map((cell) => ({ ...cell, isWhole: true })),
      plan,
    );
    const p99 = (cell: string, name: string) =>
      results.of(cell, name, ({ p99 }) => p99);
    const ratioOf = (cell: string, name: string) => {
      const [loud, quiet] = [p99(cell, name), p99(QUIET, name)];
      return loud && quiet && loud / quiet;
    };
    const beside = ({ name: cell, comers }: FairCell): Target => {
      const relay = comers ? GREETING : RELAY;
      const ratio = ratioOf(cell, OURS);
      return {
        what: `p99 in ${cell} ÷ quiet`,
        measured: ratio === undefined ? "not measured" : ratio.toFixed(2),
        target: "≤ 3",
        met: ratio === undefined ? undefined : ratio <= 3,
        ceiling: { of: relay, value: ratioOf(cell, relay) },
        why: comers ? "Newcomers" : "Floods",
      };
    };
    return {
      targets: [
        ...CELLS.slice(1).map(beside),
        ...CELLS.filter(({ flood }) => flood).map(({ name: cell }) =>
          ratioTarget(`p99 in ${cell}, ${OURS} ÷ ${WS}`, results, {
            cell,
            ours: OURS,
            theirs: WS,
            atMost: 1.5,
            pick: ({ p99 }) => p99,
          })
        ),
      ],
      details: results.table(WS),
    };
  },
};
