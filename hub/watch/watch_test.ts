// Copyright 2026 the Wirekit authors. MIT license.

/** What a hub tells of itself, from outside. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Client } from "../client.ts";
import { Hub } from "../hub.ts";
import { HUB_ROUTES } from "./host/_hub_routes.ts";
import { RemoteError } from "../errors.ts";
import { serve, type ServeOptions } from "../serve.ts";
import type { EdgesReport, OpenReport, RouteReport } from "./reports/calls.ts";
import type {
  ClientFigures,
  ClientReport,
  ClientsReport,
  PresenceBatch,
  PresenceReport,
} from "./reports/clients.ts";
import type { ClientTraffic } from "./reports/figures.ts";
import type { HubReport, Problem } from "./reports/hub.ts";
import type { TailBatch } from "./reports/tail.ts";

const JSON_TYPE = { "content-type": "application/json" };

/** A hub with the clients that a test names. */
class Scene implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #stack = new AsyncDisposableStack();
  url = "";
  http = "";

  static async open(options: ServeOptions = {}): Promise<Scene> {
    const scene = new Scene();
    const note = (line: string) => void scene.lines.push(line);
    const logger = { info: note, warn: note, error: note };
    const server = scene.#stack.use(
      await serve({ port: 0, logger, ...options }),
    );
    scene.url = server.urls[0];
    scene.http = scene.url.replace("ws:", "http:");
    return scene;
  }

  async client(name: string): Promise<Client> {
    const client = this.#stack.use(
      new Client(name, { url: this.url, reconnect: false }),
    );
    client.route("echo", (data) => data);
    client.route("never", () => new Promise(() => {}));
    await client.connect();
    return client;
  }

  async get<T>(path: string, headers: HeadersInit = {}): Promise<T> {
    const response = await fetch(`${this.http}${path}`, { headers });
    assertEquals(response.status, 200, path);
    return await response.json();
  }

  async post(
    path: string,
    order: unknown,
    headers: Record<string, string> = {},
  ): Promise<[number, Record<string, unknown>]> {
    const response = await fetch(`${this.http}${path}`, {
      method: "POST",
      headers: { ...JSON_TYPE, ...headers },
      body: JSON.stringify(order),
    });
    return [response.status, await response.json()];
  }

  /** Opens a stream of events. */
  events(query = ""): Events {
    return this.#stack.use(new Events(`${this.http}/api/events${query}`));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** Server-sent events, as a page gets them. */
class Events implements AsyncDisposable {
  #reader: ReadableStreamDefaultReader<string> | undefined;
  readonly #all: [string, unknown][] = [];
  readonly #done: Promise<void>;
  #wake = Promise.withResolvers<void>();

  constructor(url: string) {
    this.#done = this.#read(url).catch(() => {});
  }

  async #read(url: string): Promise<void> {
    const { body } = await fetch(url);
    let text = "";
    // An abort does nothing once the request was collected as garbage.
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    this.#reader = reader;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += value;
      const frames = text.split("\n\n");
      text = frames.pop()!;
      for (const frame of frames) {
        const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(frame)!;
        this.#all.push([event!, JSON.parse(data!)]);
      }
      this.#wake.resolve();
    }
  }

  /** Waits for the first event of a kind that fits. */
  async first<T>(kind: string, fits: (data: T) => boolean): Promise<T> {
    for (;;) {
      const found = this.#all.find(([event, data]) =>
        event === kind && fits(data as T)
      );
      if (found) return found[1] as T;
      this.#wake = Promise.withResolvers();
      await this.#wake.promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader?.cancel();
    await this.#done;
  }
}

async function until(fits: () => boolean | Promise<boolean>): Promise<void> {
  while (!await fits()) await new Promise((done) => setTimeout(done, 20));
}

