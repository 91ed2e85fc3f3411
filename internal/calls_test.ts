// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Call, Calls, type Entry } from "./calls.ts";
import { TimeoutError } from "./errors.ts";
import { FakeTime, Random } from "./testing.ts";

const late = (call: Call) => call.reject(new TimeoutError("too late"));

function open(
  calls: Calls<Call>,
  timeout: number,
  signal?: AbortSignal,
): Call {
  const call = new Call();
  call.promise.catch(() => {});
  call.number = calls.next();
  calls.open(call, timeout, signal);
  return call;
}

/** Returns random integers from 0 on, the same for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  const random = new Random(seed);
  return (below) => random.below(below);
}

for (let seed = 1; seed <= 30; seed++) {
  Deno.test(`Calls end each call once, as a map of them says (seed ${seed})`, async () => {
    using time = new FakeTime();
    const random = randomFrom(seed);
    const ends: string[] = [];
    const calls = new Calls<Call>({
      late: (call) => void ends.push(`${call.number} late`),
      aborted(call, reason) {
        if (calls.take(call)) ends.push(`${call.number} ${reason}`);
      },
    }, random(2) * (2 ** 31 - 50));
    interface Open {
      call: Call;
      until: number;
      stop: AbortController | undefined;
    }
    const model = new Map<number, Open>();
    const expected: string[] = [];
    const all: Call[] = [];
    const any = () => [...model.values()][random(model.size)]!;
    for (let step = 0; step < 400; step++) {
      const what = random(20);
      if (what < 9) {
        const timeout = [1, 10, 1_000, 2 ** 32, Infinity][random(5)]!;
        const stop = random(3) === 0 ? new AbortController() : undefined;
        const call = open(calls, timeout, stop?.signal);
        all.push(call);
        assert(!model.has(call.number));
        model.set(call.number, { call, until: Date.now() + timeout, stop });
      } else if (what < 15 && model.size > 0) {
        const { call } = any();
        assert(calls.take(call));
        model.delete(call.number);
      } else if (what === 15 && model.size > 0) {
        const { call, stop } = any();
        stop?.abort("aborted");
        if (stop) {
          model.delete(call.number);
          expected.push(`${call.number} aborted`);
        }
      } else if (what === 16 && model.size > 0) {
        const opened = any();
        opened.until = opened.call.deadline += 500;
      } else if (what === 17 && random(10) === 0) {
        const numbers = [...model.keys()].sort((a, b) => a - b);
        for (const number of numbers) expected.push(`${number} all`);
        calls.endAll((call) => void ends.push(`${call.number} all`));
        model.clear();
        assertEquals(time.timers, 0);
      } else if (what > 17) {
        const ms = [1, 9, 600, 2 ** 32][random(4)]!;
        await time.tick(ms);
        // What falls due in one tick ends by its deadline.
        [...model.values()].filter(({ until }) => until <= Date.now())
          .sort((a, b) => a.until - b.until || a.call.number - b.call.number)
          .forEach(({ call }) => {
            model.delete(call.number);
            expected.push(`${call.number} late`);
          });
      }
      assertEquals(ends, expected);
      assertEquals(calls.size, model.size);
      for (const call of all) {
        const found = model.has(call.number) ? call : undefined;
        assertEquals(calls.get(call.number), found);
      }
    }
    calls.endAll(() => {});
    for (const call of all) assertEquals(calls.take(call), false);
    assertEquals(time.timers, 0);
  });
}

Deno.test("Calls give out numbers in a row, and skip those whose place is taken", () => {
  const calls = new Calls<Call>({ late });
  const old = open(calls, Infinity);
  const numbers: number[] = [];
  for (let i = 0; i < 1_000; i++) {
    const call = open(calls, Infinity);
    numbers.push(call.number);
    calls.take(call);
  }
  assertEquals(
    numbers.slice(0, 14),
    Array.from({ length: 14 }, (_, i) => i + 2),
  );
  assertEquals(new Set(numbers).size, 1_000);
  assertEquals(calls.last, numbers.at(-1));
  assert(numbers.at(-1)! < 1_100);
  assertEquals(calls.get(old.number), old);
});

Deno.test("Calls take numbers that were given out long before", () => {
  const calls = new Calls<Call>({ late });
  const reserved = Array.from({ length: 100 }, () => calls.next());
  const opened = reserved.toReversed().map((number) => {
    const call = new Call();
    call.number = number;
    calls.open(call, Infinity);
    return call;
  });
  for (const call of opened) assertEquals(calls.get(call.number), call);
});

Deno.test("Calls find nothing by a number that is none", () => {
  const calls = new Calls<Call>({ late });
  assertEquals(calls.get(1), undefined);
  const { number } = open(calls, Infinity);
  for (const other of [0, -1, 2, 1.5, 17, 2 ** 32 + number, NaN, Infinity]) {
    assertEquals(calls.get(other), undefined);
  }
  assertEquals(calls.get("1" as unknown as number), undefined);
});

Deno.test("Calls need one timer, and none once they are empty and rest", async () => {
  using time = new FakeTime();
  const calls = new Calls<Call>({ late });
  const all = Array.from({ length: 100 }, () => open(calls, 1_000));
  assertEquals(time.timers, 1);
  calls.rest(); // Some wait.
  assertEquals(time.timers, 1);
  for (const call of all.splice(1)) calls.take(call);
  await time.tick(999);
  calls.take(all[0]!);
  calls.rest();
  assertEquals(time.timers, 0);

  calls.take(open(calls, 1_000));
  assertEquals(time.timers, 1);
  await time.tick(1_000); // Nobody called rest().
  assertEquals(time.timers, 0);

  open(calls, Infinity);
  assertEquals(time.timers, 0);
});

Deno.test("Calls with a deadline before all others do not wait for them", async () => {
  using time = new FakeTime();
  const calls = new Calls<Call>({ late });
  open(calls, 60_000);
  const { promise } = open(calls, 10);
  const rejected = assertRejects(() => promise, TimeoutError, "too late");
  await time.tick(10);
  await rejected;
  assertEquals(calls.size, 1);
  assertEquals(time.timers, 1);
  calls.endAll(late);
});

Deno.test("A call whose deadline moves ends then", async () => {
  using time = new FakeTime();
  const calls = new Calls<Call>({ late });
  const call = open(calls, 100);
  for (let i = 0; i < 10; i++) {
    await time.tick(90);
    call.deadline = performance.now() + 100;
  }
  assertEquals(calls.size, 1);
  await time.tick(99);
  assertEquals(calls.size, 1);
  await time.tick(1);
  assertEquals(calls.size, 0);
});

/** A signal that knows how many listen. */
class CountedSignal extends AbortController {
  listeners = 0;

