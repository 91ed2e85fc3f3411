// Copyright 2026 the Wirekit authors. MIT license.

/** What the doors of a switchboard cost, and what they cost those without one. */

import { Driver } from "../../tests/_driver.ts";
import { type CallCell, compare, type Load, type System } from "../harness.ts";
import { DENO, file, named, told } from "../peers/named.ts";
import { comparePairs, pairTargets } from "../pairs.ts";
import { ratioTarget, type Suite } from "../suite.ts";
import { type LoadCell, system } from "./hub.ts";

const SERVER = [...DENO, file("../switchboard/server.ts")];

const PAIRS: CallCell[] = [
  { name: "64 in flight", depth: 64, size: 64, quick: true },
  { name: "1 in flight", depth: 1, size: 64 },
];

const POSTS: CallCell[] = [
  { name: "64 connections", depth: 64, size: 64, quick: true },
];

const UNUSED: LoadCell[] = [
  {
    name: "1x64",
    shape: { pairs: 1, depth: 64, message: 256 },
    quick: true,
  },
  { name: "64x1", shape: { pairs: 64, depth: 1, message: 256 } },
];

/** A hub with doors, and two clients of ours. */
function pair(name: string, client: string): System<CallCell> {
  return named(name, {
    server: () => told(SERVER),
    client: [...DENO, file(client)],
  });
}

/** A server that is posted to. */
function posted(name: string, kind: string, path: string): System<CallCell> {
  return {
    name,
    async start() {
      await using stack = new AsyncDisposableStack();
      const server = stack.use(await told([...SERVER, kind]));
      const load = stack.use(
        new Driver([
          ...DENO,
          file("../switchboard/http_load.ts"),
          server.address,
          path,
        ]),
      );
      await load.event({ event: "ready" });
      const rest = stack.move();
      return {
        processes: { server: server.pid, load: load.pid },
        load: (cell, seconds) => load.do<Load>("load", { ...cell, seconds }),
        [Symbol.asyncDispose]: () => rest.disposeAsync(),
      };
    },
  };
}

/** The suite. */
export const suite: Suite = {
  name: "switchboard",
  title: "A hub with doors for other protocols",
  async run(plan) {
    const [jsonRpc, winerp] = [
      "JSON-RPC → hub → JSON-RPC",
      "winerp → hub → winerp",
    ];
    const pairs = await compare(
      [
        pair(jsonRpc, "../switchboard/jsonrpc_client.ts"),
        pair(winerp, "../hub/wirekit_client.ts"),
      ],
      PAIRS,
      plan,
    );
    const [call, bare] = ["POST /call", "Deno.serve alone"];
    const posts = await compare(
      [
        posted(call, "doors", "/call/echo/echo"),
        posted(bare, "bare", "/"),
        posted("node:http alone", "node", "/"),
        posted("hub.fetch in Deno.serve", "fetch", "/call/echo/echo"),
      ],
      POSTS,
      plan,
    );
    const none = "our hub";
    const unused = await comparePairs(
      system("our hub, doors"),
      system(none),
      UNUSED,
      plan,
    );
    return {
      targets: [
        ratioTarget("JSON-RPC pair ÷ winerp pair, 64 in flight", pairs, {
          cell: "64 in flight",
          ours: jsonRpc,
          theirs: winerp,
          atLeast: 0.6,
        }),
        ratioTarget("POST /call ÷ Deno.serve, the same JSON", posts, {
          cell: "64 connections",
          ours: call,
          theirs: bare,
          atLeast: 0.5,
          latency: false,
          ceiling: "node:http alone",
          why: "POST /call",
        }),
        ...pairTargets("winerp with unused doors ÷ without", unused, {
          rate: 0.98,
        }),
      ],
      details: [
        pairs.table(winerp),
        posts.table(bare),
        unused.results.table(none),
      ].join("\n\n"),
    };
  },
};
