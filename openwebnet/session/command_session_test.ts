// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { pair } from "@wirekit/transport/pair";
import type { CommandSessionOptions } from "./_command_options.ts";
import { CommandSession } from "./_command_session.ts";
import { makeDial } from "./_dial.ts";
import {
  AuthenticationError,
  ConnectionLostError,
  LimitError,
  NackError,
  NotConnectedError,
  TimeoutError,
} from "./errors.ts";
import { type Message, parse, serialize } from "../wire/message.ts";
import { PROFILES } from "./profiles.ts";
import type { CommandFault, Fault } from "../simulator/faults.ts";
import {
  GatewaySimulator,
  type GatewaySimulatorOptions,
} from "../simulator/simulator.ts";
import { Random } from "../simulator/_random.ts";

const FAST: CommandSessionOptions = {
  pacing: 0,
  busyPause: 10,
  minDelay: 5,
  timeout: 1000,
};

const ON = parse("*1*1*11##");
const TOGGLE = parse("*1*32*11##");
const STATUS = parse("*#1*11##");
const ALL = parse("*#1*0##");

interface Rig extends AsyncDisposable {
  simulator: GatewaySimulator;
  session: CommandSession;
  opened: () => number;
}

function rig(
  simulated: GatewaySimulatorOptions = {},
  options: CommandSessionOptions = {},
): Rig {
  const simulator = new GatewaySimulator(simulated);
  let opened = 0;
  const dial = makeDial({
    transport() {
      opened++;
      return simulator.connect();
    },
    password: "12345",
    lockout: 5,
  });
  const session = new CommandSession(dial, { ...FAST, ...options });
  return {
    simulator,
    session,
    opened: () => opened,
    async [Symbol.asyncDispose]() {
      await session.close();
      await simulator.close();
    },
  };
}

function fault(
  fault: CommandFault["fault"],
  rest: Partial<CommandFault> = {},
): Fault {
  return { at: "command", fault, ...rest };
}

function frames(messages: Message[]): string[] {
  return messages.map(serialize);
}

Deno.test("CommandSession connects with the first message and not before", async () => {
  await using r = rig();
  assertEquals(r.opened(), 0);
  await r.session.send(ON);
  await r.session.send(ON);
  assertEquals(r.opened(), 1);
});

Deno.test("CommandSession sends one message at a time, in order", async () => {
  await using r = rig();
  const sent = Array.from({ length: 50 }, (_, i) => `*1*${i % 2}*12##`);
  await Promise.all(sent.map((frame) => r.session.send(parse(frame))));
  assertEquals(r.simulator.executed, sent);
});

Deno.test("CommandSession gives the frames of an answer up to its acknowledgement", async () => {
  await using r = rig({ plant: { lights: ["11", "12"], dimmers: [] } });
  await r.session.send(ON);
  assertEquals(frames(await r.session.request(ALL)), [
    "*1*1*11##",
    "*1*0*12##",
  ]);
});

Deno.test("CommandSession streams an answer, which may be left early", async () => {
  await using r = rig();
  const seen: string[] = [];
  for await (const message of r.session.stream(ALL)) {
    seen.push(serialize(message));
    if (seen.length === 2) break;
  }
  assertEquals(seen, ["*1*0*11##", "*1*0*12##"]);
  assertEquals(frames(await r.session.request(STATUS)), ["*1*0*11##"]);
  const all = await Array.fromAsync(r.session.stream(ALL));
  assertEquals(all.length, 5);
  await assertRejects(
    () => Array.fromAsync(r.session.stream(parse("*#1*99##"))),
    NackError,
  );
});

Deno.test("CommandSession leaves the given time between two messages", async () => {
  await using r = rig({}, { pacing: 30 });
  const start = performance.now();
  for (let i = 0; i < 4; i++) await r.session.send(ON);
  const elapsed = performance.now() - start;
  assert(elapsed >= 88, `${elapsed}`);
});