Deno.test("@hub tells any client who is there, what was asked, and how it went", async () => {
  await using scene = await Scene.open();
  const alpha = await scene.client("alpha");
  const beta = await scene.client("beta");
  await alpha.request("beta", "echo", { n: 1 });
  await alpha.request("beta", "echo", { n: 2 });
  await assertRejects(() => alpha.request("beta", "nothing"), RemoteError);
  await beta.inform("hi", ["alpha"]);

  const clients = await beta.request("@hub", "clients") as ClientReport[];
  assertEquals(clients.map(({ name }) => name), ["alpha", "beta"]);
  const [a, b] = clients;
  assertEquals(a?.sent.requests, 3);
  assertEquals(a?.sent.errors, 1);
  assertEquals(a?.received.informs, 1);
  assertEquals(b?.received.requests, 3);
  assertEquals(b?.received.errors, 1);
  assertEquals(b?.sent.informs, 1);
  assertEquals([a?.state, a?.protocol, a?.carrier, a?.pass], [
    "active",
    "winerp",
    "WebSocket",
    "open",
  ]);
  assertEquals(a?.address, "127.0.0.1");
  assert(Math.abs(a!.since - Date.now()) < 60_000);

  const routes = await beta.request("@hub", "routes", { name: "beta" });
  assertEquals(
    (routes as RouteReport[]).map(({ name, route, count }) =>
      `${name} ${route} ${count}`
    ),
    ["beta echo 2", "beta never 0"],
  );
  const edges = await beta.request("@hub", "edges");
  assertEquals(edges, [
    { from: "alpha", to: "beta", requests: 3, errors: 1, informs: 0 },
    { from: "beta", to: "alpha", requests: 0, errors: 0, informs: 1 },
    { from: "beta", to: "@hub", requests: 3, errors: 0, informs: 0 },
  ]);
  const stats = await beta.request("@hub", "stats") as HubReport;
  assertEquals(stats.clients, {
    active: 2,
    held: 0,
    unverified: 0,
    nameless: 0,
  });
  assertEquals([stats.health, stats.lock, stats.urls], [
    "good",
    "open",
    [scene.url],
  ]);
  assert(stats.roundTrip.count >= 2 && stats.roundTrip.p50 > 0);
  assert(stats.traffic.bytesIn > 100 && stats.traffic.bytesOut > 100);
  const described = await beta.request("@hub", "describe");
  assert((described as RouteReport[]).some(({ route }) => route === "clients"));
  await assertRejects(
    () => beta.request("@hub", "constructor"),
    RemoteError,
    '"@hub" has no such route, but clients, routes',
  );
  await assertRejects(
    () => beta.request("@hub", "disconnect", { name: "nobody" }),
    RemoteError,
    'Nobody has the name "nobody"',
  );
});

Deno.test("@hub refuses what a route does not take, which would have no effect, by itself and over HTTP", async () => {
  await using scene = await Scene.open();
  const me = await scene.client("me");
  const described = await me.request("@hub", "describe") as RouteReport[];
  for (const { route } of described) {
    await assertRejects(
      () => me.request("@hub", route, { nmae: "bot" }),
      RemoteError,
      `${route} of @hub takes no "nmae"`,
    );
  }
  await assertRejects(
    () => me.request("@hub", "watch", { node: "cellar" }),
    RemoteError,
    'watch of @hub takes no "node", but presence, tail, payload, name',
  );
  assertEquals(
    await scene.post("/api/block", { name: "bot", seconds: 5 }),
    [400, {
      error: {
        message: 'block of @hub takes no "seconds", but name, ms, node',
      },
    }],
  );
});

Deno.test("@hub says of each route all that it takes", async () => {
  await using scene = await Scene.open();
  const me = await scene.client("me");
  const described = await me.request("@hub", "describe") as RouteReport[];
  for (const { route, description = "" } of described) {
    for (const name of HUB_ROUTES[route]!.takes) {
      assertMatch(description, new RegExp(`\\b${name}\\b`), route);
    }
  }
});

Deno.test("@hub lists many clients page by page", async () => {
  await using scene = await Scene.open();
  const names = Array.from({ length: 7 }, (_, n) => `bot-${n}`);
  for (const name of [...names, "other"]) await scene.client(name);
  const me = await scene.client("me");
  const seen: (string | undefined)[] = [];
  let after = -1;
  for (;;) {
    const page = await me.request("@hub", "clients", {
      prefix: "bot",
      limit: 3,
      after,
    }) as ClientReport[];
    if (page.length === 0) break;
    seen.push(...page.map(({ name }) => name));
    after = page.at(-1)!.id;
  }
  assertEquals(seen, names);
});

