// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { FakeTime, oddThrown, revoked } from "@wirekit/internal/testing";
import { pair } from "@wirekit/transport/pair";
import { CloseError } from "@wirekit/transport/transport";
import { Client, connect } from "../client.ts";
import {
  HandshakeError,
  LimitError,
  NotConnectedError,
  OnHoldError,
  RemoteError,
  RouteError,
  TimeoutError,
} from "../errors.ts";
import { serve } from "../serve.ts";
import { SharedObject } from "./objects.ts";
import { connected, FakeHub } from "./testdata/fake_hub.ts";

const UUID_REGEXP =
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const HOLD = "Already authorized.";

Deno.test("Client opens no connection by itself", async () => {
  let opened = false;
  const client = new Client("alpha", {
    transport: () => {
      opened = true;
      throw new Error("not wanted");
    },
  });
  await assertRejects(() => client.request("beta", "greet"), NotConnectedError);
  assertEquals([opened, client.state], [false, "closed"]);
  await client.close();
});

Deno.test("Client refuses a name that is no name, and times that are none", () => {
  assertThrows(() => new Client(""), TypeError);
  assertThrows(() => new Client(null as unknown as string), TypeError);
  assertThrows(() => new Client("a", { timeout: 0 }), RangeError);
  assertThrows(
    () => new Client("a", { heartbeat: { interval: NaN } }),
    RangeError,
  );
});

Deno.test("Client says how to give it the URL that stands where another argument belongs", async () => {
  const url = "wss://hub.example/s3cret?token=s3cret";
  const how = 'after the name of the client: ("name", ' +
    '{ url: "wss://hub.example/…" })';
  for (const name of [url, new URL(url)] as string[]) {
    assertThrows(() => new Client(name), TypeError, how);
    assertThrows(() => new Client(name, { timeout: 1 }), TypeError, how);
    await assertRejects(() => connect(name), TypeError, how);
  }
  for (const options of [url, new URL(url)] as object[]) {
    assertThrows(() => new Client("alpha", options), TypeError, how);
    await assertRejects(() => connect("alpha", options), TypeError, how);
  }
  for (const other of ["tcp://h:1", "unix:/run/hub", "HTTP://h"]) {
    assertThrows(() => new Client(other), TypeError, "as an option");
  }
  // With a way to the hub, a client may have any name.
  for (const name of ["wss://a", "unix:/b", "ws:"]) {
    assertEquals(new Client(name, { url: "ws://127.0.0.1:9" }).name, name);
  }
  assertEquals(new Client("tcp: the protocol").name, "tcp: the protocol");
});

Deno.test("Client verifies once, as winerp does, and is ready when that is answered", async () => {
  const hub = new FakeHub();
  await using client = new Client("zoë", { transport: hub.transport });
  const order: string[] = [];
  for (const type of ["connect", "ready"] as const) {
    client.addEventListener(type, () => order.push(type));
  }
  const ready = client.connect().then(() => order.push("resolved"));
  const connection = await hub.next();
  const text = await connection.readText();
  const { uuid } = JSON.parse(text);
  assertMatch(uuid, /^[\d-]{16,}$/);
  assertEquals(
    text,
    `{"id":"zoë","type":1,"route":null,"traceback":null,"data":{},"uuid":"${uuid}","destination":null,"pseudo_object":null}`,
  );
  assertEquals([client.state, client.authorized], ["connecting", false]);
  assertEquals(order, ["connect"]);
  await connection.send('{"type":0}');
  await ready;
  assertEquals([client.state, client.authorized], ["open", true]);
  assertEquals(order, ["connect", "ready", "resolved"]);
});

Deno.test("Client connects in a page that is not of https:, which has no randomUUID()", async () => {
  await using server = await serve({ port: 0 });
  const { randomUUID } = crypto;
  Object.assign(crypto, { randomUUID: undefined });
  try {
    await using client = new Client("page", { url: server.urls[0]! });
    await client.connect();
    assertEquals(client.state, "open");
  } finally {
    Object.assign(crypto, { randomUUID });
  }
});

Deno.test("Client connect() says that there is no hub, and nothing of a secret", async () => {
  const client = new Client("alpha", {
    url: "ws://me:s3cret@127.0.0.1:9/?token=s3cret",
  });
  const error = await assertRejects(() => client.connect(), NotConnectedError);
  assertMatch(error.message, /^Cannot connect to 127\.0\.0\.1:9: .+/);
  assert(!Deno.inspect(error).includes("s3cret"));
  assertEquals(client.state, "closed");
  await client.close();
});

Deno.test("Client connect() goes on after a failed attempt if it should", async () => {
  const hub = new FakeHub();
  let attempts = 0;
  await using client = new Client("alpha", {
    transport: () => {
      if (++attempts < 3) throw new Error("not yet");
      return hub.transport();
    },
    reconnect: { minDelay: 1, maxDelay: 5 },
  });
  const errors: unknown[] = [];
  client.addEventListener("error", ({ detail }) => errors.push(detail.error));
  const ready = client.ready();
  await (await hub.next()).accept();
  await ready;
  assertEquals([attempts, errors.length], [3, 2]);
});

