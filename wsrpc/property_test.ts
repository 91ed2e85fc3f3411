// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals } from "@std/assert";
import { pair } from "@wirekit/transport/pair";
import { CloseError, type Transport } from "@wirekit/transport/transport";
import { Client } from "./client.ts";
import {
  LimitError,
  NotConnectedError,
  RemoteError,
  RouteError,
  TimeoutError,
} from "./errors.ts";
import { Peer } from "./peer.ts";
import type { PeerOptions } from "./peer_options.ts";
import { Server } from "./server.ts";
import { FakeTime } from "@wirekit/internal/testing";
import { Random } from "./testdata/random.ts";

/** What a call may end with, by the route that it called. */
const OUTCOMES: Record<string, string[]> = {
  echo: ["value"],
  fail: ["WsrpcError"],
  unknown: ["WsrpcError"],
  slow: ["value", "TimeoutError"],
  never: ["TimeoutError"],
  back: ["value", "WsrpcError", "TimeoutError"],
};

/** What any call may end with. */
const ALWAYS = ["NotConnectedError", "LimitError", "AbortError"];

/** Runs one random conversation of two peers, and checks its ledger. */
async function converse(random: Random): Promise<void> {
  using time = new FakeTime();
  const controllers = new Set<AbortController>();
  const ids: number[][] = [[], []];
  const problems: string[] = [];
  const ledger: { route: string; outcomes: string[] }[] = [];

  const options = (): PeerOptions => ({
    timeout: 1 + random.below(200),
    heartbeat: {
      interval: 50 + random.below(100),
      timeout: 1 + random.below(100),
    },
    maxInFlight: 1 + random.below(20),
    maxHandlers: 1 + random.below(4),
    maxQueuedBytes: random.below(2_000),
    hooks: { error: (_, error) => problems.push(`hook: ${error}`) },
    routes: {
      echo: (_peer, value) => value,
      fail() {
        throw new RouteError("on purpose");
      },
      slow: (_peer, ms: number) =>
        new Promise((resolve) => setTimeout(() => resolve(ms), ms)),
      never: () => new Promise(() => {}),
      back: (peer, value) => peer.call("echo", value, { timeout: 50 }),
    },
  });

  const transports = pair();
  transports.forEach((transport, side) => {
    const send = transport.send.bind(transport);
    transport.send = (text) => {
      const { id, method } = JSON.parse(text);
      if (method !== undefined) ids[side]!.push(id);
      return send(text);
    };
  });
  const peers = transports.map((transport) => new Peer(transport, options()));
  const open: Promise<void>[] = [];

  const call = (peer: Peer) => {
    const route = random.pick(Object.keys(OUTCOMES));
    const value = random.below(100);
    const entry = { route, outcomes: [] as string[] };
    ledger.push(entry);
    let signal: AbortSignal | undefined;
    if (random.below(4) === 0) {
      const controller = new AbortController();
      controllers.add(controller);
      signal = controller.signal;
    }
    const settled = peer.call(route, value, {
      ...(random.below(2) && { timeout: 1 + random.below(150) }),
      ...(signal && { signal }),
    }).then(
      (result) => {
        if (result !== value) problems.push(`${route} gave ${result}`);
        entry.outcomes.push("value");
      },
      (error) => {
        const known = [
          LimitError,
          NotConnectedError,
          RemoteError,
          TimeoutError,
        ].some((type) => error instanceof type);
        entry.outcomes.push(known ? error.name : "AbortError");
      },
    );
    open.push(settled);
  };

  const steps = 20 + random.below(150);
  for (let step = 0; step < steps; step++) {
    const peer = random.pick(peers);
    switch (random.below(40)) {
      case 0:
        if (random.below(4) === 0) peer.close();
        break;
      case 1:
      case 2:
      case 3: {
        const [controller] = controllers;
        controller?.abort(new DOMException("enough", "AbortError"));
        if (controller) controllers.delete(controller);
        break;
      }
      case 4:
      case 5:
        await time.tick(random.below(60));
        break;
      case 6:
        peer.emit({ n: step }).catch(() => {});
        break;
      case 7:
        await time.settle();
        break;
      default:
        call(peer);
    }
  }
  if (random.below(2)) await time.tick(1_000);
  else await random.pick(peers).close();
  await time.settle();
  await Promise.all(open);
  for (const peer of peers) {
    assertEquals(peer.calls, 0, "open calls");
    await peer.close();
    assertEquals(peer.signal.aborted, true);
  }
  await time.tick(1_000); // What handlers still wait for.

  assertEquals(problems, []);
  for (const { route, outcomes } of ledger) {
    assertEquals(outcomes.length, 1, `${route} ended ${outcomes}`);
    const allowed = [
      ...OUTCOMES[route]!,
      "WsrpcError",
      "TimeoutError",
      ...ALWAYS,
    ];
    assert(allowed.includes(outcomes[0]!), `${route} ended ${outcomes}`);
  }
  for (const side of ids) {
    assertEquals(new Set(side).size, side.length, "ids repeat");
    for (const id of side) assert(id % 2 === 1 && id > 0, `id ${id}`);
  }
  assertEquals(time.timers, 0, "timers are left");
}

