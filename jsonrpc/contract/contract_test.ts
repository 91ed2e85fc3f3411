// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  check,
  type Context,
  contract,
  emitter,
  fromOpenRpc,
  handleEvents,
  implement,
  InternalError,
  InvalidParamsError,
  MalformedResponseError,
  Methods,
  openRpc,
  param,
  Peer,
  remote,
  type StandardSchema,
  type,
} from "../mod.ts";
import { pair } from "@wirekit/transport/pair";
import { linked } from "../_test_util.ts";

const number = check(
  (value): value is number => typeof value === "number",
  "Expected a number",
  { type: "number" },
);

/** A schema that changes what it takes, and takes its time. */
const date: StandardSchema<string, Date> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => {
      const date = new Date(String(value));
      return Promise.resolve(
        Number.isNaN(date.getTime())
          ? { issues: [{ message: "No date", path: ["at", { key: 0 }] }] }
          : { value: date },
      );
    },
    types: undefined as unknown as { input: string; output: Date },
  },
};

const calendar = contract({
  info: { title: "Calendar", version: "1.0.0" },
  methods: {
    "day.add": {
      summary: "Adds days",
      params: [param("to", date), param("days", number, { optional: true })],
      result: date,
    },
    "day.list": { params: [param("count", number)], stream: number },
    "named": {
      params: type<{ x: number; y?: number }>({
        type: "object",
        properties: { x: { type: "number" }, y: { type: "number" } },
        required: ["x"],
      }),
      result: type<number>(),
    },
    "broken": { result: number },
    "slow_list": { params: [param("from", date)], stream: number },
  },
  events: { "day.passed": { params: [param("day", date)] } },
  subscriptions: {
    "day_ticks": { params: [param("count", number)], event: number },
    "day_since": { params: [param("from", date)], event: number },
  },
});

function methods() {
  return implement(calendar, {
    "day.add": (_call, to, days = 1) => {
      to.setUTCDate(to.getUTCDate() + days);
      return to.toISOString();
    },
    "day.list": async function* (_call, count) {
      for (let i = 0; i < count; i++) yield i;
    },
    "named": (_call, { x, y = 0 }) => x + y,
    "broken": () => "no number" as unknown as number,
    "slow_list": async function* (_call, from) {
      yield from.getTime();
    },
    "day_ticks": async function* (_call, count) {
      for (let i = 0; i < count; i++) yield i;
    },
    "day_since": async function* (_call, from) {
      yield from.getTime();
    },
  });
}

function clients() {
  const [near, far] = pair();
  const server = new Peer(far, { methods: methods(), subscriptionEnd: true });
  const client = new Peer(near, { contract: calendar });
  return {
    client,
    server,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

Deno.test("Peer.remote calls by contract, and gives what the schemas make of it", async () => {
  await using at = clients();
  const { day, named } = at.client.remote;
  const next: Date = await day.add("2026-01-31T00:00:00Z");
  assertEquals(next.toISOString(), "2026-02-01T00:00:00.000Z");
  const later: Date = await day.add("2026-01-31T00:00:00Z", 2);
  assertEquals(later.getUTCDate(), 2);
  const days: number[] = await Array.fromAsync(day.list(3));
  assertEquals(days, [0, 1, 2]);
  assertEquals(await named({ x: 1, y: 2 }), 3);
  const from = remote(at.client, calendar).slow_list("1970-01-01T00:00:01Z");
  assertEquals(await Array.fromAsync(from), [1000]);
});

Deno.test("implement() answers -32602 with the paths of all issues", async () => {
  await using at = clients();
  const wrong: [unknown[] | Record<string, unknown>, unknown[]][] = [
    [["yesterday", "two"], [
      { message: "No date", path: [0, "at", 0] },
      { message: "Expected a number", path: [1] },
    ]],
    [{ days: "two", to: "never" }, [
      { message: "No date", path: ["to", "at", 0] },
      { message: "Expected a number", path: ["days"] },
    ]],
  ];
  for (const [params, issues] of wrong) {
    const failure = await assertRejects(
      () => at.client.request("day.add", params),
      InvalidParamsError,
    );
    assertEquals(failure.data, { issues });
  }
  await assertRejects(
    () => at.client.request("named", [1]),
    InvalidParamsError,
  );
});

Deno.test("implement() takes handlers without params, and ones made before", async () => {
  const words = contract({
    methods: {
      size: { params: [param("text", type<string>())], result: number },
      first: { result: number },
    },
  });
  const size = (_call: unknown, text: string) => text.length;
  // @ts-expect-error -- The contract says number.
  implement(words, { size, first: () => "one" });
  await using at = linked({
    methods: implement(words, { size, first: () => 1 }),
  });
  const { first } = remote(at.client, words);
  assertEquals(await first(), 1);

  const methods: Methods<{ user: string }> = implement(words, {
    size: (call: Context<{ user: string }>, text) =>
      `${call.peer.state.user}${text}`.length,
    first: () => 1,
  });
  assertEquals(methods.names, ["size", "first"]);
});

Deno.test("implement() reads paths that are lists of the library's own class", async () => {
  /** Made of its members, so that `map()` cannot make one of a length. */
  class Path extends Array<string> {
    constructor(...parts: string[]) {
      super();
      this.push(...parts);
    }
  }
  for (const parts of [[], ["a"], ["a", "b"]]) {
    const nothing: StandardSchema<number> = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: () => ({
          issues: [{ message: "No", path: new Path(...parts) }],
        }),
      },
    };
    await using at = linked({
      methods: implement({
        methods: { one: { params: [param("x", nothing)] } },
      }, { one: () => {} }),
    });
    const { data } = await assertRejects(
      () => at.client.request("one", [1]),
      InvalidParamsError,
    );
    assertEquals(data, { issues: [{ message: "No", path: [0, ...parts] }] });
  }
});

