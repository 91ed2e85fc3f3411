// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { revoked } from "@wirekit/internal/testing";
import {
  LimitError,
  NotConnectedError,
  TimeoutError,
} from "@wirekit/internal/errors";
import { acceptWebSocket } from "../accept_websocket.ts";
import {
  type MiniOptions,
  type MiniSession,
  miniSession,
  type MiniSetup,
} from "./mini.ts";
import type { ReconnectState } from "../reconnect.ts";
import { CloseError, type WebSocketTransport } from "../transport.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0, onListen() {} };

/** Answers `number text` with the same, but for some texts. */
async function answer(transport: WebSocketTransport): Promise<void> {
  try {
    for await (const text of transport) {
      const [number, what = ""] = text.split(" ");
      if (what === "mute") continue;
      if (what === "binary") throw new CloseError(1003);
      if (what === "gone") await transport.close(new CloseError(1012));
      if (what.startsWith("large")) {
        await transport.send(`${number} ${"x".repeat(Number(what.slice(5)))}`);
      } else await transport.send(text);
    }
  } catch {
    // The client has gone.
  }
}

/** Serves that, on a port. */
function serve(port = 0, seen: WebSocketTransport[] = []) {
  const server = Deno.serve({ ...LOCAL, port }, (request) => {
    const { response, transport } = acceptWebSocket(request);
    seen.push(transport);
    void answer(transport);
    return response;
  });
  return {
    port: server.addr.port,
    url: `ws://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      await Promise.all(seen.map((transport) => transport.close()));
      await server.shutdown();
    },
  };
}

/** A session of that protocol, which is closed at the end of a scope. */
function start(
  url: Parameters<typeof miniSession>[0],
  options: MiniOptions = {},
  setup: Partial<MiniSetup> = {},
): MiniSession & AsyncDisposable & { say: typeof say } {
  const session: MiniSession = miniSession(url, options, {
    receive(text) {
      const [number, echo] = text.split(" ");
      session.take(Number(number))?.resolve(echo);
    },
    ping: () => session.post("0 ping"),
    ...setup,
  });
  const say = (text: string, options: Parameters<typeof session.ask>[2] = {}) =>
    session.ask(
      `No answer to ${JSON.stringify(text)}`,
      (number) => `${number} ${text}`,
      options,
    );
  const dispose = () => session.close();
  return Object.assign(session, { say, [Symbol.asyncDispose]: dispose });
}

/** A server of TCP that takes each client and lets `act` deal with it. */
function listen(act: (conn: Deno.TcpConn) => Promise<void>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const conns: Deno.Conn[] = [];
  const running = (async () => {
    for await (const conn of listener) {
      conns.push(conn);
      act(conn as Deno.TcpConn).catch(() => {});
    }
  })();
  return {
    url: `ws://127.0.0.1:${listener.addr.port}`,
    conns,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of conns) {
        try {
          conn.close();
        } catch {
          // It has ended.
        }
      }
      await running.catch(() => {});
    },
  };
}

/** Upgrades a connection, by hand. */
async function upgrade(conn: Deno.TcpConn): Promise<void> {
  const bytes = new Uint8Array(4096);
  const length = await conn.read(bytes) ?? 0;
  const head = new TextDecoder().decode(bytes.subarray(0, length));
  const key = /sec-websocket-key: (\S+)/i.exec(head)![1]!;
  const digest = await crypto.subtle.digest(
    "SHA-1",
    new TextEncoder().encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`),
  );
  const accept = btoa(String.fromCharCode(...new Uint8Array(digest)));
  await conn.write(new TextEncoder().encode(
    "HTTP/1.1 101 Switching\r\nupgrade: websocket\r\n" +
      `connection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  ));
}

async function refuse(conn: Deno.TcpConn): Promise<void> {
  await conn.read(new Uint8Array(4096));
  await conn.write(
    new TextEncoder().encode("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n"),
  );
  conn.close();
}

const never = () => new Promise<never>(() => {});

Deno.test("miniSession() calls, and each call ends once", async () => {
  await using server = serve();
  await using session = start(server.url, { timeout: 30 });
  assertEquals(session.state, "connecting");
  await session.first;
  assertEquals(session.state, "open");
  const texts = Array.from({ length: 50 }, (_, i) => `text${i}`);
  const calls = texts.map((text) => session.say(text, { timeout: 20_000 }));
  assertEquals(await Promise.all(calls), texts);
  await assertRejects(
    () => session.say("mute"),
    TimeoutError,
    'No answer to "mute" within 30 ms',
  );
  assertEquals(session.take(51), undefined);
});