Deno.test("Client connect() ends with the reason of its signal, or at its deadline", async () => {
  const hub = new FakeHub();
  await using client = new Client("alpha", { transport: hub.transport });
  const reason = new Error("changed my mind");
  const signal = AbortSignal.abort(reason);
  assertEquals(await client.connect({ signal }).catch((e) => e), reason);

  const controller = new AbortController();
  const connecting = client.connect({ signal: controller.signal });
  const connection = await hub.next();
  controller.abort(reason);
  assertEquals(await connecting.catch((e) => e), reason);
  await connection.ended();

  await assertRejects(() => client.connect({ timeout: 5 }), TimeoutError);
  assertEquals(client.state, "closed");
  await (await hub.next()).ended();

  const ready = client.connect();
  await assertRejects(() => client.connect(), TypeError, "connecting already");
  await (await hub.next()).accept();
  await ready;
});

Deno.test("Client connect() rejects with what the hub has against it", async () => {
  const hub = new FakeHub();
  await using client = new Client("alpha", {
    transport: hub.transport,
    token: "wr\u00f6ng",
  });
  const connecting = client.connect();
  const connection = await hub.next();
  const text = await connection.readText();
  assert(text.endsWith(',"pseudo_object":null,"token":"wr\u00f6ng"}'));
  await connection.send({
    ...JSON.parse(text),
    type: 4,
    data: "Not authorized.",
  });
  const error = await assertRejects(() => connecting, HandshakeError);
  assertEquals(
    [error.message, error.status],
    [
      "Cannot connect to the hub: the token is missing or wrong",
      401,
    ],
  );
  assertEquals(client.state, "closed");
});

Deno.test("Client gives up a hub that does not accept the name in time", async () => {
  const hub = new FakeHub();
  await using client = new Client("alpha", {
    transport: hub.transport,
    connectTimeout: 5,
  });
  const error = await assertRejects(() => client.connect(), TimeoutError);
  assertEquals(
    error.message,
    "Cannot connect to the hub: it did not accept the name within 5 ms",
  );
});

Deno.test("Client tells of a hub that is silent at once, once, and with its address", async () => {
  const held = Promise.withResolvers<void>();
  const [transport] = pair();
  const close = transport.close.bind(transport);
  transport.close = async (...args) => {
    await held.promise;
    await close(...args);
  };
  await using client = new Client("alpha", {
    transport: () => Promise.resolve(transport),
    connectTimeout: 20,
    reconnect: false,
  });
  const errors: unknown[] = [];
  client.addEventListener("error", ({ detail }) => errors.push(detail.error));
  await assertRejects(() => client.connect(), TimeoutError, "within 20 ms");
  held.resolve();
  await client.close();
  assertEquals(errors, []);
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `tcp://127.0.0.1:${mute.addr.port}`;
  // Long enough for the connection itself on a busy machine.
  await using other = new Client("alpha", { url, connectTimeout: 1_000 });
  await assertRejects(
    () => other.connect(),
    TimeoutError,
    `Cannot connect to ${url}: it did not accept the name within 1000 ms`,
  );
  await using third = new Client("alpha", { url });
  await assertRejects(
    () => third.ready({ timeout: 20 }),
    TimeoutError,
    `No connection within 20 ms to ${url}`,
  );
});

Deno.test("Client is on hold by the exact text only, and released by a message of nulls", async () => {
  const hub = new FakeHub();
  await using client = new Client("alpha", { transport: hub.transport });
  const held = client.waitFor("hold");
  const errors: string[] = [];
  client.addEventListener(
    "error",
    ({ detail }) => errors.push((detail.error as Error).message),
  );
  const ready = client.connect();
  const connection = await hub.next();
  await connection.read();
  await connection.send({ type: 4, data: "already authorized" });
  await connection.send({ type: 4, id: "alpha", data: HOLD, traceback: HOLD });
  await held;
  assertEquals(errors, ["already authorized"]);
  assertEquals([client.state, client.onHold], ["held", true]);
  for (
    const call of [
      () => client.request("beta", "greet"),
      () => client.inform("x"),
      () => client.ping(),
    ]
  ) await assertRejects(call, OnHoldError);
  await connection.send({ type: 0, data: "Authorized." });
  await ready;
  assertEquals([client.state, client.onHold], ["open", false]);
});

Deno.test("Client that is ready is not put on hold by what another client says", async () => {
  const { client, connection } = await connected();
  const failed = client.waitFor("error");
  await connection.send({ id: "eve", type: 4, data: HOLD });
  assertEquals(((await failed).error as Error).message, HOLD);
  assertEquals(client.state, "open");
  await client.close();
});

Deno.test("Client connect() names the hold as the reason at its deadline", async () => {
  const hub = new FakeHub();
  await using client = new Client("alpha", { transport: hub.transport });
  const connecting = client.connect({ timeout: 20 });
  const connection = await hub.next();
  await connection.read();
  await connection.send({ type: 4, data: HOLD });
  await assertRejects(() => connecting, OnHoldError);
});

Deno.test("Client on hold for long verifies again on a new connection", async () => {
  const hub = new FakeHub();
  await using client = new Client("alpha", {
    transport: hub.transport,
    holdTimeout: 5,
    reconnect: { minDelay: 1, maxDelay: 2 },
  });
  const ready = client.connect();
  const first = await hub.next();
  await first.read();
  await first.send({ type: 4, data: HOLD });
  const second = await hub.next();
  await first.ended();
  await second.accept();
  await ready;
});

