// Copyright 2026 the Wirekit authors. MIT license.

/** The helper of the Node-RED nodes is served by our simulator. */

import { assertEquals, assertRejects } from "@std/assert";
import { type Authentication, PROFILES } from "@wirekit/openwebnet";
import { connect, type Socket } from "node:net";
import { listen } from "./_simulator.ts";

/** What is used of `myhome-utils.js`. */
interface Utils {
  executeCommand(
    node: object,
    commands: string[],
    gateway: object,
    delay: number,
    goOn: boolean,
    success: (sent: string[], replies: string[], failed: string[]) => void,
    error: (failed: string[], message: string) => void,
  ): void;
  processInitialConnection(
    start: string,
    packet: string,
    socket: Socket,
    node: object,
    gateway: object,
    state: object,
    error: (start: string, message: string) => void,
  ): boolean;
}

// By name from npm: it is a peer of this test and no part of the kit.
const UTILS = "npm:node-red-contrib-myhome-bticino-v2@3.0.0/myhome-utils.js";
const { default: utils }: { default: Utils } = await import(UTILS);

const NODE = { debug() {}, log() {}, warn() {}, error() {} };

function execute(
  port: number,
  pass: string,
  commands: string[],
): Promise<string[]> {
  const gateway = { host: "127.0.0.1", port, pass };
  return new Promise((resolve, reject) =>
    utils.executeCommand(
      NODE,
      commands,
      gateway,
      0,
      false,
      (_sent, replies) => resolve(replies),
      (_failed, message) => reject(new Error(message)),
    )
  );
}

/** The loop of its gateway node, which needs Node-RED around it. */
function monitor(
  port: number,
  pass: string,
  count: number,
  onReady: () => void,
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const frames: string[] = [];
    const state = {};
    const socket = connect(port, "127.0.0.1");
    let ready = false;
    socket.on("error", reject);
    socket.on("data", (data) => {
      for (const frame of data.toString().match(/\*.+?##/g) ?? []) {
        const connected = utils.processInitialConnection(
          "*99*1##",
          frame,
          socket,
          NODE,
          { host: "127.0.0.1", port, pass },
          state,
          (_start, message) => reject(new Error(message)),
        );
        if (!connected) continue;
        if (ready) frames.push(frame);
        else onReady();
        ready = true;
        if (frames.length === count) {
          socket.destroy();
          resolve(frames);
        }
      }
    });
  });
}

for (
  const authentication of ["none", "open", "sha1", "sha256"] as Authentication[]
) {
  Deno.test(`GatewaySimulator serves commands and states to Node-RED (${authentication})`, async () => {
    await using gateway = listen({ authentication });
    const { port, simulator } = gateway;
    const commands = ["*1*1*11##", "*#1*11##", "*#2*31*10##"];
    assertEquals(await execute(port, "12345", commands), [
      "*1*1*11##",
      "*#2*31*10*10*0*000*0##",
    ]);
    assertEquals(simulator.executed, commands);
  });

  Deno.test(`GatewaySimulator serves events to Node-RED (${authentication})`, async () => {
    await using gateway = listen({ authentication });
    const { port, simulator } = gateway;
    const frames = ["*1*1*12##", "*1*1000#0*12##", "*#4*1*0*0215##"];
    const seen = monitor(port, "12345", frames.length, async () => {
      while (simulator.sessions("event") === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      for (const frame of frames) simulator.publish(frame);
    });
    assertEquals(await seen, frames);
  });

  if (authentication === "none") continue;

  Deno.test(`GatewaySimulator turns down a wrong password of Node-RED (${authentication})`, async () => {
    await using gateway = listen({ authentication });
    await assertRejects(() => execute(gateway.port, "54321", ["*1*1*11##"]));
    assertEquals(gateway.simulator.executed, []);
  });
}

for (const profile of Object.values(PROFILES)) {
  Deno.test(`GatewaySimulator serves the helper of Node-RED as an ${profile.name}`, async () => {
    await using gateway = listen({ profile });
    const { port, simulator } = gateway;
    const replies = await execute(port, "12345", ["*1*1*11##", "*#1*11##"]);
    assertEquals(replies.includes("*1*1*11##"), true);
    assertEquals(simulator.executed, ["*1*1*11##", "*#1*11##"]);
  });
}
