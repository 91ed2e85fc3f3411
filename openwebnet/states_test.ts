// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { pair } from "@wirekit/transport/pair";
import { Light } from "./areas/light/light.ts";
import { Gateway } from "./gateway.ts";
import { GatewaySimulator } from "./simulator/simulator.ts";
import { RemoteError } from "./session/errors.ts";
import { States } from "./states.ts";

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 5000 && !condition(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert(condition());
}

Deno.test("States knows what was asked and what has happened since", async () => {
  await using simulator = new GatewaySimulator();
  const transport = () => simulator.connect();
  await using gateway = new Gateway({ transport, pacing: 0 });
  const changes: string[] = [];
  await using states = new States(gateway, {
    changed: (event) => changes.push(`${event.type} ${event.where}`),
  });
  await gateway.ready();
  await states.refresh();
  assertEquals(states.light("11"), { where: "11", on: false });
  assertEquals(states.light("99"), undefined);
  assert(states.size >= 10);
  changes.length = 0;
  await new Light(gateway, "11").on();
  await until(() => states.light("11")?.on === true);
  await new Light(gateway, "11").on();
  simulator.publish("*1*1*12##");
  await until(() => states.light("12")?.on === true);
  assertEquals(changes, ["light.state 11", "light.state 12"]);
});

Deno.test("States tells that a device is again what it was before another event", async () => {
  const cases: [frames: string[], last: string][] = [
    [["*1*0*21##", "*#1*21*1*140*255##", "*1*0*21##"], "light.state 21"],
    [
      ["*2*0*31##", "*#2*31*10*11*40*0*0##", "*2*0*31##"],
      "automation.state 31",
    ],
    [["*4*1*1##", "*4*303*1##", "*4*1*1##"], "thermo.operation 1"],
  ];
  for (const [frames, last] of cases) {
    await using simulator = new GatewaySimulator();
    const transport = () => simulator.connect();
    await using gateway = new Gateway({ transport });
    const changes: string[] = [];
    await using _states = new States(gateway, {
      changed: ({ type, where }) => changes.push(`${type} ${where}`),
    });
    await gateway.ready();
    for (const frame of [...frames, "*1*1*0311##"]) simulator.publish(frame);
    await until(() => changes.at(-1) === "light.state 0311");
    assertEquals(changes.length, 4, frames.join());
    assertEquals(changes[2], last);
  }
});

Deno.test("States takes no wish for a state", async () => {
  await using simulator = new GatewaySimulator();
  const transport = () => simulator.connect();
  await using gateway = new Gateway({ transport });
  await using states = new States(gateway);
  await gateway.ready();
  simulator.publish("*1*1000#1*11##");
  simulator.publish("*#1*11*#1*180*255##");
  simulator.publish("*1*1*12##");
  await until(() => states.light("12") !== undefined);
  assertEquals(states.light("11"), undefined);
});

for (const [where, members] of [["0", 2], ["1", 2], ["#5", 2]] as const) {
  Deno.test(`States asks after a command to ${where} that the gateway tells of no further`, async () => {
    const asked: string[] = [];
    let events: ((frame: string) => void) | undefined;
    await using gateway = new Gateway({
      pacing: 0,
      transport() {
        const [near, far] = pair();
        (async () => {
          await far.send("*#*1##");
          for await (const frame of far) {
            if (frame === "*99*1##") events = (frame) => void far.send(frame);
            else if (!frame.startsWith("*99*")) {
              asked.push(frame);
              await far.send("*1*1*11##");
              await far.send("*1*0*12##");
            }
            await far.send("*#*1##");
          }
        })();
        return Promise.resolve(near);
      },
    });
    await using states = new States(gateway, { refreshDelay: 10 });
    await gateway.ready();
    // Twice at once is asked for once.
    events?.(`*1*1000#1*${where}##`);
    events?.(`*1*1*${where}##`);
    await until(() => states.size === members);
    assertEquals(asked, [`*#1*${where}##`]);
    assertEquals(states.light("11")?.on, true);
    assertEquals(states.light("12")?.on, false);
  });
}

Deno.test("States says why it keeps the states no longer", async () => {
  // A reader that is too slow, as the gateway tells it.
  const error = new RemoteError("too slow");
  const gateway = { messages: () => ({ [Symbol.asyncIterator]: failing }) };
  const failing = () => ({ next: () => Promise.reject(error) });
  await using states = new States(gateway as never);
  await assertRejects(() => states.closed, RemoteError, "too slow");

  await using simulator = new GatewaySimulator();
  await using other = new Gateway({ transport: () => simulator.connect() });
  const kept = new States(other);
  await kept[Symbol.asyncDispose]();
  await kept.closed;
});