Deno.test("Client request() writes what winerp writes and resolves with the data", async () => {
  const { client, connection } = await connected();
  const answer = client.request("beta", "greet", {
    name: "zoë",
    id: 2n ** 60n,
  });
  const text = await connection.readText();
  const { uuid } = JSON.parse(text);
  assert(UUID_REGEXP.test(uuid));
  assertEquals(
    text,
    `{"id":"alpha","type":2,"route":"greet","traceback":null,"data":{"name":"zoë","id":1152921504606846976},"uuid":"${uuid}","destination":"beta","pseudo_object":null}`,
  );
  await connection.send(
    text.replace('"type":2', '"type":3').replace('"zoë"', "2.0"),
  );
  assertEquals(await answer, { name: 2, id: 2n ** 60n });
  await client.close();
});

Deno.test("Client request() gives falsy answers as they are", async () => {
  const { client, connection } = await connected();
  for (const data of [0, "", [], null, false, {}]) {
    const answer = client.request("beta", "greet");
    await connection.answer(await connection.read(), data);
    assertEquals(await answer, data);
  }
  await client.close();
});

Deno.test("Client request() matches answers by uuid, in any order, each once", async () => {
  const { client, connection } = await connected();
  const answers = ["a", "b", "c"].map((n) => client.request("beta", n));
  const questions = [];
  for (const _ of answers) questions.push(await connection.read());
  assertEquals(new Set(questions.map((q) => q.uuid)).size, 3);
  for (const question of questions.reverse()) {
    await connection.answer(question, question.route);
    await connection.answer(question, "again");
  }
  assertEquals(await Promise.all(answers), ["a", "b", "c"]);
  await client.close();
});

Deno.test("Client request() rejects with the text of the other end", async () => {
  const { client, connection } = await connected();
  const errors: unknown[] = [];
  client.addEventListener("error", ({ detail }) => errors.push(detail));
  for (const data of ["Destination not found.", "Route not found", "kaput"]) {
    const answer = client.request("beta", "greet");
    const question = await connection.read();
    await connection.send({
      ...question,
      type: 4,
      data,
      traceback: "Traceback (most recent call last): …",
    });
    const error = await assertRejects(() => answer, RemoteError);
    assertEquals(error.message, data);
  }
  assertEquals(errors, []);
  await client.close();
});

Deno.test("Client request() times out, forgets the call, and ignores the late answer", async () => {
  const { client, connection } = await connected();
  const slow = client.request("beta", "greet", {}, { timeout: 20 });
  const patient = client.request("beta", "wait");
  const quick = client.request("beta", "greet", {}, { timeout: 5 });
  const questions = [];
  for (let i = 0; i < 3; i++) questions.push(await connection.read());
  const error = await assertRejects(() => quick, TimeoutError);
  assertEquals(error.message, 'No answer from "beta" to "greet" within 5 ms');
  await assertRejects(() => slow, TimeoutError);
  for (const question of questions) await connection.answer(question, "late");
  assertEquals(await patient, "late");
  assertEquals(client.state, "open");
  await client.close();
});

Deno.test("Client hears of an error that answers nothing, and of no late or second answer", async () => {
  const { client, connection } = await connected();
  const errors: string[] = [];
  client.addEventListener(
    "error",
    ({ detail }) => errors.push(`${detail.error}`),
  );
  const late = client.request("beta", "greet", {}, { timeout: 5 });
  const question = await connection.read();
  await assertRejects(() => late, TimeoutError);
  const stopped = new AbortController();
  const aborted = client.request("beta", "greet", {}, stopped);
  const other = await connection.read();
  stopped.abort();
  await assertRejects(() => aborted, DOMException);
  for (const each of [question, other, question]) {
    await connection.send({ ...each, type: 4, data: "kaput" });
  }
  await connection.send({ type: 4, data: "The hub is tired." });
  assertEquals(await pingPong(client, connection), true);
  assertEquals(errors, ["RemoteError: The hub is tired."]);
  await client.close();
});

Deno.test("Client request() ends with the reason of its signal", async () => {
  const { client, connection } = await connected();
  const reason = new Error("enough");
  assertEquals(
    await client.request("beta", "greet", {}, {
      signal: AbortSignal.abort(reason),
    }).catch((error) => error),
    reason,
  );
  const controller = new AbortController();
  const { signal } = controller;
  const answer = client.request("beta", "greet", {}, { signal });
  const question = await connection.read();
  controller.abort(reason);
  assertEquals(await answer.catch((error) => error), reason);
  await connection.answer(question, "late");
  assertEquals(await pingPong(client, connection), true);
  await client.close();
});

Deno.test("Client request() refuses what would end the connection, before it is sent", async () => {
  const { client, connection } = await connected({ maxSentBytes: 1000 });
  const deep = JSON.parse("[".repeat(251) + "]".repeat(251));
  const cases: [object, ErrorConstructor, string][] = [
    [{ n: NaN }, RangeError, "Cannot send NaN"],
    [{ n: Infinity }, RangeError, "Cannot send Infinity"],
    [{ n: 2n ** 64n }, RangeError, "64 bits"],
    [{ deep }, RangeError, "250 levels"],
    [[1], TypeError, "must be an object"],
    [null as unknown as object, TypeError, "must be an object"],
    [{ text: "é".repeat(500) }, Error, "larger than 1000 bytes"],
  ];
  for (const [data, type, text] of cases) {
    await assertRejects(() => client.request("beta", "x", data), type, text);
  }
  await assertRejects(
    () => client.request("beta", "x", {}, { timeout: -1 }),
    RangeError,
    "timeout must be more than 0",
  );
  const answer = client.request("b\ud800", "r\udc00", { "\ud800": "\udc00" });
  const question = await connection.read();
  assertEquals(
    [question.destination, question.route, question.data],
    ["b\ufffd", "r\ufffd", { "\ufffd": "\ufffd" }],
  );
  await connection.answer(question, "ok");
  assertEquals(await answer, "ok");
  await client.close();
});

