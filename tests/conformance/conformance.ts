// Copyright 2026 the Wirekit authors. MIT license.

/** One suite of tests for the contract of `Transport`, for every carrier. */

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import {
  CloseError,
  type Format,
  type Limits,
  type Transport,
} from "@wirekit/transport/transport";

/** A message of any format. */
export type Message = string | Uint8Array<ArrayBuffer>;

/** Two connected ends. */
export interface Ends extends AsyncDisposable {
  near: Transport<Message>;
  far: Transport<Message>;
}

/** Makes ends that are closed, and then cleaned up after, by `await using`. */
export function ends(
  near: Transport<Message>,
  far: Transport<Message>,
  cleanUp: () => unknown = () => {},
): Ends {
  return {
    near,
    far,
    async [Symbol.asyncDispose]() {
      await Promise.all([near.close(), far.close()]);
      await cleanUp();
    },
  };
}

/** The next transport of a listener. */
export async function accept(
  listener: AsyncIterable<Transport<Message>>,
): Promise<Transport<Message>> {
  for await (const transport of listener) return transport;
  throw new TypeError("Cannot accept: the listener is closed");
}

/** Connects two ends that both have these limits. */
export type MakeEnds = (limits: Limits) => Promise<Ends>;

/** What a carrier can do. */
export interface Capabilities {
  /** What its messages are. */
  format: Format;
  /**
   * The code that the other end sees when an end closes with 1012; 1000 where a
   * carrier cannot tell.
   */
  seen: { near: number; far: number };
  /** Whether a slow reader stops the producer. */
  backpressure: boolean;
  /** Makes an end whose peer no longer does anything. */
  frozen?: () => Promise<{ near: Transport<Message> } & AsyncDisposable>;
  /** Makes an end whose stream ends inside a message, after `whole`. */
  truncated?: () => Promise<{ near: Transport<Message> } & AsyncDisposable>;
}

