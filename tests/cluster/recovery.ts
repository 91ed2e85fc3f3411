// Copyright 2026 the Wirekit authors. MIT license.

/**
 * Measures how soon each thing is over that can happen to a hub or a server of a
 * cluster: `deno task recovery` writes the table in hub/cluster/README.md. The
 * tests in recovery_test.ts check that it is over, and what clients see.
 */

import type { Client } from "@wirekit/hub";
import { installNats } from "../_nats.ts";
import { answering, lasting, Ledger } from "./_ledger.ts";
import { Node, startNodes } from "./_nodes.ts";
import { say, writeTable } from "./_record.ts";
import { Engine } from "./_servers.ts";
import { Valve } from "./_valve.ts";

const LEASE = 4_000;
const ROUNDS = 3;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const now = () => performance.now();

/** One thing that happens. */
interface Row {
  readonly what: string;
  /** What is measured, and how soon it is to be over. */
  readonly until: string;
  readonly goal: number;
  measure(): Promise<number>;
}

/** A client that waits for a name; `ready` tells when it has it. */
async function waiting(name: string, url: string) {
  const client = lasting(name, url);
  const held = Promise.withResolvers<void>();
  client.addEventListener("hold", () => held.resolve(), { once: true });
  const ready = client.connect({ timeout: Infinity }).then(now);
  ready.catch(() => {});
  await held.promise;
  return { client, ready };
}

/** Does something to the hub that has a name, until another hub has it. */
async function takeover(
  act: (one: Node, bot: Client) => Promise<unknown>,
): Promise<number> {
  await using engine = await Engine.start(1);
  await using started = await startNodes(engine, 2, LEASE);
  const [one, two] = started.nodes as [Node, Node];
  await using bot = await answering("bot", one.url);
  const { client, ready } = await waiting("bot", two.url);
  await using _client = client;
  await sleep(300);
  const start = now();
  const done = act(one, bot);
  const took = await ready - start;
  await done;
  one.signal("SIGCONT");
  return took;
}

async function cutLink(): Promise<number> {
  await using engine = await Engine.start(1);
  await using valve = new Valve(engine.servers[0]!.port);
  const urls = [`nats://127.0.0.1:${valve.port}`];
  await using one = new Node({ urls }, "one", LEASE);
  await using two = new Node(engine, "two", LEASE);
  await Promise.all([one.start(), two.start()]);
  await using _bot = await answering("bot", one.url);
  const { client, ready } = await waiting("bot", two.url);
  await using _client = client;
  const start = now();
  valve.shut();
  const took = await ready - start;
  valve.open();
  return took;
}

/** The longest gap between answers while one of three servers is killed. */
async function gap(which: number): Promise<number> {
  await using engine = await Engine.start(3);
  await using started = await startNodes(engine, 2, 15_000);
  const [one, two] = started.nodes as [Node, Node];
  await using ledger = new Ledger();
  await ledger.answers("bot", one.url);
  await ledger.asks("me", two.url, ["bot"]);
  await sleep(1_000);
  await engine.servers[which]!.kill();
  await sleep(2_000);
  await ledger.stop();
  ledger.check();
  return ledger.gap();
}

/** How long a new name takes after a server was killed, whichever leads. */
async function newName(which: number): Promise<number> {
  await using engine = await Engine.start(3);
  await using started = await startNodes(engine, 2, 15_000);
  await sleep(500);
  await engine.servers[which]!.kill();
  const start = now();
  await using fresh = lasting("fresh", started.nodes[0]!.url);
  await fresh.connect({ timeout: 30_000 });
  return now() - start;
}

/** What becomes of calls while there is no server, and when it is back. */
async function noServer(
  what: "open" | "new" | "local" | "back",
): Promise<number> {
  await using engine = await Engine.start(1);
  await using started = await startNodes(engine, 2, LEASE);
  const [one, two] = started.nodes as [Node, Node];
  await using _bot = await answering("bot", one.url);
  await using beside = await answering("beside", one.url);
  await using me = await answering("me", two.url);
  const fails = (route: string) =>
    me.request("bot", route, {}, { timeout: 20_000 }).then(
      () => false,
      () => true,
    );
  await me.request("bot", "echo", {});
  const open = fails("never");
  await sleep(300);
  let start = now();
  await engine.servers[0]!.kill();
  await open;
  if (what === "open") return now() - start;
  start = now();
  if (what === "local") await beside.request("bot", "echo", {});
  else await fails("echo");
  if (what !== "back") return now() - start;
  await engine.servers[0]!.start();
  start = now();
  while (await fails("echo")) await sleep(10);
  return now() - start;
}

const ROWS: readonly Row[] = [
  {
    what: "a client leaves",
    until: "a waiting client has the name",
    goal: 50,
    measure: () => takeover((_one, bot) => bot.close()),
  },
  {
    what: "a hub ends by SIGTERM",
    until: "a waiting client has the name",
    goal: 50,
    measure: () => takeover((one) => one.end("SIGTERM")),
  },
  {
    what: "a hub is killed",
    until: "a waiting client has the name",
    goal: LEASE + 1_000,
    measure: () => takeover((one) => one.end("SIGKILL")),
  },
  {
    what: "a hub hangs (SIGSTOP)",
    until: "a waiting client has the name",
    goal: LEASE + 1_000,
    measure: () => takeover((one) => Promise.resolve(one.signal("SIGSTOP"))),
  },
  {
    what: "the link of a hub is cut",
    until: "a waiting client has the name",
    goal: LEASE + 1_000,
    measure: cutLink,
  },
  ...[0, 1, 2].map((which): Row => ({
    what: `server ${which + 1} of three is killed`,
    until: "calls are answered again",
    goal: 1_000,
    measure: () => gap(which),
  })),
  {
    what: "one of three servers is killed",
    until: "a new name is given",
    goal: 15_000,
    measure: () => newName(Math.floor(3 * Math.random())),
  },
  {
    what: "the only server is killed",
    until: "an open call between hubs has failed",
    goal: 1_000,
    measure: () => noServer("open"),
  },
  {
    what: "there is no server",
    until: "a call between hubs has failed",
    goal: 50,
    measure: () => noServer("new"),
  },
  {
    what: "there is no server",
    until: "a call within a hub is answered",
    goal: 50,
    measure: () => noServer("local"),
  },
  {
    what: "the server is back",
    until: "calls between hubs are answered",
    goal: 1_500,
    measure: () => noServer("back"),
  },
];

function short(ms: number): string {
  return ms < 1_000
    ? `${Math.max(1, Math.round(ms))} ms`
    : `${(ms / 1_000).toFixed(2)} s`;
}

const [rounds = ROUNDS] = Deno.args.map(Number);
Deno.env.set("NATS_SERVER", await installNats());
const rows = [["what happens", "until", "goal", "median", "worst"]];
let isMet = true;
for (const { what, until, goal, measure } of ROWS) {
  const times: number[] = [];
  for (let n = 0; n < rounds; n++) times.push(await measure());
  times.sort((a, b) => a - b);
  const median = times[Math.floor(rounds / 2)]!;
  const cells = [goal, median, times.at(-1)!].map(short);
  isMet &&= median <= goal;
  rows.push([what, until, ...cells]);
  say(rows.at(-1)!.join(" | "));
}
await writeTable("recovery", rows);
if (!isMet) say("A median is later than its goal");
