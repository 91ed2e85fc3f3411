// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { makeDial } from "./_dial.ts";
import { FakeTime } from "@wirekit/internal/testing";
import type { ReconnectState } from "@wirekit/transport/reconnect";
import { AuthenticationError, NotConnectedError } from "./errors.ts";
import { EventSession, type EventSessionOptions } from "./_event_session.ts";
import { serialize } from "../wire/message.ts";
import { PROFILES } from "./profiles.ts";
import {
  GatewaySimulator,
  type GatewaySimulatorOptions,
} from "../simulator/simulator.ts";

interface Rig extends AsyncDisposable {
  simulator: GatewaySimulator;
  session: EventSession;
  heard: string[];
  states: string[];
  /** Waits until something holds. */
  until: (condition: () => boolean) => Promise<void>;
  opened: () => number;
}

function rig(
  simulated: GatewaySimulatorOptions = {},
  options: EventSessionOptions = {},
  password = "12345",
): Rig {
  const simulator = new GatewaySimulator(simulated);
  const heard: string[] = [];
  const states: string[] = [];
  let opened = 0;
  const session = new EventSession(
    makeDial({
      transport() {
        opened++;
        return simulator.connect();
      },
      password,
      lockout: 10,
    }),
    (message) => heard.push(serialize(message)),
    {
      reconnect: { minDelay: 5, maxDelay: 20, minUptime: 5 },
      lockout: 30,
      ...options,
      onState: (state) => state !== "connecting" && states.push(state),
    },
  );
  return {
    simulator,
    session,
    heard,
    states,
    opened: () => opened,
    async until(condition) {
      for (let i = 0; i < 2000 && !condition(); i++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      assert(condition());
    },
    async [Symbol.asyncDispose]() {
      await session.close();
      await simulator.close();
    },
  };
}

Deno.test("EventSession passes every message on but acknowledgements", async () => {
  await using r = rig({ authentication: "sha256" });
  await r.session.opened;
  const frames = [
    "*1*1*12##",
    "*1*1000#1*12##",
    "*#*1##",
    "*#13**#0*21*10*00*##",
    "*77*1*2##",
    "*#*0##",
    "*#1*12##",
  ];
  for (const frame of frames) r.simulator.publish(frame);
  await r.until(() => r.heard.length === 5);
  assertEquals(r.heard, frames.filter((frame) => !frame.startsWith("*#*")));
});

Deno.test("EventSession opens again when it is lost, as often as needed", async () => {
  await using r = rig();
  await r.session.opened;
  for (let i = 1; i <= 3; i++) {
    r.simulator.fail({ at: "greeting", fault: "close", times: 2 });
    r.simulator.drop("event");
    await r.until(() => r.states.at(-1) === "waiting");
    await r.session.opened;
    r.simulator.publish("*1*1*12##");
    await r.until(() => r.heard.length === i);
  }
  assertEquals(r.opened(), 1 + 3 * 3);
});

for (const maxAttempts of [1, 3]) {
  Deno.test(`EventSession makes ${maxAttempts} attempts, and says which`, async () => {
    const attempts: number[] = [];
    const onState = ({ state, attempt }: ReconnectState) =>
      state === "connecting" && attempts.push(attempt);
    await using r = rig({
      faults: [{ at: "greeting", fault: "close", times: 9 }],
    }, { reconnect: { minDelay: 1, maxAttempts, onState } });
    await assertRejects(() => r.session.opened, NotConnectedError);
    assertEquals(r.opened(), maxAttempts);
    assertEquals(attempts, [1, 2, 3].slice(0, maxAttempts));
  });
}

Deno.test("EventSession ends with the signal of reconnect, and when it should not retry", async () => {
  const stop = new AbortController();
  await using r = rig({}, { reconnect: { signal: stop.signal } });
  await r.session.opened;
  stop.abort(new Error("enough"));
  await r.until(() => r.states.at(-1) === "closed");

  await using once = rig({
    faults: [{ at: "greeting", fault: "close", times: 9 }],
  }, { reconnect: { minDelay: 1, shouldRetry: () => false } });
  await assertRejects(() => once.session.opened, NotConnectedError);
  assertEquals(once.opened(), 1);
});

Deno.test("EventSession waits longer and longer for a gateway that is away", async () => {
  await using r = rig({
    faults: [{ at: "greeting", fault: "close", times: 5 }],
  }, { reconnect: { minDelay: 4, maxDelay: 16 } });
  const start = performance.now();
  await r.session.opened;
  // 4 + 8 + 16 + 16 + 16, less what timers come early.
  assert(performance.now() - start >= 55);
  assertEquals(r.opened(), 6);
});

Deno.test("EventSession ends if the password never fitted", async () => {
  await using r = rig({ authentication: "open" }, {}, "1");
  await assertRejects(() => r.session.opened, AuthenticationError);
  assertEquals(r.states, ["closed"]);
  assertEquals(r.opened(), 1);
});

Deno.test("EventSession waits out the lock-out if the password fitted before", async () => {
  await using r = rig({ authentication: "open" }, { lockout: 60 });
  await r.session.opened;
  r.simulator.fail({ at: "password", fault: "close" });
  const start = performance.now();
  r.simulator.drop("event");
  await r.until(() => r.states.at(-1) === "waiting");
  await r.session.opened;
  await r.until(() =>
    r.states.filter((state) => state === "open").length === 2
  );
  assert(performance.now() - start >= 58);
});

Deno.test("EventSession shows that it is there, and does not mind a NACK to it", async () => {
  await using r = rig({ profile: PROFILES.MH201! }, {
    heartbeat: { interval: 5 },
  });
  await r.session.opened;
  await r.until(() => r.simulator.received.length >= 3);
  assertEquals(new Set(r.simulator.received), new Set(["*#*1##"]));
  assertEquals(r.heard, []);
  assertEquals(r.states, ["open"]);
});

Deno.test("EventSession asks a silent gateway, and leaves a healthy one alone", async () => {
  let probes = 0;
  await using r = rig({}, {
    heartbeat: { interval: 5 },
    probe: () => Promise.resolve(probes++),
  });
  await r.until(() => probes >= 4);
  assertEquals(r.opened(), 1);
});

Deno.test("EventSession does not ask while events come", async () => {
  using time = new FakeTime();
  let probes = 0;
  await using r = rig({}, {
    heartbeat: { interval: 1_000 },
    probe: () => Promise.resolve(probes++),
  });
  await r.session.opened;
  for (let i = 0; i < 30; i++) {
    r.simulator.publish("*1*1*12##");
    await time.tick(50);
  }
  assertEquals(probes, 0);
});

Deno.test("EventSession opens again when the gateway does not answer", async () => {
  let probes = 0;
  await using r = rig({}, {
    heartbeat: { interval: 5 },
    probe: () => {
      if (++probes === 2) return Promise.reject(new Error("no answer"));
      return Promise.resolve();
    },
  });
  await r.until(() => r.states.includes("waiting"));
  await r.until(() => r.opened() === 2);
});

Deno.test("EventSession opens again after the longest silence", async () => {
  await using r = rig({}, { quietTimeout: 20 });
  await r.until(() => r.opened() === 2);
});

Deno.test("EventSession survives a gateway that ends it on purpose", async () => {
  await using r = rig({ profile: PROFILES.MH201!, speed: 100_000 });
  await r.until(() => r.opened() >= 3);
});

Deno.test("EventSession is closed for good, in any state", async () => {
  const open = rig();
  await open.session.opened;
  await open.session.close();
  assertEquals(open.states, ["open", "closed"]);
  await open.simulator.close();

  const waiting = rig({
    faults: [{ at: "greeting", fault: "close", times: 1000 }],
  }, { reconnect: { minDelay: 100_000, maxDelay: 100_000 } });
  await waiting.until(() => waiting.states.includes("waiting"));
  await waiting.session.close();
  await assertRejects(
    () => waiting.session.opened,
    NotConnectedError,
    "closed",
  );
  await waiting.simulator.close();

  const dialling = rig();
  await dialling.session.close();
  assertEquals(dialling.states, ["closed"]);
  await dialling.simulator.close();
});