Deno.test("Client takes every length of time, and checks it", async () => {
  const names = ["timeout", "connectTimeout", "holdTimeout"] as const;
  for (const ms of [NaN, -1, 0]) {
    for (const name of names) {
      assertThrows(() => new Client("a", { [name]: ms }), RangeError, name);
    }
    for (const name of ["interval", "timeout"]) {
      const heartbeat = { [name]: ms };
      assertThrows(
        () => new Client("a", { heartbeat }),
        RangeError,
        `heartbeat.${name}`,
      );
    }
    assertThrows(() => new SharedObject({}, {}, { expiry: ms }), RangeError);
    const { client } = await connected();
    const options = { timeout: ms };
    for (
      const wait of [
        () => client.request("b", "r", {}, options),
        () => client.ping("b", options),
        () => client.waitFor("hold", options),
        () => new Client("a").connect(options),
        () => new Client("a").ready(options),
      ]
    ) await assertRejects(wait, RangeError, "timeout");
    await client.close();
  }
  for (const ms of [2 ** 31, 2 ** 32, Infinity]) {
    const { client, connection } = await connected({
      timeout: ms,
      connectTimeout: ms,
      holdTimeout: ms,
      heartbeat: { interval: ms, timeout: ms },
    });
    client.route("share", () => new SharedObject({}, {}, { expiry: ms }));
    await connection.send(request("share").replaceAll("beta", "alpha"));
    assertEquals((await connection.read()).type, 3);
    const answer = client.request("b", "r");
    const question = await connection.read();
    assertEquals(question.type, 2, "No sign of life was asked for");
    // A timer that wraps around ends after a millisecond.
    await new Promise((resolve) => setTimeout(resolve, 30));
    await connection.answer(question, ms === Infinity ? "never" : ms);
    assertEquals(await answer, ms === Infinity ? "never" : ms);
    assertEquals(client.state, "open");
    await client.close();
  }
});

Deno.test("Client request() refuses one more than maxInFlight", async () => {
  const { client, connection } = await connected({ maxInFlight: 2 });
  const answers = [1, 2].map(() => client.request("beta", "greet"));
  await assertRejects(
    () => client.request("beta", "greet"),
    LimitError,
    "2 calls wait already",
  );
  for (const answer of answers) {
    await connection.answer(await connection.read(), 1);
    assertEquals(await answer, 1);
  }
  const more = client.ping();
  await connection.answer(await connection.read(), 1);
  await more;
  await client.close();
});

Deno.test("Client fails all open calls at once at a disconnect, and never sends them again", async () => {
  const { client, hub, connection } = await connected();
  const order: string[] = [];
  client.addEventListener("disconnect", () => order.push("disconnect"));
  const calls = [client.request("beta", "greet"), client.ping("beta")];
  const ended = Promise.allSettled(calls).then((results) => {
    order.push("calls");
    return results;
  });
  const first = await connection.read();
  await connection.read();
  const lost = client.waitFor("disconnect");
  await connection.transport.close(new CloseError(1012));
  for (const result of await ended) {
    assert(result.status === "rejected");
    assert(result.reason instanceof NotConnectedError);
    assert((result.reason.cause as CloseError).code === 1012);
  }
  assertEquals(((await lost).error as CloseError).code, 1012);
  await assertRejects(() => client.request("beta", "greet"), NotConnectedError);

  const next = await hub.next();
  const ready = client.waitFor("ready");
  await next.accept();
  await ready;
  const again = client.request("beta", "again");
  const question = await next.read();
  assertEquals(question.route, "again");
  assertNotEquals(question.uuid, first.uuid);
  await next.answer(first, "a stranger's guess");
  await next.answer(question, "fine");
  assertEquals(await again, "fine");
  await client.close();
});

Deno.test("Client without reconnect is idle after a disconnect, and can connect again", async () => {
  const { client, hub, connection } = await connected({ reconnect: false });
  const lost = client.waitFor("disconnect");
  await connection.transport.close();
  assertEquals(await lost, { error: undefined });
  await Promise.resolve();
  assertEquals(client.state, "closed");
  const ready = client.connect();
  await (await hub.next()).accept();
  await ready;
  await client.close();
});

Deno.test("Client close() ends everything at once and stays closed", async () => {
  const { client, connection } = await connected();
  const call = client.request("beta", "greet");
  const wait = client.waitFor("information");
  const disconnect = client.waitFor("disconnect");
  const loop = Array.fromAsync(client.information());
  await connection.read();
  await Promise.all([
    client.close(),
    client.close(),
    assertRejects(() => call, NotConnectedError, "the client is closed"),
    assertRejects(() => wait, NotConnectedError, "the client is closed"),
  ]);
  assertEquals(await disconnect, { error: undefined });
  assertEquals(await loop, []);
  await connection.ended();
  assertEquals(client.state, "closed");
  for (
    const call of [
      () => client.connect(),
      () => client.request("beta", "greet"),
      () => client.inform("x"),
      () => client.waitFor("ready"),
    ]
  ) await assertRejects(call, NotConnectedError, "the client is closed");
  assertEquals(await Array.fromAsync(client.information()), []);
  await client.close();
});

