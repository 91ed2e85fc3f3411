// Copyright 2026 the Wirekit authors. MIT license.

// What our hub relays is read by where it stands, all else is parsed. Nobody
// can tell the difference.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { now } from "@wirekit/internal/clock";
import { RequestPaths } from "./_path.ts";
import { RemoteError } from "../errors.ts";
import { connected, type FakeConnection } from "./testdata/fake_hub.ts";

/** JSON texts that look like parts of a message, and ended. */
const DATA = [
  "1",
  "null",
  " [ 1 , 2 ] ",
  '"a\\"b"',
  '"zoë 😀 \\ud83d\\ude00"',
  '",\\"uuid\\":\\"x\\",\\"destination\\":\\"y\\",\\"pseudo_object\\":null}"',
  '{"uuid":"x","destination":"y","pseudo_object":null}',
  '{"a":{"data":1},"uuid":"x","destination":"alpha","pseudo_object":null}',
  "12345678901234567890",
  '{"__proto__":1}',
];

/** What may stand in the place of data and is more, or none. */
const ODD = [
  '1,"data":2',
  '1,"type":4,"data":"kaput"',
  '1,"uuid":"x","pseudo_object":true,"data":3',
];

const NONE = ["", "nonsense", "{", '1,"a"', '1}{"a":1'];

/** A message as our hub relays it. */
function relayed(
  type: number,
  id: string,
  route: string,
  data: string,
  uuid: string,
  destination: string,
): string {
  return `{"id":${id},"type":${type},"route":${route},"traceback":null,"data":${data},"uuid":${uuid},"destination":${destination},"pseudo_object":null}`;
}

/** The same message, so that it has to be parsed. */
function spaced(text: string): string {
  return ` ${text}`;
}

const same = (text: string) => text;

Deno.test("Client takes an answer alike however it is written", async () => {
  const { client, connection } = await connected();
  for (const data of [...DATA, ...ODD]) {
    const outcomes: unknown[] = [];
    for (const written of [same, spaced]) {
      const answer = client.request("beta", "greet").catch(String);
      const uuid = JSON.stringify((await connection.read()).uuid);
      await connection.send(
        written(relayed(3, '"beta"', '"greet"', data, uuid, '"alpha"')),
      );
      outcomes.push(await answer);
    }
    assertEquals(outcomes[0], outcomes[1], data);
    if (!DATA.includes(data)) continue;
    if (data !== "12345678901234567890") {
      assertEquals(outcomes[0], JSON.parse(data));
    }
  }
  await client.close();
});

Deno.test("Client waits on after an answer that is no JSON", async () => {
  const { client, connection } = await connected();
  for (const data of NONE) {
    const answer = client.request("beta", "greet");
    const uuid = JSON.stringify((await connection.read()).uuid);
    const failed = client.waitFor("error");
    await connection.send(
      relayed(3, '"beta"', '"greet"', data, uuid, '"alpha"'),
    );
    assert((await failed).error instanceof SyntaxError, data);
    await connection.send(
      relayed(3, '"beta"', '"greet"', "1", uuid, '"alpha"'),
    );
    assertEquals(await answer, 1);
  }
  await client.close();
});

Deno.test("Client takes an answer under any names, and under its very uuid only", async () => {
  const { client, connection } = await connected();
  let uuid = "";
  const ended: unknown[] = [];
  let answer: Promise<unknown>;
  // One whose last digits could be taken for a sixteen after a nought.
  do {
    answer = client.request("beta", "greet");
    answer.catch(() => {}).then(() => ended.push(1));
    uuid = String((await connection.read()).uuid);
  } while (!uuid.endsWith("10"));
  for (
    const other of [
      uuid.slice(0, -2) + "0g",
      uuid.slice(0, -3) + "f10",
      (uuid[0] === "0" ? "1" : "0") + uuid.slice(1),
      uuid.slice(0, -1) + "ё",
      uuid.slice(0, -3) + "+" + uuid.slice(-2),
      uuid.slice(1),
      `${uuid}0`,
      `0${uuid}`,
      ` ${uuid}`,
      "",
    ]
  ) {
    const json = JSON.stringify(other);
    for (const written of [same, spaced]) {
      await connection.send(
        written(relayed(3, '"beta"', '"greet"', "2", json, '"alpha"')),
      );
    }
  }
  const pong = client.ping();
  await connection.answer(await connection.read(), {});
  await pong;
  assertEquals(ended, []);
  await connection.send(
    relayed(3, '"b\\u0065ta"', "7", "1", `"${uuid}"`, '"nobody"'),
  );
  assertEquals(await answer, 1);
  await client.close();
});

Deno.test("Client tells an error from an answer that stands alike", async () => {
  const { client, connection } = await connected();
  const answer = client.request("beta", "greet");
  const uuid = JSON.stringify((await connection.read()).uuid);
  await connection.send(
    relayed(4, '"beta"', '"greet"', '"kaput"', uuid, '"alpha"'),
  );
  await assertRejects(() => answer, RemoteError, "kaput");
  await client.close();
});

