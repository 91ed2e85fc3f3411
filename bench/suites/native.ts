// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Our servers beside native ones of the same kind (`peers/native/`), under the
 * load generator: hubs in Go and in Rust, and JSON-RPC servers in both.
 */

import { compare, reasonOf, type Running, type System } from "../harness.ts";
import { serve } from "../hub/servers.ts";
import { Generator, type Order } from "../load/load.ts";
import { buildNative, type Native } from "../peers/install.ts";
import { DENO, file, told } from "../peers/named.ts";
import type { Results } from "../results.ts";
import {
  type Explained,
  ratioTarget,
  type Suite,
  type Target,
} from "../suite.ts";
import { busyLoad, loadBy, type LoadCell } from "./hub.ts";

type Served = AsyncDisposable & { pid: number; order: Order };

const OURS = "Wirekit";
/** What has nothing to do but to pass messages on: on our sockets, on none of ours. */
const RELAY = "relay";
const BARE = "bare sockets";

/**
 * A server under the load generator.
 *
 * @param name Its name.
 * @param start Starts it.
 * @returns The system.
 */
export function loaded(
  name: string,
  start: () => Promise<Served>,
): System<LoadCell> {
  return {
    name,
    busy: busyLoad,
    isWarm: LANGUAGES.some(([, language]) => language === name),
    async start({ shape }): Promise<Running<LoadCell>> {
      await using stack = new AsyncDisposableStack();
      const server = stack.use(await start());
      const load = stack.use(await Generator.open(server.order, shape));
      const rest = stack.move();
      return {
        processes: { server: server.pid, load: load.pid },
        load: loadBy(load),
        [Symbol.asyncDispose]: () => rest.disposeAsync(),
      };
    },
  };
}

/**
 * Starts a server that tells its address.
 *
 * @param command The program and its arguments.
 * @param dialect What it speaks.
 * @returns The server, listening.
 */
export async function program(
  command: string[],
  dialect: Order["dialect"],
): Promise<Served> {
  const { pid, address, ...rest } = await told(command);
  const order = {
    port: Number(address.split(":").at(-1)),
    line: address.startsWith("tcp:"),
    dialect,
  };
  return { pid, order, ...rest };
}

const LANGUAGES: [Native, string][] = [["go", "Go"], ["rust", "Rust"]];

/** The programs of the languages whose compilers are here. */
interface Built {
  /** Their paths, by their names. */
  paths: [name: string, path: string][];
  /** What is not here, and why, in Markdown. */
  missing: string;
}

async function build(): Promise<Built> {
  const paths: [string, string][] = [];
  const missing: string[] = [];
  for (const [language, name] of LANGUAGES) {
    try {
      const path = await buildNative(language);
      if (path === undefined) missing.push(`${name}: no compiler`);
      else paths.push([name, path]);
    } catch (error) {
      missing.push(`${name}: ${reasonOf(error)}`);
    }
  }
  return {
    paths,
    missing: missing.map((each) => `\n\nNot measured: ${each}.`).join(""),
  };
}

/** Ours, and those that are built. */
function systems(
  { paths }: Built,
  kind: "hub" | "jsonrpc",
  ours: () => Promise<Served>,
): System<LoadCell>[] {
  const dialect = kind === "hub" ? "winerp" : "jsonrpc";
  return [
    loaded(OURS, ours),
    ...kind === "hub" ? [loaded(RELAY, () => serve(RELAY))] : [],
    loaded(
      BARE,
      kind === "hub"
        ? () => serve(BARE)
        : () => program([...DENO, file("bare.ts"), "answer"], dialect),
    ),
    ...paths.map(([name, path]) =>
      loaded(name, () => program([path, kind], dialect))
    ),
  ];
}

/** The headings of README.md that explain a miss, where another does not. */
const WHY: Record<string, Explained> = {
  "hub, 1x1": "One in flight",
  "hub, 64 KiB, 4x2": "Large messages",
  "JSON-RPC, 1x1": "One in flight",
};

const message = 256;
const BESIDE = [OURS, ...LANGUAGES.map(([, name]) => name)];
const HUB: LoadCell[] = [
  {
    name: "hub, 1x1",
    shape: { pairs: 1, depth: 1, message },
    only: [...BESIDE, RELAY, BARE],
  },
  {
    name: "hub, 1x64",
    shape: { pairs: 1, depth: 64, message },
    only: [...BESIDE, RELAY],
  },
  { name: "hub, 64x1", shape: { pairs: 64, depth: 1, message }, only: BESIDE },
  {
    name: "hub, 64 → 1",
    shape: { pairs: 64, services: 1, depth: 1, message },
    only: BESIDE,
  },
  {
    name: "hub, 64 KiB, 4x2",
    shape: { pairs: 4, depth: 2, data: 65_536 },
    only: [...BESIDE, RELAY, BARE],
  },
];
const CALLS: LoadCell[] = [
  { name: "JSON-RPC, 1x1", shape: { pairs: 1, depth: 1 } },
  { name: "JSON-RPC, 1x64", shape: { pairs: 1, depth: 64 }, only: BESIDE },
  { name: "JSON-RPC, 64x1", shape: { pairs: 64, depth: 1 } },
  { name: "JSON-RPC, 64x16", shape: { pairs: 64, depth: 16 }, only: BESIDE },
];

function rates(results: Results, cells: LoadCell[], theirs: string): Target[] {
  return cells.map(({ name }) =>
    ratioTarget(`${OURS} ÷ ${theirs}, ${name}`, results, {
      cell: name,
      ours: OURS,
      theirs,
      atLeast: 1,
      latency: false,
      ceiling: cells === HUB ? RELAY : BARE,
      why: WHY[name] ?? "Beside Rust and Go",
    })
  );
}

/** The suite. */
export const suite: Suite = {
  name: "native",
  title: "Beside native servers, 256-byte messages and calls of sum",
  long: true,
  async run(plan) {
    const built = await build();
    const hubs = await compare(
      systems(built, "hub", () => serve("our hub")),
      HUB,
      plan,
    );
    const calls = await compare(
      systems(
        built,
        "jsonrpc",
        () =>
          program(
            [...DENO, file("wirekit_jsonrpc_server.ts"), "ws"],
            "jsonrpc",
          ),
      ),
      CALLS,
      plan,
    );
    return {
      targets: [
        ...rates(hubs, HUB, "Rust"),
        ...HUB.map(({ name }) =>
          ratioTarget(`${OURS} ÷ Rust, ${name}, p99`, hubs, {
            cell: name,
            ours: OURS,
            theirs: "Rust",
            atMost: 1.2,
            pick: ({ p99 }) => p99,
            ceiling: RELAY,
            why: "The slowest calls beside Rust",
          })
        ),
        ...rates(hubs, HUB, "Go"),
        ...rates(calls, CALLS, "Rust"),
        ...rates(calls, CALLS, "Go"),
      ],
      details: `${hubs.table("Rust")}\n\n${
        calls.table("Rust")
      }${built.missing}`,
    };
  },
};
