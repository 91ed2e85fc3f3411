// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { Client } from "@wirekit/hub/client";
import { serve as serveHub } from "@wirekit/hub/serve";
import { Methods, serve as serveJsonRpc } from "@wirekit/jsonrpc";
import { serve as serveWsrpc, Server } from "@wirekit/wsrpc";
import { bundleOf, type Import, weightOf } from "./_bundle.ts";
import type { LeastClient } from "./least/client.ts";
import { connect as connectHub } from "./least/hub.ts";
import { connect as connectJsonRpc } from "./least/jsonrpc.ts";
import { connect as connectWsrpc } from "./least/wsrpc.ts";

const SUM = { a: 9007199254740993n, b: 1 };
const NEVER = new Promise(() => {});

/** A protocol: our server of it, and the least client. */
interface Setup {
  /** Serves `add` and `wait`, on a port. */
  serve(port: number): Promise<AsyncDisposable & { urls: readonly string[] }>;
  connect(url: string): LeastClient;
  add: string;
  wait: string;
  sum: unknown;
  missing: string;
}

const wsrpc: Setup = {
  async serve(port) {
    const routes = {
      add: (_: unknown, { a, b }: typeof SUM) => a + BigInt(b),
      wait: () => NEVER,
    };
    const listening = await serveWsrpc(new Server({ routes }), { port });
    return listening;
  },
  connect: (url) => connectWsrpc(`${url}/ws/`),
  add: "add",
  wait: "wait",
  sum: 9007199254740994n,
  missing: "not implemented",
};

const jsonrpc: Setup = {
  serve: (port) =>
    serveJsonRpc({
      port,
      methods: new Methods()
        .add("add", (_, { a, b }: { a: number; b: number }) => a + b)
        .add("wait", () => NEVER),
    }),
  connect: connectJsonRpc,
  add: "add",
  wait: "wait",
  sum: 3,
  missing: "Method not found",
};

const hub: Setup = {
  async serve(port) {
    const server = await serveHub({ port });
    const beta = new Client("beta", { url: server.urls[0]! });
    beta.route("add", ({ a, b }: typeof SUM) => a + BigInt(b));
    beta.route("wait", () => NEVER);
    await beta.connect();
    return {
      urls: server.urls,
      async [Symbol.asyncDispose]() {
        await beta.close();
        await server.close();
      },
    };
  },
  connect: (url) => connectHub(url, "alpha"),
  add: "beta.add",
  wait: "beta.wait",
  sum: 9007199254740994n,
  missing: "Route not found",
};

for (const [name, setup] of Object.entries({ wsrpc, jsonrpc, hub })) {
  Deno.test(`The least client of ${name} calls, gives up and comes back`, async () => {
    const server = await setup.serve(0);
    const url = server.urls[0]!.replace(/\/$/, "");
    const client = setup.connect(url);
    try {
      await client.ready();
      const params = name === "jsonrpc" ? { a: 1, b: 2 } : SUM;
      assertEquals(await client.call(setup.add, params), setup.sum);
      await assertRejects(
        () => client.call(setup.add.replace("add", "no"), {}),
        Error,
        setup.missing,
      );
      await assertRejects(
        () => client.call(setup.wait, {}, { timeout: 20 }),
        Error,
        "No answer within 20 ms",
      );
      const stop = new AbortController();
      const aborted = client.call(setup.wait, {}, { signal: stop.signal });
      stop.abort(new Error("enough"));
      await assertRejects(() => aborted, Error, "enough");
      const lost = assertRejects(() => client.call(setup.wait, {}), Error);
      await server[Symbol.asyncDispose]();
      await lost;
      await using _again = await setup.serve(Number(new URL(url).port));
      await client.ready();
      assertEquals(await client.call(setup.add, params), setup.sum);
    } finally {
      client.close();
    }
  });
}

/** A file of this repository, for a bundle. */
function fileOf(path: string): string {
  return new URL(`../../${path}`, import.meta.url).href;
}

/** What each part of the least client weighs, beside what stands for it in ours. */
const PARTS: [what: string, least: string, names: string, from: string][] = [
  [
    "a WebSocket with a deadline, a signal and limits",
    "carrier",
    "connect",
    "transport/connect.ts",
  ],
  ["calls that each end once", "calls", "Call, Calls", "internal/calls.ts"],
  ["signs of life", "heartbeat", "Heartbeat", "internal/heartbeat.ts"],
  ["coming back", "reconnect", "reconnect", "transport/reconnect.ts"],
  [
    "JSON with all digits",
    "json",
    "parseLoose, stringify",
    "internal/json.ts",
  ],
  ["a client of wsrpc", "wsrpc", "connect", "wsrpc/client.ts"],
  ["a client of the hub", "hub", "Client", "hub/client.ts"],
  ["a client of JSON-RPC", "jsonrpc", "connect", "jsonrpc/call/client.ts"],
];

