// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import { pair } from "@wirekit/transport/pair";
import { Gateway } from "./gateway.ts";
import { RemoteError } from "./session/errors.ts";
import { GatewaySimulator } from "./simulator/simulator.ts";
import { TimedShutter } from "./timed_shutter.ts";
import { serialize } from "./wire/message.ts";

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 5000 && !condition(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert(condition());
}

/** Publishes a frame of the bus, and waits until the gateway has read it. */
async function heard(
  gateway: Gateway,
  bus: { publish(frame: string): void },
  frame: string,
): Promise<void> {
  const messages = gateway.messages({ who: 2 });
  bus.publish(frame);
  for await (const message of messages) {
    if (serialize(message) === frame) break;
  }
  // All readers of a gateway are told in the same turn.
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * A gateway that acknowledges everything, and whose bus says only what the test
 * says.
 */
function playedBus() {
  const sent: string[] = [];
  let publish: (frame: string) => void = () => {};
  const gateway = new Gateway({
    pacing: 0,
    transport() {
      const [near, far] = pair();
      (async () => {
        await far.send("*#*1##");
        for await (const frame of far) {
          sent.push(frame);
          if (frame === "*99*1##") publish = (event) => void far.send(event);
          await far.send("*#*1##");
        }
      })();
      return Promise.resolve(near);
    },
  });
  return {
    sent,
    gateway,
    publish: (frame: string) => publish(frame),
    /** The movements that were ordered. */
    get moves(): string[] {
      return sent.filter((frame) => frame.startsWith("*2*"));
    },
    [Symbol.asyncDispose]: () => gateway.close(),
  };
}

Deno.test("TimedShutter reckons where it is, whoever moves it", async () => {
  using time = new FakeTime();
  await using simulator = new GatewaySimulator({ plant: { shutters: [] } });
  const transport = () => simulator.connect();
  await using gateway = new Gateway({ transport });
  const times = { upTime: 400, downTime: 400 };
  await using shutter = new TimedShutter(gateway, "31", times);
  await gateway.ready();
  const moved = async (frame: string, ms: number) => {
    simulator.publish(frame);
    await time.tick(ms);
    return shutter.position;
  };
  assertEquals(shutter.position, null);
  // Somebody opens it with a button.
  assertEquals(await moved("*2*1*31##", 300), null);
  assertEquals(await moved("*2*1*31##", 100), 100);
  assertEquals(await moved("*2*0*31##", 100), 100);
  assertEquals(await moved("*2*2*0##", 100), 75); // Everyone closes.
  assertEquals(await moved("*2*0*31##", 60), 75);
  // What is asked for, and another shutter, are no movement of this one.
  assertEquals(await moved("*2*1000#1*31##", 60), 75);
  assertEquals(await moved("*2*1*32##", 60), 75);
});

Deno.test("TimedShutter goes to a position, and from nowhere by way of an end", async () => {
  // The bus says nothing: the commands alone are reckoned with.
  await using bus = playedBus();
  const times = { upTime: 200, downTime: 200 };
  await using shutter = new TimedShutter(bus.gateway, "31", times);
  await bus.gateway.ready();
  await shutter.goTo(75);
  assertEquals(shutter.position, 75);
  await shutter.goTo(25);
  assertEquals(shutter.position, 25);
  await shutter.goTo(0);
  assertEquals(shutter.position, 0);
  assertEquals(bus.moves, [
    "*2*1*31##",
    "*2*0*31##",
    "*2*2*31##",
    "*2*0*31##",
    "*2*2*31##",
    "*2*0*31##",
    "*2*2*31##",
    "*2*0*31##",
  ]);
});

Deno.test("TimedShutter stops when it is aborted, and takes no other numbers", async () => {
  await using simulator = new GatewaySimulator({ plant: { travel: 100_000 } });
  const transport = () => simulator.connect();
  await using gateway = new Gateway({ transport, pacing: 0 });
  const times = { upTime: 60_000, position: 0 };
  await using shutter = new TimedShutter(gateway, "31", times);
  const controller = new AbortController();
  const { signal } = controller;
  const going = shutter.goTo(50, { signal });
  await until(() => simulator.executed.includes("*2*1*31##"));
  controller.abort(new Error("enough"));
  await assertRejects(() => going, Error, "enough");
  assertEquals(simulator.executed.at(-1), "*2*0*31##");
  await assertRejects(() => shutter.goTo(101), RangeError, "position must be");
  const make = (upTime: number) => () =>
    new TimedShutter(gateway, "31", { upTime });
  for (const time of [0, -1, NaN]) {
    assertThrows(make(time), RangeError, "upTime");
  }
});

Deno.test("TimedShutter says that it does not know where it was stopped", async () => {
  await using bus = playedBus();
  const times = { upTime: 60_000 };
  await using shutter = new TimedShutter(bus.gateway, "31", times);
  await bus.gateway.ready();
  const going = shutter.goTo(75);
  await until(() => bus.moves.includes("*2*1*31##"));
  bus.publish("*2*1*31##");
  bus.publish("*2*0*31##"); // Somebody else.
  await assertRejects(
    () => going,
    RemoteError,
    "stopped before its travel time",
  );
});

Deno.test("TimedShutter knows an end where the motor stops a little early", async () => {
  using time = new FakeTime();
  await using bus = playedBus();
  await using shutter = new TimedShutter(bus.gateway, "31", { upTime: 1_000 });
  await bus.gateway.ready();
  const going = shutter.goTo(75);
  await time.settle();
  assertEquals(bus.moves, ["*2*1*31##"]);
  bus.publish("*2*1*31##");
  await time.tick(970);
  bus.publish("*2*0*31##");
  await Promise.all([going, time.tick(1_000)]);
  assertEquals(shutter.position, 75);
});

Deno.test("TimedShutter is where it was stopped by hand, and not where it was to go", async () => {
  await using bus = playedBus();
  const { sent, publish } = bus;
  const times = { upTime: 60_000, position: 0 };
  await using shutter = new TimedShutter(bus.gateway, "31", times);
  await bus.gateway.ready();
  for (const hand of ["*2*0*31##", "*2*2*31##"]) {
    sent.length = 0;
    const going = shutter.goTo(90);
    await until(() => sent.includes("*2*1*31##"));
    publish("*2*1*31##");
    publish(hand);
    const error = await assertRejects(
      () => going,
      RemoteError,
      "was stopped or moved by somebody else on its way to 90 %",
    );
    assertMatch(error.message, /it is at \d %$/);
    // What somebody else has begun is not stopped.
    assertEquals(bus.moves, ["*2*1*31##"]);
    await heard(bus.gateway, bus, "*2*0*31##");
    assert(shutter.position! < 5);
  }
});

Deno.test("TimedShutter does not take the end of an earlier movement for its own", async () => {
  using time = new FakeTime();
  await using bus = playedBus();
  const times = { upTime: 500, position: 0 };
  await using shutter = new TimedShutter(bus.gateway, "31", times);
  await bus.gateway.ready();
  const going = shutter.goTo(60);
  await time.settle();
  assertEquals(bus.moves, ["*2*1*31##"]);
  bus.publish("*2*0*31##"); // It comes late.
  bus.publish("*2*1*31##");
  await Promise.all([going, time.tick(500)]);
  assertEquals(shutter.position, 60);
});

Deno.test("TimedShutter takes a position that an actuator reports while it knows none", async () => {
  await using simulator = new GatewaySimulator({ plant: { travel: 300 } });
  const transport = () => simulator.connect();
  await using gateway = new Gateway({ transport, pacing: 0 });
  await using shutter = new TimedShutter(gateway, "31", { upTime: 300 });
  await gateway.ready();
  await shutter.goTo(0); // It is there already, and stops at once.
  assertEquals(shutter.position, 0);
  await shutter.goTo(50);
  assertEquals(shutter.position, 50);
});