Deno.test("Client close() ends connect(), and the wait for the next attempt", async () => {
  const client = new Client("alpha", {
    transport: () => Promise.reject(new Error("no")),
    reconnect: { minDelay: 60_000, maxDelay: 60_000 },
  });
  const failed = client.waitFor("error");
  const connecting = client.ready();
  await failed;
  await Promise.all([
    client.close(),
    assertRejects(() => connecting, NotConnectedError, "the client is closed"),
  ]);
});

Deno.test("Client inform() writes what winerp writes", async () => {
  const { client, connection } = await connected();
  const start = '{"id":"alpha","type":6,"route":';
  const end =
    ',"traceback":null,"data":{"k":[1,2,3]},"uuid":null,"destination":null,"pseudo_object":null}';
  const data = { k: [1, 2, 3] };
  await client.inform(data, ["beta", "nobody"]);
  assertEquals(
    await connection.readText(),
    `${start}["beta","nobody"]${end}`,
  );
  await client.inform(data, "beta");
  assertEquals(await connection.readText(), `${start}["beta"]${end}`);
  await client.inform(data);
  assertEquals(await connection.readText(), `${start}[]${end}`);
  await client.close();
});

Deno.test("Client inform() to an empty list tells nobody, not everybody", async () => {
  const { client, connection } = await connected();
  await client.inform("secret", []);
  assertEquals(await pingPong(client, connection), true);
  await client.close();
});

Deno.test("Client inform() refuses what a client in Python drops unseen", async () => {
  const { client } = await connected();
  for (const data of [undefined, null, 0, -0, 0n, "", false, [], {}]) {
    await assertRejects(
      () => client.inform(data),
      TypeError,
      "drop it without notice",
    );
  }
  await client.close();
});

Deno.test("Client ping() asks for the hub, or for a name", async () => {
  const { client, connection } = await connected();
  const hub = client.ping();
  let question = await connection.read();
  assertEquals([question.type, question.destination], [5, null]);
  await connection.send({ ...question, data: { success: true } });
  assertEquals(await hub, true);
  const nobody = client.ping("nobody", { timeout: 1000 });
  question = await connection.read();
  assertEquals([question.type, question.destination], [5, "nobody"]);
  await connection.send({ ...question, data: { success: false } });
  assertEquals(await nobody, false);
  await client.close();
});

Deno.test("Client route() answers with what its handler returns", async () => {
  const { client, connection } = await connected({}, "beta");
  const routes: Record<string, () => unknown> = {
    sync: () => "hello",
    async: () => Promise.resolve([1n]),
    zero: () => 0,
    empty: () => "",
    none: () => undefined,
    no: () => false,
  };
  const results: Record<string, unknown> = {
    sync: "hello",
    async: [1],
    zero: 0,
    empty: "",
    none: null,
    no: false,
  };
  for (const [name, handler] of Object.entries(routes)) {
    client.route(name, handler);
    await connection.send(request(name));
    assertEquals(
      await connection.readText(),
      `{"id":"beta","type":3,"route":"${name}","traceback":null,"data":${
        JSON.stringify(results[name])
      },"uuid":"u1","destination":"alpha","pseudo_object":null}`,
    );
  }
  await client.close();
});

Deno.test("Client route() tells its handler the data and who asks", async () => {
  const { client, connection } = await connected({}, "beta");
  const seen: unknown[] = [];
  client.route("greet", (data, { source, route, client }) => {
    seen.push(data, source, route, client.name);
  });
  await connection.send(request("greet", { name: "zoë", id: 1 }));
  await connection.read();
  await connection.send(request("greet", null));
  await connection.read();
  assertEquals(seen, [
    { name: "zoë", id: 1 },
    "alpha",
    "greet",
    "beta",
    {},
    "alpha",
    "greet",
    "beta",
  ]);
  await client.close();
});

Deno.test("Client ends a request at once whatever its error is", async () => {
  const { client, connection } = await connected({}, "beta");
  const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
  for (const [data, text] of [[deep, "unreadable error"], ["[1]", "[1]"]]) {
    const call = client.request("alpha", "greet", {}, { timeout: 600_000 });
    const outcome = assertRejects(() => call, RemoteError, text);
    const { uuid } = await connection.read();
    await connection.send(`{"type":4,"uuid":"${uuid}","data":${data}}`);
    await outcome;
  }
  await client.close();
});

Deno.test("Client answers an unknown route to who asked, and goes on", async () => {
  const { client, connection } = await connected({}, "beta");
  const error = {
    id: "beta",
    type: 4,
    traceback: "Route not found",
    data: "Route not found",
    uuid: "u1",
    destination: "alpha",
    pseudo_object: null,
  };
  client.route("greet", () => "hello");
  for (const route of ["nope", "__proto__", "constructor", "toString"]) {
    await connection.send(request(route));
    assertEquals(await connection.read(), { ...error, route });
  }
  assert(client.removeRoute("greet"));
  assert(!client.removeRoute("greet"));
  await connection.send(request("greet"));
  assertEquals(await connection.read(), { ...error, route: "greet" });
  await client.close();
});

Deno.test("Client route() refuses a second handler of one name", async () => {
  const client = new Client("beta").route("greet", () => 1);
  assertThrows(() => client.route("greet", () => 2), TypeError, "exists");
  await client.close();
});