Deno.test("miniSession() ends a call by its signal, and tells the protocol", async () => {
  await using server = serve();
  const gaveUp: number[] = [];
  await using session = start(server.url, {}, {
    gaveUp: (number) => gaveUp.push(number),
  });
  await session.first;
  const reason = new Error("enough");
  const stop = new AbortController();
  const call = session.say("mute", { signal: stop.signal });
  stop.abort(reason);
  assertEquals(await call.catch((error) => error), reason);
  const again = session.say("mute", { signal: stop.signal });
  assertEquals(await again.catch((error) => error), reason);
  await assertRejects(() => session.say("mute", { timeout: 1 }), TimeoutError);
  assertEquals(gaveUp, [1, 2]); // The second call was never made.
  assertEquals(await session.say("last"), "last");
});

Deno.test("miniSession() has limits, which it names", async () => {
  await using server = serve();
  await using session = start(server.url, {
    maxInFlight: 2,
    maxHandlers: 1,
    reconnect: { minDelay: 1, maxDelay: 1 },
  }, { maxSent: 50, maxReceived: 100 });
  await session.first;
  const stop = new AbortController();
  const open = [1, 2].map(() => session.say("mute", { signal: stop.signal }));
  await assertRejects(
    () => session.say("mute"),
    LimitError,
    "Cannot call: 2 calls wait already (maxInFlight)",
  );
  stop.abort(new Error("enough"));
  await Promise.allSettled(open);
  await assertRejects(
    () => session.say("é".repeat(25)),
    LimitError,
    "Message is larger than 50 bytes",
  );
  assertEquals(await session.say("é".repeat(23)), "é".repeat(23));

  const replies: string[] = [];
  const hold = Promise.withResolvers<string>();
  const handle = (run: () => unknown) =>
    session.answer(
      (text) => replies.push(text),
      run,
      (result) => `${result}`,
      (error) => `${error}`,
    );
  const running = handle(() => hold.promise);
  await handle(() => "second");
  hold.resolve("first");
  await running;
  await handle(() => "x".repeat(51));
  assertEquals(replies, [
    "LimitError: Too many requests",
    "first",
    "LimitError: Message is larger than 50 bytes",
  ]);

  await assertRejects(
    () => session.say("large101"),
    NotConnectedError,
    `The connection to ${server.url} has ended: ` +
      "Transport closed with code 1009: message over 100 bytes",
  );
  await session.ready({ timeout: 20_000 });
  assertEquals(await session.say("back"), "back");
});

Deno.test("miniSession() comes back, and uses no number twice", async () => {
  const port = await (async () => {
    await using server = serve();
    return server.port;
  })();
  const seen: WebSocketTransport[] = [];
  const states: ReconnectState[] = [];
  const ended: [string, boolean][] = [];
  let greetings = 0;
  let url = "";
  await using session = start(() => url, {
    reconnect: {
      minDelay: 1,
      maxDelay: 5,
      onState: (state) => states.push(state),
    },
  }, {
    greet: () => void greetings++,
    ended: ({ name }, wasOpen) => ended.push([name, wasOpen]),
  });
  url = `ws://127.0.0.1:${port}`;
  await assertRejects(() => session.first, NotConnectedError, url);
  await assertRejects(
    () => session.ready({ timeout: 20 }),
    TimeoutError,
    `No connection within 20 ms: Cannot connect to ${url}: nobody`,
  );
  await using brief = start(() => url, { timeout: 20, reconnect: {} }, {});
  await assertRejects(() => brief.ready({}), TimeoutError, "within 20 ms");
  await brief.close();
  const server = serve(port, seen);
  await session.ready({ timeout: 20_000 });
  assertEquals(greetings, 1);
  const lost = session.say("mute");
  await seen[0]!.close(new CloseError(1012, { reason: "restarting" }));
  await assertRejects(
    () => lost,
    NotConnectedError,
    `The connection to ${url} has ended: ` +
      "Transport closed with code 1012: restarting",
  );
  await session.ready({ timeout: 20_000 });
  assertEquals(await session.say("again"), "again");
  assertEquals(greetings, 2);
  assert(session.take(1) === undefined, "the first number is no call");
  const numbers: number[] = [];
  await session.ask("it", (number) => {
    numbers.push(number);
    return `${number} it`;
  }, {});
  assertEquals(numbers, [3]);
  await session.close();
  assertEquals(session.state, "closed");
  assertEquals(await session.closed, undefined);
  await assertRejects(
    () => session.say("late"),
    NotConnectedError,
    "is closed",
  );
  await server[Symbol.asyncDispose]();
  assertEquals(ended.at(0), ["NotConnectedError", false]);
  assertEquals(ended.at(-1), ["NotConnectedError", true]);
  const kinds = states.map(({ state }) => state);
  assertEquals(kinds.slice(0, 3), ["connecting", "waiting", "connecting"]);
  assertEquals(kinds.at(-1), "closed");
  assertEquals(kinds.filter((state) => state === "open").length, 2);
});

