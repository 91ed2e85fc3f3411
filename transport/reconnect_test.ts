// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HandshakeError, NotConnectedError } from "@wirekit/internal/errors";
import { pair } from "./pair.ts";
import {
  reconnect,
  type ReconnectOptions,
  type ReconnectState,
} from "./reconnect.ts";
import type { Transport } from "./transport.ts";

/** Opens transports whose other end says its number and closes. */
function numbered(): () => Promise<Transport> {
  let count = 0;
  return async () => {
    const [near, far] = pair();
    await far.send(String(++count));
    await far.close();
    return near;
  };
}

Deno.test("reconnect() opens one transport after another", async () => {
  const states: ReconnectState["state"][] = [];
  const connections = reconnect(numbered(), {
    minDelay: 1,
    onState: ({ state }) => states.push(state),
  });
  const seen: string[] = [];
  for await (const transport of connections) {
    for await (const message of transport) seen.push(message);
    if (seen.length === 3) await connections.close();
  }
  assertEquals(seen, ["1", "2", "3"]);
  assertEquals(
    states.join(" "),
    "connecting open waiting connecting open waiting connecting open closed",
  );
  assertEquals(await Array.fromAsync(connections), []);
});

Deno.test("reconnect() calls back only once its maker has it", async () => {
  let isMade = false;
  const told: boolean[] = [];
  const tell = () => told.push(isMade);
  const connections = reconnect(() => {
    tell();
    return Promise.resolve(pair()[0]);
  }, { onState: tell });
  const next = connections[Symbol.asyncIterator]().next();
  isMade = true;
  await next;
  await connections.close();
  assertEquals(told, [true, true, true, true]);
});

Deno.test("reconnect() waits a random part of a wait that doubles", async () => {
  const waits: number[] = [];
  const attempts: number[] = [];
  const failure = new RangeError("no server");
  const connections = reconnect(() => Promise.reject(failure), {
    minDelay: 1,
    maxDelay: 4,
    maxAttempts: 60,
    onState({ state, delay, attempt, error }) {
      if (state === "connecting") attempts.push(attempt);
      if (state !== "waiting") return;
      waits.push(delay!);
      assertEquals(error, failure);
    },
  });
  await assertRejects(
    () => Array.fromAsync(connections),
    RangeError,
    "no server",
  );
  assertEquals(attempts, Array.from({ length: 60 }, (_, i) => i + 1));
  assertEquals(waits.length, 59);
  assert(waits[0]! <= 1 && waits[1]! <= 2, "the first waits are short");
  assert(waits.every((wait) => wait >= 0 && wait <= 4));
  assert(Math.max(...waits) > 2, "the waits grow");
  assert(Math.min(...waits.slice(2)) < 2, "the waits are random");
});

Deno.test("reconnect() counts attempts anew after a connection that lived", async () => {
  for (const [minUptime, expected] of [[0, [1, 1, 1]], [60_000, [1, 2, 3]]]) {
    const attempts: number[] = [];
    await using connections = reconnect(numbered(), {
      minDelay: 1,
      minUptime: minUptime as number,
      onState({ state, attempt }) {
        if (state === "open") attempts.push(attempt);
      },
    });
    for await (const _ of connections) if (attempts.length === 3) break;
    assertEquals(attempts, expected);
  }
});

Deno.test("reconnect() gives up after attempts that opened but did not live", async () => {
  const connections = reconnect(numbered(), { minDelay: 1, maxAttempts: 2 });
  let count = 0;
  await assertRejects(async () => {
    for await (const _ of connections) count++;
  });
  assertEquals(count, 2);
});

Deno.test("reconnect() closes the transport before the next, and at its end", async () => {
  const ends: Transport[] = [];
  const connections = reconnect(() => {
    const [near, far] = pair();
    ends.push(far);
    return Promise.resolve(near);
  }, { minDelay: 1 });
  for await (const _ of connections) if (ends.length === 2) break;
  assertEquals(await Array.fromAsync(ends[0]!), []);
  await ends[1]!.send("still open");
  await connections.close();
  await connections.close();
  assertEquals(await Array.fromAsync(ends[1]!), []);
});

Deno.test("reconnect() closes while it waits, and while it opens", async () => {
  const waiting = reconnect(() => Promise.reject(new Error("down")), {
    minDelay: 60_000,
    onState({ state }) {
      if (state === "waiting") queueMicrotask(() => waiting.close());
    },
  });
  assertEquals(await Array.fromAsync(waiting), []);

  const opened = Promise.withResolvers<Transport>();
  const opening = reconnect(() => {
    queueMicrotask(() => opening.close());
    return opened.promise;
  });
  assertEquals(await Array.fromAsync(opening), []);
  const [near, far] = pair();
  opened.resolve(near); // Too late: it has to be closed all the same.
  assertEquals(await Array.fromAsync(far), []);
});