Deno.test("Client shows a requester the message of a RouteError only", async () => {
  const { client, connection } = await connected({}, "beta");
  const failed: unknown[] = [];
  client.addEventListener("error", ({ detail }) => failed.push(detail.error));
  const secret = new Error("/home/zoë/secret");
  client.route("refuse", () => {
    throw new RouteError("Amount must be positive");
  });
  client.route("break", () => Promise.reject(secret));
  client.route("cycle", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    return cycle;
  });
  client.route("large", () => "x".repeat(3 * 1024 * 1024));
  const texts: unknown[] = [];
  for (const route of ["refuse", "break", "cycle", "large"]) {
    await connection.send(request(route));
    const { type, data, traceback } = await connection.read();
    assertEquals([type, traceback], [4, data]);
    texts.push(data);
  }
  assertEquals(texts, [
    "Amount must be positive",
    "Route failed",
    "Route failed",
    "Message is larger than 2097152 bytes",
  ]);
  assertEquals(failed.length, 3);
  assertEquals(failed[0], secret);
  await client.close();
});

Deno.test("Client with exposeErrors shows every message, and never a stack", async () => {
  const { client, connection } = await connected({ exposeErrors: true });
  client.route("boom", () => {
    throw new TypeError("kaput");
  });
  await connection.send(request("boom"));
  const { data, traceback } = await connection.read();
  assertEquals([data, traceback], ["kaput", "kaput"]);
  await client.close();
});

Deno.test("Client runs handlers at the same time, but no more than maxHandlers", async () => {
  const { client, connection } = await connected({ maxHandlers: 2 });
  const gates = [1, 2].map(() => Promise.withResolvers<string>());
  let running = 0;
  client.route("wait", () => gates[running++]!.promise);
  for (const uuid of ["u1", "u2", "u3"]) {
    await connection.send(request("wait").replace("u1", uuid));
  }
  const refused = await connection.read();
  assertEquals([refused.uuid, refused.data], ["u3", "Too many requests"]);
  gates[1]!.resolve("second");
  assertEquals((await connection.read()).uuid, "u2");
  gates[0]!.resolve("first");
  assertEquals((await connection.read()).uuid, "u1");
  client.route("next", () => "room");
  await connection.send(request("next"));
  assertEquals((await connection.read()).data, "room");
  await client.close();
});

Deno.test("Client aborts handlers at a disconnect, and their answers go nowhere", async () => {
  const { client, hub, connection } = await connected({}, "beta");
  const gate = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<unknown>();
  client.route("slow", async (_data, { signal }) => {
    signal.addEventListener("abort", () => aborted.resolve(signal.reason));
    await gate.promise;
    return "late";
  });
  await connection.send(request("slow"));
  await connection.transport.close(new CloseError(1011));
  assert(await aborted.promise instanceof NotConnectedError);
  const next = await hub.next();
  const ready = client.waitFor("ready");
  await next.accept();
  await ready;
  gate.resolve();
  await gate.promise;
  assertEquals(await pingPong(client, next), true);
  await client.close();
});

Deno.test("Client answers a requester without a name, early and late", async () => {
  const { client, connection } = await connected({}, "beta");
  const sources: string[] = [];
  client.route("greet", (_data, { source }) => {
    sources.push(source);
    return sources.length === 1
      ? "hello"
      : new Promise((resolve) => setTimeout(resolve, 600, "late"));
  });
  for (const answer of ["hello", "late"]) {
    connection.send({
      type: 2,
      id: "beta",
      route: "greet",
      data: {},
      uuid: answer,
      destination: null,
    });
    const { type, uuid, data, destination } = await connection.read();
    assertEquals([type, uuid, data, destination], [3, answer, answer, null]);
  }
  assertEquals(sources, ["", ""]);
  await client.close();
});

Deno.test("Client asks whether a requester is still there before a late answer", async () => {
  const { client, connection } = await connected({}, "beta");
  client.route("slow", () => {
    const until = performance.now() + 510;
    while (performance.now() < until);
    return "late";
  });
  for (const success of [true, false]) {
    await connection.send(request("slow"));
    const ping = await connection.read();
    assertEquals([ping.type, ping.destination], [5, "alpha"]);
    await connection.send({ ...ping, data: { success } });
    if (success) assertEquals((await connection.read()).data, "late");
  }
  assertEquals(await pingPong(client, connection), true);
  await client.close();
});

Deno.test("Client survives whatever comes in", async () => {
  const { client, connection } = await connected({}, "beta");
  client.route("greet", () => "hello");
  const errors: unknown[] = [];
  client.addEventListener("error", ({ detail }) => errors.push(detail.error));
  const junk = [
    "",
    "nonsense",
    "null",
    "[]",
    "12",
    "{}",
    '{"type":99}',
    '{"type":"2"}',
    '{"type":null}',
    '{"type":1,"id":"x"}',
    '{"type":2}',
    '{"type":2,"route":["a"],"destination":"alpha"}',
    '{"type":2,"route":"greet","destination":{}}',
    '{"type":3}',
    '{"type":3,"uuid":{}}',
    '{"type":4,"data":{"a":1}}',
    '{"type":5,"uuid":7}',
    '{"type":6}',
    '{"type":7}',
    '{"type":7,"id":[]}',
  ];
  for (const text of junk) await connection.send(text);
  await connection.send(request("greet").replace('"u1"', '[["u1"]]'));
  // Function calls without a name to answer to were ignored.
  assertEquals((await connection.read()).uuid, null);
  await connection.send(request("greet").replace('"u1"', "7"));
  assertEquals((await connection.read()).uuid, 7);
  assertEquals(
    errors.map((error) => (error as Error).name),
    [...Array(5).fill("SyntaxError"), "RemoteError"],
  );
  await client.close();
});

