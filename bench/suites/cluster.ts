// Copyright 2026 the Wirekit authors. MIT license.

/** A call by name between two hubs that are one, on one NATS server. */

import { connectNats } from "@wirekit/hub/nats";
import { Driver } from "../../tests/_driver.ts";
import { claimMany } from "../../tests/cluster/_claims.ts";
import { Engine } from "../../tests/cluster/_servers.ts";
import {
  busyCalls,
  type CallCell,
  compare,
  type Load,
  type Running,
  type System,
  warmUp,
} from "../harness.ts";
import { installNatsServer } from "../peers/install.ts";
import { DENO, file, nats, told } from "../peers/named.ts";
import { short } from "../results.ts";
import { ratioTarget, type Suite, type Target } from "../suite.ts";

const CELLS: CallCell[] = [
  // Two hubs stand for two machines: one core is not where they would be. But
  // then the kernel may put those of one hub on one core, and not the others.
  { name: "1 in flight", depth: 1, size: 64, isSpread: true },
  { name: "1 in flight, one core", depth: 1, size: 64 },
  { name: "16 in flight", depth: 16, size: 64 },
  { name: "64 in flight", depth: 64, size: 64, quick: true },
  { name: "Poisson 4k/s", depth: 1, size: 64, rate: 4_000 },
];

/** How many names are claimed to see how long it takes. */
const NAMES = 2_000;

/** At least so many a second, on one server. */
const MIN_CLAIMS = 1_000;

async function startEngine(): Promise<Engine> {
  const { path } = await installNatsServer();
  Deno.env.set("NATS_SERVER", path);
  return await Engine.start(1);
}

/** How long one call at a time may take to warm all of them up, in milliseconds. */
const WARM_UP = 8_000;

/**
 * Lets a system have all calls that warm code up: with one in flight, five
 * processes do not get there in the time that the others have, and V8 compiles
 * nothing of what a hub does once for each message of NATS.
 */
function patient(system: System<CallCell>): System<CallCell> {
  return {
    ...system,
    async start(cell) {
      const running = await system.start(cell);
      const load = (seconds: number) => running.load(cell, seconds);
      const busy = (seconds: number) => running.load(busyCalls(cell), seconds);
      return cell.depth > 1 || cell.rate !== undefined
        ? running
        : { ...running, warmUp: () => warmUp(busy, load, WARM_UP) };
    },
  };
}

/** The programs of two hubs, with what each is told after the engine. */
type Hubs = [program: string, one: string[], two: string[]];

const OURS: Hubs = ["cluster_server.ts", [], []];
const BARE: Hubs = ["bare_hub.ts", ["one", "two"], ["two", "one"]];

/** Two hubs, with both clients at one, or each at its own. */
function cluster(
  name: string,
  apart: boolean,
  [program, ...names] = OURS,
): System<CallCell> {
  return {
    name,
    busy: busyCalls,
    async start(): Promise<Running<CallCell>> {
      await using stack = new AsyncDisposableStack();
      const engine = stack.use(await startEngine());
      const hub = async (names: string[]) =>
        stack.use(
          await told([
            ...DENO,
            file(`../hub/${program}`),
            engine.urls[0]!,
            ...names,
          ]),
        );
      const one = await hub(names[0]);
      const two = await hub(names[1]);
      const client = async (role: string, address: string) => {
        const driver = stack.use(
          new Driver([
            ...DENO,
            file("../hub/wirekit_client.ts"),
            role,
            address,
          ]),
        );
        await driver.event({ event: "ready" });
        return driver;
      };
      const responder = await client("responder", one.address);
      const requester = await client(
        "requester",
        apart ? two.address : one.address,
      );
      const rest = stack.move();
      return {
        processes: {
          "hub of the responder": one.pid,
          "hub of the requester": two.pid,
          requester: requester.pid,
          responder: responder.pid,
          engine: engine.servers[0]!.pid,
        },
        load: (cell, seconds) =>
          requester.do<Load>("load", { ...cell, seconds }),
        [Symbol.asyncDispose]: () => rest.disposeAsync(),
      };
    },
  };
}

/** Measures how many names a hub can claim in a second. */
async function claims(): Promise<Target> {
  await using engine = await startEngine();
  const plane = await connectNats({ servers: engine.urls });
  const rate = await claimMany(plane, NAMES);
  await plane.close();
  return {
    what: "names that a hub claims in a second, one server",
    measured: short(rate),
    target: `≥ ${MIN_CLAIMS}`,
    met: rate >= MIN_CLAIMS,
  };
}

/** The suite. */
export const suite: Suite = {
  name: "cluster",
  title: "A call by name between two hubs that are one",
  long: true,
  async run(plan) {
    const apart = cluster("two hubs", true);
    const together = cluster("one of two hubs", false);
    const bare = {
      ...cluster("two hubs that look at nothing", true, BARE),
      isOnce: true,
    };
    const systems = [apart, together, nats, bare].map(patient);
    const results = await compare(systems, CELLS, plan);
    const than = (theirs: string, ratios: number[]) =>
      ratios.map((atLeast, i) => {
        const cell = CELLS[i]!.name;
        return ratioTarget(`between two hubs ÷ ${theirs}, ${cell}`, results, {
          cell,
          ours: apart.name,
          theirs,
          atLeast,
          latency: false,
          ceiling: bare.name,
          why: "Between two hubs",
        });
      });
    return {
      targets: [
        ...than(together.name, [0.35, 0.35, 0.3, 0.4]),
        ...than(nats.name, [0.5, 0.5, 0.8, 1.3]),
        await claims(),
      ],
      details: results.table(nats.name),
    };
  },
};
