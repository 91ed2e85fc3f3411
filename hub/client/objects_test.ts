// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Client } from "../client.ts";
import { RemoteError, RouteError, TimeoutError } from "../errors.ts";
import { type RemoteObject, SharedObject } from "./objects.ts";
import { connected, type FakeConnection } from "./testdata/fake_hub.ts";

const EXPIRED =
  "The called function has either expired or has never been registered";

const THING = {
  __name__: "Thing",
  __attr__: { x: 1, l: [1, 2] },
  __func__: { twice: true },
  __uuid__: "9433",
};

interface Thing {
  x: number;
  l: number[];
}

interface ThingMethods {
  twice(n: number): number;
}

Deno.test("SharedObject is sent as winerp sends its own, and its methods can be called", async () => {
  const { client, connection } = await connected({}, "beta");
  const calls: unknown[][] = [];
  client.route("thing", () =>
    new SharedObject({ x: 1, l: [1, 2] }, {
      twice: (n: number, kwargs?: object) => {
        calls.push([n, kwargs]);
        return n * 2;
      },
    }, { name: "Thing" }));
  await connection.send({ ...request("thing"), type: 2 });
  const { data, pseudo_object, type } = await connection.read();
  assertEquals([type, pseudo_object], [3, true]);
  assertEquals({ ...data, __uuid__: "9433" }, THING);

  await connection.send(call(data.__uuid__, "twice", [21]));
  assertEquals(
    await connection.readText(),
    '{"id":"beta","type":3,"route":null,"traceback":null,"data":42,"uuid":"c1","destination":"alpha","pseudo_object":null}',
  );
  await connection.send(call(data.__uuid__, "twice", [1], { by: 2 }));
  await connection.read();
  assertEquals(calls, [[21, undefined], [1, { by: 2 }]]);
  await client.close();
});

Deno.test("SharedObject has a method that fails or shares another object", async () => {
  const { client, connection } = await connected({}, "beta");
  client.route("thing", () =>
    new SharedObject({}, {
      refuse: () => {
        throw new RouteError("not today");
      },
      child: () => new SharedObject({ y: 2 }, {}),
    }));
  await connection.send(request("thing"));
  const { data } = await connection.read();
  await connection.send(call(data.__uuid__, "refuse"));
  const refusal = await connection.read();
  assertEquals([refusal.type, refusal.data], [4, "not today"]);
  await connection.send(call(data.__uuid__, "child"));
  const child = await connection.read();
  assertEquals([child.pseudo_object, child.data.__attr__], [true, { y: 2 }]);
  await client.close();
});

Deno.test("SharedObject that has expired, or was never there, is an error to the caller", async () => {
  const { client, connection } = await connected({}, "beta");
  client.route(
    "thing",
    () => new SharedObject({}, { twice: () => 1 }, { expiry: 1 }),
  );
  await connection.send(request("thing"));
  const { data } = await connection.read();
  const until = performance.now() + 2;
  while (performance.now() < until);
  const cases: [string, string][] = [
    [data.__uuid__, "twice"],
    ["nobody", "twice"],
    ["__proto__", "toString"],
  ];
  for (const [uuid, method] of cases) {
    await connection.send(call(uuid, method));
    assertEquals(await connection.read(), {
      id: "beta",
      type: 4,
      route: null,
      traceback: EXPIRED,
      data: EXPIRED,
      uuid: "c1",
      destination: "alpha",
      pseudo_object: null,
    });
  }
  await client.close();
});

Deno.test("SharedObject lets nobody call what it merely inherits", async () => {
  const { client, connection } = await connected({}, "beta");
  client.route("thing", () => new SharedObject({}, { twice: () => 1 }));
  await connection.send(request("thing"));
  const { data } = await connection.read();
  for (const method of ["toString", "constructor", "__proto__", 7]) {
    await connection.send(call(data.__uuid__, method));
    assertEquals((await connection.read()).data, EXPIRED);
  }
  await client.close();
});

