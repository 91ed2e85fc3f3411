// Copyright 2026 the Wirekit authors. MIT license.

/** Nobody waits because somebody else floods. */

import { assert, assertEquals } from "@std/assert";
import { ROOT } from "../../_packages.ts";
import { Program } from "../../_program.ts";
import {
  KINDS,
  listening,
  NET,
  Party,
  type RunningServer,
  start,
  TLS_FLAGS,
} from "../_kit.ts";
import type { Ledger, Speech } from "../programs/party.ts";

/** How long a flood is measured, in milliseconds. */
const WHILE = 1_200;

/** What a bystander may wait on a machine with something else to do. */
const FLOOR = 50;

/**
 * How many times as long as in quiet, and as a bystander of another server, which
 * nobody floods, while the processors are as busy.
 */
const RATIO = 5;

/** Measurements until one has to be good: two cores have other work too. */
const TRIES = 3;

const FLOODS = ["ping", "pong", "empty", "fragment", "small"];

function assertLedger({ asked, answered, strays }: Ledger): void {
  assertEquals({ answered, strays }, { answered: asked, strays: 0 });
}

/** What is measured: who floods where, and who calls where. */
interface Case {
  readonly what: string;
  readonly attacker: Party;
  readonly target: string;
  readonly flood: string;
  /** How many connections flood. */
  readonly connections?: number;
  readonly bystander: Party;
  readonly url: string;
  /** What it waits while nobody floods. */
  readonly quiet: Ledger;
  /** Who calls another server, and where. */
  readonly witness: Party;
  readonly elsewhere: string;
}

/** Measures until the bystander has not waited; returns what was seen. */
async function assertCalm(
  { what, attacker, target, flood, bystander, url, quiet, ...other }: Case,
): Promise<string[]> {
  const { witness, elsewhere, connections = 1 } = other;
  const seen: string[] = [];
  for (let tries = 1;; tries++) {
    const name = `${flood}-${tries}-`;
    const send = (_: unknown, n: number) =>
      attacker.do<number>("flood", {
        url: target,
        kind: flood,
        ms: WHILE,
        name: `attacker-${name}${n}-`,
      });
    const [sent, calm, loud] = await Promise.all([
      Promise.all(Array.from({ length: connections }, send)),
      witness.measure(elsewhere, WHILE, `calm-${name}`),
      bystander.measure(url, WHILE, `loud-${name}`),
    ]);
    assertLedger(calm);
    assertLedger(loud);
    const bytes = Math.min(...sent);
    const limit = Math.max(FLOOR, RATIO * Math.max(quiet.p99, calm.p99));
    const [p99s, p50] = [
      [quiet, calm, loud].map(({ p99 }) => p99.toFixed(1)).join(", "),
      loud.p50.toFixed(1),
    ];
    seen.push(
      `${what} ${flood}: p99 in quiet, elsewhere, here ${p99s} ` +
        `ms (limit ${limit.toFixed(0)}), p50 ${p50} ms, ` +
        `${(bytes / 1e6).toFixed(1)} MB`,
    );
    if (loud.p99 <= limit && bytes > 0) return seen;
    assert(tries < TRIES, seen.join("\n"));
  }
}

function show(seen: readonly string[]): void {
  if (Deno.env.get("FAULTS_SHOW")) {
    Deno.stderr.writeSync(new TextEncoder().encode(`${seen.join("\n")}\n`));
  }
}

async function assertFair(
  kind: string,
  flags: string[],
  schemes: string[],
  floods: string[],
): Promise<void> {
  await using server = await start(kind, flags);
  await using other = await start(kind, flags.filter((f) => !/unix/.test(f)));
  await using bystander = new Party(kind);
  await using witness = new Party(kind);
  await using attacker = new Party(kind);
  const elsewhere = (other.urls["ws"] ?? other.urls["wss"])!;
  for (const scheme of schemes) {
    const url = server.urls[scheme]!;
    const quiet = await bystander.measure(url, 400, `quiet-${scheme}`);
    assertLedger(quiet);
    const parties = { attacker, bystander, witness, elsewhere, quiet };
    for (const flood of floods) {
      const what = `${kind} ${scheme}`;
      show(await assertCalm({ what, ...parties, url, target: url, flood }));
    }
  }
}

