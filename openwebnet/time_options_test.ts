// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertThrows } from "@std/assert";
import { Gateway, type GatewayOptions } from "./gateway.ts";
import { GatewaySimulator } from "./simulator/simulator.ts";

/** Each time of a gateway, and whether 0 means something. */
const TIMES: [string, (ms: number) => Partial<GatewayOptions>, boolean][] = [
  ["connectTimeout", (connectTimeout) => ({ connectTimeout }), false],
  ["timeout", (timeout) => ({ timeout }), false],
  ["queueTimeout", (queueTimeout) => ({ queueTimeout }), false],
  ["quietTimeout", (quietTimeout) => ({ quietTimeout }), false],
  ["idleTimeout", (idleTimeout) => ({ idleTimeout }), false],
  ["pacing", (pacing) => ({ pacing }), true],
  ["lockout", (lockout) => ({ lockout }), true],
  ["heartbeat.interval", (interval) => ({ heartbeat: { interval } }), false],
  ["heartbeat.timeout", (timeout) => ({ heartbeat: { timeout } }), false],
  ["reconnect.minDelay", (minDelay) => ({ reconnect: { minDelay } }), true],
  ["reconnect.maxDelay", (maxDelay) => ({ reconnect: { maxDelay } }), true],
  ["reconnect.minUptime", (minUptime) => ({ reconnect: { minUptime } }), true],
];

for (const [name, options, zero] of TIMES) {
  Deno.test(`Gateway takes Infinity and any finite ${name}, and no other`, async () => {
    await using simulator = new GatewaySimulator();
    const transport = () => simulator.connect();
    const wrong = zero ? [NaN, -1] : [NaN, -1, 0];
    for (const ms of wrong) {
      const error = assertThrows(
        () => new Gateway({ transport, ...options(ms) }),
        RangeError,
      );
      assert(error.message.startsWith(`${name} must be`), error.message);
    }
    for (const ms of [2 ** 31, 2 ** 32, Infinity]) {
      await using gateway = new Gateway({ transport, ...options(ms) });
      await gateway.ready();
      await gateway.request("*#1*11##");
      assert(gateway.state === "open");
    }
  });
}