Deno.test("CommandSession closes before the gateway does, and opens again", async () => {
  await using r = rig({}, { idleTimeout: 20 });
  await r.session.send(ON);
  while (r.simulator.sessions("command") > 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await r.session.send(ON);
  assertEquals(r.opened(), 2);
  assertEquals(r.simulator.executed.length, 2);
});

for (const code of [0, 2, 3, 4, 5, 6, 7] as const) {
  Deno.test(`CommandSession takes *#*${code}## for a final no`, async () => {
    await using r = rig({ faults: [fault("nack", { code })] });
    const error = await assertRejects(() => r.session.send(ON), NackError);
    assertEquals(error.code, code);
    await r.session.send(ON);
    assertEquals(r.simulator.executed, ["*1*1*11##"]);
  });
}

Deno.test("CommandSession swallows the 0 that follows a busy 6", async () => {
  await using r = rig({ faults: [fault("busy"), fault("busy")] });
  const results = await Promise.allSettled([
    r.session.send(ON),
    r.session.request(ALL),
    r.session.send(parse("*1*0*11##")),
    r.session.request(STATUS),
  ]);
  assertEquals(results.map(({ status }) => status), [
    "rejected",
    "rejected",
    "fulfilled",
    "fulfilled",
  ]);
  for (const result of results.slice(0, 2)) {
    assert(result.status === "rejected");
    assertEquals(result.reason.code, 6);
  }
});

Deno.test("CommandSession leaves a busy gateway alone for a while", async () => {
  await using r = rig({ faults: [fault("busy")] }, { busyPause: 50 });
  await assertRejects(() => r.session.send(ON), NackError);
  const start = performance.now();
  await r.session.send(ON);
  assert(performance.now() - start >= 45);
});

Deno.test("CommandSession repeats once what is harmless when the connection ends", async () => {
  for (const kind of ["close", "close after"] as const) {
    await using r = rig({ faults: [fault(kind)] });
    await r.session.send(ON);
    assertEquals(frames(await r.session.request(STATUS)), ["*1*1*11##"]);
    assertEquals(r.opened(), 2);
  }
});

Deno.test("CommandSession repeats a request whose connection ends", async () => {
  await using r = rig({ faults: [fault("close")] });
  assertEquals((await r.session.request(ALL)).length, 5);
});

Deno.test("CommandSession never repeats what may do harm", async () => {
  for (const kind of ["close", "close after"] as const) {
    await using r = rig({ faults: [fault(kind)] });
    const error = await assertRejects(
      () => r.session.send(TOGGLE),
      ConnectionLostError,
    );
    assertEquals(error.frame, "*1*32*11##");
    assertEquals(r.simulator.executed.length, kind === "close" ? 0 : 1);
    assertEquals(r.simulator.received.length, 1);
  }
});

Deno.test("CommandSession repeats once and not twice, and only what is allowed", async () => {
  await using twice = rig({ faults: [fault("close", { times: 2 })] });
  await assertRejects(() => twice.session.send(ON), ConnectionLostError);
  assertEquals(twice.simulator.received.length, 2);
  await using forbidden = rig({ faults: [fault("close")] });
  await assertRejects(
    () => forbidden.session.send(ON, { repeatable: false }),
    ConnectionLostError,
  );
  await using allowed = rig({ faults: [fault("close")] });
  await allowed.session.send(TOGGLE, { repeatable: true });
});

Deno.test("CommandSession does not repeat once a frame of the answer has come", async () => {
  await using r = rig({ faults: [fault("close within")] });
  await assertRejects(() => r.session.request(ALL), ConnectionLostError);
  assertEquals(r.simulator.received.length, 1);
});

Deno.test("CommandSession does not send into a connection that the gateway has dropped", async () => {
  await using r = rig();
  await r.session.send(TOGGLE);
  r.simulator.drop("command");
  await r.session.send(TOGGLE);
  assertEquals(r.simulator.executed.length, 2);
});

Deno.test("CommandSession passes frames of others on, and goes on waiting", async () => {
  const strays: string[] = [];
  await using r = rig({
    faults: [
      fault("stray"),
      fault("stray", { frames: ["*#4*2*14*0330##", "*1*1*12##"] }),
    ],
  }, { onStray: (message) => strays.push(serialize(message)) });
  await r.session.send(ON);
  assertEquals(frames(await r.session.request(STATUS)), ["*1*1*11##"]);
  assertEquals(strays, ["*#4*2*14*0330##", "*#4*2*14*0330##", "*1*1*12##"]);
});

Deno.test("CommandSession gives up in time, and does not take a late answer for another's", async () => {
  await using r = rig({ faults: [fault("late", { delay: 60 })] });
  await assertRejects(
    () => r.session.request(STATUS, { timeout: 20 }),
    TimeoutError,
    "*#1*11## was not answered within 20 ms",
  );
  assertEquals((await r.session.request(ALL)).length, 5);
});

Deno.test("CommandSession gives up on a silent gateway, and uses another connection", async () => {
  for (const kind of ["silent", "silent after"] as const) {
    await using r = rig({ faults: [fault(kind)] }, { timeout: 20 });
    await assertRejects(() => r.session.send(TOGGLE), TimeoutError, "answered");
    await r.session.send(TOGGLE);
    assertEquals(r.opened(), 2);
    assertEquals(r.simulator.executed.length, kind === "silent" ? 1 : 2);
  }
});

Deno.test("CommandSession never sends what was aborted in the queue", async () => {
  await using r = rig({ faults: [fault("late", { delay: 30 })] });
  const controller = new AbortController();
  const first = r.session.send(ON);
  const second = r.session.send(TOGGLE, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => second, Error, "enough");
  await first;
  await r.session.send(ON);
  assertEquals(r.simulator.received, ["*1*1*11##", "*1*1*11##"]);
  const aborted = AbortSignal.abort(new Error("before"));
  await assertRejects(
    () => r.session.send(ON, { signal: aborted }),
    Error,
    "before",
  );
});

Deno.test("CommandSession keeps its connection when a sent message is aborted", async () => {
  await using r = rig({ faults: [fault("late", { delay: 30 })] });
  const controller = new AbortController();
  const first = r.session.request(ALL, { signal: controller.signal });
  while (r.simulator.received.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  controller.abort(new Error("enough"));
  await assertRejects(() => first, Error, "enough");
  assertEquals(frames(await r.session.request(STATUS)), ["*1*0*11##"]);
  assertEquals(r.opened(), 1);
});

Deno.test("CommandSession bounds its queue and the answers", async () => {
  await using r = rig({}, { maxQueue: 2, maxReplies: 3 });
  const sent = [r.session.send(ON), r.session.send(ON), r.session.send(ON)];
  await assertRejects(
    () => r.session.send(ON),
    LimitError,
    "2 messages are already",
  );
  await Promise.all(sent);
  await assertRejects(
    () => r.session.request(ALL),
    LimitError,
    "longer than 3",
  );
  await r.session.send(ON);
});

Deno.test("CommandSession fails at once if it was never open, and waits for a lost gateway", async () => {
  await using never = rig({ faults: [{ at: "greeting", fault: "close" }] });
  await assertRejects(
    () => never.session.send(ON),
    Error,
    "during the handshake",
  );
  await using lost = rig();
  await lost.session.send(ON);
  lost.simulator.drop("command");
  lost.simulator.fail({ at: "greeting", fault: "close", times: 3 });
  await lost.session.send(TOGGLE);
  assertEquals(lost.simulator.executed, ["*1*1*11##", "*1*32*11##"]);
  lost.simulator.drop("command");
  lost.simulator.fail({ at: "greeting", fault: "close", times: 1000 });
  await assertRejects(
    () => lost.session.send(TOGGLE, { timeout: 50 }),
    TimeoutError,
    "could not be sent within 50 ms: Gateway closed the connection during the " +
      "handshake",
  );
});

Deno.test("CommandSession says of what answers nothing that it opened no session", async () => {
  const [ours, theirs] = pair();
  await using _theirs = theirs;
  const dial = makeDial({ transport: () => Promise.resolve(ours) });
  await using session = new CommandSession(dial, FAST);
  const { message } = await assertRejects(
    () => session.send(ON, { timeout: 50 }),
    TimeoutError,
  );
  assertEquals(
    message,
    "*1*1*11## could not be sent within 50 ms: the gateway opened no session",
  );
});

Deno.test("CommandSession does not try a wrong password again", async () => {
  const simulator = new GatewaySimulator({ authentication: "sha256" });
  let opened = 0;
  const dial = makeDial({
    transport() {
      opened++;
      return simulator.connect();
    },
    password: "wrong",
  });
  const session = new CommandSession(dial, FAST);
  const results = await Promise.allSettled([
    session.send(ON),
    session.send(ON),
    session.request(ALL),
  ]);
  for (const result of results) {
    assert(result.status === "rejected");
    assert(result.reason instanceof AuthenticationError);
  }
  assertEquals(opened, 1);
  await session.close();
  await simulator.close();
});

Deno.test("CommandSession ends all that waits when it is closed", async () => {
  const r = rig({ faults: [fault("silent")] });
  const waiting = [
    r.session.send(ON),
    r.session.send(ON),
    r.session.request(ALL),
  ];
  const results = Promise.allSettled(waiting);
  await new Promise((resolve) => setTimeout(resolve, 10));
  await r.session.close();
  for (const result of await results) {
    assert(result.status === "rejected");
    assertInstanceOf(result.reason, NotConnectedError);
  }
  await assertRejects(
    () => r.session.send(ON),
    NotConnectedError,
    "the gateway is closed",
  );
  await r.simulator.close();
});

Deno.test("CommandSession ends a message that is connecting when it is closed", async () => {
  const never = pair();
  const session = new CommandSession(
    makeDial({ transport: () => Promise.resolve(never[0]) }),
    FAST,
  );
  const sending = session.send(ON);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await session.close();
  await assertRejects(
    () => sending,
    NotConnectedError,
    "the gateway is closed",
  );
});

Deno.test("CommandSession tells when it opens and closes", async () => {
  const states: string[] = [];
  const r = rig({}, { onState: (state) => states.push(state) });
  await r.session.send(ON);
  assertEquals(states, ["open"]);
  await r.session.close();
  assertEquals(states, ["open", "closed"]);
  await r.simulator.close();
});

Deno.test("CommandSession refuses what makes no frame before it is sent", async () => {
  await using r = rig();
  await assertRejects(
    () => r.session.send({ kind: "normal", who: 1, what: "1", where: "1*2" }),
    TypeError,
    "is not a frame",
  );
  assertEquals(r.opened(), 0);
});

const FAULTS: CommandFault["fault"][] = [
  "close",
  "close after",
  "close within",
  "silent",
  "silent after",
  "nack",
  "busy",
  "late",
  "stray",
];
const STEPS = ["greeting", "selector", "password"] as const;

for (const profile of Object.values(PROFILES)) {
  const seed = Number(crypto.getRandomValues(new Uint32Array(1))[0]);
  Deno.test(`CommandSession loses and doubles nothing with a ${profile.name} that fails in every way (seed ${seed})`, async () => {
    const random = new Random(seed);
    await using r = rig({ profile, seed }, { timeout: 40, idleTimeout: 15 });
    // A pressed button must not be repeated, and each of these is pressed once.
    const buttons = Array.from({ length: 64 }, (_, i) => {
      const button = `${i % 32}`.padStart(2, "0");
      return `*15*${button}*${i < 32 ? 11 : 12}##`;
    });
    const outcomes = new Map<string, "done" | "unknown" | "not done">();
    for (const [i, frame] of buttons.entries()) {
      if (i % 2 === 0) {
        const kind = FAULTS[i / 2 % FAULTS.length]!;
        r.simulator.fail(fault(kind, { frame, code: 3, delay: 5 }));
      }
      if (i % 7 === 6) {
        r.simulator.drop("command");
        const at = STEPS[(i - 6) / 7 % STEPS.length]!;
        r.simulator.fail({ at, fault: "close" });
      }
      if (random.next() < 0.1) r.simulator.drop("command");
      if (random.next() < 0.1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await r.session.send(parse(frame)).then(
        () => outcomes.set(frame, "done"),
        (error) =>
          outcomes.set(
            frame,
            error instanceof NackError || error instanceof AuthenticationError
              ? "not done"
              : "unknown",
          ),
      );
    }
    assertEquals(outcomes.size, buttons.length);
    const order: string[] = [];
    for (const frame of buttons) {
      const times = r.simulator.executed.filter((f) => f === frame).length;
      const outcome = outcomes.get(frame);
      if (outcome === "done") assertEquals(times, 1, frame);
      else if (outcome === "not done") assertEquals(times, 0, frame);
      else assert(times <= 1, `${frame} was done ${times} times`);
      if (times > 0) order.push(frame);
    }
    assertEquals(r.simulator.executed, order);
    assert([...outcomes.values()].includes("done"));
  });
}

Deno.test("CommandSession loses no request to a gateway that drops idle sessions without a word", async () => {
  await using r = rig({ profile: PROFILES.MyHOMEServer1!, speed: 100 }, {
    idleTimeout: 60_000, // Later than the gateway, as of a client that is not told.
  });
  await r.session.send(ON);
  while (r.simulator.sessions("command") > 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await r.session.send(parse("*1*0*11##"));
  assertEquals(r.simulator.executed, ["*1*1*11##", "*1*0*11##"]);
});