Deno.test("@hub informs those who watch of who comes, waits and goes, and why", async () => {
  await using scene = await Scene.open();
  const me = await scene.client("me");
  const events: PresenceReport[] = [];
  me.addEventListener("information", ({ detail }) => {
    assertEquals(detail.source, "@hub");
    events.push(detail.data as PresenceReport);
  });
  await me.request("@hub", "watch");
  const first = await scene.client("beta");
  const second = new Client("beta", { url: scene.url, reconnect: false });
  const held = second.waitFor("hold");
  const joined = second.connect();
  await held;
  await first.close();
  await joined;
  await second.close();
  await until(() => events.length === 5);
  assertEquals(
    events.map(({ event, name, reason }) => [event, name, reason]),
    [
      ["join", "beta", undefined],
      ["hold", "beta", undefined],
      ["leave", "beta", "it closed the connection"],
      ["join", "beta", undefined],
      ["leave", "beta", "it closed the connection"],
    ],
  );
  assertEquals(await me.request("@hub", "unwatch"), { watched: true });
  assertEquals(await me.request("@hub", "unwatch"), { watched: false });
});

Deno.test("A hub shows its page who is there, who calls whom, and each message", async () => {
  await using scene = await Scene.open();
  const events = scene.events("?tail=1");
  await events.first("report", () => true);
  const alpha = await scene.client("alpha");
  const beta = await scene.client("beta");
  await alpha.request("beta", "echo", { secret: 1 });
  await beta.inform("hello");
  const never = alpha.request("beta", "never", {}, { timeout: 60_000 });
  never.catch(() => {});

  // How many requests each has not answered, by its name.
  const asked = new Map<string, number>();
  const names = new Map<number, string>();
  await events.first<ClientsReport>("clients", ({ clients, figures = [] }) => {
    for (const client of clients) {
      names.set(client.id, client.name ?? "");
      asked.set(client.name ?? "", client.asked);
    }
    for (const [id, , , count] of figures) asked.set(names.get(id)!, count);
    return asked.get("beta") === 1;
  });
  await events.first<EdgesReport>(
    "edges",
    ({ edges }) =>
      edges.some(({ from, to, requests }) =>
        from === "alpha" && to === "beta" && requests === 2
      ),
  );
  const { open } = await events.first<OpenReport>(
    "open",
    ({ total }) => total === 1,
  );
  assertEquals([open[0]?.from, open[0]?.to, open[0]?.route], [
    "alpha",
    "beta",
    "never",
  ]);
  const { rows } = await events.first<TailBatch>(
    "tail",
    ({ rows }) => rows.some(({ kind }) => kind === "request"),
  );
  const row = rows.find(({ kind }) => kind === "request")!;
  assertEquals([row.from, row.to, row.route, row.outcome], [
    "alpha",
    "beta",
    "echo",
    "answer",
  ]);
  assert(row.took! > 0 && row.bytes > 0 && row.answerBytes! > 0);
  assertEquals([row.data, row.answer], [undefined, undefined]);
  await events.first<PresenceBatch>(
    "presence",
    ({ events }) =>
      events.some(({ event, name }) => event === "join" && name === "beta"),
  );
});

