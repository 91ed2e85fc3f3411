// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { listenTcp } from "@wirekit/transport/tcp";
import {
  acceptWebSocket,
  connectWebSocket,
} from "@wirekit/transport/websocket";
import type { Transport } from "@wirekit/transport/transport";
import { Shutter } from "../areas/automation.ts";
import { SessionRefusedError } from "../session/errors.ts";
import { FrameScanner } from "../wire/frame.ts";
import { Gateway } from "../gateway.ts";
import { type Authentication, openSession } from "../session/handshake.ts";
import { serialize } from "../wire/message.ts";
import { PROFILES } from "../session/profiles.ts";
import { GatewaySimulator, type GatewaySimulatorOptions } from "./simulator.ts";
import { tcpGateway } from "../tcp.ts";

/** Opens a session that is spoken by hand. */
async function session(
  simulator: GatewaySimulator,
  kind: "command" | "event" = "command",
): Promise<Transport> {
  const transport = await simulator.connect();
  await openSession(transport, { session: kind, password: "12345" });
  return transport;
}

/** Sends a frame and reads until the acknowledgement. */
async function exchange(
  transport: Transport,
  frame: string,
): Promise<string[]> {
  await transport.send(frame);
  const frames: string[] = [];
  for await (const answer of transport) {
    frames.push(answer);
    if (/^\*#\*\d##$/.test(answer)) break;
  }
  return frames;
}

async function ended(transport: Transport): Promise<void> {
  for await (const _ of transport);
}

Deno.test("GatewaySimulator passes on only the WHO of its profile", async () => {
  await using simulator = new GatewaySimulator({ profile: PROFILES.MH200! });
  await using transport = await session(simulator);
  assertEquals(await exchange(transport, "*1*1*11##"), ["*#*1##"]);
  assertEquals(await exchange(transport, "*#4*1*0##"), ["*#*0##"]);
  assertEquals(await exchange(transport, "*##"), ["*#*0##"]);
});

Deno.test("GatewaySimulator has places for as many commanders as its profile", async () => {
  await using simulator = new GatewaySimulator({ profile: PROFILES.MH202! });
  await session(simulator);
  const second = await session(simulator);
  const third = await simulator.connect();
  await assertRejects(() => openSession(third), SessionRefusedError);
  await using _events = await session(simulator, "event");
  await second.close();
  while (simulator.sessions("command") === 2) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await session(simulator);
});

Deno.test("GatewaySimulator closes an idle commander, and no listener", async () => {
  await using simulator = new GatewaySimulator({
    profile: PROFILES.F454!,
    speed: 2000, // A minute is 30 ms.
  });
  const events = await session(simulator, "event");
  await ended(await session(simulator));
  assertEquals(simulator.sessions("event"), 1);
  await events.close();
});

Deno.test("GatewaySimulator forgets an idle commander without a word as a MyHOMEServer1", async () => {
  await using simulator = new GatewaySimulator({
    profile: PROFILES.MyHOMEServer1!,
    speed: 1000,
  });
  const transport = await session(simulator);
  while (simulator.sessions("command") > 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await transport.send("*1*1*11##");
  await ended(transport);
  assertEquals(simulator.received, ["*1*1*11##"]);
  assertEquals(simulator.executed, []);
});

Deno.test("GatewaySimulator closes when a session is asked for again, and refuses commands of a listener", async () => {
  await using simulator = new GatewaySimulator();
  const transport = await session(simulator);
  await transport.send("*99*1##");
  await ended(transport);
  await using events = await session(simulator, "event");
  assertEquals(await exchange(events, "*1*1*11##"), ["*#*0##"]);
  assertEquals(simulator.executed, []);
});

Deno.test("GatewaySimulator broadcasts its clock as an MH200N", async () => {
  await using simulator = new GatewaySimulator({
    profile: PROFILES.MH200N!,
    authentication: "open",
    speed: 1000,
    plant: { now: () => new Date("2026-11-21T10:20:30Z") },
  });
  await using events = await session(simulator, "event");
  for await (const frame of events) {
    assertEquals(frame, "*#13**#22*10*20*30*000*06*21*11*2026##");
    break;
  }
});

Deno.test("GatewaySimulator tells every listener what a command does", async () => {
  await using simulator = new GatewaySimulator({
    plant: { lights: ["11"], dimmers: ["12"], shutters: ["31"], travel: 5 },
  });
  await using commands = await session(simulator);
  await using events = await session(simulator, "event");
  await exchange(commands, "*1*1*1##");
  await exchange(commands, "*2*1*31##");
  const frames: string[] = [];
  for await (const frame of events) {
    frames.push(frame);
    if (frame === "*#2*31*10*10*100*000*0##") break;
  }
  assertEquals(frames, [
    "*1*1000#1*1##",
    "*1*1*1##",
    "*1*1*11##",
    "*1*10*12##",
    "*2*1000#1*31##",
    "*2*1*31##",
    "*#2*31*10*11*0*000*0##",
    "*2*0*31##",
    "*#2*31*10*10*100*000*0##",
  ]);
});

Deno.test("GatewaySimulator repeats itself with the same seed", async () => {
  async function nonces(seed: number): Promise<string[]> {
    await using simulator = new GatewaySimulator({
      authentication: "open",
      seed,
    });
    const seen: string[] = [];
    for (let i = 0; i < 3; i++) {
      const transport = await simulator.connect();
      await transport.send("*99*9##");
      for await (const frame of transport) {
        if (frame === "*#*1##") continue;
        seen.push(frame);
        break;
      }
    }
    return seen;
  }
  assertEquals(await nonces(7), await nonces(7));
  assert((await nonces(7)).join() !== (await nonces(8)).join());
});

Deno.test("GatewaySimulator keeps its clock as it is set", async () => {
  await using simulator = new GatewaySimulator({
    plant: { now: () => new Date("2026-11-21T10:20:30Z") },
  });
  await using t = await session(simulator);
  const ack = "*#*1##";
  assertEquals(await exchange(t, "*#13**#0*01*02*03*000##"), [ack]);
  assertEquals(await exchange(t, "*#13**0##"), ["*#13**0*01*02*03*000##", ack]);
  assertEquals(await exchange(t, "*#13**#1*02*01*12*2026##"), [ack]);
  assertEquals(await exchange(t, "*#13**22##"), [
    "*#13**22*01*02*03*000*02*01*12*2026##",
    ack,
  ]);
  assertEquals(await exchange(t, "*#13**#22*09*08*07*000*06*21*11*2026##"), [
    ack,
  ]);
  assertEquals(await exchange(t, "*#13**1##"), [
    "*#13**1*06*21*11*2026##",
    ack,
  ]);
  assertEquals(await exchange(t, "*#13**#9*1##"), ["*#*0##"]);
});

Deno.test("GatewaySimulator refuses what its plant does not have", async () => {
  await using simulator = new GatewaySimulator();
  await using transport = await session(simulator);
  for (
    const frame of [
      "*1*1*99##",
      "*1*77*11##",
      "*#1*11*#1*100*255##",
      "*#1*11*99##",
      "*2*7*31##",
      "*2*1*99##",
      "*#2*31*99##",
      "*#2*31*#11#001*101##",
      "*#4*1*#14*0217*1##",
      "*#4*1*#14*0450*1##",
      "*#4*1*99##",
      "*#4*9##",
      "*#4*0*99##",
      "*5*8*0##",
      "*9*1*9##",
      "*#13**99##",
      "*13*1*##",
      "*#14*11##",
      "*16*3*99##",
      "*#16*11*9##",
      "*17*1*99##",
      "*17*9*1##",
      "*18*73*51##",
      "*18*99*51##",
      "*#18*51*99##",
      "*#18*51*#99*1##",
      "*#18*99*113##",
      "*#25*399##",
      "*#1001*0*99##",
      "*1001*99*0##",
      "*#1099*0*13##",
      "*77*1*1##",
    ]
  ) {
    assertEquals(await exchange(transport, frame), ["*#*0##"], frame);
  }
  assertEquals(simulator.executed, []);
});

Deno.test("GatewaySimulator bounds its clients and its ledger", async () => {
  await using simulator = new GatewaySimulator({ maxLedgerFrames: 4 });
  for (let i = 0; i < 256; i++) await simulator.connect();
  await ended(await simulator.connect());
  await using small = new GatewaySimulator({ maxLedgerFrames: 4 });
  await using transport = await session(small);
  for (let i = 1; i <= 7; i++) await exchange(transport, `*15*0${i}*11##`);
  assertEquals(small.executed, ["*15*05*11##", "*15*06*11##", "*15*07*11##"]);
});

Deno.test("GatewaySimulator takes no client after it is closed", async () => {
  const simulator = new GatewaySimulator();
  await simulator.close();
  await assertRejects(() => simulator.connect(), Error, "closed");
});

/** A round of everything that a client does. */
async function exercise(gateway: Gateway, simulator: GatewaySimulator) {
  const events = gateway.messages({ who: 1 });
  await gateway.ready();
  const commands = Array.from({ length: 40 }, (_, i) => `*1*${i % 2}*11##`);
  await Promise.all(commands.map((frame) => gateway.send(frame)));
  assertEquals(simulator.executed, commands);
  assertEquals((await gateway.request("*#1*0##")).length, 5);
  for (const frame of commands) {
    const asked = (await events.next()).value!;
    const state = (await events.next()).value!;
    assertEquals(serialize(state), frame);
    assertEquals(asked.kind, "translation");
  }
  await new Shutter(gateway, "31").goTo(50);
}

for (
  const authentication of ["none", "open", "sha1", "sha256"] as Authentication[]
) {
  for (const splitWrites of [false, true]) {
    const how = `${authentication}${splitWrites ? ", in pieces" : ""}`;
    Deno.test(`tcpGateway() talks to a gateway over TCP (${how})`, async () => {
      await using simulator = new GatewaySimulator({
        authentication,
        splitWrites,
      });
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const serving = (async () => {
        for await (const conn of listener) simulator.acceptStream(conn);
      })();
      {
        const { port } = listener.addr as Deno.NetAddr;
        await using gateway = tcpGateway("127.0.0.1", {
          port,
          password: "12345",
          pacing: 0,
        });
        await exercise(gateway, simulator);
      }
      listener.close();
      await serving;
    });
  }
}

Deno.test("Gateway talks through a WebSocket, as a page in a browser does", async () => {
  await using simulator = new GatewaySimulator({ authentication: "sha256" });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { response, transport } = acceptWebSocket(request);
      simulator.accept(transport);
      return response;
    },
  );
  const options = { password: "12345", pacing: 0 };
  {
    const url = `ws://127.0.0.1:${server.addr.port}/`;
    await using gateway = new Gateway({
      transport: (signal) => connectWebSocket(url, { signal }),
      ...options,
    });
    await exercise(gateway, simulator);
  }
  await server.shutdown();
});

