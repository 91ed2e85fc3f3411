// Copyright 2026 the Wirekit authors. MIT license.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { pair } from "@wirekit/transport/pair";
import { CloseError, type Transport } from "@wirekit/transport/transport";
import { fullPass } from "./access/pass.ts";
import { Client } from "./client.ts";
import { RemoteError } from "./errors.ts";
import { Hub, type HubOptions } from "./hub.ts";
import { serve } from "./serve.ts";

const utf8 = new TextEncoder();
const LOCAL = { remoteAddr: { hostname: "127.0.0.1", transport: "tcp" } };

type Bytes = Uint8Array<ArrayBuffer>;

/** A transport of text as one of bytes. */
function asBytes(text: Transport<string>): Transport<Bytes> {
  return {
    send: (message) => text.send(new TextDecoder().decode(message)),
    close: (error) => text.close(error),
    async *[Symbol.asyncIterator]() {
      for await (const message of text) yield utf8.encode(message);
    },
    [Symbol.asyncDispose]: () => text.close(),
  };
}

/** One client over memory: it writes and reads objects. */
class Talker {
  readonly transport: Transport<Bytes>;
  readonly #reader: AsyncIterator<Bytes>;
  readonly served: Promise<void>;

  constructor(hub: Hub) {
    const [near, far] = pair<Bytes>();
    this.transport = near;
    this.#reader = near[Symbol.asyncIterator]();
    this.served = hub.accept(far);
  }

  static async named(hub: Hub, id: string): Promise<Talker> {
    const talker = new Talker(hub);
    talker.send({ type: 1, id });
    assertEquals((await talker.next()).type, 0);
    return talker;
  }

  send(message: unknown): void {
    const text = typeof message === "string"
      ? message
      : JSON.stringify(message);
    this.transport.send(utf8.encode(text)).catch(() => {});
  }

