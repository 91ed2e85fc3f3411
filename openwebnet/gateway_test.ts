// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AuthenticationError,
  LimitError,
  NackError,
  NotConnectedError,
  TimeoutError,
} from "./session/errors.ts";
import { pair } from "@wirekit/transport/pair";
import { Gateway, type GatewayOptions } from "./gateway.ts";
import { serialize } from "./wire/message.ts";
import {
  GatewaySimulator,
  type GatewaySimulatorOptions,
} from "./simulator/simulator.ts";

interface Rig extends AsyncDisposable {
  simulator: GatewaySimulator;
  gateway: Gateway;
}

function rig(
  simulated: GatewaySimulatorOptions = {},
  options: Partial<GatewayOptions> = {},
): Rig {
  const simulator = new GatewaySimulator(simulated);
  const gateway = new Gateway({
    transport: () => simulator.connect(),
    password: "12345",
    pacing: 0,
    reconnect: { minDelay: 5, minUptime: 5 },
    ...options,
  });
  return {
    simulator,
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await simulator.close();
    },
  };
}

Deno.test("Gateway filters events by WHO and WHERE", async () => {
  await using r = rig();
  const all = r.gateway.messages();
  const lights = r.gateway.messages({ who: 1 });
  const light = r.gateway.messages({ who: 1, where: "12" });
  await r.gateway.ready();
  for (const frame of ["*2*1*12##", "*1*1*11##", "*1*1*12##", "*9*9*9##"]) {
    r.simulator.publish(frame);
  }
  const next = async (events: AsyncIterator<unknown>) =>
    serialize((await events.next()).value as never);
  assertEquals(await next(all), "*2*1*12##");
  assertEquals(await next(lights), "*1*1*11##");
  assertEquals(await next(light), "*1*1*12##");
  assertEquals(await next(lights), "*1*1*12##");
});

Deno.test("Gateway events go on after the session was lost", async () => {
  const states: string[] = [];
  await using r = rig({}, {
    hooks: {
      state: ({ session, state }) => states.push(`${session} ${state}`),
    },
  });
  const events = r.gateway.events();
  await r.gateway.ready();
  r.simulator.publish("*1*1*11##");
  r.simulator.drop("event");
  await r.gateway.request("*#1*11##");
  while (!states.includes("event waiting")) await r.gateway.request("*#1*11##");
  await r.gateway.ready();
  r.simulator.publish("*1*0*11##");
  const seen = [];
  for await (const event of events) {
    seen.push(serialize(event.message));
    if (seen.length === 2) break;
  }
  assertEquals(seen, ["*1*1*11##", "*1*0*11##"]);
  assertEquals(states.filter((state) => state.startsWith("event")), [
    "event connecting",
    "event open",
    "event waiting",
    "event connecting",
    "event open",
  ]);
});

Deno.test("Gateway passes strays of the command session to the events", async () => {
  await using r = rig({ faults: [{ at: "command", fault: "stray" }] });
  await r.gateway.ready();
  const events = r.gateway.messages({ who: 4 });
  await r.gateway.send("*1*1*11##");
  const { value } = await events.next();
  assertEquals(serialize(value!), "*#4*2*14*0330##");
});

Deno.test("Gateway finds a value in the answer or among the events", async () => {
  await using r = rig();
  const take = (message: { kind: string; values?: string[] }) =>
    message.kind === "dimension" ? message.values : undefined;
  // In the answer: no event session is needed.
  assertEquals(await r.gateway.ask("*#1*11*8##", take), ["1234"]);
  assertEquals(r.simulator.sessions("event"), 0);
  // Only as an event, before and after the session is open.
  assertEquals(await r.gateway.ask("*#1*21*1##", take), ["100", "255"]);
  assertEquals(r.simulator.sessions("event"), 1);
  assertEquals(await r.gateway.ask("*#1*21*1##", take), ["100", "255"]);
});

Deno.test("Gateway says when no value comes, and when it is refused or aborted", async () => {
  await using r = rig();
  const nothing = () => undefined;
  await r.gateway.ready();
  await assertRejects(
    () => r.gateway.ask("*#1*21*1##", nothing, { timeout: 200 }),
    TimeoutError,
    "*#1*21*1## gave no value within 200 ms",
  );
  await assertRejects(() => r.gateway.ask("*#1*99*1##", nothing), NackError);
  const signal = AbortSignal.timeout(5);
  await assertRejects(
    () => r.gateway.ask("*#1*21*1##", nothing, { signal }),
    DOMException,
  );
});

Deno.test("Gateway ends its loops with the error when the password is refused", async () => {
  await using r = rig({ authentication: "sha256" }, { password: "wrong1" });
  const events = r.gateway.events();
  await assertRejects(() => events.next(), AuthenticationError);
  assertEquals(await events.next(), { done: true, value: undefined });
  await assertRejects(() => r.gateway.ready(), AuthenticationError, "60 s");
  await assertRejects(() => r.gateway.send("*1*1*11##"), AuthenticationError);
});

