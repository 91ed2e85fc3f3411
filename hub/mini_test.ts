// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  FakeTime,
  oddThrown,
  revoked,
  serveSockets,
} from "@wirekit/internal/testing";
import * as full from "./client.ts";
import type { ClientEvents, ClientEventType } from "./client/events.ts";
import {
  Client,
  type ClientOptions,
  connect,
  LimitError,
  NotConnectedError,
  OnHoldError,
  RemoteError,
  RouteError,
  TimeoutError,
} from "./mini.ts";
import { serve } from "./serve.ts";

const never = () => new Promise<never>(() => {});
const BIG = 9007199254740993n;

/** Waits for an event. */
function next<K extends ClientEventType>(
  client: Client,
  type: K,
): Promise<ClientEvents[K]> {
  return new Promise((resolve) =>
    client.addEventListener(type, ({ detail }) => resolve(detail), {
      once: true,
    })
  );
}

/** A hub, and a full client that answers. */
async function start(options: Parameters<typeof serve>[0] = {}) {
  const hub = await serve({ port: 0, ...options });
  const url = hub.urls[0]!;
  const beta = new full.Client("beta", {
    url,
    ...options.token && { token: options.token as string },
  });
  beta.route("greet", ({ name }, { source }) => `hello ${name} from ${source}`);
  beta.route("echo", ({ value }) => value);
  beta.route("never", never);
  beta.route("refuse", () => {
    throw new full.RouteError("not today");
  });
  await beta.connect();
  return {
    url,
    port: hub.addr.port,
    beta,
    async [Symbol.asyncDispose]() {
      await beta.close();
      await hub.close();
    },
  };
}

Deno.test("connect() of mini asks other clients", async () => {
  await using hub = await start();
  await using alpha = await connect(hub.url, { name: "alpha" });
  assertEquals([alpha.name, alpha.state], ["alpha", "open"]);
  assertEquals(
    await alpha.request("beta", "greet", { name: "zoë" }),
    "hello zoë from alpha",
  );
  for (const value of [BIG, [1, { a: null }], "\u{1f600}", 0.5, null]) {
    assertEquals(await alpha.request("beta", "echo", { value }), value);
  }
  assertEquals(
    await alpha.request("beta", "echo", { value: "\ud83d" }),
    "\ufffd",
  );
  interface Beta {
    greet(data: { name: string }): string;
  }
  const greeting: string = await alpha.remote<Beta>("beta").greet({
    name: "remote",
  });
  assertEquals(greeting, "hello remote from alpha");
  assertEquals(await alpha.ping(), true);
  assertEquals(await alpha.ping("beta"), true);
  assertEquals(await alpha.ping("nobody"), false);
});

Deno.test("Client of hub/mini has the errors of the full one", async () => {
  await using hub = await start();
  await using alpha = await connect(hub.url, {
    name: "alpha",
    maxInFlight: 2,
  });
  const error = await assertRejects(
    () => alpha.request("nobody", "greet"),
    RemoteError,
    "Destination not found.",
  );
  assertInstanceOf(error, full.RemoteError);
  await assertRejects(
    () => alpha.request("beta", "no"),
    RemoteError,
    "Route not",
  );
  await assertRejects(
    () => alpha.request("beta", "refuse"),
    RemoteError,
    "not today",
  );
  await assertRejects(
    () => alpha.request("beta", "never", {}, { timeout: 20 }),
    TimeoutError,
    'No answer from "beta" to "never" within 20 ms',
  );
  const stop = new AbortController();
  const { signal } = stop;
  const calls = [1, 2].map(() =>
    alpha.request("beta", "never", {}, { signal })
  );
  await assertRejects(() => alpha.ping(), LimitError, "maxInFlight");
  stop.abort(new Error("enough"));
  for (const call of calls) await assertRejects(() => call, Error, "enough");
  await assertRejects(
    () => alpha.request("beta", "echo", { value: "x".repeat(2_100_000) }),
    LimitError,
    "Message is larger than 2097152 bytes",
  );
  await assertRejects(
    () => alpha.request("beta", "echo", { value: NaN }),
    RangeError,
    "NaN",
  );
  const deep = JSON.parse("[".repeat(251) + "]".repeat(251));
  await assertRejects(
    () => alpha.request("beta", "echo", { deep }),
    RangeError,
    "more than 250 levels",
  );
  await assertRejects(
    () => alpha.request("beta", "echo", { value: 2n ** 64n }),
    RangeError,
    "64 bits",
  );
  await assertRejects(
    () => alpha.request("beta", "a", [] as object),
    TypeError,
  );
  await assertRejects(
    () => alpha.request("", "a"),
    TypeError,
    "A name must be",
  );
  await assertRejects(
    () => alpha.request("beta", 7 as never),
    TypeError,
    "A name must be a non-empty string: got 7",
  );
  await assertRejects(
    () => alpha.request("beta", undefined as never),
    TypeError,
    "got undefined",
  );
  await assertRejects(() => alpha.inform("x", [7 as never]), TypeError, "name");
  await alpha.close();
  await assertRejects(
    () => alpha.request("beta", "greet"),
    NotConnectedError,
    "is closed",
  );
});

