// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A participant of each protocol is killed, frozen or floods, at each step of a
 * call, as the one who asks and as the one who answers: all others have exactly
 * one outcome of each call, and go on.
 */

import { assert, assertEquals } from "@std/assert";
import type { Fault } from "./_line.ts";
import { KINDS, Scene, soon, until } from "./_scene.ts";
import { type Ended, type Speaker, SPEAKERS } from "./_speakers.ts";

/** How far a call has come when its other end breaks. */
const STEPS = [
  "before the question",
  "within the question",
  "before the answer",
  "within the answer",
  "after the answer",
] as const;

type Step = typeof STEPS[number];

/** Some of the bytes of any message, and not all. */
const PART = 9;

/** Who asks and cannot be asked. */
const NAMELESS = ["MCP", "POST /call", "POST /jsonrpc"];

/** How many calls of a ledger were answered with a result. */
function answers(ledger: readonly Ended[]): number {
  return ledger.filter(({ message }) => message === undefined).length;
}

/** Asks, and counts the outcomes. */
async function asked(
  speaker: Speaker,
  to: string,
  route: string,
  ledger: Ended[],
): Promise<void> {
  const data = `{"from":${JSON.stringify(speaker.name)}}`;
  const call = `${speaker.name} asks ${to} for ${route}`;
  const ended: Ended = await soon(call, speaker.ask(to, route, data)).catch((
    error,
  ) => ({
    message: String(error),
  }));
  if (ended.message === undefined) assertEquals(ended.data, data);
  else assert(ended.message !== "");
  ledger.push(ended);
}

/** The one who answers breaks. */
async function answererBreaks(kind: string, step: Step, fault: Fault) {
  await using scene = await Scene.open();
  const { askers: others, server } = scene;
  const victim = await scene.victim(kind);
  const ledger: Ended[] = [];
  const ask = (route: string) =>
    Promise.all(others.map((each) => asked(each, "victim", route, ledger)));
  if (step === "before the question") {
    scene.break(fault);
    await ask("echo");
  } else if (step === "within the question") {
    scene.breakAfter(PART, "down", fault);
    await ask("echo");
    assert(scene.isBroken);
  } else if (step === "before the answer") {
    const calls = ask("never");
    await until("asked", () => victim.asked.length === others.length);
    scene.break(fault);
    await calls;
  } else if (step === "within the answer") {
    scene.breakAfter(PART, "up", fault);
    await ask("echo");
    assert(scene.isBroken);
  } else {
    await ask("echo");
    assertEquals(answers(ledger), others.length);
    ledger.length = 0;
    scene.break(fault);
    await ask("echo");
  }
  assertEquals(ledger.length, others.length);
  assertEquals(answers(ledger), 0);
  await scene.check();
  if (fault === "killed") {
    await until("left", () => !server.hub.names.includes("victim"));
  }
  await soon("the victim leaves", victim.leave()).catch(() => {});
}

/** The one who asks breaks: one without a name, if it is of no other kind. */
async function askerBreaks(kind: string, step: Step, fault: Fault) {
  await using scene = await Scene.open();
  const { others, server } = scene;
  const victim = KINDS.includes(kind)
    ? await scene.victim(kind)
    : await scene.nameless(kind);
  const ledger: Ended[] = [];
  const ask = (route: string) =>
    Promise.all(
      others.map((each) => asked(victim, each.name, route, ledger)),
    );
  let calls: Promise<unknown> = Promise.resolve();
  if (step === "before the question") {
    scene.break(fault);
    calls = ask("echo");
  } else if (step === "within the question") {
    scene.breakAfter(PART, "up", fault);
    calls = ask("echo");
    await until("broken", () => scene.isBroken);
  } else if (step === "before the answer") {
    calls = ask("never");
    await until(
      "asked",
      () => others.every(({ asked }) => asked.length === 1),
    );
    scene.break(fault);
  } else if (step === "within the answer") {
    scene.breakAfter(PART, "down", fault);
    calls = ask("echo");
    await until("broken", () => scene.isBroken);
  } else {
    await ask("echo");
    assertEquals(answers(ledger), others.length);
    ledger.length = 0;
    scene.break(fault);
    calls = ask("echo");
  }
  await scene.check();
  for (const { asked } of others) asked.length = 0;
  if (fault === "killed") {
    await until("left", () => !server.hub.names.includes("victim"));
    await calls;
    assertEquals(ledger.length, others.length);
  }
  // A frozen client does not know what became of its calls, until it ends.
  await soon("the victim leaves", victim.leave()).catch(() => {});
  scene.break("killed");
  await calls;
  assertEquals(ledger.length, others.length);
}

