// Copyright 2026 the Wirekit authors. MIT license.

/** Nobody waits because somebody else floods. */

import { assert, assertEquals } from "@std/assert";
import { KINDS, Party, start, TLS_FLAGS } from "../_kit.ts";
import type { Ledger } from "../programs/party.ts";

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
  const seen: string[] = [];
  for (const scheme of schemes) {
    const url = server.urls[scheme]!;
    const quiet = await bystander.measure(url, 400, `quiet-${scheme}`);
    assertLedger(quiet);
    for (const flood of floods) {
      for (let tries = 1;; tries++) {
        const name = `${flood}-${scheme}-${tries}-`;
        const [bytes, calm, loud] = await Promise.all([
          attacker.do<number>("flood", { url, kind: flood, ms: WHILE, name }),
          witness.measure(elsewhere, WHILE, `calm-${name}`),
          bystander.measure(url, WHILE, `loud-${name}`),
        ]);
        assertLedger(calm);
        assertLedger(loud);
        const limit = Math.max(FLOOR, RATIO * Math.max(quiet.p99, calm.p99));
        const [p99s, p50] = [
          [quiet, calm, loud].map(({ p99 }) => p99.toFixed(1)).join(", "),
          loud.p50.toFixed(1),
        ];
        seen.push(
          `${kind} ${scheme} ${flood}: p99 in quiet, elsewhere, here ${p99s} ` +
            `ms (limit ${limit.toFixed(0)}), p50 ${p50} ms, ` +
            `${(bytes / 1e6).toFixed(1)} MB`,
        );
        if (loud.p99 <= limit && bytes > 0) break;
        assert(tries < TRIES, seen.join("\n"));
      }
    }
  }
  if (Deno.env.get("FAULTS_SHOW")) {
    Deno.stderr.writeSync(new TextEncoder().encode(`${seen.join("\n")}\n`));
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
