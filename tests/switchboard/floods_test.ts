// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A participant of each protocol floods at each step of a call, as the one who
 * asks and as the one who answers: with calls, with what it tells all, with
 * answers that nobody waits for, with each answer twice, and with one that is too
 * large. All others have exactly one outcome of each call, and go on.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { KINDS, Scene, soon, until } from "./_scene.ts";
import type { Ended, Speaker } from "./_speakers.ts";

/** How far calls have come when the flood begins. */
const STEPS = [
  "before the question",
  "within the question",
  "before the answer",
  "within the answer",
  "after the answer",
] as const;

/** How often it does each thing that it should not. */
const FLOOD = 100;

const RESULT = '{"n":1}';

/** Asks each of the others, and is asked by each. */
async function callAll(scene: Scene, victim: Speaker): Promise<void> {
  const calls = [
    ...scene.askers.map((each) => each.ask(victim.name, "echo", RESULT)),
    ...scene.others.map((each) => victim.ask(each.name, "echo", RESULT)),
  ];
  for (const call of calls) {
    assertEquals(await soon("a call", call), { data: RESULT });
  }
}

/** Floods; each of its calls has one outcome. */
async function flood({ others }: Scene, victim: Speaker): Promise<void> {
  const calls: Promise<Ended>[] = [];
  for (let n = 0; n < FLOOD; n++) {
    const to = n % 5 === 0 ? "nobody" : others[n % others.length]!.name;
    calls.push(victim.ask(to, "echo", `{"n":${n}}`));
    victim.stray(n);
    if (n % 10 === 0) await victim.inform(`{"n":${n}}`);
  }
  const ended = await soon("the flood", Promise.all(calls));
  const answered = ended.filter(({ message }) => message === undefined);
  assertEquals(answered.length, FLOOD * 4 / 5);
}

async function floods(kind: string, step: typeof STEPS[number]): Promise<void> {
  await using scene = await Scene.open(25_000);
  const { askers, others, server } = scene;
  const victim = await scene.victim(kind);
  if (step === "before the question") {
    await flood(scene, victim);
    await callAll(scene, victim);
  } else if (step === "within the question") {
    await Promise.all([flood(scene, victim), callAll(scene, victim)]);
  } else if (step === "before the answer") {
    const calls = askers.map((each) => each.ask("victim", "never", "{}"));
    await until("asked", () => victim.asked.length === askers.length);
    await flood(scene, victim);
    await victim.leave();
    for (const call of calls) {
      const { message = "" } = await soon("a call", call);
      assertMatch(message, /disconnected before/);
    }
  } else if (step === "within the answer") {
    victim.isTwice = true;
    await Promise.all([flood(scene, victim), callAll(scene, victim)]);
    await callAll(scene, victim);
  } else {
    await callAll(scene, victim);
    await flood(scene, victim);
    await callAll(scene, victim);
  }
  // The hub tells a winerp client of each answer that it could not pass on.
  if (kind !== "winerp") assertEquals(victim.strays, 0);
  await scene.check();
  await soon("the victim leaves", victim.leave());
  await until("left", () => !server.hub.names.includes("victim"));
  for (const { told } of others) {
    for (let n = 0; n < FLOOD / 10; n++) {
      assertEquals(await told.next(), ["victim", `{"n":${10 * n}}`]);
    }
    assertEquals(told.size, 0);
  }
}

for (const kind of KINDS) {
  Deno.test(`A ${kind} client that floods at any step of a call leaves one outcome of each`, async () => {
    await Promise.all(STEPS.map((step) => floods(kind, step)));
  });

  Deno.test(`An answer of a ${kind} client that is too large is one error of each call`, async () => {
    await using scene = await Scene.open(25_000);
    const victim = await scene.victim(kind);
    const ended = await Promise.all(
      scene.askers.map((each) =>
        soon("a call", each.ask("victim", "huge", "{}"))
      ),
    );
    for (const { message, data } of ended) {
      assertEquals(data, undefined);
      assert(message);
    }
    await scene.check();
    await soon("the victim leaves", victim.leave()).catch(() => {});
  });
}