Deno.test("tcpGateway() comes back when the gateway was away", async () => {
  const options: GatewaySimulatorOptions = { authentication: "open" };
  const first = new GatewaySimulator(options);
  const listener = await listenTcp({ port: 0 }, () => new FrameScanner());
  const { port } = listener.addr;
  const serving = first.acceptAll(listener);
  const states: string[] = [];
  await using gateway = tcpGateway("127.0.0.1", {
    port,
    password: "12345",
    pacing: 0,
    reconnect: { minDelay: 10 },
    hooks: {
      state: ({ session, state }) => states.push(`${session} ${state}`),
    },
  });
  const events = gateway.messages({ who: 1 });
  await gateway.ready();
  await gateway.send("*1*1*11##");
  await listener.close();
  await serving;
  await first.close();

  await using second = new GatewaySimulator(options);
  await using again = await listenTcp({ port }, () => new FrameScanner());
  second.acceptAll(again);
  await gateway.send("*1*0*11##");
  assertEquals(second.executed, ["*1*0*11##"]);
  while (second.sessions("event") === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  second.publish("*1*1*12##");
  const seen: string[] = [];
  for await (const message of events) {
    seen.push(serialize(message));
    if (seen.at(-1) === "*1*1*12##") break;
  }
  assertEquals(seen.slice(0, 2), ["*1*1000#1*11##", "*1*1*11##"]);
  assert(states.includes("event waiting"));
});
