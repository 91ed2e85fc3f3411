// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import type { Claims } from "./_claims.ts";
import type { Lease } from "./_lease.ts";
import { Deciding, PATIENCE } from "./_servers.ts";

/** Servers that decide, or do not, looked at four times a second. */
function setup() {
  const time = new FakeTime();
  const lease = { isUndecided: false };
  const claims = { areUndecided: false };
  const log: string[] = [];
  const deciding = new Deciding(
    lease as Lease,
    claims as Claims,
    (level, line) => log.push(`${level}: ${line.split(".")[0]}`),
  );
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 250) {
      deciding.look();
      await time.tick(250);
    }
    deciding.look();
  };
  return { time, lease, claims, log, deciding, pass };
}

const OFF = "warn: The NATS servers do not decide now who has which name";
const AGAIN = "info: The NATS servers decide again";

Deno.test("Deciding says nothing of an election that ends in time, neither to the log nor to those who ask", async () => {
  const { time, lease, claims, log, deciding, pass } = setup();
  using _ = time;
  for (const state of [{ lease: true }, { claims: true }]) {
    lease.isUndecided = "lease" in state;
    claims.areUndecided = "claims" in state;
    await pass(PATIENCE - 250);
    // Who waits for a name is told at once.
    assertEquals([deciding.isOff, deciding.isUndecided], [false, true]);
    lease.isUndecided = claims.areUndecided = false;
    await pass(250);
  }
  assertEquals(log, []);
});

Deno.test("Deciding tells the log and those who ask at the same moment that servers do not decide, and that they do again", async () => {
  const { time, lease, claims, log, deciding, pass } = setup();
  using _ = time;
  lease.isUndecided = true;
  await pass(PATIENCE / 2);
  // Now a claim waits too, and then only that.
  claims.areUndecided = true;
  await pass(250);
  lease.isUndecided = false;
  await pass(PATIENCE / 2 - 500);
  assertEquals([deciding.isOff, log], [false, []]);
  await pass(250);
  assertEquals([deciding.isOff, log], [true, [OFF]]);
  claims.areUndecided = false;
  assertEquals(deciding.isOff, false);
  await pass(0);
  assertEquals(log, [OFF, AGAIN]);
});