Deno.test("A table says what the least client weighs, and ours", async () => {
  const rows = [
    "| what | least: minified | gzip | ours: minified | gzip |",
    "| --- | --: | --: | --: | --: |",
  ];
  for (const [what, least, names, from] of PARTS) {
    const file = fileOf(`tests/browser/least/${least}.ts`);
    const small = await weightOf(await bundleOf(["*", file]));
    const ours = await weightOf(await bundleOf([names, fileOf(from)]));
    rows.push(row(what, ...small, ...ours));
    assert(small[0] < ours[0]);
    assertLess(small[0], 4_000);
  }
  show(rows);
});

/** What our clients are made of, step by step: names, and where they are. */
const FLOOR: [what: string, ...Import[]][] = [
  ["a WebSocket of the platform", ["connect as open", "transport/connect.ts"]],
  ["coming back", ["reconnect", "transport/reconnect.ts"]],
  [
    "open calls, signs of life",
    ["Call, Calls", "internal/calls.ts"],
    ["Heartbeat", "internal/heartbeat.ts"],
  ],
];

const STEPS: Record<string, [what: string, ...Import[]][]> = {
  wsrpc: [
    ...FLOOR,
    [
      "messages, JSON of Python, errors",
      ["parseMessage", "wsrpc/wire/_read.ts"],
      ["formatRequest, formatEvent", "wsrpc/wire/_write.ts"],
      ["WsrpcError", "wsrpc/errors.ts"],
    ],
    [
      "routes, and answering each call once",
      ["Router", "wsrpc/routes/router.ts"],
      ["Responder", "wsrpc/_responder.ts"],
    ],
    ["a connection: calls, events, hooks, log", ["Peer", "wsrpc/peer.ts"]],
    ["one connection after another", ["connect", "wsrpc/client.ts"]],
  ],
  "JSON-RPC": [
    ...FLOOR,
    [
      "messages and errors",
      ["*", "jsonrpc/wire/_caller_codec.ts"],
      ["JsonRpcError", "jsonrpc/wire/error.ts"],
    ],
    [
      "calls, batches, cancelling, progress",
      ["Sender", "jsonrpc/call/_sender.ts"],
      ["conventionOf", "jsonrpc/wire/_conventions.ts"],
    ],
    [
      "streams and subscriptions",
      ["readStream", "jsonrpc/push/stream.ts"],
      ["Subscription", "jsonrpc/push/subscription.ts"],
      ["Subscriptions", "jsonrpc/push/_subscriptions.ts"],
    ],
    ["a connection", ["Peer", "jsonrpc/peer.ts"]],
    [
      "one connection after another, calls that wait for it",
      ["connect", "jsonrpc/call/client.ts"],
    ],
  ],
  "the hub": [
    ...FLOOR,
    [
      "messages, JSON of Python",
      ["readMessage, writeMessage", "hub/client/_wire.ts"],
      ["stringify", "hub/client/_json.ts"],
    ],
    [
      "asking",
      ["Asker", "hub/client/_asker.ts"],
    ],
    ["answering", ["Responder", "hub/client/_responder.ts"]],
    ["names, sessions, information, objects", ["Client", "hub/client.ts"]],
  ],
};

for (const [name, steps] of Object.entries(STEPS)) {
  Deno.test(`A table says what each part of our client of ${name} adds`, async () => {
    const rows = [
      `| our client of ${name}: what is added | minified | gzip |`,
      "| --- | --: | --: |",
    ];
    const imports: Import[] = [];
    let before = [0, 0];
    for (const [what, ...more] of steps) {
      for (const [names, from] of more) imports.push([names, fileOf(from)]);
      const weight = await weightOf(await bundleOf(...imports));
      rows.push(row(what, ...weight.map((bytes, i) => bytes - before[i]!)));
      before = weight;
    }
    rows.push(row("all of it", ...before));
    show(rows);
  });
}

function row(what: string, ...bytes: number[]): string {
  const cells = bytes.map((count) => (count / 1000).toFixed(1));
  return `| ${what} | ${cells.join(" | ")} |`;
}

function show(rows: string[]): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`\n${rows.join("\n")}\n`));
}