Deno.test("miniSession() gives up when it is told to", async (t) => {
  await t.step("at once", async () => {
    await using server = listen(refuse);
    await using session = start(server.url, { reconnect: false });
    const error = await session.closed;
    assertInstanceOf(error, NotConnectedError);
    assertMatch(error.message, /nobody listens there, or the server refused/);
    await assertRejects(
      () => session.ready({}),
      NotConnectedError,
      "Not connected: Cannot connect to",
    );
    assertEquals(server.conns.length, 1);
  });
  await t.step("after some attempts", async () => {
    await using server = listen(refuse);
    const reconnect = { maxAttempts: 3, minDelay: 1 };
    await using session = start(server.url, { reconnect });
    assertInstanceOf(await session.closed, NotConnectedError);
    assertEquals(server.conns.length, 3);
  });
  await t.step("when no attempt helps", async () => {
    await using server = listen(refuse);
    const reconnect = { shouldRetry: () => false };
    await using session = start(server.url, { reconnect });
    assertInstanceOf(await session.closed, NotConnectedError);
    assertEquals(server.conns.length, 1);
  });
  await t.step("when the first connection ends", async () => {
    await using server = serve();
    await using session = start(server.url, { reconnect: false });
    await session.first;
    await assertRejects(() => session.say("gone"), NotConnectedError, "1012");
    assertInstanceOf(await session.closed, NotConnectedError);
  });
  await t.step("by a signal", async () => {
    await using server = serve();
    const stop = new AbortController();
    const reconnect = { signal: stop.signal };
    await using session = start(server.url, { reconnect });
    await session.first;
    stop.abort();
    assertEquals(session.state, "closed");
    await session.closed;
    await using _closed = start(server.url, { reconnect });
    await _closed.closed;
  });
});

Deno.test("miniSession() has a deadline for each attempt", async (t) => {
  const options = { connectTimeout: 50, reconnect: false } as const;
  await t.step("of a server that says nothing", async () => {
    await using server = listen(never);
    await using session = start(server.url, options);
    const host = new URL(server.url).host;
    await assertRejects(
      () => session.first,
      TimeoutError,
      `Cannot connect to ws://${host}: no connection within 50 ms`,
    );
    await session.closed;
  });
  await t.step("of a URL that does not come", async () => {
    await using session = start(never, options);
    await assertRejects(() => session.first, TimeoutError, "the server");
  });
  await t.step("of a greeting that does not end", async () => {
    await using server = serve();
    await using session = start(server.url, options, { greet: never });
    await assertRejects(() => session.first, TimeoutError, "within 50 ms");
    assertEquals(session.state, "waiting");
    assertInstanceOf(await session.closed, TimeoutError);
    assertEquals(session.state, "closed");
  });
  await t.step("which a protocol may move", async () => {
    await using server = serve();
    await using session = start(server.url, options, {
      greet: () => {
        session.expire(20, () => new LimitError("moved"));
        return never();
      },
    });
    await assertRejects(() => session.first, NotConnectedError, "moved");
  });
});