Deno.test("Client finds each of many calls, while the first ones wait on", async () => {
  const { client, connection } = await connected();
  const patient = [0, 1, 2].map((n) => client.request("beta", `patient ${n}`));
  const first = [];
  for (const _ of patient) first.push(await connection.read());
  const uuids = new Set<unknown>();
  for (const many of [1, 300, 7, 1000, 2]) {
    const answers = [];
    const questions = [];
    for (let n = 0; n < many; n++) {
      answers.push(client.request("beta", `route ${n}`, { n }));
      questions.push(await connection.read());
    }
    for (const question of questions.reverse()) {
      uuids.add(question.uuid);
      await connection.answer(question, question.data.n);
    }
    assertEquals(
      await Promise.all(answers),
      Array.from({ length: many }, (_, n) => n),
    );
  }
  assertEquals(uuids.size, 1310);
  for (const question of first) {
    await connection.answer(question, question.route);
  }
  assertEquals(
    await Promise.all(patient),
    ["patient 0", "patient 1", "patient 2"],
  );
  await client.close();
});

Deno.test("Client answers a request alike however it is written", async () => {
  const { client, connection } = await connected({}, "beta");
  const seen: unknown[] = [];
  const routes = ["greet", 'a"b', "a\\b", "zoë", "😀", "\u2028", ""];
  for (const name of [...routes, "tab\there"]) {
    client.route(name, (data, { source, route }) => {
      seen.push([data, source, route]);
      return data;
    });
  }
  const names = ['"alpha"', '"zoë"', '"a\\"b"', '"a\\u0062"', '"😀"', '""'];
  const uuids = ['"u1"', '"u\\u0031"', '"u\\n"', "7", "null", '["u"]', '"é"'];
  const cases: [route: string, data: string, uuid: string, name: string][] = [];
  for (const data of [...DATA, ...ODD]) {
    cases.push(['"greet"', data, '"u1"', '"alpha"']);
  }
  for (const name of routes) {
    cases.push([JSON.stringify(name), "1", '"u1"', '"alpha"']);
  }
  cases.push(['"gr\\u0065et"', "1", '"u1"', '"alpha"']);
  cases.push(['"a\\b"', "1", '"u1"', '"alpha"']);
  cases.push(['"unknown"', "1", '"u1"', '"alpha"']);
  for (const uuid of uuids) cases.push(['"greet"', "1", uuid, '"alpha"']);
  for (const name of names) cases.push(['"greet"', "1", '"u1"', name]);
  cases.push(['"greet"', `"${"x".repeat(10_000)}"`, '"u1"', '"alpha"']);
  for (const [route, data, uuid, name] of cases) {
    const text = relayed(2, '"beta"', route, data, uuid, name);
    const answers: string[] = [];
    seen.length = 0;
    for (const written of [same, spaced]) {
      await connection.send(written(text));
      answers.push(await nextText(connection, client));
    }
    assertEquals(answers[0], answers[1], text);
    assertEquals(seen.length % 2, 0, text);
    assertEquals(seen.slice(0, seen.length / 2), seen.slice(seen.length / 2));
  }
  await client.close();
});

Deno.test("Client answers no request that is no JSON", async () => {
  const { client, connection } = await connected({}, "beta");
  client.route("greet", () => "hello");
  const none = NONE.map((data) =>
    relayed(2, '"beta"', '"greet"', data, '"u1"', '"alpha"')
  );
  none.push(
    relayed(2, '"beta"', '"greet"', "1", '"u\n"', '"alpha"'),
    relayed(2, '"beta"', '"greet"', "1", '"u1"', '"al\tpha"'),
    relayed(2, '"beta"', '"greet"', "1", '"u1"', '"alpha\\"'),
    relayed(2, '"beta"', '"greet', "1", '"u1"', '"alpha"'),
  );
  for (const text of none) {
    const failed = client.waitFor("error");
    await connection.send(text);
    assert((await failed).error instanceof SyntaxError, text);
  }
  await client.close();
});

Deno.test("RequestPaths remembers a path, and not all of them for ever", () => {
  const paths = new RequestPaths('"alpha"');
  const path = paths.to("beta", "greet");
  assert(paths.to("beta", "greet") === path);
  assert(paths.to("greet", "beta") !== path);
  const long = "x".repeat(1_000);
  assert(paths.to(long, "greet") !== paths.to(long, "greet"));
  for (let n = 0; n < 2_000; n++) paths.to("beta", `route ${n}`);
  assert(paths.to("beta", "greet") !== path);
  assertEquals(paths.to("beta", "greet"), path);
});

Deno.test("now() is the time of this millisecond", () => {
  for (let n = 0; n < 10_000; n++) {
    const before = performance.now();
    const time = now();
    assert(time > before - 2 && time <= performance.now());
  }
});

/** The next thing that the client says; a ping if it says nothing. */
async function nextText(
  connection: FakeConnection,
  client: Awaited<ReturnType<typeof connected>>["client"],
): Promise<string> {
  const ping = client.ping().then(() => {}, () => {});
  const text = await connection.readText();
  const { type } = JSON.parse(text);
  const question = type === 5 ? JSON.parse(text) : await connection.read();
  await connection.answer(question, {});
  await ping;
  return type === 5 ? "nothing" : text;
}