for (const kind of Object.keys(KINDS)) {
  for (const flood of FLOODS) {
    Deno.test(`A bystander of ${kind} does not wait for a flood on WebSocket: ${flood}`, async () => {
      await assertFair(kind, [], ["ws"], [flood]);
    });
  }
}

for (const [name, flags] of [["TCP", []], ["TLS", TLS_FLAGS]] as const) {
  Deno.test(`A bystander of the hub does not wait for floods on ${name}`, async () => {
    const directory = await Deno.makeTempDir();
    const unix = `--unix=${directory}/hub.sock`;
    const given = [...flags, "--tcp=0", unix];
    const lines = flags.length ? ["tls"] : ["tcp", "unix"];
    await assertFair("hub", given, lines, ["small", "empty"]);
    for (const flood of flags.length ? FLOODS : []) {
      await assertFair("hub", [...flags], ["wss"], [flood]);
    }
    await Deno.remove(directory, { recursive: true });
  });
}

Deno.test("A bystander of the hub does not wait for a flood that is over its rate", async () => {
  // Above what the bystander needs, and far below what the attacker sends.
  const flags = ["--max-messages-per-second=20000"];
  await assertFair("hub", flags, ["ws"], ["small"]);
});

/** The doors of a switchboard: where each is, and how it is spoken to. */
const DOORS: Record<string, { path: string; speech: Speech }> = {
  winerp: { path: "", speech: KINDS["hub"]!.speech },
  "JSON-RPC": {
    path: "/jsonrpc",
    speech: {
      hello: '{"jsonrpc":"2.0","id":"j","method":"hub.join","params":["%"]}',
      ask: '{"jsonrpc":"2.0","id":"%","method":"nobody/x"}',
      small: '{"jsonrpc":"2.0","id":1,"method":"nobody/x"}',
    },
  },
  wsrpc: {
    path: "/wsrpc/",
    speech: {
      hello: '{"id":2,"method":"hub.join","params":["%"]}',
      ask: '{"id":%,"method":"nobody.x","params":{}}',
      small: '{"id":1,"method":"nobody.x","params":{}}',
    },
  },
};

async function startSwitchboard() {
  const args = [...NET, "--allow-env=WIREKIT_TOKEN", "switchboard/cli.ts"];
  return await listening(
    new Program(Deno.execPath(), {
      args: [...args, "--port=0"],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }),
  );
}

Deno.test("Who calls at one door of a switchboard does not wait for a flood at another", async () => {
  await using server = await startSwitchboard();
  await using other = await startSwitchboard();
  const urlOf = ({ urls }: RunningServer, door: string) =>
    `${urls["ws"]}${DOORS[door]!.path}`;
  for (const [door, { speech }] of Object.entries(DOORS)) {
    await using bystander = new Party(speech);
    await using witness = new Party(speech);
    const url = urlOf(server, door);
    const quiet = await bystander.measure(url, 400, "quiet");
    assertLedger(quiet);
    for (const [flooded, { speech }] of Object.entries(DOORS)) {
      if (flooded === door) continue;
      await using attacker = new Party(speech);
      const seen = await assertCalm({
        what: `${door} beside ${flooded}`,
        attacker,
        target: urlOf(server, flooded),
        flood: "small",
        bystander,
        url,
        quiet,
        witness,
        elsewhere: urlOf(other, door),
      });
      show(seen);
    }
  }
});

Deno.test("Who calls at one door of a switchboard does not wait for six who flood another with batches", async () => {
  await using server = await startSwitchboard();
  await using other = await startSwitchboard();
  const { path, speech } = DOORS["JSON-RPC"]!;
  const small = `[${new Array(1_000).fill(speech.small)}]`;
  await using attacker = new Party({ ...speech, small });
  await using bystander = new Party("hub");
  await using witness = new Party("hub");
  const url = server.urls["ws"]!;
  const quiet = await bystander.measure(url, 400, "quiet");
  assertLedger(quiet);
  const seen = await assertCalm({
    what: "winerp beside batches",
    attacker,
    target: `${url}${path}`,
    flood: "small",
    connections: 6,
    bystander,
    url,
    quiet,
    witness,
    elsewhere: other.urls["ws"]!,
  });
  show(seen);
});