Deno.test("Client of hub/mini answers others, and hears information", async () => {
  await using hub = await start();
  const failures: unknown[] = [];
  interface Page {
    add(data: { a: number; b: number }): number;
    who(): string;
    fail(): void;
    refuse(): void;
    nan(): number;
    never(): void;
    back(): unknown;
  }
  await using page = await connect<Page>(hub.url, {
    name: "page",
    maxHandlers: 1,
    routes: {
      add: ({ a, b }) => a + b,
      who: (_data, { source, route, client }) =>
        `${source} ${route} ${client.name}`,
      fail: () => {
        throw new Error("secret of the page");
      },
      refuse: () => {
        throw new RouteError("not here");
      },
      nan: () => NaN,
      never,
    },
  });
  page.addEventListener("error", ({ detail }) => failures.push(detail.error));
  const { beta } = hub;
  const ask = (route: string, data = {}) => beta.request("page", route, data);
  assertEquals(await ask("add", { a: 1, b: 2 }), 3);
  assertEquals(await ask("who"), "beta who page");
  await assertRejects(() => ask("refuse"), RemoteError, "not here");
  await assertRejects(() => ask("fail"), RemoteError, "Route failed");
  await assertRejects(() => ask("nan"), RemoteError, "Route failed");
  await assertRejects(() => ask("toString"), RemoteError, "Route not found");
  assertEquals(failures.map(String), [
    "Error: secret of the page",
    "RangeError: Cannot send NaN: JSON has no such number",
  ]);
  const open = assertRejects(() => ask("never"), Error);
  await assertRejects(() => ask("add"), RemoteError, "Too many requests");

  const heard = next(page as unknown as Client, "information");
  await beta.inform({ shop: "open" });
  assertEquals(await heard, { data: { shop: "open" }, source: "beta" });
  const told = beta.waitFor("information");
  await page.inform({ nobody: true }, []);
  await page.inform({ other: true }, "gamma");
  await page.inform({ to: "beta" }, ["beta"]);
  assertEquals(await told, { data: { to: "beta" }, source: "page" });
  await page.close();
  await open;
});

Deno.test("Client of hub/mini shows errors only if it is told to", async () => {
  await using hub = await start();
  await using _page = await connect(hub.url, {
    name: "page",
    exposeErrors: true,
    routes: {
      fail: () => {
        throw new Error("shown");
      },
    },
  });
  await assertRejects(
    () => hub.beta.request("page", "fail"),
    RemoteError,
    "shown",
  );
});

Deno.test("Client of hub/mini waits for a name that another has", async () => {
  await using hub = await start();
  await using page = new Client(hub.url, { name: "beta" });
  await next(page, "hold");
  assertEquals(page.state, "held");
  await assertRejects(() => page.request("x", "y"), OnHoldError);
  await assertRejects(() => page.inform("x"), OnHoldError);
  await assertRejects(() => page.ready({ timeout: 10 }), TimeoutError);
  const ready = next(page, "ready");
  await hub.beta.close();
  await ready;
  assertEquals(page.state, "open");
  assertEquals(await page.ping(), true);
  await using third = new Client(hub.url, {
    name: "beta",
    holdTimeout: 20,
    reconnect: { minDelay: 1, maxDelay: 5 },
  });
  await next(third, "hold");
  await next(third, "hold"); // On another connection.
  await assertRejects(
    () => connect(hub.url, { name: "beta", holdTimeout: 20 }),
    OnHoldError,
  );
});