Deno.test("Peer ends every call exactly once, and leaves nothing behind", async () => {
  for (let i = 0; i < 300; i++) await Random.test(converse);
});

/** Runs one random life of a client that loses connections, and checks it. */
async function reconnectAtRandom(random: Random): Promise<void> {
  using time = new FakeTime();
  const ids: number[] = [];
  const problems: string[] = [];
  const server = new Server({
    maxConnections: 3,
    heartbeat: {
      interval: 50 + random.below(200),
      timeout: 1 + random.below(50),
    },
    routes: {
      echo: (_peer, value) => value,
      slow: (_peer, value) =>
        new Promise((resolve) =>
          setTimeout(() => resolve(value), random.below(100))
        ),
      back: (peer, value) => peer.call("echo", value),
    },
  });
  const far: Transport[] = [];
  const client = new Client("ws://nowhere", {
    timeout: 1 + random.below(300),
    heartbeat: { interval: 50 + random.below(200) },
    reconnect: { minDelay: 1 + random.below(50), maxDelay: 200 },
    routes: { echo: (_peer, value) => value },
    hooks: { error: (_, error) => problems.push(`hook: ${error}`) },
    transport() {
      if (random.below(4) === 0) return Promise.reject(new Error("refused"));
      const [near, other] = pair();
      const send = near.send.bind(near);
      near.send = (text) => {
        const { id, method } = JSON.parse(text);
        if (method !== undefined) ids.push(id);
        return send(text);
      };
      server.accept(other);
      far.push(other);
      return Promise.resolve(near);
    },
    async onOpen(peer) {
      if (random.below(5) === 0) throw new Error("not subscribed");
      await peer.call("echo", 1, { timeout: 1_000 });
    },
  });

  const outcomes: string[][] = [];
  const open: Promise<void>[] = [];
  for (let step = 0; step < 100; step++) {
    switch (random.below(12)) {
      case 0:
        far.pop()?.close(new CloseError(random.pick([1001, 1006, 1011])));
        break;
      case 1:
      case 2:
        await time.tick(random.below(300));
        break;
      case 3:
        await time.settle();
        break;
      default: {
        const ended: string[] = [];
        outcomes.push(ended);
        const route = random.pick(["echo", "slow", "back"]);
        open.push(
          client.call(route, step).then(
            (value) => {
              if (value !== step) problems.push(`${step} gave ${value}`);
              ended.push("value");
            },
            (error) => void ended.push(error.name),
          ),
        );
      }
    }
  }
  const closing = client.close();
  await time.tick(2_000);
  await closing;
  await Promise.all(open);
  await time.tick(10_000);
  assertEquals(client.state, "closed");
  await server.close();
  await time.settle();

  assertEquals(problems, []);
  for (const ended of outcomes) {
    assertEquals(ended.length, 1, `${ended}`);
    const known = ["value", "NotConnectedError", "TimeoutError", "WsrpcError"];
    assert(known.includes(ended[0]!), ended[0]);
  }
  assertEquals(new Set(ids).size, ids.length, "ids repeat");
  assertEquals(server.clients.size, 0);
  assertEquals(time.timers, 0, "timers are left");
}

Deno.test("Client ends every call exactly once over connections, and repeats no id", async () => {
  for (let i = 0; i < 150; i++) await Random.test(reconnectAtRandom);
});