Deno.test("Client accepts types by value, as winerp does", async () => {
  const { client, connection } = await connected({}, "beta");
  client.route("greet", () => "hello");
  await connection.send(request("greet").replace('"type":2', '"type": 2.0'));
  assertEquals((await connection.read()).data, "hello");
  await client.close();
});

Deno.test("Client notices a hub that is frozen", async () => {
  const { client, hub, connection } = await connected({
    heartbeat: { interval: 5, timeout: 10 },
  });
  const lost = client.waitFor("disconnect");
  const beat = await connection.read();
  assertEquals([beat.type, beat.destination], [5, null]);
  await connection.send({ ...beat, data: { success: true } });
  assertEquals((await connection.read()).type, 5);
  assert((await lost).error instanceof TimeoutError);
  await (await hub.next()).accept();
  await client.close();
});

Deno.test("Client takes anything that comes in for a sign of life", async () => {
  const { client, connection } = await connected({
    heartbeat: { interval: 5, timeout: 30 },
  });
  let disconnects = 0;
  client.addEventListener("disconnect", () => disconnects++);
  for (let beats = 0; beats < 12; beats++) {
    await connection.read();
    await connection.send({ type: 6, id: "beta", data: beats });
  }
  assertEquals(disconnects, 0);
  await client.close();
});

Deno.test("Client on hold beats on, and takes a refusal for a sign of life", async () => {
  const hub = new FakeHub();
  await using client = new Client("alpha", {
    transport: hub.transport,
    heartbeat: { interval: 5, timeout: 20 },
  });
  const ready = client.connect();
  const connection = await hub.next();
  await connection.read();
  await connection.send({ type: 4, data: HOLD });
  for (let beats = 0; beats < 8; beats++) {
    const beat = await connection.read();
    await connection.send({ ...beat, type: 4, data: "Not authorized." });
  }
  await connection.send({ type: 0 });
  await ready;
});

Deno.test("Client asks its functions for url and token at each attempt", async () => {
  const seen: (string | null)[] = [];
  const server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    seen.push(request.headers.get("authorization"));
    return new Response("no", { status: 401 });
  });
  let asked = 0;
  const client = new Client("alpha", {
    url: () => Promise.resolve(`ws://127.0.0.1:${server.addr.port}`),
    token: () => `t${++asked}`,
  });
  for (let i = 0; i < 2; i++) {
    await assertRejects(() => client.connect(), NotConnectedError);
  }
  assertEquals(seen, ["Bearer t1", "Bearer t2"]);
  await client.close();
  await server.shutdown();
});

Deno.test("Client in a browser sends its token as a subprotocol", async () => {
  const seen: string[] = [];
  const server = Deno.serve({ port: 0, onListen() {} }, ({ url, headers }) => {
    seen.push(
      new URL(url).search,
      String(headers.get("authorization")),
      String(headers.get("sec-websocket-protocol")),
    );
    return new Response("no", { status: 401 });
  });
  const url = `ws://127.0.0.1:${server.addr.port}/?room=1`;
  const client = new Client("alpha", { url, token: "a&b(1)" });
  const value = "Mozilla/5.0";
  Object.defineProperty(navigator, "userAgent", { value, configurable: true });
  try {
    await assertRejects(() => client.connect(), NotConnectedError);
  } finally {
    Reflect.deleteProperty(navigator, "userAgent");
  }
  assertEquals(seen, ["?room=1", "null", "winerp, bearer.a%26b%281%29"]);
  await client.close();
  await server.shutdown();
});

Deno.test("Client comes in by every carrier of a hub, with the token", async () => {
  const dir = await Deno.makeTempDir();
  const token = "s3cret";
  const options = { port: 0, tcpPort: 0, unixPath: `${dir}/hub`, token };
  await using hub = await serve(options);
  assertEquals(hub.urls.length, 3);
  for (const url of hub.urls) {
    await using client = new Client("alpha", { url, token: () => token });
    await client.connect();
    assert(await client.ping("alpha"));
    await using stranger = new Client("eve", { url, token: "guess" });
    await assertRejects(() => stranger.connect(), Error);
  }
  await hub.close();
  await Deno.remove(dir, { recursive: true });
});

Deno.test("Client comes back when its hub has restarted", async () => {
  const first = await serve({ port: 0 });
  const url = first.urls[0];
  const { port } = new URL(url);
  await using beta = new Client("beta", { url, reconnect: { minDelay: 1 } });
  beta.route("greet", () => "hello");
  await using alpha = new Client("alpha", { url, reconnect: { minDelay: 1 } });
  await Promise.all([alpha.connect(), beta.connect()]);
  const lost = alpha.waitFor("disconnect");
  await first.close();
  await lost;
  const ready = [alpha, beta].map((client) => client.waitFor("ready"));
  await using _second = await serve({ port: Number(port) });
  await Promise.all(ready);
  assertEquals(await alpha.request("beta", "greet"), "hello");
});

