// Copyright 2026 the Wirekit authors. MIT license.

/** The specification as 52 statements, at a real peer. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { bench, exampleMethods, type Received } from "./_test_util.ts";
import {
  check,
  ClosedError,
  type ErrorAbout,
  implement,
  InternalError,
  JsonRpcError,
  MalformedResponseError,
  Methods,
  param,
} from "./mod.ts";

const PARSE_ERROR = error(null, -32700, "Parse error");
const INVALID = error(null, -32600, "Invalid Request");

function error(id: unknown, code: number, message: string): Received {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

function server(methods: Methods = exampleMethods()) {
  return bench({ methods });
}

/** Collects what goes to the error hook. */
function hook() {
  const errors: { error: unknown; about: ErrorAbout }[] = [];
  return {
    errors,
    onError: (error: unknown, about: ErrorAbout) =>
      void errors.push({ error, about }),
  };
}

/** Lets all that is under way come to its end. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

Deno.test("Peer refuses a call whose jsonrpc is not exactly the string 2.0 (statement 1)", async () => {
  await using at = server();
  for (const jsonrpc of [undefined, "1.0", "2", 2.0, null]) {
    const call = { jsonrpc, method: "sum", params: [1], id: 1 };
    assertEquals(await at.raw.ask(call), error(1, -32600, "Invalid Request"));
  }
});

Deno.test("Peer refuses a method that is no string (statement 2)", async () => {
  await using at = server();
  for (const method of [1, null, ["sum"], {}, true, undefined]) {
    const call = { jsonrpc: "2.0", method, id: 1 };
    assertEquals(await at.raw.ask(call), error(1, -32600, "Invalid Request"));
  }
});

Deno.test("Peer takes the empty string for a method name (statement 3)", async () => {
  const methods = new Methods();
  await using at = server(methods);
  const call = { jsonrpc: "2.0", method: "", id: 1 };
  assertEquals(await at.raw.ask(call), error(1, -32601, "Method not found"));
  methods.add("", () => "empty");
  assertEquals((await at.raw.ask(call)).result, "empty");
});

Deno.test("Methods keeps names that begin with rpc. for the protocol (statement 4)", async () => {
  assertThrows(() => new Methods().add("rpc.echo", () => 1), TypeError);
  await using at = server();
  for (const method of ["rpc.echo", "rpc.other", "rpc."]) {
    const { error } = await at.raw.ask({ jsonrpc: "2.0", method, id: 1 });
    assertEquals(error?.code, -32601);
  }
});

Deno.test("Peer refuses params that are no array and no object (statement 5)", async () => {
  await using at = server();
  for (const params of ["bar", 1, true, false]) {
    const call = { jsonrpc: "2.0", method: "echo", params, id: 1 };
    assertEquals((await at.raw.ask(call)).error?.code, -32600);
  }
  const call = { jsonrpc: "2.0", method: "echo", params: null, id: 1 };
  assertEquals((await at.raw.ask(call)).result, null);
  await using strict = bench({ methods: exampleMethods(), strictParams: true });
  assertEquals((await strict.raw.ask(call)).error?.code, -32600);
});

Deno.test("Peer never sends null for params (statement 5)", async () => {
  await using at = server();
  void at.peer.request("sum", undefined).catch(() => {});
  void at.peer.request("sum", []).catch(() => {});
  assertEquals(await at.raw.text(), '{"jsonrpc":"2.0","method":"sum","id":1}');
  assertEquals(await at.raw.text(), '{"jsonrpc":"2.0","method":"sum","id":2}');
});

Deno.test("Peer keeps the order of params and the case of their names (statement 6)", async () => {
  await using at = server();
  const ask = async (params: unknown) =>
    (await at.raw.ask({ jsonrpc: "2.0", method: "echo", params, id: 1 }))
      .result;
  assertEquals(await ask([3, 1, 2]), [3, 1, 2]);
  assertEquals(await ask({ X: 1, x: 2 }), { X: 1, x: 2 });
});

Deno.test("Peer answers -32602 for params that do not fit (statement 7)", async () => {
  const number = check(
    (value): value is number => typeof value === "number",
    "Expected a number",
  );
  const methods = implement({
    methods: {
      double: {
        params: [param("x", number), param("y", number, { optional: true })],
      },
    },
  }, { double: (_call, x) => 2 * x });
  await using at = server(methods);
  const ask = async (params: unknown) =>
    (await at.raw.ask({ jsonrpc: "2.0", method: "double", params, id: 1 }))
      .error;
  const wrong: [unknown, unknown[], string][] = [
    [[], [0], "Missing"],
    [{}, ["x"], "Missing"],
    [["two"], [0], "Expected a number"],
    [{ x: 1, y: "two" }, ["y"], "Expected a number"],
    [[1, 2, 3], [2], "Expected at most 2 params"],
    [{ x: 1, z: 3 }, ["z"], "Unknown param"],
    [{ X: 1 }, ["X"], "Unknown param"],
  ];
  for (const [params, path, message] of wrong) {
    assertEquals(await ask(params), {
      code: -32602,
      message: "Invalid params",
      data: { issues: [{ message, path }] },
    });
  }
  assertEquals(await ask([1]), undefined);
});

Deno.test("Peer echoes no id that is neither string, number nor null (statement 8)", async () => {
  await using at = server();
  for (const id of [true, false, {}, [], [1]]) {
    const call = { jsonrpc: "2.0", method: "sum", params: [1], id };
    assertEquals(await at.raw.ask(call), INVALID);
  }
  await at.raw.send('{"jsonrpc":"2.0","method":"sum","id":1e400}');
  assertEquals(await at.raw.receive(), INVALID);
});

Deno.test("Peer echoes an id of null and one with a fraction unchanged (statement 9)", async () => {
  await using at = server();
  const call = { jsonrpc: "2.0", method: "sum", params: [1, 2] };
  for (const id of [null, 1.5, -7, "a"]) {
    const response = { jsonrpc: "2.0", id, result: 3 };
    assertEquals(await at.raw.ask({ ...call, id }), response);
  }
});

Deno.test("Peer answers ids that are falsy (statement 10)", async () => {
  await using at = server();
  for (const id of [0, "", null]) {
    const answer = await at.raw.ask({ jsonrpc: "2.0", method: "sum", id });
    assertEquals(answer, { jsonrpc: "2.0", id, result: 0 });
    const failed = await at.raw.ask({ jsonrpc: "2.0", method: "fail", id });
    assertEquals(failed, error(id, -32603, "Internal error"));
  }
});

Deno.test("Peer echoes an id beyond 2^53 digit by digit (statement 11)", async () => {
  await using at = server();
  for (const id of ["9007199254740993", "-123456789012345678901234567890"]) {
    await at.raw.send(`{"jsonrpc":"2.0","method":"sum","id":${id}}`);
    const answer = `{"jsonrpc":"2.0","id":${id},"result":0}`;
    assertEquals(await at.raw.text(), answer);
    await at.raw.send(
      `[{"jsonrpc":"2.0","method":"sum","params":{"id":1},"id":${id}}]`,
    );
    assert((await at.raw.text()).includes(`"id":${id}`));
  }
});

Deno.test("Peer tells the id 1 from the id of text 1 (statement 12)", async () => {
  const waits = new Map<unknown, PromiseWithResolvers<unknown>>();
  const methods = new Methods().add("wait", ({ id }) => {
    waits.set(id, Promise.withResolvers());
    return waits.get(id)!.promise;
  });
  await using at = server(methods);
  await at.raw.send({ jsonrpc: "2.0", method: "wait", id: 1 });
  await at.raw.send({ jsonrpc: "2.0", method: "wait", id: "1" });
  await turn();
  waits.get("1")!.resolve("text");
  assertEquals((await at.raw.receive()).id, "1");
  waits.get(1)!.resolve("number");
  assertEquals((await at.raw.receive()).id, 1);

  const call = at.peer.request("sum");
  await at.raw.receive();
  await at.raw.send({ jsonrpc: "2.0", id: "1", result: "text" });
  await at.raw.send({ jsonrpc: "2.0", id: 1, result: "number" });
  assertEquals(await call, "number");
});

Deno.test("Peer tolerates members that it does not know (statement 13)", async () => {
  await using at = server();
  const call = { jsonrpc: "2.0", method: "sum", id: 1, x: 1, result: 5 };
  assertEquals((await at.raw.ask(call)).result, 0);
});

Deno.test("Peer takes members in any order, and the last of several (statement 14)", async () => {
  await using at = server();
  await at.raw.send(
    '{"id":1,"params":[1,2],"id":2,"method":"fail","method":"sum","jsonrpc":"2.0"}',
  );
  assertEquals(await at.raw.receive(), { jsonrpc: "2.0", id: 2, result: 3 });
});

Deno.test("Peer never answers a notification (statement 15)", async () => {
  await using at = server(
    exampleMethods().add("reject", () => Promise.reject(new Error("no"))),
  );
  for (const method of ["sum", "fail", "reject", "unknown", "$/unknown"]) {
    const message = { jsonrpc: "2.0", method, params: [1] };
    assertEquals(await at.raw.tell(message), undefined);
    assertEquals(await at.raw.tell([message, message]), undefined);
  }
});

Deno.test("Peer takes nothing malformed for a notification (statement 16)", async () => {
  await using at = server();
  for (
    const text of ["{}", '{"method":1}', '{"foo":"boo"}', '{"jsonrpc":"2.0"}']
  ) {
    assertEquals(await at.raw.ask(text), INVALID);
  }
});

Deno.test("Peer does not wait on a notification (statement 17)", async () => {
  await using at = server();
  await at.peer.notify("log", ["hello"]);
  assertEquals(
    await at.raw.text(),
    '{"jsonrpc":"2.0","method":"log","params":["hello"]}',
  );
});

Deno.test("Peer answers with jsonrpc, id, and one of result and error (statement 18)", async () => {
  await using at = server();
  const sum = await at.raw.ask({ jsonrpc: "2.0", method: "sum", id: 1 });
  assertEquals(Object.keys(sum), ["jsonrpc", "id", "result"]);
  const fail = await at.raw.ask({ jsonrpc: "2.0", method: "fail", id: 1 });
  assertEquals(Object.keys(fail), ["jsonrpc", "id", "error"]);
});

Deno.test("Peer answers null for a handler that returns nothing (statement 19)", async () => {
  await using at = server();
  const answer = await at.raw.ask({ jsonrpc: "2.0", method: "nothing", id: 1 });
  assertEquals(answer, { jsonrpc: "2.0", id: 1, result: null });
});

Deno.test("Peer sends no result with an error (statement 20)", async () => {
  await using at = server();
  const answer = await at.raw.ask({ jsonrpc: "2.0", method: "fail", id: 1 });
  assert(!("result" in answer));
});

Deno.test("Peer answers with the id of the request, of the same type (statement 21)", async () => {
  await using at = server();
  for (const id of ["1", 1, "x".repeat(1_000)]) {
    const { id: echoed } = await at.raw.ask({
      jsonrpc: "2.0",
      method: "unknown",
      id,
    });
    assertEquals(echoed, id);
  }
});

Deno.test("Peer echoes the id of an invalid request if it can be read (statement 22)", async () => {
  await using at = server();
  const call = { jsonrpc: "1.0", method: "sum", id: "seven" };
  assertEquals(
    await at.raw.ask(call),
    error("seven", -32600, "Invalid Request"),
  );
});

Deno.test("Peer fails the call of a malformed response, not the connection (statement 23)", async () => {
  await using at = server();
  const broken = [
    { result: 1, error: { code: 1, message: "no" } },
    {},
    { error: null },
  ];
  for (const members of broken) {
    const call = at.peer.request("sum");
    const { id } = await at.raw.receive();
    await at.raw.send({ jsonrpc: "2.0", id, ...members });
    await assertRejects(() => call, MalformedResponseError);
  }
  const call = at.peer.request("sum");
  const { id } = await at.raw.receive();
  await at.raw.send({ jsonrpc: "2.0", id, result: "fine" });
  assertEquals(await call, "fine");
});

Deno.test("Peer accepts the error of null beside a result of JSON-RPC 1.0 (statement 24)", async () => {
  await using at = server();
  const call = at.peer.request("sum");
  const { id } = await at.raw.receive();
  await at.raw.send({ jsonrpc: "2.0", id, result: 3, error: null });
  assertEquals(await call, 3);
});

Deno.test("Peer reports strays and keeps the connection (statement 25)", async () => {
  const { errors, onError } = hook();
  await using at = bench({ onError });
  const call = at.peer.request("sum");
  const { id } = await at.raw.receive();
  await at.raw.send({ jsonrpc: "2.0", id: 99, result: "unknown id" });
  await at.raw.send({ jsonrpc: "2.0", id, result: "first" });
  await at.raw.send({ jsonrpc: "2.0", id, result: "second" });
  await at.raw.send(error(null, -32603, "about nothing"));
  assertEquals(await call, "first");
  assertEquals(
    await at.raw.tell({ jsonrpc: "2.0", id: 99, result: 1 }),
    undefined,
  );
  assertEquals(errors.length, 4);
  for (const { error, about } of errors) {
    assertEquals((error as Error).message, "Response to an unknown call");
    assert(about.message);
  }
});

Deno.test("Peer accepts a response without jsonrpc if told to (statement 26)", async () => {
  for (const tolerant of [false, true]) {
    await using at = bench({ tolerant });
    const call = at.peer.request("sum");
    const { id } = await at.raw.receive();
    await at.raw.send({ id, result: 3 });
    if (tolerant) assertEquals(await call, 3);
    else await assertRejects(() => call, MalformedResponseError);
  }
});

Deno.test("Peer carries the data of an error unchanged (statement 27)", async () => {
  for (const data of [null, 0, "text", [1, { a: null }], { deep: [[]] }]) {
    const methods = new Methods().add("fail", () => {
      throw new JsonRpcError(7, "seven", { data });
    });
    await using at = server(methods);
    const { error } = await at.raw.ask({
      jsonrpc: "2.0",
      method: "fail",
      id: 1,
    });
    assertEquals(error, { code: 7, message: "seven", data });

    const call = at.peer.request("sum");
    const { id } = await at.raw.receive();
    await at.raw.send({ jsonrpc: "2.0", id, error });
    const failure = await assertRejects(() => call, JsonRpcError, "seven");
    assertEquals(failure.data, data);
  }
});

Deno.test("Peer uses the codes of the specification (statement 28)", async () => {
  const methods = exampleMethods();
  await using at = server(methods);
  assertEquals((await at.raw.ask("{")).error?.code, -32700);
  assertEquals((await at.raw.ask("1")).error?.code, -32600);
  const ask = async (method: string) =>
    (await at.raw.ask({ jsonrpc: "2.0", method, id: 1 })).error?.code;
  assertEquals(await ask("unknown"), -32601);
  assertEquals(await ask("fail"), -32603);
});

Deno.test("JsonRpcError refuses the reserved codes (statement 29)", () => {
  for (const code of [-32768, -32600, -32000, -32099]) {
    assertThrows(() => new JsonRpcError(code, "mine"), RangeError, "reserved");
    new JsonRpcError(code, "mine", { reserved: true });
  }
  for (const code of [1.5, NaN, Infinity]) {
    assertThrows(() => new JsonRpcError(code, "mine"), RangeError, "integer");
  }
  for (const code of [0, 1, -31999, -32769, -32800]) {
    assertEquals(new JsonRpcError(code, "mine").code, code);
  }
});

Deno.test("Peer tells nothing of an error that was not planned (statement 30)", async () => {
  const { errors, onError } = hook();
  await using at = bench({ methods: exampleMethods(), onError });
  await at.raw.send({ jsonrpc: "2.0", method: "fail", id: 1 });
  const text = await at.raw.text();
  assert(!text.includes("secret"));
  assertEquals(JSON.parse(text), error(1, -32603, "Internal error"));
  await turn();
  assertEquals((errors[0]?.error as Error).message, "secret");
  assertEquals(errors[0]?.about.method, "fail");
});

Deno.test("Peer puts a broken error object right (statement 31)", async () => {
  await using at = server();
  const broken: [unknown, number, string][] = [
    [{ code: "x", message: "text" }, -32603, "text"],
    [{ code: 1.5, message: "text" }, -32603, "text"],
    [{ code: 5, message: 7 }, 5, "Unknown error"],
    ["just text", -32603, "just text"],
    [true, -32603, "Unknown error"],
    [{}, -32603, "Unknown error"],
  ];
  for (const [given, code, message] of broken) {
    const call = at.peer.request("sum");
    const { id } = await at.raw.receive();
    await at.raw.send({ jsonrpc: "2.0", id, error: given });
    const failure = await assertRejects(() => call, JsonRpcError);
    assertEquals([failure.code, failure.message], [code, message]);
  }
});

Deno.test("Peer answers -32603 for a result that cannot be written (statement 32)", async () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  const getter = {
    get x() {
      throw new Error("no");
    },
  };
  const results = [cycle, 1n, getter, () => {}, Symbol("x"), { toJSON() {} }];
  const methods = exampleMethods().add("get", (_call, at) => results[at]);
  await using at = server(methods);
  for (const index of results.keys()) {
    const call = { jsonrpc: "2.0", method: "get", params: [index], id: 1 };
    const failed = error(1, -32603, "Internal error");
    assertEquals(await at.raw.ask(call), failed);
    const other = { jsonrpc: "2.0", method: "sum", params: [1], id: 2 };
    assertEquals(await at.raw.ask<unknown>([call, other]), [
      failed,
      { jsonrpc: "2.0", id: 2, result: 1 },
    ]);
  }
});

Deno.test("Peer answers a batch with an array that pairs by id (statement 33)", async () => {
  await using at = server();
  const call = (id: number, params: number[]) => (
    { jsonrpc: "2.0", method: "sum", params, id }
  );
  const answers = await at.raw.ask<Received[]>([call(1, [1]), call(2, [2])]);
  assertEquals(answers.map(({ id, result }) => [id, result]), [[1, 1], [2, 2]]);
});

Deno.test("Peer answers no notification of a batch (statements 34 and 35)", async () => {
  await using at = server();
  const notification = { jsonrpc: "2.0", method: "sum" };
  assertEquals(await at.raw.tell([notification, notification]), undefined);
  const answers = await at.raw.ask<Received[]>(
    [notification, { ...notification, id: 1 }, notification],
  );
  assertEquals(answers.length, 1);
});

Deno.test("Peer answers an empty batch with one object (statement 36)", async () => {
  await using at = server();
  assertEquals(await at.raw.ask("[]"), INVALID);
});

Deno.test("Peer answers each bad item of a batch, and serves the good ones (statement 37)", async () => {
  await using at = server();
  assertEquals(await at.raw.ask<unknown>("[1]"), [INVALID]);
  assertEquals(await at.raw.ask<unknown>("[null]"), [INVALID]);
  assertEquals(await at.raw.ask<unknown>("[[]]"), [INVALID]);
  assertEquals(await at.raw.ask<unknown>("[1,2,3]"), [
    INVALID,
    INVALID,
    INVALID,
  ]);
  const good = { jsonrpc: "2.0", method: "sum", params: [1], id: 1 };
  assertEquals(await at.raw.ask<unknown>([1, good]), [
    INVALID,
    { jsonrpc: "2.0", id: 1, result: 1 },
  ]);
});

Deno.test("Peer answers a batch that is no JSON with one object (statement 38)", async () => {
  await using at = server();
  const text = '[{"jsonrpc": "2.0", "method": "sum", "id": "1"},';
  assertEquals(await at.raw.ask(text), PARSE_ERROR);
});

Deno.test("Peer answers a batch of one with an array of one (statement 39)", async () => {
  await using at = server();
  const call = { jsonrpc: "2.0", method: "sum", id: 1 };
  const answer = { jsonrpc: "2.0", id: 1, result: 0 };
  assertEquals(await at.raw.ask<unknown>([call]), [answer]);
});

Deno.test("Peer runs the items of a batch side by side and answers in their order (statement 40)", async () => {
  const waits: PromiseWithResolvers<string>[] = [];
  const methods = new Methods().add("wait", () => {
    waits.push(Promise.withResolvers());
    return waits.at(-1)!.promise;
  });
  await using at = server(methods);
  const call = { jsonrpc: "2.0", method: "wait" };
  await at.raw.send([{ ...call, id: "a" }, { ...call, id: "b" }]);
  await turn();
  assertEquals(waits.length, 2);
  waits[1]!.resolve("second");
  await turn();
  waits[0]!.resolve("first");
  const answers = await at.raw.receive<Received[]>();
  assertEquals(answers.map(({ result }) => result), ["first", "second"]);
});

Deno.test("Peer answers equal ids of a batch both (statement 41)", async () => {
  await using at = server();
  const call = { jsonrpc: "2.0", method: "sum", id: 1 };
  const answers = await at.raw.ask<Received[]>([
    { ...call, params: [1] },
    { ...call, params: [2] },
  ]);
  assertEquals(answers.map(({ result }) => result), [1, 2]);
});

Deno.test("Peer takes the answers to its batch in any order (statement 42)", async () => {
  await using at = server();
  const batch = at.peer.batch();
  const calls = [batch.request("a"), batch.request("b"), batch.request("c")];
  void batch.send();
  const sent = await at.raw.receive<Received[]>();
  const [a, b, c] = sent.map(({ id }) => id);
  await at.raw.send([
    { jsonrpc: "2.0", id: c, result: "c" },
    { jsonrpc: "2.0", id: a, result: "a" },
  ]);
  assertEquals(await calls[0], "a");
  assertEquals(await calls[2], "c");
  // The id that is missing is that of a call which fails.
  assert(b !== undefined);
  await assertRejects(() => calls[1]!, MalformedResponseError, "batch");
});

Deno.test("Peer fails a whole batch with one error object (statement 42)", async () => {
  await using at = server();
  const batch = at.peer.batch();
  const calls = [batch.request("a"), batch.request("b")];
  void batch.send();
  await at.raw.receive();
  await at.raw.send(error(null, -32600, "Invalid Request"));
  for (const call of calls) {
    await assertRejects(() => call, JsonRpcError, "Invalid Request");
  }
});

Deno.test("Peer reads requests and responses from one array (statement 43)", async () => {
  await using at = server();
  const call = at.peer.request("sum");
  const { id } = await at.raw.receive();
  const answers = await at.raw.ask<unknown>([
    { jsonrpc: "2.0", method: "sum", params: [1], id },
    { jsonrpc: "2.0", id, result: "ours" },
    { jsonrpc: "2.0", method: "sum" },
  ]);
  assertEquals(await call, "ours");
  assertEquals(answers, [{ jsonrpc: "2.0", id, result: 1 }]);
});

Deno.test("Peer refuses a batch over the limit without running it (statement 44)", async () => {
  let ran = 0;
  const methods = new Methods().add("run", () => void ran++);
  await using at = bench({ methods, maxBatchItems: 2 });
  const item = { jsonrpc: "2.0", method: "run" };
  const call = { ...item, id: "first" };
  assertEquals(await at.raw.ask<unknown>([item, call, item]), [
    error("first", -32010, "Batch too large"),
  ]);
  assertEquals(await at.raw.ask<unknown>([item, item, item]), [
    error(null, -32010, "Batch too large"),
  ]);
  assertEquals(ran, 0);
  assertEquals((await at.raw.ask<unknown[]>([call, item])).length, 1);
});

Deno.test("Peer takes a batch in a batch for an invalid item (statement 45)", async () => {
  await using at = server();
  const call = { jsonrpc: "2.0", method: "sum", id: 1 };
  assertEquals(await at.raw.ask<unknown>([[call]]), [INVALID]);
});

Deno.test("Peer sends one JSON text a message, without a raw newline (statement 46)", async () => {
  await using at = server();
  void at.peer.request("a\nb", { "c\n": "d\r\n" }).catch(() => {});
  assert(!(/[\r\n]/).test(await at.raw.text()));
});

Deno.test("Peer serves a request with the id of a call of its own (statement 47)", async () => {
  await using at = server();
  const call = at.peer.request("theirs");
  const { id } = await at.raw.receive();
  const request = { jsonrpc: "2.0", method: "sum", params: [1], id };
  assertEquals(await at.raw.ask(request), { jsonrpc: "2.0", id, result: 1 });
  await at.raw.send({ jsonrpc: "2.0", id, result: "theirs" });
  assertEquals(await call, "theirs");
});

Deno.test("Peer reads over whitespace, and refuses a byte order mark (statement 48)", async () => {
  await using at = server();
  const text = '{"jsonrpc":"2.0","method":"sum","id":1}';
  const spaced = " ".repeat(128) + text.replaceAll(":", " :\r\n\t ") + "\n\n";
  assertEquals((await at.raw.ask(spaced)).result, 0);
  assertEquals(await at.raw.ask(`\uFEFF${text}`), PARSE_ERROR);
});

Deno.test("Peer lives through garbage (statement 49)", async () => {
  await using at = server();
  const garbage = ["", "{", "nul", "\0", '"\\u12', "[1,", "'a'"];
  for (const text of garbage) {
    assertEquals(await at.raw.ask(text), PARSE_ERROR);
  }
  for (const text of ["1", "null", "true", '"abc"', "{}", "1e400"]) {
    assertEquals(await at.raw.ask(text), INVALID);
  }
  assertEquals(await at.raw.tell('{"id":null,"error":null}'), undefined);
  const deep = "[".repeat(100_000);
  assertEquals(await at.raw.ask(deep), PARSE_ERROR);
  const call = { jsonrpc: "2.0", method: "sum", params: [1, 2], id: 1 };
  assertEquals((await at.raw.ask(call)).result, 3);
});

Deno.test("Peer knows no method by an inherited name (statement 50)", async () => {
  await using at = server();
  for (const method of ["__proto__", "constructor", "toString", "hasOwn"]) {
    const { error } = await at.raw.ask({ jsonrpc: "2.0", method, id: 1 });
    assertEquals(error?.code, -32601);
  }
  await at.raw.send(
    '{"jsonrpc":"2.0","method":"echo","params":{"__proto__":{"bad":1}},"id":1}',
  );
  const expected = '{"jsonrpc":"2.0","id":1,"result":{"__proto__":{"bad":1}}}';
  assertEquals(await at.raw.text(), expected);
  assertEquals(({} as Record<string, unknown>).bad, undefined);
});

Deno.test("Peer ends all calls and signals when the connection closes (statement 51)", async () => {
  const started = Promise.withResolvers<AbortSignal>();
  const methods = new Methods().add("wait", (call) => {
    started.resolve(call.signal);
    return new Promise(() => {});
  });
  await using at = server(methods);
  const calls = [at.peer.request("a"), at.peer.request("b")];
  await at.raw.send({ jsonrpc: "2.0", method: "wait", id: 1 });
  const signal = await started.promise;
  await at.raw.close();
  for (const call of calls) await assertRejects(() => call, ClosedError);
  assertEquals(await at.peer.closed, undefined);
  assert(signal.aborted);
  await assertRejects(() => at.peer.request("late"), ClosedError);
  await assertRejects(() => at.peer.notify("late"), ClosedError);
});

Deno.test("Peer answers every example of the specification", async () => {
  const examples: [string, string | undefined][] = [
    [
      '{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}',
      '{"jsonrpc": "2.0", "result": 19, "id": 1}',
    ],
    [
      '{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}',
      '{"jsonrpc": "2.0", "result": -19, "id": 2}',
    ],
    [
      '{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
      '{"jsonrpc": "2.0", "result": 19, "id": 3}',
    ],
    [
      '{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}',
      '{"jsonrpc": "2.0", "result": 19, "id": 4}',
    ],
    [
      '{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}',
      undefined,
    ],
    ['{"jsonrpc": "2.0", "method": "foobar"}', undefined],
    [
      '{"jsonrpc": "2.0", "method": "foobar", "id": "1"}',
      '{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"}',
    ],
    [
      '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]',
      '{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}',
    ],
    [
      '{"jsonrpc": "2.0", "method": 1, "params": "bar"}',
      '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}',
    ],
    [
      '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method"]',
      '{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}',
    ],
    [
      "[]",
      '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}',
    ],
    [
      "[1]",
      '[{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}]',
    ],
    [
      `[
        {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
        {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
      ]`,
      `[
        {"jsonrpc": "2.0", "result": 7, "id": "1"},
        {"jsonrpc": "2.0", "result": 19, "id": "2"},
        {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
        {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "5"},
        {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}
      ]`,
    ],
    [
      `[
        {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
      ]`,
      undefined,
    ],
  ];
  await using at = server();
  for (const [sent, expected] of examples) {
    const answer = await at.raw.tell(sent);
    assertEquals(
      answer,
      expected === undefined ? undefined : JSON.parse(expected),
    );
  }
});

Deno.test("JsonRpcError.from gives the class that fits the code", () => {
  const failure = JsonRpcError.from({ code: -32603, message: "Oh" });
  assert(failure instanceof InternalError);
  assertEquals(failure.message, "Oh");
});