Deno.test("A page is told of the clients and edges that have changed, and of those that are gone", async () => {
  await using scene = await Scene.open();
  const alpha = await scene.client("alpha");
  const beta = await scene.client("beta");
  await scene.client("still");
  const gamma = await scene.client("gamma");
  await gamma.request("beta", "echo", {});
  const events = scene.events();
  const { clients } = await events.first<ClientsReport>(
    "clients",
    ({ full }) => full,
  );
  const numberOf = (name: string) =>
    clients.find((client) => client.name === name)!.id;
  const { edges } = await events.first<EdgesReport>(
    "edges",
    ({ full }) => full,
  );
  assertEquals(edges.map(({ from, to }) => [from, to]), [["gamma", "beta"]]);
  await alpha.request("beta", "echo", {});
  const changed = new Map<number, ClientFigures>();
  await events.first<ClientsReport>("clients", ({ full, figures = [] }) => {
    if (!full) { for (const each of figures) changed.set(each[0], each); }
    return changed.size === 2;
  });
  assertEquals([...changed.keys()].sort(), [
    numberOf("alpha"),
    numberOf("beta"),
  ]);
  const report = await scene.get<ClientsReport>("/api/clients");
  for (const { id, sent, received, outbox, asking, asked } of report.clients) {
    const figures = changed.get(id);
    if (!figures) continue;
    const list = (of: ClientTraffic) => [
      ...[of.requests, of.errors, of.informs, of.messages, of.bytes],
    ];
    assertEquals<unknown>(figures.slice(2), [
      ...[asking, asked, outbox.bytes, outbox.peak],
      ...[list(sent), list(received)],
    ]);
  }
  const news = await events.first<EdgesReport>(
    "edges",
    ({ full, edges }) => !full && edges.length > 0,
  );
  assertEquals(news.edges.map(({ from, to }) => [from, to]), [
    ["alpha", "beta"],
  ]);
  assertEquals(news.total, 2);
  await gamma.close();
  await events.first<ClientsReport>(
    "clients",
    ({ gone }) => gone.includes(numberOf("gamma")),
  );
  // An edge that is gone cannot be told of: so all others are.
  const rest = await events.first<EdgesReport>(
    "edges",
    ({ full, edges }) => full && !edges.some(({ from }) => from === "gamma"),
  );
  assertEquals(rest.edges.map(({ from, to }) => [from, to]), [
    ["alpha", "beta"],
  ]);
  await beta.close();
});

Deno.test("A hub that shows each message says that it leaves out none, however long one takes", async () => {
  await using scene = await Scene.open();
  const alpha = await scene.client("alpha");
  const beta = await scene.client("beta");
  beta.route("slow", () => new Promise((done) => setTimeout(done, 400)));
  beta.route("early", () => null);
  const events = scene.events("?tail=1");
  await events.first("report", () => true);
  // Another hub hears a moment later that somebody looks.
  let isSeen = false;
  const seen = events.first("tail", () => isSeen = true);
  while (!isSeen) {
    await alpha.request("beta", "early");
    await new Promise((done) => setTimeout(done, 10));
  }
  await seen;
  const slow = alpha.request("beta", "slow");
  for (let i = 0; i < 5; i++) await alpha.request("beta", "echo", { i });
  await slow;
  const batches = new Set<TailBatch>();
  await events.first<TailBatch>("tail", (batch) => {
    batches.add(batch);
    return batch.rows.some(({ route }) => route === "slow");
  });
  const rows = [...batches].flatMap(({ rows }) => rows);
  assertEquals(rows.filter(({ route }) => route !== "early").length, 6);
  assertEquals([...batches].map(({ left }) => left).filter(Boolean), []);
});

Deno.test("A hub shows payloads only to who asks for them, and keeps none", async () => {
  await using scene = await Scene.open();
  const events = scene.events("?payload=1&name=beta");
  await events.first("report", () => true);
  const alpha = await scene.client("alpha");
  await scene.client("beta");
  await scene.client("gamma");
  await alpha.request("gamma", "echo", { not: "for beta" });
  await alpha.request("beta", "echo", { id: 2n ** 60n });
  const { rows } = await events.first<TailBatch>("tail", () => true);
  assertEquals(rows.map(({ data, answer, to }) => [to, data, answer]), [
    ["beta", '{"id":1152921504606846976}', '{"id":1152921504606846976}'],
  ]);
  const recording = async () => {
    const response = await fetch(`${scene.http}/api/recording`);
    return (await response.text()).trim().split("\n").map((line) =>
      JSON.parse(line)
    );
  };
  assertEquals((await recording()).map(({ to, data }) => [to, data]), [
    ["gamma", undefined],
    ["beta", undefined],
  ]);
  assertEquals((await scene.post("/api/record", { ms: 60_000 }))[0], 200);
  await alpha.request("gamma", "echo", { n: 3 });
  assertEquals((await recording()).at(-1).data, '{"n":3}');
});