Deno.test("SharedObject refuses an expiry that is none", () => {
  assertThrows(() => new SharedObject({}, {}, { expiry: 0 }), RangeError);
});

Deno.test("RemoteObject has the attributes, and calls its owner", async () => {
  const { client, connection } = await connected();
  const thing = await getThing(client, connection);
  assertEquals([thing.name, thing.source, thing.methods], [
    "Thing",
    "beta",
    ["twice"],
  ]);
  assertEquals(thing.attributes, { x: 1, l: [1, 2] });

  const answer = thing.call("twice", [21], { kwargs: { by: 2 } });
  await pong(connection, true);
  const text = await connection.readText();
  const { uuid } = JSON.parse(text);
  assertEquals(
    text,
    `{"id":"alpha","type":7,"route":null,"traceback":null,"data":{"__uuid__":"9433","__func__":"twice","__args__":[21],"__kwargs__":{"by":2}},"uuid":"${uuid}","destination":"beta","pseudo_object":null}`,
  );
  await connection.send({ type: 3, id: "beta", uuid, data: 42 });
  assertEquals(await answer, 42);
  await client.close();
});

Deno.test("RemoteObject gives what a method answers: an error, or another object", async () => {
  const { client, connection } = await connected();
  const thing = await getThing(client, connection);
  const failing = thing.call("twice", [1]);
  await pong(connection, true);
  let question = await connection.read();
  await connection.send({ ...question, type: 4, data: EXPIRED });
  await assertRejects(() => failing, RemoteError, EXPIRED);

  const sharing = thing.call("twice", [1]);
  await pong(connection, true);
  question = await connection.read();
  await connection.send({
    ...question,
    type: 3,
    data: THING,
    pseudo_object: true,
  });
  const other = await sharing as unknown as RemoteObject;
  assertEquals(other.attributes, THING.__attr__);
  assert(other.source === "beta");
  await client.close();
});

Deno.test("RemoteObject asks whether its owner is there, and calls nobody if not", async () => {
  const { client, connection } = await connected();
  const thing = await getThing(client, connection);
  const failing = thing.call("twice", [1]);
  await pong(connection, false);
  await assertRejects(() => failing, RemoteError, "Destination not found.");
  const late = thing.call("twice", [1], { timeout: 5 });
  await connection.read();
  await assertRejects(() => late, TimeoutError);
  await client.close();
});

Deno.test("RemoteObject is not made of what describes none", async () => {
  const { client, connection } = await connected();
  for (const data of [null, 1, {}, { ...THING, __attr__: [] }]) {
    const answer = client.request("beta", "thing");
    await connection.send({
      ...await connection.read(),
      type: 3,
      data,
      pseudo_object: true,
    });
    assertEquals(await answer, data);
  }
  await client.close();
});

function request(route: string) {
  return { id: "beta", type: 2, route, uuid: "u1", destination: "alpha" };
}

function call(
  uuid: string,
  method: unknown,
  args: unknown[] = [],
  kwargs: object = {},
) {
  const data = {
    __uuid__: uuid,
    __func__: method,
    __args__: args,
    __kwargs__: kwargs,
  };
  return { id: "alpha", type: 7, data, uuid: "c1", destination: "beta" };
}

async function getThing(
  client: Client,
  connection: FakeConnection,
): Promise<RemoteObject<Thing, ThingMethods>> {
  const answer = client.request("beta", "thing");
  const question = await connection.read();
  await connection.send({
    ...question,
    type: 3,
    data: THING,
    pseudo_object: true,
  });
  return await answer as RemoteObject<Thing, ThingMethods>;
}

async function pong(
  connection: FakeConnection,
  success: boolean,
): Promise<void> {
  const ping = await connection.read();
  assertEquals([ping.type, ping.destination], [5, "beta"]);
  await connection.send({ ...ping, data: { success } });
}