Deno.test("reconnect() closes for good in whichever turn it is told to", async () => {
  for (let turns = 0; turns < 10; turns++) {
    const [near, far] = pair();
    const states: string[] = [];
    let isOpened = false;
    const connections = reconnect(() => {
      isOpened = true;
      return Promise.resolve(near);
    }, { onState: ({ state }) => states.push(state) });
    const reading = connections[Symbol.asyncIterator]().next();
    for (let turn = 0; turn < turns; turn++) await null;
    await connections.close();
    await reading;
    assertEquals(states.at(-1), "closed");
    if (isOpened) assertEquals(await Array.fromAsync(far), []);
  }
});

Deno.test("reconnect() throws the reason of its signal", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  let peer!: Transport;
  const connections = reconnect(() => {
    const [near, far] = pair();
    peer = far;
    return Promise.resolve(near);
  }, { signal });
  await assertRejects(
    async () => {
      for await (const transport of connections) {
        controller.abort(new RangeError("enough"));
        for await (const _ of transport);
      }
    },
    RangeError,
    "enough",
  );
  assertEquals(await Array.fromAsync(peer), []);
  await assertRejects(
    () => Array.fromAsync(reconnect(numbered(), { signal })),
    RangeError,
    "enough",
  );
});

Deno.test("reconnect() has one reader", async () => {
  const connections = reconnect(() =>
    Promise.withResolvers<Transport>().promise
  );
  const iterator = connections[Symbol.asyncIterator]();
  const first = iterator.next();
  await assertRejects(() => iterator.next(), TypeError, "another reader");
  await connections.close();
  assertEquals((await first).done, true);
});

/** Counts the tries of a client that always gets this error. */
async function triesOf(
  error: unknown,
  options: ReconnectOptions = {},
): Promise<{ tries: number; thrown: unknown }> {
  let tries = 0;
  const connections = reconnect(() => {
    tries++;
    return Promise.reject(error);
  }, { minDelay: 0, maxDelay: 0, maxAttempts: 3, ...options });
  try {
    await Array.fromAsync(connections);
  } catch (thrown) {
    return { tries, thrown };
  }
  throw new Error("It ended");
}

Deno.test("reconnect() stops at a refusal, and throws it", async () => {
  const refusal = (status?: number) =>
    new HandshakeError("No", { url: "ws://a", status });
  for (const status of [400, 401, 403, 404, 426, 499]) {
    const error = refusal(status);
    assertEquals(await triesOf(error), { tries: 1, thrown: error });
  }
  for (const status of [408, 425, 429, 500, 503, 302, 200, undefined]) {
    assertEquals((await triesOf(refusal(status))).tries, 3, String(status));
  }
  assertEquals((await triesOf(new NotConnectedError("Nobody"))).tries, 3);
  // What `fetch()` throws for a token that cannot be had.
  assertEquals((await triesOf(new TypeError("error sending"))).tries, 3);
  const forbidden = new Deno.errors.NotCapable("--allow-net");
  assertEquals((await triesOf(forbidden)).tries, 1);
});

Deno.test("reconnect() asks shouldRetry instead", async () => {
  const error = new HandshakeError("No", { url: "ws://a", status: 401 });
  assertEquals((await triesOf(error, { shouldRetry: () => true })).tries, 3);
  const shouldRetry = (given: unknown) => given !== error;
  assertEquals((await triesOf(error, { shouldRetry })).tries, 1);
});

for (const name of ["minDelay", "maxDelay", "minUptime"] as const) {
  Deno.test(`reconnect() refuses a ${name} that is no time`, () => {
    const open = () => Promise.reject(new Error("never"));
    for (const ms of [NaN, -1]) {
      assertThrows(() => reconnect(open, { [name]: ms }), RangeError, name);
    }
  });
}

Deno.test("reconnect() ends with the error of a callback that throws", async () => {
  for (const state of ["connecting", "open", "waiting"]) {
    const states: string[] = [];
    await using connections = reconnect(() => Promise.resolve(pair()[0]), {
      minDelay: 1,
      onState(change) {
        states.push(change.state);
        if (change.state === state) throw new Error(`boom at ${state}`);
      },
    });
    const run = async () => {
      for await (const transport of connections) await transport.close();
    };
    await assertRejects(run, Error, `boom at ${state}`);
    assertEquals(states.slice(-2), [state, "closed"]);
  }
  await using connections = reconnect(() => Promise.reject(new Error("no")), {
    shouldRetry() {
      throw new Error("boom");
    },
  });
  const loop = connections[Symbol.asyncIterator]();
  await assertRejects(() => loop.next(), Error, "boom");
});

Deno.test("reconnect() closes though its last callback throws", async () => {
  for (const signal of [undefined, AbortSignal.abort(new Error("enough"))]) {
    await using connections = reconnect(() => Promise.resolve(pair()[0]), {
      ...signal && { signal },
      onState({ state }) {
        if (state === "closed") throw new Error("boom");
      },
    });
    await connections.close();
  }
});