Deno.test("An operator asks, tells, disconnects, frees, blocks and drains, and the log says who", async () => {
  await using scene = await Scene.open();
  const alpha = await scene.client("alpha");
  const beta = await scene.client("beta");
  const echo = {
    to: "beta",
    route: "echo",
    data: '{"n":1.0,"id":12345678901234567890}',
  };
  const [status, answer] = await scene.post("/api/request", echo);
  assertEquals(status, 200);
  assertEquals(answer.answer, '{"n":1,"id":12345678901234567890}');
  assertEquals(
    (await scene.post("/api/request", { ...echo, to: "nobody" }))[1],
    { error: { message: "Destination not found." } },
  );
  assertEquals(
    (await scene.post("/api/request", {
      ...echo,
      route: "never",
      timeout: 50,
    }))[0],
    504,
  );
  assertEquals(
    (await scene.post("/api/request", { ...echo, data: "{" }))[0],
    400,
  );
  const told = beta.waitFor("information");
  assertEquals(
    await scene.post("/api/inform", { data: '"all"' }),
    [200, { receivers: 2 }],
  );
  assertEquals((await told).data, "all");

  assertEquals((await scene.post("/api/free", { name: "beta" }))[0], 409);
  const gone = beta.waitFor("disconnect");
  assertEquals(
    await scene.post("/api/disconnect", { name: "beta" }),
    [200, { disconnected: 1 }],
  );
  await gone;
  assertEquals((await scene.post("/api/disconnect", { name: "beta" }))[0], 409);
  assertEquals(
    (await scene.post("/api/block", { name: "beta", ms: 60_000 }))[0],
    200,
  );
  const { blocked: [block] } = await scene.get<HubReport>("/api/report");
  assertEquals(block?.name, "beta");
  assert(Math.abs(block!.until - Date.now() - 60_000) < 20_000);
  await using refused = new Client("beta", {
    url: scene.url,
    reconnect: false,
  });
  await assertRejects(
    () => refused.connect({ timeout: 5_000 }),
    Error,
    'The name "beta" is blocked for now.',
  );
  assertEquals(
    (await scene.post("/api/block", { name: "beta", ms: 0 }))[0],
    200,
  );
  assertEquals((await scene.get<HubReport>("/api/report")).blocked, []);
  await scene.client("beta");

  assertEquals(await (await fetch(`${scene.http}/readyz`)).text(), "ready\n");
  for (const order of [{}, { on: null }, { on: "true" }, { on: 1 }]) {
    assertEquals((await scene.post("/api/drain", order))[0], 400);
  }
  assertEquals(await (await fetch(`${scene.http}/readyz`)).text(), "ready\n");
  assertEquals((await scene.post("/api/drain", { on: true }))[0], 200);
  const ready = await fetch(`${scene.http}/readyz`);
  assertEquals([ready.status, await ready.text()], [
    503,
    "The hub is draining.\n",
  ]);
  assertEquals(await (await fetch(`${scene.http}/healthz`)).text(), "ok\n");
  await assertRejects(() => scene.client("late"), Error, "503");
  assertEquals(await alpha.ping(), true);
  assertEquals((await scene.get<HubReport>("/api/report")).health, "draining");
  assertEquals((await scene.post("/api/drain", { on: false }))[0], 200);
  await scene.client("late");
  const acts = scene.lines.filter((line) => line.startsWith("Operator"));
  assertEquals(acts, [
    'Operator open (127.0.0.1) asked "beta" for "echo"',
    'Operator open (127.0.0.1) asked "nobody" for "echo"',
    'Operator open (127.0.0.1) asked "beta" for "never"',
    "Operator open (127.0.0.1) informed 2 clients",
    'Operator open (127.0.0.1) disconnected "beta"',
    'Operator open (127.0.0.1) blocked the name "beta" for 60 s',
    'Operator open (127.0.0.1) ended the block of the name "beta"',
    "Operator open (127.0.0.1) drains the hub",
    "Operator open (127.0.0.1) lets clients in again",
  ]);
});

for (const through of ["serve()", "Hub.fetch"]) {
  // Nothing is closed but the page: a timer that is left over fails the test.
  Deno.test(`A page that leaves is forgotten, by ${through}`, async () => {
    const hub = new Hub();
    await using server = through === "serve()"
      ? await serve({ port: 0 })
      : Deno.serve({ port: 0, onListen() {} }, hub.fetch);
    const url = `http://127.0.0.1:${server.addr.port}/api/events?tail=1`;
    const { body } = await fetch(url);
    const reader = body!.getReader();
    const start = performance.now();
    // It goes on: the next report comes after a second.
    while (performance.now() - start < 900) {
      assertEquals((await reader.read()).done, false);
    }
    await reader.cancel();
  });
}

