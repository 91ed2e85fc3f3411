// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { serveSockets } from "@wirekit/internal/testing";
import { run as runFrame } from "@wirekit/internal/command";
import { hub } from "./_commands.ts";
import * as MessageType from "../winerp/_message_type.ts";
import { dashboard, table, type View } from "./_dashboard.ts";
import { Client } from "../client.ts";
import { MemoryEngine } from "../cluster/memory.ts";
import type { Participant } from "../exchange/participant.ts";
import { serve } from "../serve.ts";

/** A hub with `alpha`, and `beta` that another one waits for. */
class Scene implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  url = "";

  static async open(): Promise<Scene> {
    const scene = new Scene();
    const server = scene.#stack.use(await serve({ port: 0 }));
    scene.url = server.urls[0];
    for (const name of ["alpha", "beta"]) await scene.client(name).connect();
    const held = scene.client("beta");
    const waits = held.waitFor("hold");
    held.connect().catch(() => {});
    await waits;
    return scene;
  }

  client(name: string): Client {
    const client = new Client(name, { url: this.url, reconnect: false });
    client.route("echo", (data) => data);
    return this.#stack.use(client);
  }

  /** Runs a command until it has said something that fits. */
  async run(
    args: string[],
    fits?: (out: string[]) => boolean,
    go?: () => Promise<unknown>,
  ): Promise<{ code: number; out: string[]; err: string[] }> {
    const out: string[] = [];
    const err: string[] = [];
    const stop = new AbortController();
    const watching = Promise.withResolvers<void>();
    const done = runFrame(hub, [...args, "--url", this.url], {
      log(line) {
        out.push(line);
        if (fits?.(out)) stop.abort();
      },
      error(line) {
        err.push(line);
        watching.resolve();
      },
      signal: stop.signal,
    });
    if (go) {
      await watching.promise;
      await go();
    }
    return { code: await done, out, err };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

Deno.test("table() keeps each row on one line, whatever is in it", () => {
  const rows = [["NAME", "STATE"], ["a\nb\tc\u202ed", "active"], ["e", "held"]];
  assertEquals(table(rows), [
    "NAME            STATE",
    "a\\nb\\tc\\u202ed  active",
    "e               held",
  ]);
});

Deno.test("list shows who is there, and who waits", async () => {
  await using scene = await Scene.open();
  const { code, out } = await scene.run(["list"]);
  assertEquals(code, 0);
  assertMatch(out[0]!, /^NAME +STATE +SINCE/);
  assertEquals(out.slice(1).map((line) => line.split(/ +/).slice(0, 2)), [
    ["alpha", "active"],
    ["beta", "active"],
    ["beta", "held"],
  ]);
  const json = await scene.run(["list", "al", "--json"]);
  assertEquals(json.out.map((line) => JSON.parse(line).name), ["alpha"]);
});

Deno.test("list works over every carrier, and with a token that may watch", async () => {
  const folder = await Deno.makeTempDir();
  await using server = await serve({
    port: 0,
    tcpPort: 0,
    unixPath: `${folder}/hub`,
    token: "s3cret",
    tokens: [
      { label: "bots", token: "b0t-b0t-b0t-b0t", names: ["*"] },
      { label: "screen", token: "wa7ch-wa7ch-wa7ch", rights: ["watch"] },
    ],
  });
  const list = async (url: string, token: string, ...words: string[]) => {
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const command = words.length > 0 ? words : ["list"];
    const args = [...command, "--url", url, "--token", token];
    const code = await runFrame(hub, args, { log, error: log });
    return [code, lines.join()];
  };
  for (const url of server.urls) {
    const [code, text] = await list(url, "s3cret");
    assertEquals(code, 0);
    assertMatch(String(text), /^NAME +STATE/);
    assertEquals((await list(url, "wa7ch-wa7ch-wa7ch"))[0], 0);
    const call = ["call", "beta", "echo"];
    const [refused, why] = await list(url, "wa7ch-wa7ch-wa7ch", ...call);
    assertEquals(refused, 1);
    assertMatch(String(why), /"hub-\w+" may not ask "beta" for "echo"/);
    assertEquals(await list(url, "b0t-b0t-b0t-b0t"), [
      1,
      "hub: You may not watch the hub",
    ]);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("top shows the hub once where there is no terminal", async () => {
  await using scene = await Scene.open();
  const { code, out } = await scene.run(["top"]);
  assertEquals(code, 0);
  assertMatch(out[0]!, /^hub \d+\.\d+\.\d+ {2}up \d+ s {2}good {2}ws:/);
  assertMatch(out[1]!, /^clients 2 \(1 held\) {2}requests \d/);
  assert(out.some((line) => line.startsWith("beta (held)")));
  const { out: [json] } = await scene.run(["top", "--json"]);
  assertEquals(JSON.parse(json!).clients.length, 3);
});

Deno.test("tail shows messages as they pass", async () => {
  await using scene = await Scene.open();
  const asker = scene.client("asker");
  await asker.connect();
  const ask = async () => {
    await asker.request("beta", "echo", { n: 1 });
    await asker.inform({ n: 2 }, ["alpha"]);
  };
  const text = await scene.run(["tail"], (out) => out.length === 2, ask);
  assertEquals(text.code, 0);
  assertMatch(
    text.out[0]!,
    /^\d\d:\d\d:\d\d\.\d{3} asker → beta echo \d+ B → \d+ B [\d.]+ ms answer$/,
  );
  assertMatch(text.out[1]!, / asker → alpha inform \d+ B$/);
  const one = ["tail", "alpha", "--payload", "--json"];
  const { out } = await scene.run(one, () => true, ask);
  const { from, to, data } = JSON.parse(out[0]!);
  assertEquals([from, to, data], ["asker", "alpha", '{"n":2}']);
});

Deno.test("tail shows a request to a name that nobody has, and top counts it", async () => {
  await using scene = await Scene.open();
  const asker = scene.client("asker");
  await asker.connect();
  const ask = async () => {
    await asker.request("nobody", "echo", {}).catch(() => {});
    await asker.request("asker", "echo", {}).catch(() => {});
  };
  const { out } = await scene.run(["tail"], (out) => out.length === 2, ask);
  assertMatch(
    out[0]!,
    / asker → nobody echo \d+ B [\d.]+ ms failure \(Destination not found\.\)$/,
  );
  assertMatch(out[1]!, / asker → asker echo .* failure \(Source and dest/);
  const { out: [json] } = await scene.run(["top", "--json"]);
  const { hub: { traffic }, edges, clients } = JSON.parse(json!);
  assertEquals(traffic.errors, 2);
  // One may be tail's, if that was at the same hub.
  assert([2, 3].includes(traffic.requests), `${traffic.requests}`);
  assertEquals(
    edges.find(({ to }: { to: string }) => to === "nobody"),
    { from: "asker", to: "nobody", requests: 1, errors: 1, informs: 0 },
  );
  const { sent } = clients.find(({ name }: { name: string }) =>
    name === "asker"
  );
  assertEquals([sent.requests, sent.errors], [2, 2]);
});

Deno.test("top shows neither itself nor what it asks", async () => {
  await using scene = await Scene.open();
  const { out: [json] } = await scene.run(["top", "--json"]);
  const { hub: { clients, traffic, open, cluster } } = JSON.parse(json!);
  // Each of two hubs has one of them.
  const active = cluster ? 1 : 2;
  assertEquals([clients.active, traffic.requests, open], [active, 0, 0]);
  const { out } = await scene.run(["top"]);
  assertMatch(
    out[1]!,
    new RegExp(`^clients ${active} \\(1 held\\) {2}requests 0/s`),
  );
});

Deno.test("tail, watch and listen say that they are back, and end where they are refused", async () => {
  const start = (port: number, token: string) => serve({ port, token });
  const first = await start(0, "one-one-one-one");
  const url = first.urls[0];
  const port = Number(new URL(url).port);
  const said: Record<string, string[]> = {};
  const until = async (count: number) => {
    while (Object.values(said).some((lines) => lines.length < count)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const codes = [["tail"], ["watch"], ["listen", "me"]].map((words) => {
    const lines: string[] = said[words[0]!] = [];
    const args = [...words, "--url", url, "--token", "one-one-one-one"];
    return runFrame(hub, args, {
      log: () => {},
      error: (line) => void lines.push(line),
    });
  });
  await until(1);
  await first.close();
  const second = await start(port, "one-one-one-one");
  await until(3);
  await second.close();
  await using _third = await start(port, "two-two-two-two");
  assertEquals(await Promise.all(codes), [3, 3, 3]);
  for (const [name, lines] of Object.entries(said)) {
    const begin = name === "listen" ? "Listening as me" : "Watching";
    const here = `${begin} (Ctrl-C stops it)`;
    const lost = "The connection to the hub was lost";
    assertEquals(lines.slice(0, 4), [here, lost, here, lost]);
    assertMatch(lines[4]!, /^hub: Cannot connect to ws:.*token/);
  }
});

Deno.test("tail shows what passes through any hub of a cluster, and which hub that is", async () => {
  const engine = new MemoryEngine();
  const start = (label: string) =>
    serve({ port: 0, backplane: engine.node(label) });
  await using north = await start("north");
  await using south = await start("south");
  const plane = engine.node("mute");
  await using _mute = await serve({ port: 0, backplane: plane });
  plane.publish = () => undefined;
  const out: string[] = [];
  const err: string[] = [];
  const stop = new AbortController();
  const watching = Promise.withResolvers<void>();
  const done = runFrame(hub, ["tail", "--url", north.urls[0]], {
    log(line) {
      out.push(line);
      if (out.length === 3) stop.abort();
    },
    error(line) {
      err.push(line);
      if (err.length === 2) watching.resolve();
    },
    signal: stop.signal,
  });
  await watching.promise;
  await using one = new Client("one", { url: north.urls[0] });
  await using two = new Client("two", { url: south.urls[0] });
  two.route("echo", (data) => data);
  await one.connect();
  await two.connect();
  await one.request("two", "echo", {});
  await two.request("one", "echo", {}).catch(() => {});
  await two.inform({ n: 1 }, ["two"]);
  assertEquals(await done, 0);
  assertEquals(
    err[1],
    "(The hub mute does not answer. Its messages are missing)",
  );
  assertEquals(
    out.map((line) => line.split(/ \d+ B/)[0]!.slice(13)).sort(),
    [
      "[north → south] one → two echo",
      "[south → north] two → one echo",
      "[south] two → two inform",
    ],
  );
});

Deno.test("list says which hub has not told of its clients, shows the others, and ends with 1", async () => {
  const engine = new MemoryEngine();
  await using north = await serve({ port: 0, backplane: engine.node("north") });
  await using one = new Client("one", { url: north.urls[0] });
  await one.connect();
  const list = async (...args: string[]) => {
    const [out, err]: string[][] = [[], []];
    const code = await runFrame(
      hub,
      ["list", "--url", north.urls[0], ...args],
      {
        log: (line) => void out!.push(line),
        error: (line) => void err!.push(line),
      },
    );
    return { code, out: out!, err: err! };
  };
  const plane = engine.node("mute");
  await using _mute = await serve({ port: 0, backplane: plane });
  assertEquals((await list()).code, 0);
  plane.publish = () => undefined;
  for (const args of [[], ["--json"]]) {
    const { code, out, err } = await list(...args);
    assertEquals(code, 1);
    assertEquals(err, [
      "The hub mute did not answer within 3 seconds. Its clients are missing",
    ]);
    assertMatch(out.at(-1)!, args.length > 0 ? /^\{.*"one"/ : /^one +north/);
  }
});

Deno.test("watch shows who comes and goes", async () => {
  await using scene = await Scene.open();
  const { code, out } = await scene.run(
    ["watch"],
    (out) => out.length === 2,
    async () => {
      const guest = scene.client("guest");
      await guest.connect();
      await guest.close();
    },
  );
  assertEquals(code, 0);
  assertMatch(out[0]!, / guest joined$/);
  assertMatch(out[1]!, / guest left: it closed the connection$/);
});

Deno.test("replay sends a recording again", async () => {
  await using scene = await Scene.open();
  const asker = scene.client("asker");
  await asker.connect();
  const http = scene.url.replace("ws:", "http:");
  const post = await fetch(`${http}/api/record`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  assertEquals(await post.json().then(({ until }) => until > 0), true);
  await asker.request("beta", "echo", { id: 2n ** 62n });
  await asker.request("beta", "nothing", {}).catch(() => {});
  await asker.inform({ n: 2 });
  const recording = await (await fetch(`${http}/api/recording`)).text();
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, recording);

  const alpha = scene.client("listener");
  await alpha.connect();
  const told = alpha.waitFor("information");
  const { code, out } = await scene.run(["replay", file, "--speed", "max"]);
  assertEquals(code, 1);
  assertEquals(out, [
    "Sent 2 requests: 1 answered, 1 ended with an error, 0 without an " +
    "answer; 1 information; 0 left out",
  ]);
  assertEquals((await told).data, { n: 2 });
  await Deno.writeTextFile(file, "no recording");
  const refused = await scene.run(["replay", file]);
  assertEquals([refused.code, refused.err], [
    2,
    [`hub: Cannot use ${file}: line 1 is not of a recording`],
  ]);
  await Deno.remove(file);
});

Deno.test("The dashboard fits into 80 columns, whatever is in it", () => {
  const name = "a name that is longer than anybody would want it ".repeat(3);
  const latency = { count: 1, p50: 12345.678, p95: 1, p99: 123456.789 };
  const traffic = { requests: 1, errors: 0, informs: 0 };
  const view = (at: number, requests: number): View => ({
    hub: {
      version: "0.1.0",
      since: 0,
      at,
      urls: ["ws://127.0.0.1:13254"],
      lock: "open",
      health: "good",
      problems: [],
      traffic: { ...traffic, requests, bytesIn: 1e12, bytesOut: 1e9 },
      roundTrip: latency,
      hubTime: latency,
      lag: { now: 1, worst: 2 },
      clients: {
        active: 99_999,
        held: 9_999,
        unverified: 9_999,
        nameless: 9_999,
      },
      protocols: ["winerp"],
      pages: [],
      open: 99_999,
      blocked: [],
      limits: [],
    },
    clients: [{
      id: 1,
      name,
      state: "held",
      protocol: "winerp",
      carrier: "WebSocket",
      address: "",
      pass: "open",
      since: 0,
      lastSeen: 0,
      sent: { ...traffic, requests, messages: 0, bytes: 0 },
      received: { ...traffic, messages: 0, bytes: 0 },
      asking: 0,
      asked: 99_999,
      outbox: { bytes: 16_000_000, peak: 0 },
    }],
    edges: [{ from: name, to: name, requests, errors: 0, informs: 0 }],
  });
  const lines = dashboard(view(1e9, 1e9), view(1e9 + 1_000, 1e9 + 123_456));
  assert(lines.some((line) => line.includes("123k")), lines.join("\n"));
  const tables = lines.slice(4);
  for (const line of tables) assert([...line].length <= 80, line);
});

Deno.test("call and ping say what the hub knows of a name that nobody has", async () => {
  await using server = await serve({
    port: 0,
    tokens: [
      { label: "ops", token: "ops-ops-ops-ops", rights: ["operate"] },
      { label: "bots", token: "b0t-b0t-b0t-b0t", names: ["*"] },
    ],
  });
  const [url] = server.urls;
  const { exchange } = server.hub;
  const nobody: Participant = {
    ask: () => undefined,
    answer: () => undefined,
    fail() {},
    tell: () => undefined,
    admit() {},
    end() {},
  };
  for (
    const [name, kind] of [["deaf-bot", "deaf"], ["gone", "left"]] as const
  ) {
    const member = exchange.enter(nobody);
    exchange.claim(member, JSON.stringify(name));
    exchange.drop(member, 1011, "Gone", kind);
  }
  exchange.block('"banned"', 60_000);
  const say = async (token: string, ...words: string[]) => {
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const args = [...words, "--url", url, "--token", token];
    return [await runFrame(hub, args, { log, error: log }), lines.join("\n")];
  };
  const request = async (to: string) => {
    const response = await fetch(
      new URL("/api/request", url.replace("ws:", "http:")),
      {
        method: "POST",
        headers: {
          authorization: "Bearer ops-ops-ops-ops",
          "content-type": "application/json",
        },
        body: JSON.stringify({ to, route: "greet" }),
      },
    );
    return (await response.json()).error.message;
  };
  const known = {
    "deaf-bot":
      /^Destination not found\. "deaf-bot" has been deaf since \d\d:\d\d: .* start\(\) again; .*\.$/,
    banned:
      /^Destination not found\. The name "banned" is blocked until \d\d:\d\d\.$/,
    gone: /^Destination not found\.$/,
    unknown: /^Destination not found\.$/,
  };
  for (const [name, words] of Object.entries(known)) {
    const [code, text] = await say("ops-ops-ops-ops", "call", name, "greet");
    assertEquals(code, 1);
    const nobody = `Nobody has the name "${name}"`;
    const told = String(text).replace(
      `hub: ${nobody}`,
      "Destination not found",
    );
    assertMatch(told.replace(/found$/, "found."), words);
    assertMatch(await request(name), words);
    // Who may not watch is not told why.
    const [, less] = await say("b0t-b0t-b0t-b0t", "call", name, "greet");
    assertEquals(less, `hub: ${nobody}`);
  }
  for (const words of [["ping"], ["inform", "hello"]]) {
    const asked = (name: string) => say("ops-ops-ops-ops", ...words, name);
    const [code, text] = await asked("deaf-bot");
    assertEquals(code, 1);
    const why = /Nobody has the name "deaf-bot"\. "deaf-bot" has been deaf/;
    assertMatch(String(text), why);
    const [, short] = await asked("gone");
    assertMatch(String(short), /Nobody has the name "gone"$/);
  }
});

for (const words of [["list"], ["top"], ["tail"], ["watch"]]) {
  Deno.test(`${words} says that winerp's own server does not tell what goes on in it`, async () => {
    await using server = serveSockets((socket) => {
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        const answer = message.type === MessageType.verification
          ? { type: MessageType.success, data: "Authorized." }
          : { type: MessageType.error, data: "Destination not found." };
        socket.send(JSON.stringify({ ...message, ...answer }));
      };
    });
    const err: string[] = [];
    const error = (line: string) => void err.push(line);
    const { url } = server;
    const code = await runFrame(hub, [...words, "--url", url], {
      log: error,
      error,
    });
    assertEquals([code, err], [1, [
      "hub: This server does not tell what goes on in it: only a hub of " +
      "Wirekit does, and winerp's own does not",
    ]]);
  });
}