Deno.test("Client connect() tells a wrong URL from a hub that is not there", async () => {
  for (const url of ["http://127.0.0.1", "nonsense"]) {
    await using client = new Client("alpha", { url });
    await assertRejects(() => client.connect(), TypeError);
  }
  await using client = new Client("alpha", { url: "unix:/nowhere/hub" });
  await assertRejects(() => client.connect(), Error, "to unix:/nowhere/hub: ");
});

/** A request as the hub passes it on. */
function request(route: string, data: unknown = {}): string {
  return JSON.stringify({
    id: "beta",
    type: 2,
    route,
    data,
    traceback: null,
    uuid: "u1",
    destination: "alpha",
    pseudo_object: null,
  });
}

/** Whether the next thing that the client says is a ping, and it is alive. */
async function pingPong(
  client: Client,
  connection: Awaited<ReturnType<typeof connected>>["connection"],
): Promise<boolean> {
  const alive = client.ping();
  const ping = await connection.read();
  assertEquals(ping.type, 5);
  await connection.send({ ...ping, data: { success: true } });
  return await alive;
}

Deno.test("Client ready() says why there is no connection", async () => {
  const cases = [
    [401, NotConnectedError, "401 Unauthorized"],
    [503, TimeoutError, "503 Service Unavailable"],
  ] as const;
  for (const [status, type, why] of cases) {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response(null, { status }),
    );
    const url = `ws://127.0.0.1:${server.addr.port}`;
    await using client = new Client("alpha", { url });
    client.addEventListener("error", () => {});
    const error = await assertRejects(
      () => client.ready({ timeout: 1_000 }),
      type,
      why,
    );
    assertEquals((error.cause as HandshakeError).status, status);
    await assertRejects(
      () => client.request("beta", "greet"),
      NotConnectedError,
      why,
    );
  }
});

Deno.test("Client route() takes functions only", () => {
  const client = new Client("alpha");
  for (const handler of [undefined, null, "x", {}]) {
    assertThrows(
      () => client.route("greet", handler as never),
      TypeError,
      '"greet" is not a function',
    );
  }
});

Deno.test("Client answers once, whatever a route throws or returns", async () => {
  const thrown = oddThrown();
  const fail = () => {
    throw null;
  };
  const returned = [
    revoked(),
    { then: fail },
    { toJSON: fail },
  ];
  for (const exposeErrors of [false, true]) {
    const { client, connection } = await connected({ exposeErrors });
    const errors: unknown[] = [];
    client.addEventListener(
      "error",
      ({ detail }) => errors.push(detail.error),
    );
    const routes: string[] = [];
    const add = (name: string, handler: () => never) => {
      client.route(name, handler);
      routes.push(name);
    };
    for (const [i, error] of thrown.entries()) {
      add(`throw${i}`, () => {
        throw error;
      });
      add(`reject${i}`, () => Promise.reject(error) as never);
    }
    for (const [i, result] of returned.entries()) {
      add(`return${i}`, () => result as never);
    }
    for (const route of routes) {
      await connection.send(request(route));
      assertEquals((await connection.read()).type, 4, route);
    }
    assertEquals(errors.length, routes.length);
    client.route("twice", () => ({
      then: (done: (value: number) => void) => [done(1), done(2)],
    }));
    await connection.send(request("twice"));
    assertEquals((await connection.read()).data, 1);
    await client.close();
  }
});

Deno.test("Client reports why it could not connect, whatever was thrown", async () => {
  for (const reconnect of [false, { minDelay: 1, maxDelay: 2 }] as const) {
    const client = new Client("alpha", {
      transport: () => Promise.reject(revoked()),
      reconnect,
    });
    await assertRejects(() => client.connect(), Error, "unreadable error");
    await client.close();
    assertEquals(client.state, "closed");
  }
});

Deno.test("Client logs when it is open, lost, and what fails, one line each", async () => {
  const lines: string[] = [];
  const write = (level: string) => (line: string) =>
    lines.push(`${level} ${line}`);
  const { serve } = await import("../serve.ts");
  await using server = await serve({ port: 0 });
  await using client = new Client("alpha", {
    url: server.urls[0],
    reconnect: false,
    logger: {
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
    },
  });
  client.route("fail", () => {
    throw new Error("two\nlines");
  });
  await client.connect();
  await using beta = new Client("beta", { url: server.urls[0] });
  await beta.connect();
  await beta.request("alpha", "fail").catch(() => {});
  const lost = client.waitFor("disconnect");
  await server.close();
  await lost;
  assertEquals(lines.slice(0, 2), [
    'info Client "alpha" is open',
    'error Client "alpha" had an error: Error: two lines',
  ]);
  assertMatch(lines[2]!, /^warn Client "alpha" lost its connection: [^\n]+$/);
});

Deno.test("Client tells those who wait or connect at any moment of its end what has become of it", async () => {
  using time = new FakeTime();
  for (const act of ["connect", "ready"] as const) {
    for (let moment = 0; moment < 20; moment++) {
      await using client = new Client("alpha", {
        transport: () => Promise.reject(new Error("refused")),
        reconnect: false,
      });
      client.connect().catch(() => {});
      for (let i = 0; i < moment; i++) await Promise.resolve();
      let said = "nothing";
      client[act]().catch((error) => said = error.message);
      await time.tick(1_000);
      assertMatch(
        said,
        /refused|client is (connecting|waiting) already/,
        `${act}() after ${moment} microtasks`,
      );
    }
  }
});