Deno.test("A hub with an open page closes within a second, and tells it", async () => {
  const server = await serve({ port: 0 });
  const url = server.urls[0].replace("ws:", "http:");
  const { body } = await fetch(`${url}/api/events`);
  const start = performance.now();
  const closed = server.close();
  for await (const _ of body!);
  await closed;
  assert(performance.now() - start < 5_000);
});

Deno.test("Nobody else is told anything, or can do anything", async () => {
  await using scene = await Scene.open({ token: "s3cret" });
  for (const path of ["report", "clients", "events", "recording"]) {
    const response = await fetch(`${scene.http}/api/${path}`);
    assertEquals(response.status, 401, path);
    assertEquals(response.headers.get("www-authenticate"), null);
    assertEquals(await response.json(), {
      error: { message: "The token is missing or wrong." },
    });
  }
  const authorization = "Bearer s3cret";
  await scene.get("/api/report", { authorization });
  const post = (headers: Record<string, string>) =>
    scene.post("/api/drain", { on: false }, headers);
  assertEquals((await post({}))[0], 401);
  assertEquals((await post({ authorization }))[0], 200);
  assertEquals(
    (await post({ authorization, "content-type": "text/plain" }))[0],
    415,
  );
  const get = await fetch(`${scene.http}/api/drain`, {
    headers: { authorization },
  });
  assertEquals(get.status, 405);
  await get.body?.cancel();
});

Deno.test("A refused operation says why in one error, not in one inside another", async () => {
  await using scene = await Scene.open({
    tokens: [{ label: "ops", token: "o".repeat(40), rights: ["operate"] }],
  });
  const signIn = await fetch(`${scene.http}/session`, {
    method: "POST",
    headers: JSON_TYPE,
    body: JSON.stringify({ token: "o".repeat(40) }),
  });
  await signIn.body?.cancel();
  const cookie = signIn.headers.get("set-cookie")!.split(";")[0]!;
  for (
    const [headers, expected, message] of [
      [{ cookie }, 403, /^The request lacks the proof of its session: /],
      [{ authorization: "Bearer x" }, 401, /^The token is missing or wrong\.$/],
    ] as const
  ) {
    const [status, { error }] = await scene.post("/api/drain", {}, headers);
    assertEquals(status, expected);
    assertMatch((error as { message: string }).message, message);
  }
});