/** A gateway breaks, which the hub has dialled. */
async function gatewayBreaks(step: Step, fault: Fault) {
  await using scene = await Scene.open();
  const { askers, flat } = scene;
  const ledger: Ended[] = [];
  const ask = () =>
    Promise.all(askers.map(async (each) => {
      const call = each.ask("flat", "light.on", '{"where":"11"}');
      ledger.push(await soon(`${each.name} asks the gateway`, call));
    }));
  if (step === "after the answer") {
    await ask();
    assertEquals(answers(ledger), askers.length);
    ledger.length = 0;
  }
  // A gateway says nothing before it is asked to open a session.
  if (step === "within the question") flat.breakAfter(PART, "up", fault);
  else if (step === "within the answer") flat.breakAfter(PART, "down", fault);
  else if (step !== "before the answer") flat.break(fault);
  if (step === "before the answer") {
    const times = askers.length;
    const frame = "*1*1*11##";
    scene.simulator.fail({ at: "command", frame, fault: "silent", times });
    const calls = ask();
    await until(
      "asked",
      () => scene.simulator.received.includes(frame),
    );
    flat.break(fault);
    await calls;
  } else await ask();
  assertEquals(ledger.length, askers.length);
  assertEquals(answers(ledger), 0);
  await scene.check();
}

for (const fault of ["killed", "frozen"] as const) {
  for (const kind of NAMELESS) {
    Deno.test(`A ${kind} caller that is ${fault} at any step of a call harms nobody`, async () => {
      await Promise.all(STEPS.map((step) => askerBreaks(kind, step, fault)));
    });
  }
  Deno.test(`A gateway that is ${fault} at any step of a call leaves one outcome to each caller`, async () => {
    await Promise.all(STEPS.map((step) => gatewayBreaks(step, fault)));
  });
}

Deno.test("An assistant and a bus that flood leave one outcome of each call, and all events", async () => {
  await using scene = await Scene.open();
  const { others, assistant, simulator } = scene;
  for (const each of others) {
    const { data } = await each.ask("home", "subscribe", "{}");
    assertEquals(data, '{"subscribed":true}');
  }
  const ledger: Ended[] = [];
  const flood: Ended[] = [];
  const flooding = Promise.all(Array.from({ length: 300 }, async (_, n) => {
    const to = n % 3 === 0 ? "nobody" : others[n % others.length]!.name;
    flood.push(await assistant.ask(to, "echo", `{"n":${n}}`));
  }));
  const EVENTS = 1_000;
  for (let n = 0; n < EVENTS; n += 100) {
    for (let k = 0; k < 100; k++) simulator.publish("*1*1*12##");
    await Promise.all(
      others.map((each) => asked(each, others[0]!.name, "echo", ledger)),
    );
  }
  await flooding;
  assertEquals(flood.length, 300);
  assertEquals(answers(flood), 200);
  assertEquals(ledger.length, 10 * others.length);
  for (const each of others) {
    for (let n = 0; n < EVENTS; n++) {
      const told = soon(`${each.name} is told`, each.told.next());
      assertEquals((await told)[0], "home");
    }
    const { data } = await each.ask("home", "unsubscribe", "{}");
    assertEquals(data, '{"subscribed":false}');
  }
  await scene.check();
});

for (const kind of KINDS) {
  for (const fault of ["killed", "frozen"] as const) {
    Deno.test(`A ${kind} answerer that is ${fault} at any step of a call leaves one outcome to each caller`, async () => {
      await Promise.all(
        STEPS.map((step) => answererBreaks(kind, step, fault)),
      );
    });
    Deno.test(`A ${kind} caller that is ${fault} at any step of a call harms nobody`, async () => {
      await Promise.all(STEPS.map((step) => askerBreaks(kind, step, fault)));
    });
  }

  Deno.test(`A ${kind} client that floods gets one outcome of each call, as all others do`, async () => {
    await using scene = await Scene.open();
    const { others, server } = scene;
    const flooder = await SPEAKERS[kind]!(server.urls, "flooder");
    await flooder.ready;
    const count = kind === "HTTP" ? 300 : 3_000;
    const flood: Ended[] = [];
    const told = others[0]!;
    const flooding = Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const to = n % 3 === 0 ? "nobody" : told.name;
        const route = n % 7 === 0 ? "fail" : "echo";
        flood.push(await flooder.ask(to, route, `{"n":${n}}`));
        if (n % 10 === 0) await flooder.inform(`{"n":${n}}`, told.name);
      }),
    );
    const ledger: Ended[] = [];
    let isOver = false;
    flooding.finally(() => isOver = true);
    let calls = 0;
    while (!isOver || calls === 0) {
      await Promise.all(others.flatMap((each) => [
        asked(each, "flooder", "echo", ledger),
        asked(each, told === each ? "flooder" : told.name, "echo", ledger),
      ]));
      calls += 2 * others.length;
    }
    await flooding;
    assertEquals(flood.length, count);
    assertEquals(ledger.length, calls);
    assertEquals(answers(ledger), calls);
    assertEquals(flooder.strays, 0);
    await scene.check();
    await flooder.leave();
  });
}