Deno.test("miniSession() closes in every state, and leaves nothing behind", async (t) => {
  const cases: [string, () => MiniSession & AsyncDisposable][] = [
    ["before anything", () => start("ws://127.0.0.1:9")],
    ["while a URL is fetched", () => start(never)],
  ];
  for (const [what, make] of cases) {
    await t.step(what, async () => {
      await using session = make();
      const ready = session.ready({});
      await session.close();
      await session.close();
      await assertRejects(() => ready, NotConnectedError, "is closed");
      await assertRejects(() => session.first, NotConnectedError);
    });
  }
  await t.step("while it connects", async () => {
    await using server = listen(never);
    await using session = start(server.url);
    while (server.conns.length === 0) {
      await new Promise((go) => setTimeout(go, 1));
    }
    await session.close();
    assertEquals(await session.closed, undefined);
  });
  await t.step("while it greets", async () => {
    await using server = serve();
    const greeting = Promise.withResolvers<void>();
    await using session = start(server.url, {}, {
      greet() {
        greeting.resolve();
        return never();
      },
    });
    await greeting.promise;
    await session.close();
  });
  await t.step("while it waits for the next attempt", async () => {
    const reconnect = { minDelay: 1e9, maxDelay: 1e9 };
    await using session = start("ws://127.0.0.1:9", { reconnect });
    await session.first.catch(() => {});
    while (session.state !== "waiting") {
      await new Promise((go) => setTimeout(go, 1));
    }
    await session.close();
  });
  await t.step("with open calls", async () => {
    await using server = serve();
    await using session = start(server.url);
    await session.first;
    const call = session.say("mute");
    const closing = session.close();
    await assertRejects(() => call, NotConnectedError, "is closed");
    await closing;
  });
});

Deno.test("miniSession() sends early only what the greeting sends", async () => {
  await using server = serve();
  const greeting = Promise.withResolvers<void>();
  await using session = start(server.url, {}, {
    async greet() {
      assertEquals(
        await session.ask("login", (number) => `${number} login`, {}, true),
        "login",
      );
      await assertRejects(() => session.say("early"), NotConnectedError);
      greeting.resolve();
    },
  });
  await greeting.promise;
  await session.ready({ timeout: 20_000 });
  assertEquals(await session.say("now"), "now");
});

Deno.test("miniSession() tries again when a greeting fails", async () => {
  await using server = serve();
  let tries = 0;
  await using session = start(server.url, { reconnect: { minDelay: 1 } }, {
    greet() {
      if (++tries < 3) throw new TypeError("not yet");
    },
  });
  await assertRejects(
    () => session.first,
    NotConnectedError,
    `Cannot connect to ${server.url}: not yet`,
  );
  await session.ready({ timeout: 20_000 });
  assertEquals(tries, 3);
});

Deno.test("miniSession() gives a frozen server up", async () => {
  // It upgrades, and then says nothing for ever.
  let opened = 0;
  await using server = Object.assign(
    Deno.serve(LOCAL, (request) => {
      opened++;
      const { response, transport } = acceptWebSocket(request);
      (async () => {
        for await (const _ of transport);
      })().catch(() => {});
      return response;
    }),
  );
  await using session = start(`ws://127.0.0.1:${server.addr.port}`, {
    heartbeat: { interval: 10, timeout: 30 },
    reconnect: { minDelay: 1, minUptime: 0 },
  });
  await session.first;
  await assertRejects(
    () => session.say("hello"),
    NotConnectedError,
    "no sign of life within 30 ms",
  );
  await session.ready({ timeout: 20_000 });
  assertEquals(opened, 2);
  await session.close();
});

Deno.test("miniSession() keeps a server that answers", async () => {
  await using server = serve();
  let pings = 0;
  const enough = Promise.withResolvers<void>();
  await using session = start(server.url, {
    heartbeat: { interval: 5, timeout: 500 },
  }, {
    ping() {
      session.post("0 ping");
      if (++pings === 3) enough.resolve();
    },
  });
  await session.first;
  await enough.promise;
  assertEquals(session.state, "open");
});

Deno.test("miniSession() ends a connection whose server does not read", async () => {
  await using server = listen(upgrade); // And then it reads nothing.
  await using session = start(server.url, {
    maxOutboxBytes: 1_000_000,
    reconnect: false,
  });
  await session.first;
  const text = "x".repeat(300_000);
  const calls = Array.from({ length: 40 }, () => session.say(text));
  const ends = await Promise.allSettled(calls);
  for (const end of ends) {
    assert(end.status === "rejected");
    assertInstanceOf(end.reason, NotConnectedError);
  }
  assertStringIncludes(
    `${await session.closed}`,
    "more than 1000000 bytes wait to be sent",
  );
});