Deno.test("Metrics have names only for who has the token", async () => {
  await using scene = await Scene.open({ token: "s3cret" });
  const authorization = "Bearer s3cret";
  await using alpha = new Client('al"pha', { url: scene.url, token: "s3cret" });
  await using beta = new Client("beta", { url: scene.url, token: "s3cret" });
  beta.route("echo", (data) => data);
  await alpha.connect();
  await beta.connect();
  await alpha.request("beta", "echo");
  await alpha.request("@hub", "stats");
  const read = async (headers: HeadersInit) =>
    await (await fetch(`${scene.http}/metrics`, { headers })).text();
  const open = await read({});
  assertMatch(open, /^wirekit_hub_requests_total\{outcome="answer"\} 2$/m);
  assertMatch(open, /^wirekit_hub_round_trip_seconds_count 1$/m);
  assertMatch(open, /^wirekit_hub_clients\{state="active"\} 2$/m);
  assert(!open.includes("pha"));
  const named = await read({ authorization });
  assertMatch(
    named,
    /^wirekit_hub_client_requests_total\{name="al\\"pha"\} 2$/m,
  );
  assertEquals(scene.lines.filter((line) => line.startsWith("Refused")), []);
  // A token that has changed is no hole in the figures of some clients only.
  for (
    const [path, headers] of [
      ["/metrics", { authorization: "Bearer wrong" }],
      ["/metrics?token=wrong", {}],
    ] as const
  ) {
    const { status, body } = await fetch(`${scene.http}${path}`, { headers });
    await body?.cancel();
    assertEquals(status, 401, path);
  }
});

Deno.test("A hub says that there is no such path of its data", async () => {
  await using scene = await Scene.open();
  for (const path of ["/api/reports", "/api/", "/api/report/"]) {
    const response = await fetch(`${scene.http}${path}`);
    assertEquals(response.status, 404, path);
    const { error: { message } } = await response.json();
    assertEquals(message, "There is nothing at this path.");
  }
});

Deno.test("A hub says what is wrong, and what to do about it", async () => {
  await using scene = await Scene.open();
  const page = await fetch(`${scene.http}/api/report`, {
    headers: { origin: "http://localhost:3000" },
  });
  assertEquals(page.status, 403);
  await page.body?.cancel();
  const events = scene.events();
  const problem = await events.first<Problem>("problem", () => true);
  assertEquals(problem.text, "1 page of http://localhost:3000 was refused.");
  assertEquals(
    problem.cure,
    "If it is yours, allow it with --allow-origin http://localhost:3000",
  );
  const { health, problems } = await events.first<HubReport>(
    "report",
    ({ problems }) => problems.length > 0,
  );
  assertEquals([health, problems.length], ["warning", 1]);
  assert(scene.lines.includes(`${problem.text} ${problem.cure}`));
});

Deno.test("A report of a client says which limits it met", async () => {
  await using scene = await Scene.open({
    maxRequests: 1,
    maxMessageBytes: 2_000,
    maxBytesPerSecond: 2_500,
  });
  await scene.client("bot");
  const greedy = await scene.client("greedy");
  const open = greedy.request("bot", "never", {}).catch(() => {});
  await assertRejects(() => greedy.request("bot", "echo", {}), RemoteError);
  await greedy.inform({ text: "x".repeat(3_000) });
  await greedy.ping(); // The hub has read it.
  const { clients } = await scene.get<ClientsReport>("/api/clients");
  const limits = clients.find(({ name }) => name === "greedy")?.limits;
  assertEquals(limits?.maxRequests, 1);
  assertEquals(limits?.maxMessageBytes, 1);
  assert(limits?.["maxMessagesPerSecond, maxBytesPerSecond"]);
  assertEquals(clients.find(({ name }) => name === "bot")?.limits, undefined);
  await greedy.close();
  await open;
});

Deno.test("A report of the limits says what each is unless somebody sets it", async () => {
  await using usual = new Hub();
  for (const { option, limit, default: value } of usual.limits) {
    assertEquals(limit, value, option);
  }
  await using other = new Hub({ maxRequests: 7 });
  const set = other.limits.find(({ option }) => option === "maxRequests");
  assertEquals([set?.limit, set?.default], [7, 16_384]);
});

Deno.test("What is too large for a client is refused as too large, at the hub or at the client", async () => {
  await using scene = await Scene.open({ maxMessageBytes: 10_000 });
  await scene.client("alpha");
  const data = JSON.stringify({ text: "x".repeat(20_000) });
  const most = JSON.stringify({ text: "x".repeat(9 * 1024 * 1024) });
  for (const text of [data, most]) {
    const request = { to: "alpha", route: "echo", data: text };
    assertEquals((await scene.post("/api/request", request))[0], 413);
    assertEquals((await scene.post("/api/inform", { data: text }))[0], 413);
  }
});

Deno.test("Some of the clients are told of if they are asked for, and no such number is refused", async () => {
  await using scene = await Scene.open();
  for (const name of ["a1", "a2", "b1"]) await scene.client(name);
  const get = async (query: string) => {
    const response = await fetch(`${scene.http}/api/clients${query}`);
    const body = await response.json();
    return [
      response.status,
      Array.isArray(body)
        ? body.map(({ name }: { name: string }) => name)
        : body.clients?.length ?? body.error.message,
    ];
  };
  assertEquals(await get(""), [200, 3]);
  assertEquals(await get("?prefix=a"), [200, ["a1", "a2"]]);
  assertEquals(await get("?limit=1"), [200, ["a1"]]);
  for (const limit of ["-1", "0", "1.5", "1e3", "", "NaN", "x"]) {
    assertEquals(await get(`?limit=${limit}`), [
      400,
      `limit has to be a whole number from 1: got ${JSON.stringify(limit)}.`,
    ]);
  }
  assertEquals((await get("?after=-1"))[0], 400);
});
