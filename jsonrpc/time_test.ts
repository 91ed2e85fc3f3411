// Copyright 2026 the Wirekit authors. MIT license.

/** Every time that a user may give. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FakeTime } from "@wirekit/internal/testing";
import { pair } from "@wirekit/transport/pair";
import {
  type CallOptions,
  Client,
  connect,
  Peer,
  type PeerOptions,
} from "./mod.ts";

const BAD = [NaN, -1, 0];
const GOOD = [1, 2 ** 31, 2 ** 32, Infinity];

const PEER: Record<string, (ms: number) => PeerOptions> = {
  timeout: (timeout) => ({ timeout }),
  idleTimeout: (idleTimeout) => ({ idleTimeout }),
  "heartbeat.interval": (interval) => ({ heartbeat: { interval } }),
  "heartbeat.timeout": (timeout) => ({ heartbeat: { timeout } }),
};

for (const [name, options] of Object.entries(PEER)) {
  for (const ms of BAD) {
    Deno.test(`Peer refuses ${ms} as ${name}, and names it`, () => {
      const make = () => new Peer(pair()[0], options(ms));
      assertThrows(make, RangeError, `${name} must be`);
    });
  }

  for (const ms of GOOD) {
    Deno.test(`Peer keeps a ${name} of ${ms}`, async () => {
      using time = new FakeTime();
      const [near, far] = pair();
      const peer = new Peer(near, options(ms));
      const other = new Peer(far);
      const call = peer.request("sum", [1], { timeout: 10_000 }).catch(
        () => {},
      );
      if (ms > 1) await time.tick(5_000);
      await call;
      await peer.close();
      await other.close();
      await time.tick(0);
      assertEquals(time.timers, 0);
    });
  }
}

const CALL: Record<string, (ms: number) => CallOptions> = {
  timeout: (timeout) => ({ timeout }),
  totalTimeout: (totalTimeout) => ({ totalTimeout }),
};

for (const [name, options] of Object.entries(CALL)) {
  for (const ms of BAD) {
    Deno.test(`A call refuses ${ms} as its ${name}, before it is sent`, async () => {
      const [near, far] = pair();
      await using _far = new Peer(far);
      await using peer = new Peer(near);
      await using client = new Client({
        transport: () => new Promise<never>(() => {}),
      });
      for (const caller of [peer, peer.batch(), client]) {
        await assertRejects(
          () => caller.request("sum", [], options(ms)),
          RangeError,
          `${name} must be`,
        );
      }
    });
  }

  for (const ms of GOOD.slice(1)) {
    Deno.test(`A call with a ${name} of ${ms} waits`, async () => {
      using time = new FakeTime();
      const [near] = pair();
      const peer = new Peer(near);
      const call = peer.request("sum", [], {
        timeout: Infinity,
        ...options(ms),
      });
      let over = false;
      const ended = call.catch(() => over = true);
      await time.tick(1_000);
      assertEquals(over, false);
      await peer.close();
      await ended;
      assertEquals(time.timers, 0);
    });
  }
}

for (const ms of BAD) {
  Deno.test(`connect() and Client.ready() refuse ${ms}`, async () => {
    await assertRejects(
      () => connect("tcp://127.0.0.1:1", { connectTimeout: ms }),
      RangeError,
      "connectTimeout must be",
    );
    await using client = new Client({
      transport: () => new Promise<never>(() => {}),
    });
    await assertRejects(
      () => client.ready({ timeout: ms }),
      RangeError,
      "timeout must be",
    );
  });
}