Deno.test("miniSession() is not disturbed by a connection that it gave up", async () => {
  // The first one answers the close late, and says more before it does.
  let connections = 0;
  const late = Promise.withResolvers<void>();
  await using server = listen(async (conn) => {
    const isFirst = ++connections === 1;
    await upgrade(conn);
    const say = (text: string) =>
      conn.write(
        new Uint8Array([0x81, text.length, ...new TextEncoder().encode(text)]),
      );
    if (!isFirst) {
      await conn.read(new Uint8Array(4096));
      await late.promise;
      await say("2 right");
      return;
    }
    await conn.read(new Uint8Array(4096)); // The first call.
    await say("x".repeat(30));
    await new Promise((go) => setTimeout(go, 1_500));
    await say("2 wrong");
    conn.close();
    await new Promise((go) => setTimeout(go, 100));
    late.resolve();
  });
  await using session = start(server.url, {
    reconnect: { minDelay: 1 },
  }, { maxReceived: 20 });
  await session.first;
  const lost = session.say("lost");
  await assertRejects(() => lost, NotConnectedError, "message over 20 bytes");
  await session.ready({ timeout: 20_000 });
  assertEquals(await session.say("any"), "right");
  assertEquals(connections, 2);
});

Deno.test("miniSession() takes no binary message", async () => {
  await using server = Deno.serve(LOCAL, (request) => {
    const { response, socket } = Deno.upgradeWebSocket(request);
    socket.onopen = () => socket.send(new Uint8Array(3));
    return response;
  });
  const url = `ws://127.0.0.1:${server.addr.port}`;
  await using session = start(url, { reconnect: false });
  assertStringIncludes(`${await session.closed}`, "binary, expected text");
});

Deno.test("miniSession() refuses what a page cannot do, and shows no secret", async () => {
  const bad: [string | URL, string][] = [
    ["http://example.org/s3cret", "not a valid ws: or wss: URL"],
    ["s3cret", "not a valid ws: or wss: URL"],
    ["tcp://example.org:1", "not a valid ws: or wss: URL"],
    [
      "ws://me:s3cret@example.org/s3cret?t=s3cret",
      "Cannot connect to ws://example.org from a page: it cannot send the credentials",
    ],
  ];
  for (const [url, text] of bad) {
    const error = assertThrows(() => start(url), TypeError, text);
    assert(!error.message.includes("s3cret"));
    // A function is asked later; no other attempt helps.
    await using session = start(() => url, { reconnect: { minDelay: 1 } });
    await assertRejects(() => session.first, TypeError, text);
    assertInstanceOf(await session.closed, TypeError);
  }
  await using server = listen(refuse);
  const url = `${server.url}/s3cret?token=s3cret#s3cret`;
  await using session = start(url, { reconnect: { maxAttempts: 1 } });
  const error = await session.closed;
  assertMatch(`${error}`, /127\.0\.0\.1:\d+: nobody/);
  assert(!Deno.inspect(error).includes("s3cret"));
  await using late = start(url, { connectTimeout: 1 });
  const tooLate = await late.first.catch((error) => error);
  assert(!Deno.inspect(tooLate).includes("s3cret"));
});

Deno.test("miniSession() asks again for a URL and subprotocols that fail", async () => {
  const offered: (string | null)[] = [];
  await using server = Deno.serve(LOCAL, (request) => {
    offered.push(request.headers.get("sec-websocket-protocol"));
    const { response, transport } = acceptWebSocket(request, {
      protocol: "winerp",
    });
    void answer(transport);
    return response;
  });
  let tries = 0;
  await using session = start(
    () => {
      if (++tries === 1) throw new TypeError("Failed to fetch");
      return Promise.resolve(`ws://127.0.0.1:${server.addr.port}`);
    },
    { reconnect: { minDelay: 1 } },
    {
      protocols: () => Promise.resolve(["winerp", `t${tries}`]),
    },
  );
  await assertRejects(
    () => session.first,
    NotConnectedError,
    "Failed to fetch",
  );
  await session.ready({ timeout: 20_000 });
  assertEquals(offered, ["winerp, t2"]);
  await session.close();
});