/** Registers the suite for a carrier. */
export function conformance(
  name: string,
  makeEnds: MakeEnds,
  capabilities: Capabilities,
): void {
  const { format, seen, backpressure, frozen, truncated } = capabilities;
  const message = (text: string): Message =>
    format === "text" ? text : new TextEncoder().encode(text);
  const text = (value: Message): string =>
    typeof value === "string"
      ? value
      : new TextDecoder("utf-8", { ignoreBOM: true }).decode(value);

  /** Registers a test of both directions. */
  function test(
    sentence: string,
    run: (
      from: Transport<Message>,
      to: Transport<Message>,
      code: number,
    ) => Promise<void>,
    limits: Limits = {},
  ): void {
    for (const reverse of [false, true]) {
      const direction = reverse ? "backwards" : "forwards";
      Deno.test(`${name} (${format}) ${sentence}, ${direction}`, async () => {
        await using made = await makeEnds(limits);
        const { near, far } = made;
        if (reverse) await run(far, near, seen.far);
        else await run(near, far, seen.near);
      });
    }
  }

  async function read(
    transport: Transport<Message>,
    count: number,
  ): Promise<string[]> {
    const received: string[] = [];
    if (count === 0) return received;
    for await (const each of transport) {
      received.push(text(each));
      if (received.length === count) break;
    }
    return received;
  }

  async function drain(
    transport: Transport<Message>,
  ): Promise<{ received: string[]; error: CloseError | undefined }> {
    const received: string[] = [];
    try {
      for await (const each of transport) received.push(text(each));
    } catch (error) {
      assert(error instanceof CloseError, String(error));
      return { received, error };
    }
    return { received, error: undefined };
  }

  test("keeps the order, awaited or not", async (from, to) => {
    const expected = Array.from({ length: 500 }, (_, i) => `message ${i}`);
    const reading = read(to, expected.length);
    for (const [i, each] of expected.entries()) {
      const sent = from.send(message(each));
      if (i % 3 === 0) await sent;
    }
    assertEquals(await reading, expected);
  });

  test("carries empty, long and odd messages", async (from, to) => {
    const expected = [
      "",
      "",
      "größe \u20ac \u{1f600} \u0000 \ufeff \u2028",
      "\ufeff",
      "",
      "x".repeat(1_048_576),
      "\u20ac".repeat(30_000),
      " \t",
    ];
    const reading = read(to, expected.length);
    for (const each of expected) await from.send(message(each));
    const received = await reading;
    assertEquals(
      received.map((each) => each.length),
      expected.map((each) => each.length),
    );
    assert(received.every((each, i) => each === expected[i]));
  });

  if (format === "binary") {
    test("carries any bytes", async (from, to) => {
      const bytes = Uint8Array.from({ length: 512 }, (_, i) => i & 255);
      await from.send(bytes);
      for await (const received of to) {
        assertEquals(received, bytes);
        break;
      }
    });
  }

  test("yields all that was sent before a clean end", async (from, to) => {
    for (let i = 0; i < 100; i++) from.send(message(String(i)));
    await from.close();
    const { received, error } = await drain(to);
    assertEquals(received.length, 100);
    assertEquals(error, undefined);
    assertEquals(await drain(from), { received: [], error: undefined });
  });

  test("tells why it closed, as far as it can", async (from, to, code) => {
    from.send(message("last words"));
    const reason = "restarting";
    await from.close(new CloseError(1012, { reason }));
    const { received, error } = await drain(to);
    assertEquals(received, ["last words"]);
    const clean = code === 1000;
    assertEquals(
      error && [error.code, error.reason],
      clean ? undefined : [code, reason],
    );
    const own = (await drain(from)).error!;
    assertEquals([own.code, own.reason], [1012, reason]);
  });

  test("tells the peer no word of a foreign error", async (from, to) => {
    await from.close(new Error("secret"));
    const { error } = await drain(to);
    assert(!JSON.stringify([error?.message, error?.reason]).includes("secret"));
    assertEquals((await drain(from)).error?.code, 1011);
  });

  test("yields what came before its own close", async (from, to) => {
    await from.send(message("one"));
    await from.send(message("two"));
    assertEquals(await read(to, 1), ["one"]);
    await to.close();
    const { received } = await drain(to);
    assert(received.length <= 1 && received.every((each) => each === "two"));
  });

  test("has one reader", async (from, to) => {
    const reader = to[Symbol.asyncIterator]();
    const first = reader.next();
    await assertRejects(() => reader.next(), TypeError, "another reader");
    await from.send(message("hello"));
    assertEquals(text((await first).value), "hello");
  });

  test("stays open when the loop is left", async (from, to) => {
    for (const each of ["one", "two", "three"]) await from.send(message(each));
    assertEquals(await read(to, 1), ["one"]);
    assertEquals(await read(to, 2), ["two", "three"]);
    await to.send(message("four"));
    assertEquals(await read(from, 1), ["four"]);
  });

  test("rejects what is sent after a close", async (from, to) => {
    await from.close();
    await assertRejects(() => from.send(message("late")), CloseError);
    from.send(message("late")); // Never unhandled.
    await drain(to);
    await assertRejects(() => to.send(message("late")), CloseError);
    assert(to.send(message("late")) instanceof Promise);
  });

  test("may be closed twice, by both", async (from, to) => {
    await Promise.all([from.close(), from.close(), to.close(), to.close()]);
    await from.close(new CloseError(1008));
    assertEquals((await drain(from)).error, undefined);
    await to[Symbol.asyncDispose]();
  });

  test("closes fast with a peer that lives", async (from, to) => {
    await from.send(message("hello"));
    assertEquals(await read(to, 1), ["hello"]);
    const start = performance.now();
    await from.close();
    assertLess(performance.now() - start, 900);
  });

  test("carries both directions at once", async (from, to) => {
    const long = "x".repeat(10_000);
    const flood = async (end: Transport<Message>) => {
      for (let i = 0; i < 200; i++) await end.send(message(i + long));
    };
    const [one, two] = await Promise.all([
      read(to, 200),
      read(from, 200),
      flood(from),
      flood(to),
    ]);
    for (const received of [one, two]) {
      assert(received.every((each, i) => each === i + long));
    }
  });

  test("refuses a message over the limit", async (from, to) => {
    await from.send(message("x".repeat(1_000)));
    await from.send(message("x".repeat(1_001))).catch(() => {});
    const { received, error } = await drain(to);
    assertEquals(received.length, 1);
    assertEquals(error?.code, 1009);
    await drain(from);
    await assertRejects(() => from.send(message("more")), CloseError);
  }, { maxMessageBytes: 1_000 });

  if (backpressure) {
    test("makes a producer wait for a slow reader", async (from, to) => {
      const long = message("x".repeat(262_144));
      let count = 0;
      let sent: Promise<void>;
      for (;;) {
        sent = from.send(long);
        count++;
        if (await isPending(sent, 150)) break;
        assertLess(count, 128, "32 MiB went nowhere");
      }
      const received = await read(to, count);
      await sent;
      assertEquals(received.length, count);
    });
  } else {
    test("ends when its inbox is full", async (from, to) => {
      for (let i = 0; i < 100; i++) from.send(message("x".repeat(500)));
      await drain(from);
      const { received, error } = await drain(to);
      assertEquals(error?.code, 1013);
      assert(received.length >= 10 && received.length < 100);
    }, { maxInboxBytes: 10_000 });
  }

  if (frozen) {
    Deno.test(`${name} (${format}) closes within about a second with a frozen peer`, async () => {
      await using end = await frozen();
      for (let i = 0; i < 40; i++) end.near.send(message("x".repeat(100_000)));
      const start = performance.now();
      await Promise.all([end.near.close(), end.near.close()]);
      assertLess(performance.now() - start, 5_000);
      assertEquals((await drain(end.near)).error, undefined);
    });
  }

  if (truncated) {
    Deno.test(`${name} (${format}) calls an end inside a message lost`, async () => {
      await using end = await truncated();
      const { received, error } = await drain(end.near);
      assertEquals(received, ["whole"]);
      assertEquals(error?.code, 1006);
      await end.near.close();
    });
  }
}

/** Whether a promise takes longer than `ms` milliseconds. */
async function isPending(promise: Promise<void>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(late.resolve, ms, true);
  try {
    return await Promise.race([promise.then(() => false), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