Deno.test("Client of hub/mini shows the hub its token", async () => {
  const token = "s(3)cr=t";
  await using hub = await start({ token });
  let asked = 0;
  await using page = await connect(hub.url, {
    name: "page",
    token: () => {
      asked++;
      return Promise.resolve(token);
    },
  });
  assertEquals(await page.ping("beta"), true);
  assertEquals(asked, 1);
  await using again = await connect(hub.url, { name: "again", token });
  assertEquals(again.state, "open");
  for (const wrong of ["wrong", undefined]) {
    const error = await assertRejects(
      () => connect(hub.url, { name: "evil", ...wrong && { token: wrong } }),
      NotConnectedError,
      "127.0.0.1",
    );
    assert(!Deno.inspect(error).includes("wrong"), Deno.inspect(error));
  }
});

Deno.test("Client of hub/mini gives up where no attempt helps", async () => {
  // winerp's own refusal, in the first answer.
  await using server = serveSockets((socket) => {
    socket.onmessage = ({ data }) => {
      const { id, uuid } = JSON.parse(data);
      const text = "Not authorized.";
      socket.send(JSON.stringify({ id, type: 4, data: text, uuid }));
    };
  });
  const { url } = server;
  await using page = new Client(url, { name: "page" });
  assertEquals(
    `${await page.closed}`,
    `NotConnectedError: Cannot connect to ${url}: the token is missing or wrong`,
  );
  await assertRejects(() => connect(url, { name: "a" }), NotConnectedError);
});

Deno.test("Client of hub/mini comes back, and is called again", async () => {
  const first = await start();
  const { port, url } = first;
  await using page = new Client(url, {
    name: "page",
    reconnect: { minDelay: 1, maxDelay: 20 },
    routes: { one: () => 1 },
  });
  await page.ready({ timeout: 20_000 });
  const lost = assertRejects(
    () => page.request("beta", "never"),
    Error,
  );
  const gone = next(page, "disconnect");
  await first[Symbol.asyncDispose]();
  await lost;
  assertInstanceOf((await gone).error, NotConnectedError);
  assert(page.state !== "open");
  await assertRejects(() => page.ping(), NotConnectedError, "Not connected: ");
  await using second = await start({ port });
  await page.ready({ timeout: 20_000 });
  assertEquals(await second.beta.request("page", "one"), 1);
  assertEquals(await page.request("beta", "echo", { value: 7 }), 7);
});

Deno.test("connect() of hub/mini rejects as soon as the first attempt fails", async () => {
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `ws://127.0.0.1:${mute.addr.port}`;
  await assertRejects(
    () => connect(url, { name: "a", connectTimeout: 30 }),
    TimeoutError,
    "no connection within 30 ms",
  );
  const stop = new AbortController();
  const connecting = connect(url, { name: "a", signal: stop.signal });
  stop.abort(new Error("enough"));
  await assertRejects(() => connecting, Error, "enough");
  await assertRejects(
    () => connect("ws://127.0.0.1:9/s3cret", { name: "a" }),
    NotConnectedError,
    "ws://127.0.0.1:9: nobody listens there",
  );
});

/** Answers the handshake of a WebSocket, and nothing else. */
async function upgrade(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(4096);
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    const count = await conn.read(buffer);
    head += new TextDecoder().decode(buffer.subarray(0, count ?? 0));
  }
  const [, key] = /^sec-websocket-key: (.*)\r$/im.exec(head)!;
  const bytes = new TextEncoder().encode(
    `${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
  );
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-1", bytes));
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "upgrade: websocket",
    "connection: Upgrade",
    `sec-websocket-accept: ${hash.toBase64()}`,
  ];
  await conn.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
}

Deno.test({
  name:
    "connect() of hub/mini, and of the full client, rejects in time though the hub closes nothing",
  // The platform goes on waiting for the silent hub.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const connectTimeout = 1_000;
    const ways = [
      (url: string) => connect(url, { name: "a", connectTimeout }),
      (url: string) => new full.Client("a", { url, connectTimeout }).connect(),
      (url: string) => full.connect("a", { url, connectTimeout }),
    ];
    for (const way of ways) {
      using time = new FakeTime();
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const failed = assertRejects(
        () => way(`ws://127.0.0.1:${listener.addr.port}`),
        TimeoutError,
      );
      using conn = await listener.accept();
      await upgrade(conn);
      await conn.read(new Uint8Array(1)); // The verification.
      await time.tick(connectTimeout);
      await failed;
      await time.tick(1_000);
      assertEquals(time.timers, 0);
    }
  },
});