Deno.test("implement() answers -32603 for a result that breaks the contract", async () => {
  await using at = clients();
  await assertRejects(() => at.client.remote.broken(), InternalError);
});

Deno.test("remote() rejects for a result that breaks the contract", async () => {
  await using at = linked({
    methods: new Methods()
      .add("broken", () => "text")
      .add("day.add", () => "never")
      .add("day.list", async function* () {
        yield 1;
        yield "two";
      }),
  });
  const { broken, day } = remote(at.client, calendar);
  await assertRejects(
    () => broken(),
    MalformedResponseError,
    "result does not fit the contract: Expected a number",
  );
  await assertRejects(() => day.add("x"), MalformedResponseError, "at.0");
  const seen: number[] = [];
  await assertRejects(async () => {
    for await (const value of day.list(1)) seen.push(value);
  }, MalformedResponseError);
  assertEquals(seen, [1]);
});

Deno.test("emitter() and handleEvents() carry typed events", async () => {
  const heard = Promise.withResolvers<Date>();
  const errors: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<unknown>();
  await using at = linked({}, {
    methods: handleEvents(calendar, {
      "day.passed": (_call, day) => heard.resolve(day),
    }),
    onError: (error) => resolve(errors.push(error)),
  });
  await emitter(at.server, calendar).day.passed("2026-02-03");
  assertEquals((await heard.promise).getUTCDate(), 3);
  await at.server.notify("day.passed", ["never"]);
  await promise;
  assert(errors[0] instanceof InvalidParamsError);
});

Deno.test("implement() serves subscriptions and checks their params", async () => {
  await using at = clients();
  const ticks = await at.client.subscribe("day", "ticks", [2]);
  assertEquals(await Array.fromAsync(ticks), [0, 1]);
  const since = await at.client.subscribe("day", "since", ["1970-01-01"]);
  assertEquals(await Array.fromAsync(since), [0]);
  await assertRejects(
    () => at.client.subscribe("day", "ticks", ["two"]),
    InvalidParamsError,
  );
  assertThrows(
    () =>
      implement({
        methods: {},
        subscriptions: { plain: { event: number } },
      }, { plain: async function* () {} }),
    TypeError,
    "<namespace>_<name>",
  );
});

Deno.test("rpc.discover answers with the contract", async () => {
  await using at = clients();
  const document = await at.client.request("rpc.discover");
  assertEquals(document, JSON.parse(JSON.stringify(openRpc(calendar))));
  const { methods, info } = openRpc(calendar);
  assertEquals(info.title, "Calendar");
  assertEquals(methods[0], {
    name: "day.add",
    params: [
      { name: "to", schema: {}, required: true },
      { name: "days", schema: { type: "number" }, required: false },
    ],
    paramStructure: "either",
    result: { name: "result", schema: {} },
    summary: "Adds days",
  });
  assertEquals(methods[1]!["x-stream"], true);
  assertEquals(
    methods[2]!.params.map(({ name, required }) => [name, required]),
    [
      ["x", true],
      ["y", false],
    ],
  );
});

Deno.test("fromOpenRpc() types a client of a foreign server", async () => {
  const foreign = fromOpenRpc({
    openrpc: "1.2.6",
    info: { title: "Pets", version: "1" },
    methods: [
      {
        name: "pets.list",
        params: [{ name: "limit", schema: { type: "integer" } }],
        result: {
          name: "pets",
          schema: {
            type: "array",
            items: { $ref: "#/components/schemas/Pet" },
          },
        },
      },
      {
        name: "pets.add",
        paramStructure: "by-name",
        params: [
          { name: "name", schema: { type: "string" }, required: true },
          { name: "kind", schema: { enum: ["cat", "dog"] } },
        ],
        result: { name: "ok", schema: { type: ["boolean", "null"] } },
      },
      {
        name: "pets.watch",
        params: [],
        result: { name: "n", schema: true },
        "x-stream": true,
      },
    ],
    components: {
      schemas: {
        Pet: {
          type: "object",
          properties: { name: { type: "string" }, age: { type: "number" } },
          required: ["name"],
        },
      },
    },
  });
  const methods = new Methods()
    .add("pets.list", (_call, limit = 1) => [{ name: `${limit}` }])
    .add(
      "pets.add",
      (_call, { name, kind }) => name === "Rex" && kind === "dog",
    )
    .add("pets.watch", async function* () {
      yield 1;
    });
  await using at = linked({ methods, subscriptionEnd: true });
  const { pets } = remote(at.client, foreign);
  const list: { name: string; age?: number }[] = await pets.list();
  assertEquals(list, [{ name: "1" }]);
  assertEquals((await pets.list(5))[0]!.name, "5");
  const added: boolean | null = await pets.add({ name: "Rex", kind: "dog" });
  assertEquals(added, true);
  assertEquals(await Array.fromAsync(pets.watch()), [1]);
});

Deno.test("Peer.remote without a contract calls any name, and is no promise", async () => {
  await using at = linked({
    methods: new Methods().add("a.b.c", (_call, ...params) => params),
  });
  assertEquals(await at.client.remote.a.b.c(1, "two"), [1, "two"]);
  assertEquals(await at.client.remote.a.b.c(), []);
  assertEquals(at.client.remote.then, undefined);
});