  async next(): Promise<Record<string, unknown>> {
    const { value, done } = await deadline(this.#reader.next(), 5000);
    if (done) throw new Error("Closed");
    return JSON.parse(new TextDecoder().decode(value));
  }

  /** Reads to the end; returns how it ended, and the last message. */
  async end(): Promise<[number, Record<string, unknown> | undefined]> {
    let last;
    try {
      for (;;) last = await this.next();
    } catch (error) {
      return [error instanceof CloseError ? error.code : 0, last];
    }
  }
}

function upgrade(url: string, headers: Record<string, string> = {}): Request {
  return new Request(url, {
    headers: {
      upgrade: "websocket",
      connection: "upgrade",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    },
  });
}

/** The status with which an upgrade is refused, 101 if it is not. */
async function statusOf(
  options: HubOptions,
  request: Request,
  info: object | undefined = LOCAL,
): Promise<number> {
  const admitted = await new Hub(options).admission.admit(request, info);
  return admitted instanceof Response ? admitted.status : 101;
}

Deno.test("Hub.fetch says what it is to a browser", async () => {
  await using hub = new Hub();
  const response = await hub.fetch(new Request("http://127.0.0.1:1/"), LOCAL);
  assertEquals(response.status, 426);
  assertEquals(
    await response.text(),
    "Connect by WebSocket.\n",
  );
});

Deno.test("Hub.admission refuses origins that are not allowed", async () => {
  const from = (origin: string) => upgrade("http://127.0.0.1:1/", { origin });
  assertEquals(await statusOf({}, from("https://a.example")), 403);
  assertEquals(await statusOf({}, from("null")), 403);
  const allowedOrigins = ["https://a.example"];
  assertEquals(
    await statusOf({ allowedOrigins }, from("https://a.example")),
    101,
  );
  assertEquals(
    await statusOf({ allowedOrigins }, from("https://b.example")),
    403,
  );
  // The token does not open it for other pages.
  const token = "s";
  assertEquals(await statusOf({ token }, from("https://b.example")), 403);
});

Deno.test("Hub.admission lets in this machine only when there is no token", async () => {
  const request = () => upgrade("http://127.0.0.1/");
  const by = (remoteAddr: object) => statusOf({}, request(), { remoteAddr });
  assertEquals(await by({ transport: "tcp", hostname: "127.0.0.1" }), 101);
  assertEquals(await by({ transport: "tcp", hostname: "::1" }), 101);
  assertEquals(await by({ transport: "unix", path: "/x" }), 101);
  assertEquals(await by({ transport: "tcp", hostname: "192.0.2.1" }), 403);
  assertEquals(
    await by({ transport: "tcp", hostname: "127.evil.example" }),
    403,
  );
  assertEquals(await statusOf({}, request(), {}), 403);
});

Deno.test("Hub.admission does not take a proxy on this machine for its clients", async () => {
  const by = (header: string) =>
    statusOf({}, upgrade("http://127.0.0.1:1/", { [header]: "192.0.2.1" }));
  for (const header of ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"]) {
    assertEquals(await by(header), 403, header);
  }
  assertEquals(await by("X-Other"), 101);
});

Deno.test("Hub.admission takes the token in each way that people have", async () => {
  const token = "s3 crêt";
  const basic = (text: string) =>
    "Basic " + btoa(String.fromCharCode(...utf8.encode(text)));
  const ok = async (path: string, authorization?: string) =>
    await statusOf(
      { token },
      upgrade(
        `http://127.0.0.1${path}`,
        authorization ? { authorization } : {},
      ),
      { remoteAddr: { hostname: "192.0.2.1" } },
    ) === 101;
  assert(await ok("/", basic(`bot:${token}`)));
  assert(await ok("/", basic(`${token}:`)));
  assert(await ok("/", basic(token)));
  assert(await ok("/", basic(`bot:${encodeURIComponent(token)}`)));
  assert(await ok("/?token=s3%20cr%C3%AAt"));
  assert(await ok("/hub?a=1&token=s3+cr%C3%AAt"));
  assert(await ok("/s3%20cr%C3%AAt"));
  assert(await ok("/hub/s3%20cr%C3%AAt?x"));
  assert(!await ok("/"));
  assert(!await ok("/?token="));
  assert(!await ok("/?token=s3"));
  assert(!await ok("/%E0%A4%A?token=x"));
  assert(!await ok("/", basic(`${token}:wrong`)));
  assert(!await ok("/", basic(`bot:${token}x`)));
  assert(!await ok("/", "Basic !!!"));
  assert(!await ok("/", "Digest x"));
  const bearer = (given: string) =>
    statusOf(
      { token: "abc" },
      upgrade("http://127.0.0.1/", { authorization: `Bearer ${given}` }),
    );
  assertEquals(await bearer("abc"), 101);
  assertEquals(await bearer("abd"), 401);
  assertEquals(await bearer("abcabc"), 401);
  assertThrows(() => new Hub({ token: "" }), TypeError, "is empty");
});

Deno.test("Hub refuses with 503 when it is full or closing, and never accepts to close", async () => {
  const hub = new Hub({ maxConnections: 1 });
  const only = await Talker.named(hub, "a");
  const full = await hub.fetch(upgrade("http://127.0.0.1/"), LOCAL);
  assertEquals(full.status, 503);
  assertStringIncludes(await full.text(), "no room");
  const second = new Talker(hub);
  assertEquals(await second.end(), [1013, undefined]);
  await hub.close();
  await only.served;
  const late = await hub.fetch(upgrade("http://127.0.0.1/"), LOCAL);
  assertEquals(late.status, 503);
  await second.transport.close();
});

Deno.test("Hub.close ends clients with 1012, after a message that says nothing", async () => {
  const hub = new Hub();
  const talkers = await Promise.all(
    ["a", "b", "c"].map((name) => Talker.named(hub, name)),
  );
  const started = performance.now();
  const ends = Promise.all(talkers.map((talker) => talker.end()));
  await hub.close();
  assert(performance.now() - started < 1500);
  for (const [code, last] of await ends) {
    assertEquals(code, 1012);
    assertEquals([last!.type, last!.data], [6, null]);
  }
  assertEquals([hub.names, hub.connections], [[], 0]);
});

Deno.test("Hub drops a client that does not read, and nobody else notices", async () => {
  const lines: string[] = [];
  await using hub = new Hub({
    maxOutboxBytes: 100_000,
    logger: { info: () => {}, warn: (line) => lines.push(line) },
  });
  const stuck = await Talker.named(hub, "stuck");
  const sender = await Talker.named(hub, "sender");
  const other = await Talker.named(hub, "other");
  const data = "x".repeat(50_000);
  for (let n = 0; n < 1000; n++) {
    sender.send({ type: 6, route: ["stuck"], data });
    sender.send({ type: 5, uuid: n });
    assertEquals((await sender.next()).uuid, n);
    if (!hub.names.includes("stuck")) break;
  }
  assertEquals(hub.names, ["sender", "other"]);
  assertStringIncludes(
    lines.join(),
    'Dropped "stuck" (transport): it has not read',
  );
  other.send({ type: 5 });
  assertEquals((await other.next()).data, { success: true });
  await stuck.transport.close();
});

Deno.test("Hub drops a client that stands still, whatever carries it, and keeps one that answers", async () => {
  const lines: string[] = [];
  await using hub = new Hub({
    idleTimeout: 400,
    logger: { warn: (line) => lines.push(line) },
  });
  const frozen = await Talker.named(hub, "frozen");
  await using alive = new Client("alive", {
    heartbeat: { interval: 60_000 },
    transport: () => {
      const [near, far] = pair<string>();
      hub.accept(asBytes(far), { carrier: "Unix" });
      return Promise.resolve(near);
    },
  });
  await alive.connect();
  const errors: unknown[] = [];
  alive.addEventListener("error", ({ detail }) => errors.push(detail.error));
  const left = alive.request("frozen", "r", {}, { timeout: 30_000 });
  await assertRejects(() => left, RemoteError, "disconnected before");
  const [code, last] = await frozen.end();
  assertEquals([code, last!.type, last!.data], [1011, 6, null]);
  assertEquals(lines, [
    'Dropped "frozen" (transport): it gave no sign of life in time',
  ]);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assertEquals([hub.names, errors], [["alive"], []]);
  assert(await alive.ping());
});

Deno.test("Hub asks authorize about those who have the token", async () => {
  const asked: string[] = [];
  await using hub = new Hub({
    token: "t",
    authorize({ url }, { remoteAddr }) {
      asked.push(`${new URL(url).pathname} ${remoteAddr.hostname}`);
      return url.includes("guest")
        ? new Response("No guests.\n", { status: 403 })
        : undefined;
    },
  });
  const status = async (url: string) => {
    const response = await hub.fetch(upgrade(url), LOCAL);
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await status("http://127.0.0.1/guest?token=wrong"), 401);
  assertEquals(await status("http://127.0.0.1/guest?token=t"), 403);
  assertEquals(asked, ["/guest 127.0.0.1"]);
});

Deno.test("Hub checks its times", () => {
  for (const ms of [NaN, -1, 0]) {
    for (
      const name of [
        "idleTimeout",
        "requestTimeout",
        "handshakeTimeout",
      ] as const
    ) {
      assertThrows(() => new Hub({ [name]: ms }), RangeError, name);
    }
  }
});

Deno.test("Hub gives the first client after an idle hour its full time", async () => {
  const { now } = performance;
  performance.now = () => now.call(performance) + 3_600_000;
  try {
    await using hub = new Hub({ handshakeTimeout: 30_000 });
    const talker = new Talker(hub);
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 1100); // past the first tick of the clock
    await promise;
    talker.send({ type: 1, id: "late" });
    assertEquals((await talker.next()).data, "Authorized.");
  } finally {
    performance.now = now;
  }
});

