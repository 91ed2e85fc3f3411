// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A participant of each protocol is killed, frozen or floods, at each step of a
 * call, as the one who asks and as the one who answers: all others have exactly
 * one outcome of each call, and go on.
 */

import { assert, assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import type { HubServer } from "@wirekit/hub";
import { httpDoor, jsonRpcDoor, serve, wsrpcDoor } from "@wirekit/switchboard";
import { type Fault, Line } from "./_line.ts";
import { type Ended, type Speaker, SPEAKERS } from "./_speakers.ts";

const KINDS = Object.keys(SPEAKERS);

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

/** How long a hub lets a question wait, in milliseconds. */
const REQUEST_TIMEOUT = 500;

/** Says what takes for ever. */
async function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  try {
    return await deadline(promise, 30_000);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new Error(`It takes for ever: ${what}`, { cause: error });
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let n = 0; !holds(); n++) {
    if (n > 3_000) throw new Error(`Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A hub, one client of each protocol, and one whose line can break. */
class Scene implements AsyncDisposable {
  readonly lines: Line[] = [];
  readonly #stack = new AsyncDisposableStack();

  private constructor(
    readonly server: HubServer,
    readonly others: readonly Speaker[],
  ) {}

  static async open(): Promise<Scene> {
    const server = await serve({
      port: 0,
      requestTimeout: REQUEST_TIMEOUT,
      open: [httpDoor(), jsonRpcDoor({ tcpPort: 0 }), wsrpcDoor()],
    });
    const others = await Promise.all(
      KINDS.map((kind) => SPEAKERS[kind]!(server.urls, `good ${kind}`)),
    );
    await soon("all are ready", Promise.all(others.map(({ ready }) => ready)));
    return new Scene(server, others);
  }

  /** Connects the one that breaks. */
  async victim(kind: string): Promise<Speaker> {
    const urls = this.server.urls.map((text) => {
      const url = new URL(text);
      const line = this.#stack.use(new Line(Number(url.port)));
      this.lines.push(line);
      return `${url.protocol}//127.0.0.1:${line.port}`;
    });
    const victim = await SPEAKERS[kind]!(urls, "victim");
    await soon("the victim is ready", victim.ready);
    return victim;
  }

  break(fault: Fault): void {
    for (const line of this.lines) line.break(fault);
  }

  breakAfter(bytes: number, way: "up" | "down", fault: Fault): void {
    for (const line of this.lines) line.breakAfter(bytes, way, fault);
  }

  get isBroken(): boolean {
    return this.lines.some((line) => line.isBroken);
  }

  /** Nothing is left open, nobody got an answer twice, and all go on. */
  async check(): Promise<void> {
    const { exchange } = this.server.hub;
    await until("open questions", () => exchange.openQuestions === 0);
    for (const one of this.others) {
      for (const other of this.others) {
        if (one === other) continue;
        const data = '{"n":1}';
        const call = `${one.name} asks ${other.name} again`;
        const ended = await soon(call, one.ask(other.name, "echo", data));
        assertEquals(ended, { data });
      }
      assertEquals(one.strays, 0, one.name);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await soon("lines end", this.#stack.disposeAsync());
    await soon(
      "others leave",
      Promise.all(this.others.map((each) => each.leave())),
    );
    await soon("the hub closes", this.server.close());
  }
}

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
  const { others, server } = scene;
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

/** The one who asks breaks. */
async function askerBreaks(kind: string, step: Step, fault: Fault) {
  await using scene = await Scene.open();
  const { others, server } = scene;
  const victim = await scene.victim(kind);
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
  // Who is frozen does not know what became of its calls, until it ends.
  await soon("the victim leaves", victim.leave()).catch(() => {});
  scene.break("killed");
  await calls;
  assertEquals(ledger.length, others.length);
}

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