  constructor() {
    super();
    const { signal } = this;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    Object.assign(signal, {
      addEventListener: (...args: Parameters<typeof add>) => {
        this.listeners++;
        add(...args);
      },
      removeEventListener: (...args: Parameters<typeof remove>) => {
        this.listeners--;
        remove(...args);
      },
    });
  }
}

Deno.test("A call that has ended no longer listens to its signal", async () => {
  using time = new FakeTime();
  const calls = new Calls<Call>({ late });
  const stop = new CountedSignal();
  const taken = open(calls, 10, stop.signal);
  open(calls, 10, stop.signal);
  assertEquals(stop.listeners, 2);
  calls.take(taken);
  assertEquals(stop.listeners, 1);
  await time.tick(10);
  assertEquals(stop.listeners, 0);

  open(calls, 10, stop.signal);
  calls.endAll(late);
  assertEquals(stop.listeners, 0);

  const given = open(calls, 10, stop.signal);
  const reason = new Error("no more");
  stop.abort(reason);
  assertEquals(await given.promise.catch((error) => error), reason);
  assertEquals([calls.size, stop.listeners], [0, 0]);

  const never = open(calls, 10, stop.signal);
  assertEquals(await never.promise.catch((error) => error), reason);
  assertEquals([calls.size, stop.listeners], [0, 0]);
  calls.rest();
  assertEquals(time.timers, 0);
});

Deno.test("Calls that are opened while others end are kept", async () => {
  using time = new FakeTime();
  const again = new Set<Call>();
  const calls: Calls<Call> = new Calls({
    late: () => void again.add(open(calls, 50)),
  });
  open(calls, 10);
  open(calls, 10);
  await time.tick(10);
  assertEquals([calls.size, again.size, time.timers], [2, 2, 1]);
  calls.endAll(() => open(calls, 50));
  assertEquals([calls.size, time.timers], [2, 1]);
  calls.endAll(() => {});
  assertEquals(time.timers, 0);
});

Deno.test("Calls keeps what has no promise, in the order of numbers", async () => {
  using time = new FakeTime();
  const ended: number[] = [];
  const calls: Calls<Entry> = new Calls({
    late: ({ number }) => void ended.push(number),
  });
  const stop = new AbortController();
  for (const timeout of [10, Infinity, Infinity, 20]) {
    const entry = { number: calls.next(), deadline: 0, release: undefined };
    const hasSignal = entry.number === 3;
    calls.open(entry, timeout, hasSignal ? stop.signal : undefined);
  }
  const numbers = () => calls.all.map(({ number }) => number);
  assertEquals(numbers(), [1, 2, 3, 4]);
  await time.tick(20);
  stop.abort(new Error("no more"));
  assertEquals([ended, numbers()], [[1, 4], [2]]);
  calls.endAll(({ number }) => void ended.push(number));
  assertEquals([ended, calls.size, time.timers], [[1, 4, 2], 0, 0]);
});