Deno.test("Client of hub/mini checks its options", () => {
  const bad: [ClientOptions, string][] = [
    [{ name: "" }, "A name must be a non-empty string"],
    [{ name: 7 as never }, "got 7"],
    [{ name: "a", holdTimeout: 0 }, "holdTimeout must be more than 0"],
    [{ name: "a", maxSentBytes: NaN }, "maxSentBytes"],
    [{ name: "a", timeout: -1 }, "timeout"],
    [{ name: "a", routes: { x: 1 as never } }, '"x" is not a function'],
  ];
  for (const [options, text] of bad) {
    assertThrows(() => new Client("ws://127.0.0.1:9", options), Error, text);
  }
});

Deno.test("Client of hub/mini survives what no hub sends", async () => {
  const { promise: opened, resolve } = Promise.withResolvers<WebSocket>();
  await using server = serveSockets((socket) => {
    socket.onopen = () => {
      socket.send('{"type":0}');
      resolve(socket);
    };
  });
  const { url } = server;
  await using page = await connect(url, { name: "page", heartbeat: {} });
  const socket = await opened;
  const failures: string[] = [];
  page.addEventListener(
    "error",
    ({ detail }) => failures.push(`${detail.error}`),
  );
  const answers: string[] = [];
  const seen = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => {
    answers.push(data);
    if (data.includes('"last"')) seen.resolve();
  };
  const texts = [
    "",
    "[]",
    "7",
    '{"type":null}',
    '{"type":3,"uuid":null,"data":1}',
    '{"type":3,"uuid":"1-2-3-4","data":1}',
    '{"type":4,"uuid":"x","data":"The answer to nothing that waits"}',
    '{"type":4,"uuid":null,"data":{"a":1}}',
    `{"type":4,"uuid":null,"data":${"[".repeat(10_000)}${"]".repeat(10_000)}}`,
    '{"type":6,"data":null}',
    '{"type":7,"uuid":"u"}',
    '{"type":0}',
    '{"type":2,"route":["x"],"uuid":{},"destination":7}',
    '{"type":2,"route":"constructor","uuid":1,"destination":"last"}',
  ];
  for (const text of texts) socket.send(text);
  await seen.promise;
  assertEquals(failures, [
    "SyntaxError: Unexpected end of JSON input",
    "SyntaxError: Cannot read message: it is not a JSON object",
    "SyntaxError: Cannot read message: it is not a JSON object",
    'RemoteError: {"a":1}',
    "RemoteError: unreadable error",
  ]);
  assertEquals(answers.slice(-2).map((text) => JSON.parse(text).data), [
    "Route not found",
    "Route not found",
  ]);
  socket.close();
});

Deno.test("Client of hub/mini answers once, whatever a route throws or returns", async () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const bad = [
    ...oddThrown(),
    Object.assign(new Error(), { message: 5n }),
    Object.assign(new RouteError(), { message: undefined }),
  ];
  const throwers = bad.map((thrown, i) =>
    [`throw${i}`, () => Promise.reject(thrown)] as const
  );
  const writers = [revoked(), cycle, NaN].map((result, i) =>
    [`give${i}`, () => result] as const
  );
  await using hub = await start();
  for (const exposeErrors of [false, true]) {
    await using _alpha = await connect(hub.url, {
      name: "alpha",
      exposeErrors,
      routes: Object.fromEntries<() => unknown>([...throwers, ...writers]),
    });
    for (const [name] of [...throwers, ...writers]) {
      await assertRejects(
        () => hub.beta.request("alpha", name, {}, { timeout: 20_000 }),
        RemoteError,
        exposeErrors ? undefined : "Route failed",
        name,
      );
    }
  }
});

Deno.test("connect() of hub/mini rejects when a callback of its user fails", async () => {
  await using hub = await start();
  const fail = () => {
    throw new Error("boom");
  };
  const cases: Partial<ClientOptions>[] = [
    { reconnect: { onState: fail } },
    { token: fail },
    { token: () => Promise.reject(null) },
  ];
  for (const options of cases) {
    await assertRejects(() => connect(hub.url, { name: "a", ...options }));
  }
  await assertRejects(() => connect(fail, { name: "a" }), Error, "boom");
});

Deno.test("Client of hub/mini that is closed on hold is closed", async () => {
  await using hub = await start();
  await using client = new Client(hub.url, { name: "beta" });
  await next(client, "hold");
  assertEquals(client.state, "held");
  await client.close();
  assertEquals(client.state, "closed");
});