Deno.test("miniSession() checks its options before it connects", () => {
  const bad: [MiniOptions, string][] = [
    [{ timeout: 0 }, "timeout must be more than 0 milliseconds"],
    [{ connectTimeout: NaN }, "connectTimeout"],
    [{ maxInFlight: NaN }, "maxInFlight"],
    [{ maxHandlers: -1 }, "maxHandlers"],
    [{ maxOutboxBytes: "1" as never }, "maxOutboxBytes"],
    [{ heartbeat: { interval: 0 } }, "heartbeat.interval"],
    [{ heartbeat: { timeout: -1 } }, "heartbeat.timeout"],
    [{ reconnect: { minDelay: -1 } }, "minDelay"],
    [{ reconnect: { maxDelay: NaN } }, "maxDelay"],
    [{ reconnect: { minUptime: -1 } }, "minUptime"],
  ];
  for (const [options, text] of bad) {
    assertThrows(() => start("ws://127.0.0.1:9", options), RangeError, text);
  }
  assertThrows(
    () => start("ws://127.0.0.1:9", { reconnect: 5 as never }),
    TypeError,
    "reconnect must be an object: got 5",
  );
  assertThrows(
    () => start("ws://127.0.0.1:9", { heartbeat: 5 as never }),
    TypeError,
    "heartbeat must be an object",
  );
});

Deno.test("miniSession() answers once, whatever a protocol cannot write", async () => {
  await using session = start(never);
  for (const thrown of [null, undefined, revoked()]) {
    const replies: string[] = [];
    const refusals: unknown[] = [];
    await session.answer(
      (text) => replies.push(text),
      () => Promise.reject(thrown),
      () => "a result",
      (error) => {
        refusals.push(error);
        return `refused: ${(error as Error).message}`;
      },
    );
    assertEquals(replies, ["refused: unreadable error"]);
    assertEquals(refusals.length, 2);
  }
});

Deno.test("miniSession() gives up when a callback of its user fails", async (t) => {
  await using server = serve();
  for (const state of ["connecting", "open"]) {
    await t.step(`onState at ${state}`, async () => {
      await using session = start(server.url, {
        reconnect: {
          onState(change) {
            if (change.state === state) throw new Error("boom");
          },
        },
      });
      await assertRejects(() => session.first, Error, "boom");
      assertEquals((await session.closed)?.message, "boom");
      assertEquals(session.state, "closed");
      await assertRejects(() => session.say("a"), NotConnectedError, "boom");
    });
  }
  const refused = "ws://127.0.0.1:9";
  await t.step("onState at waiting", async () => {
    await using session = start(refused, {
      reconnect: {
        minDelay: 1e9,
        onState({ state }) {
          if (state === "waiting") throw new Error("boom");
        },
      },
    });
    assertEquals((await session.closed)?.message, "boom");
  });
  await t.step("onState at closed, which nobody waits for", async () => {
    await using session = start(server.url, {
      reconnect: {
        onState({ state }) {
          if (state === "closed") throw new Error("boom");
        },
      },
    });
    await session.first;
    await session.close();
    assertEquals(await session.closed, undefined);
  });
  await t.step("onState at each state", async () => {
    await using session = start(server.url, {
      reconnect: {
        onState() {
          throw null;
        },
      },
    });
    await assertRejects(() => session.first, Error, "null");
    assertEquals((await session.closed)?.message, "null");
  });
  await t.step("shouldRetry", async () => {
    await using session = start(refused, {
      reconnect: {
        shouldRetry() {
          throw new Error("boom");
        },
      },
    });
    await assertRejects(() => session.first, NotConnectedError, refused);
    assertEquals((await session.closed)?.message, "boom");
  });
});

Deno.test("miniSession() takes for a failed attempt whatever a callback throws", async () => {
  await using server = serve();
  for (const thrown of [null, undefined, "text", Symbol(), revoked()]) {
    const reject = () => Promise.reject(thrown);
    const reconnect = { maxAttempts: 2, minDelay: 1 };
    const sessions = [
      start(reject, { reconnect }),
      start(server.url, { reconnect }, { protocols: reject }),
      start(server.url, { reconnect }, { greet: reject }),
    ];
    for (const session of sessions) {
      await assertRejects(() => session.first, NotConnectedError, "Cannot");
      assertInstanceOf(await session.closed, NotConnectedError);
    }
  }
});