Deno.test("Gateway ends the loop of a reader that is too slow, and of no other", async () => {
  await using r = rig({}, { maxEvents: 3 });
  const slow = r.gateway.messages();
  const other = r.gateway.messages({ where: "99" });
  await r.gateway.ready();
  for (let i = 0; i < 5; i++) r.simulator.publish(`*1*1*1${i + 1}##`);
  r.simulator.publish("*1*1*99##");
  await other.next();
  const seen: string[] = [];
  await assertRejects(
    async () => {
      for await (const message of slow) seen.push(serialize(message));
    },
    LimitError,
    "3 events are waiting",
  );
  assertEquals(seen, ["*1*1*11##", "*1*1*12##", "*1*1*13##"]);
});

Deno.test("Gateway loops end when they are aborted, left, or the gateway closes", async () => {
  const r = rig();
  const reason = new Error("enough");
  const aborted = r.gateway.events({ signal: AbortSignal.abort(reason) });
  assertEquals(await aborted.next().catch((error) => error), reason);

  const controller = new AbortController();
  const waiting = r.gateway.events({ signal: controller.signal }).next();
  controller.abort(reason);
  assertEquals(await waiting.catch((error) => error), reason);

  const left = r.gateway.events();
  await left.return?.();
  assertEquals((await left.next()).done, true);

  const open = r.gateway.events().next();
  await r.gateway.ready();
  await r.gateway.close();
  assertEquals((await open).done, true);
  await assertRejects(() => r.gateway.ready(), NotConnectedError, "closed");
  await assertRejects(
    () => r.gateway.send("*1*1*11##"),
    NotConnectedError,
    "closed",
  );
  await assertRejects(
    () => r.gateway.events().next(),
    NotConnectedError,
    "closed",
  );
  await r.simulator.close();
});

Deno.test("Gateway gives up listening when it is aborted", async () => {
  await using r = rig({
    faults: [{ at: "greeting", fault: "close", times: 1000 }],
  });
  const signal = AbortSignal.timeout(10);
  await assertRejects(() => r.gateway.ready({ signal }), DOMException);
  assert(r.simulator.sessions("event") === 0);
});

Deno.test("Gateway asks on the command session whether a silent one is there", async () => {
  await using r = rig({}, { heartbeat: { interval: 10 } });
  await r.gateway.ready();
  while (!r.simulator.received.includes("*#13**15##")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(
    new Set(r.simulator.received),
    new Set(["*#*1##", "*#13**15##"]),
  );
  assertEquals(r.simulator.sessions("event"), 1);
});

Deno.test("Gateway ready() says why there is no session", async () => {
  const away = new Error("nobody listens there");
  await using gateway = new Gateway({
    transport: () => Promise.reject(away),
  });
  const error = await assertRejects(
    () => gateway.ready({ timeout: 50 }),
    TimeoutError,
    "within 50 ms: nobody listens there",
  );
  assertEquals(error.cause, away);
});

Deno.test("Gateway ready() checks its deadline", async () => {
  await using simulator = new GatewaySimulator();
  await using gateway = new Gateway({ transport: () => simulator.connect() });
  for (const timeout of [NaN, -1, 0]) {
    await assertRejects(() => gateway.ready({ timeout }), RangeError);
  }
});

Deno.test("Gateway does not wait for a silent one to close", async () => {
  const [transport] = pair();
  const held = Promise.withResolvers<void>();
  const close = transport.close.bind(transport);
  transport.close = async (...args) => {
    await held.promise;
    await close(...args);
  };
  await using gateway = new Gateway({
    transport: () => Promise.resolve(transport),
    connectTimeout: 20,
    reconnect: false,
  });
  await assertRejects(() => gateway.ready(), TimeoutError, "within 20 ms");
  held.resolve();
});

Deno.test("Gateway watch() tells of its sessions until it is told not to", async () => {
  await using simulator = new GatewaySimulator();
  await using gateway = new Gateway({
    transport: () => simulator.connect(),
    reconnect: { minDelay: 1, maxDelay: 1 },
  });
  const seen: string[] = [];
  const unwatch = gateway.watch(({ session, state }) =>
    seen.push(`${session} ${state}`)
  );
  await gateway.ready();
  assertEquals(seen, ["event connecting", "event open"]);
  simulator.drop("event");
  while (seen.length < 5) await new Promise((resolve) => setTimeout(resolve));
  assertEquals(seen.slice(2), [
    "event waiting",
    "event connecting",
    "event open",
  ]);
  unwatch();
  await gateway.close();
  assertEquals(seen.length, 5);
});
