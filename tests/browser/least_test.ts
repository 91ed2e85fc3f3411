// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { Client } from "@wirekit/hub/client";
import { serve as serveHub } from "@wirekit/hub/serve";
import { Methods, serve as serveJsonRpc } from "@wirekit/jsonrpc";
import { serve as serveWsrpc, Server } from "@wirekit/wsrpc";
import { bundleOf, weightOf } from "./_bundle.ts";
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

/**
 * What a page needs before it calls, and what it calls with: the least that does
 * it, and ours.
 */
const ROWS: [what: string, least: string, names: string, from: string][] = [
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
  for (const [what, least, names, from] of ROWS) {
    const file = new URL(`./least/${least}.ts`, import.meta.url).href;
    const small = await weightOf(await bundleOf("*", file));
    const module = new URL(`../../${from}`, import.meta.url).href;
    const ours = await weightOf(await bundleOf(names, module));
    const cells = [...small, ...ours].map((bytes) => (bytes / 1000).toFixed(1));
    rows.push(`| ${what} | ${cells.join(" | ")} |`);
    assert(small[0] < ours[0]);
    assertLess(small[0], 4_000);
  }
  Deno.stdout.writeSync(new TextEncoder().encode(`\n${rows.join("\n")}\n`));
});