Deno.test("Hub logs who comes and goes, and no message of a stranger", async () => {
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const hub = new Hub({
    token: "t",
    nameCharacters: "any",
    logger: { info: log, warn: log },
  });
  const stranger = new Talker(hub);
  stranger.send({ type: 1, id: "evil\nname", token: "wrong" });
  await stranger.end();
  const [near, far] = pair<Bytes>();
  const served = hub.accept(far, { pass: fullPass("test") });
  await near.send(utf8.encode('{"type":1,"id":"a\\nb"}'));
  for await (const _ of near) break;
  await near.close();
  await served;
  await hub.close();
  assertEquals(lines, [
    "Dropped a client without a name (transport): token missing or wrong",
    '"a\\nb" joined',
    '"a\\nb" (transport) left: it closed the connection',
  ]);
});

Deno.test("Hub serves WebSocket clients, text and binary alike", async () => {
  await using hub = new Hub();
  await using server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
  }, hub.fetch);
  const url = `ws://127.0.0.1:${server.addr.port}/any/path?and=query`;
  const socket = new WebSocket(url);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  await new Promise((resolve) => socket.onopen = resolve);
  for (const message of ['{"type":1,"id":"a"}', utf8.encode('{"type":5}')]) {
    const answer = new Promise<MessageEvent>((resolve) =>
      socket.onmessage = resolve
    );
    socket.send(message);
    assertEquals(typeof (await deadline(answer, 5000)).data, "string");
  }
  assertEquals(hub.names, ["a"]);
  socket.close();
  await closed;
});

Deno.test("Clients that leave as their hub closes are told of once each", async () => {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const server = await serve({ port: 0, logger: { info: log, warn: log } });
  const [url] = server.urls;
  const names = Array.from({ length: 60 }, (_, i) => `client-${i}`);
  const clients = await Promise.all(names.map(async (name) => {
    const client = new Client(name, { url, reconnect: false });
    await client.connect();
    return client;
  }));
  const closed = Promise.all(clients.map((client) => client.close()));
  while (!lines.some((line) => line.includes(" left: "))) await delay(0);
  await server.close();
  await closed;
  // The log sums up what it has too much of.
  const ends = lines.filter((line) => line.includes(" left: "))
    .map((line) => Number(/^And (\d+) more/.exec(line)?.[1] ?? 1));
  assertEquals(ends.reduce((sum, count) => sum + count), names.length);
});
