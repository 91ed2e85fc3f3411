// Copyright 2026 the Wirekit authors. MIT license.

import { assertEquals } from "@std/assert";
import { Slots } from "./_slots.ts";

/** Acts that go on until they are told to end. */
function acts() {
  const log: string[] = [];
  const ends = new Map<string, () => void>();
  const act = (name: string) => (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      log.push(name);
      const end = () => {
        log.push(signal.aborted ? `${name} stopped` : `${name} done`);
        resolve();
      };
      ends.set(name, end);
      signal.addEventListener("abort", end, { once: true });
    });
  const end = async (name: string) => {
    await new Promise((resolve) => setTimeout(resolve));
    ends.get(name)!();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { log, act, end };
}

Deno.test("Slots do the newest of what waits", async () => {
  const { log, act, end } = acts();
  const slots = new Slots();
  const ends = ["a", "b", "c"].map((name) =>
    slots.run("lamp", act(name), "newest")
  );
  slots.run("other", act("x"), "newest");
  await end("a");
  await end("c");
  assertEquals(log, ["a", "x", "a done", "c", "c done"]);
  assertEquals(await Promise.all(ends), [true, false, true]);
  await slots.close();
  assertEquals(log.at(-1), "x stopped");
});

Deno.test("Slots end what is running for what has to be done now", async () => {
  const { log, act, end } = acts();
  const slots = new Slots();
  slots.run("shutter", act("go to 40"), "now");
  slots.run("shutter", act("stop"), "now");
  await end("stop");
  assertEquals(log, ["go to 40", "go to 40 stopped", "stop", "stop done"]);
  await slots.close();
});

Deno.test("Slots leave no press out, as long as there is room", async () => {
  const { log, act, end } = acts();
  const slots = new Slots();
  const taken = Array.from(
    { length: 12 },
    (_, i) => slots.run("button", act(`${i}`), "each"),
  );
  assertEquals(taken.filter(Boolean).length, 9);
  for (let i = 0; i < 9; i++) await end(`${i}`);
  assertEquals(log.filter((line) => line.endsWith("done")).length, 9);
  await slots.close();
  assertEquals(slots.run("button", act("late"), "each"), undefined);
});
