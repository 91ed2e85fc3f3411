// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async/delay";
import { logEntry } from "../../../wire/log.ts";
import type { AskOptions, Outcome, Session } from "../_session.ts";
import type { Entry } from "../_entry.ts";
import { Desk, type Hear } from "./_desk.ts";

type Ask = (entry: Entry, params: unknown, o: AskOptions) => Promise<Outcome>;

/** A desk of another end whose calls end as a function says. */
async function deskOf(ask: Ask, more: Partial<Session> = {}) {
  let hear: Hear = () => {};
  const desk = new Desk({
    place: "test",
    isProgram: true,
    start(heard) {
      hear = heard;
      const session = {
        greeting: "hello",
        remark: "",
        entries: [],
        find: () => undefined,
        ask,
        ...more,
      } as unknown as Session;
      return Promise.resolve({
        session,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    },
  });
  await desk.start();
  const report = async () => {
    await delay(0); // What was answered at once is noted then.
    return await desk.next("", new AbortController().signal);
  };
  const heard = (direction: "in" | "out", message: unknown) => {
    const wire = JSON.stringify(message);
    hear({ ...logEntry(direction, message, wire.length), wire }, undefined);
  };
  return { desk, report, heard };
}

Deno.test("Large params are forgotten again, and new calls are shown", async () => {
  const { desk, report, heard } = await deskOf((_, params) =>
    Promise.resolve({ took: 1, result: params })
  );
  const params = JSON.stringify(["B".repeat(5_000_000)]);
  for (let i = 0; i < 10; i++) desk.act({ act: "call", name: "echo", params });
  for (let i = 0; i < 5; i++) {
    const number = desk.act({ act: "call", name: "small", params: "[1]" });
    heard("out", { jsonrpc: "2.0", method: "small", id: i });
    const { calls, messages } = await report();
    assertEquals(calls.at(-1)?.number, number);
    assertEquals(calls.at(-1)?.result, "[\n  1\n]");
    assertEquals(messages.at(-1)?.title, "small");
  }
  await desk[Symbol.asyncDispose]();
});

Deno.test("Messages are shown while calls with large params wait", async () => {
  const { desk, report, heard } = await deskOf(() => new Promise(() => {}));
  const params = JSON.stringify(["B".repeat(500_000)]);
  for (let i = 0; i < 90; i++) desk.act({ act: "call", name: "wait", params });
  heard("in", { jsonrpc: "2.0", method: "told" });
  const { calls, messages } = await report();
  assertEquals([calls.length, messages.length], [90, 1]);
  await desk[Symbol.asyncDispose]();
});

Deno.test("An answer of no call is told beside the calls that wait", async () => {
  const { desk, report, heard } = await deskOf(() => new Promise(() => {}));
  desk.act({ act: "call", name: "wait", params: "" });
  heard("out", { jsonrpc: "2.0", method: "wait", id: 1 });
  heard("in", { jsonrpc: "2.0", id: "1", result: 5 });
  heard("in", {
    jsonrpc: "2.0",
    id: null,
    error: { code: -32700, message: "" },
  });
  heard("in", { jsonrpc: "2.0", id: 1, result: 5 });
  const { calls: [call], messages } = await report();
  const words = "An answer has come whose id belongs to no call: ";
  assertEquals(call?.progress, [`${words}"1"`, `${words}null`]);
  assertEquals(messages.map(({ words }) => words), [
    undefined,
    `${words}"1"`,
    `${words}null`,
    undefined,
  ]);
  await desk[Symbol.asyncDispose]();
});

Deno.test("Nothing of a stranger turns letters around or is nested too deeply", async () => {
  const bad = "\u202egnp\u2028\u200f\u2066";
  const depths = [3_000, 4_000, 20_000, 100_000];
  const deep = depths.map((levels) => {
    let value: unknown = [];
    for (let i = 1; i < levels; i++) value = [value];
    return value;
  });
  const outcomes: Outcome[] = [
    { took: 1, result: bad, words: bad },
    { took: 1, fault: bad, data: bad },
    ...deep.map((result) => ({ took: 1, result })),
    ...deep.map((data) => ({ took: 1, fault: "bad", data })),
  ];
  const entry: Entry = {
    name: `f${bad}`,
    summary: bad,
    params: [{ name: bad, schema: { enum: [bad] }, required: true }],
    byName: true,
  };
  const { desk, report, heard } = await deskOf(
    (_, __, { onProgress }) => {
      onProgress(bad);
      return Promise.resolve(outcomes.shift()!);
    },
    { greeting: bad, remark: bad, entries: [entry], find: () => entry },
  );
  const { length } = outcomes;
  const { end } = await report();
  const [method] = end!.methods;
  for (let i = 0; i < length; i++) {
    const [field] = method!.fields;
    const fields = { [field!.name]: field!.choices![0]! };
    desk.act({ act: "call", name: method!.name, fields });
  }
  heard("in", { jsonrpc: "2.0", method: bad, params: [bad] });
  const { calls, messages } = await report();
  assertEquals([calls.length, messages.length], [length, 1]);
  for (const { took } of calls) assertEquals(took, 1);
  assertStringIncludes(calls.at(-1)!.data!, "nested too deeply");
  const text = JSON.stringify([end, calls, messages]);
  assert(!/[\u2028-\u202e\u200f\u2066]/.test(text));
  assertStringIncludes(text, "\\\\u202egnp");
  await desk[Symbol.asyncDispose]();
});
