// Copyright 2026 the Wirekit authors. MIT license.

/** The real wsjsonrpc of PyPI, as a server for ours and as a client of ours. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  connect,
  InternalError,
  JsonRpcError,
  type LogEntry,
  Methods,
  Peer,
  type PeerOptions,
  serve,
  TimeoutError,
} from "@wirekit/jsonrpc";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { Driver } from "../../_driver.ts";
import { pythonOf } from "../../_python.ts";
import { passed, testMatrix } from "./_matrix.ts";

function wsjsonrpc(): Driver {
  const program = new URL("wsjsonrpc_peer.py", import.meta.url).pathname;
  return new Driver([pythonOf("jsonrpc"), "-u", program]);
}

/** What a peer may not send to wsjsonrpc, which drops the connection for it. */
const BEARABLE: PeerOptions = { errorData: false };

/** A peer of ours, connected to a server of wsjsonrpc. */
async function client(options: PeerOptions = {}, headers: HeadersInit = {}) {
  const driver = wsjsonrpc();
  const port = await driver.do<number>("serve");
  const transport = await connectWebSocket(
    `ws://127.0.0.1:${port}/wsjsonrpc`,
    { headers },
  );
  const peer = new Peer(transport, { ...BEARABLE, ...options });
  return {
    driver,
    peer,
    async [Symbol.asyncDispose]() {
      await peer.close();
      await driver.kill();
    },
  };
}

/** A server of ours, and a client of wsjsonrpc. */
async function server(options: PeerOptions = {}) {
  const methods = new Methods<{ user?: string }>()
    .add("math.sum", (_call, x: number, y: number) => x + y)
    .add("math.div", (_call, { x, y }) => x / y)
    .add("login", (call, user) => {
      call.state.user = user;
    })
    .add("whoami", (call) => call.state.user)
    .add("cookie", (call) => call.handshake?.headers.get("user-agent"))
    .add("fail", () => {
      throw new Error("secret");
    })
    .add("custom", () => {
      throw new JsonRpcError(402, "Not enough money", { data: { balance: 3 } });
    })
    .add("back", (call, x) => call.peer.request("math.sum", [x, 1]))
    .add("data", () => {});
  const heard: unknown[] = [];
  methods.add("note", (_call, text) => void heard.push(text));
  const server = await serve({
    port: 0,
    ...BEARABLE,
    ...options as Record<never, never>,
    methods,
  });
  const driver = wsjsonrpc();
  await driver.do("connect", { port: server.addr.port });
  return {
    driver,
    heard,
    server,
    async [Symbol.asyncDispose]() {
      await driver.kill();
      await server.close();
    },
  };
}

const ours = "wirekit";
const theirs = "wsjsonrpc 0.1.0";

Deno.test("Peer calls wsjsonrpc by position and by name, and is called back", async () => {
  const entries: LogEntry[] = [];
  const methods = new Methods().add("double", (_call, x: number) => 2 * x);
  await using at = await client({
    methods,
    onMessage: (entry) => entries.push(entry),
  });
  assertEquals(await at.peer.request("math.sum", [1, 2]), 3);
  assertEquals(await at.peer.request("math.div", { y: 2, x: 6 }), 3);
  assertEquals(await at.peer.request("back", [4]), 8);
  assertEquals(await at.peer.request("math.div", []), 0);
  const back = entries.find(({ direction, method }) =>
    direction === "in" && method === "double"
  );
  assertEquals(back?.id, 0);
  passed(ours, theirs, "positional", "named", "reverse");
});

Deno.test("Peer notifies wsjsonrpc, alone and in a batch", async () => {
  const errors: unknown[] = [];
  await using at = await client({ onError: (error) => errors.push(error) });
  await at.peer.notify("note", ["one"]);
  await at.driver.event({ event: "note", text: "one" });
  const batch = at.peer.batch();
  batch.notify("note", ["two"]);
  batch.notify("note", ["three"]);
  await batch.send();
  await at.driver.event({ event: "note", text: "three" });
  // Its answer `[]` to that must cost neither end anything.
  assertEquals(await at.peer.request("math.sum", [1, 2]), 3);
  assertEquals(errors, []);
  passed(ours, theirs, "notify");
});

Deno.test("Peer sends batches to wsjsonrpc by scope and by hand", async () => {
  await using at = await client();
  const calls: Promise<unknown>[] = [];
  {
    using batch = at.peer.batch();
    for (let i = 1; i < 5; i++) calls.push(batch.request("math.sum", [i, i]));
    batch.notify("note", ["scope"]);
  }
  assertEquals(await Promise.all(calls), [2, 4, 6, 8]);
  await at.driver.event({ event: "note", text: "scope" });
  const batch = at.peer.batch();
  void batch.request("math.sum", [1, 2]);
  void batch.request("none");
  const [sum, none] = await batch.send();
  assertEquals(sum, { status: "fulfilled", value: 3 });
  assertEquals(none?.status, "rejected");
  passed(ours, theirs, "batch");
});

Deno.test("Peer gets the errors of wsjsonrpc, and its identity and cookie", async () => {
  await using at = await client({}, { cookie: "session=abc" });
  const custom = await assertRejects(
    () => at.peer.request("custom", [1]), // the id of the first call
    JsonRpcError,
  );
  assertEquals([custom.code, custom.message], [402, "Not enough money"]);
  const none = await assertRejects(
    () => at.peer.request("none"),
    JsonRpcError,
  );
  assertEquals(none.code, -32601);
  await assertRejects(() => at.peer.request("fail"), InternalError);
  // Wrong arguments are an internal error there.
  await assertRejects(() => at.peer.request("math.sum", [1]), InternalError);
  assertEquals(await at.peer.request("whoami"), null);
  await at.peer.request("login", ["ada"]);
  assertEquals(await at.peer.request("whoami"), "ada");
  assertEquals(await at.peer.request("cookie"), "session=abc");
  passed(ours, theirs, "errors", "identity");
});

Deno.test("Peer gives a call to wsjsonrpc up without hurting the connection", async () => {
  const methods = new Methods().add("double", () => new Promise(() => {}));
  await using at = await client({ methods });
  await assertRejects(
    () => at.peer.request("back", [1], { timeout: 50 }),
    TimeoutError,
  );
  assertEquals(await at.peer.request("math.sum", [1, 2]), 3);
  passed(ours, theirs, "cancel");
});

Deno.test("connect() reaches wsjsonrpc, heartbeat included", async () => {
  const driver = wsjsonrpc();
  const port = await driver.do<number>("serve");
  await using _driver = driver;
  await using client = await connect(`ws://127.0.0.1:${port}/any/path`, {
    heartbeat: { interval: 200 }, // A busy machine answers in time.
    errorData: false,
  });
  const first = client.peer;
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    assertEquals(await client.remote.math.sum(i, 1), i + 1);
  }
  assert(client.peer === first);
});

Deno.test("wsjsonrpc calls our server, by position and by name", async () => {
  await using at = await server();
  const ask = (method: string, params?: unknown) =>
    at.driver.do("request", { method, params });
  assertEquals(await ask("math.sum", [1, 2]), 3); // Its first id is 0.
  assertEquals(await ask("math.div", { x: 6, y: 3 }), 2);
  assertEquals(await ask("whoami"), null);
  await ask("login", ["ada"]);
  assertEquals(await ask("whoami", []), "ada");
  assert(String(await ask("cookie")).includes("Autobahn"));
  assertEquals(await ask("back", [4]), 5);
  passed(theirs, ours, "positional", "named", "identity", "reverse");
});

Deno.test("wsjsonrpc gets our errors as its own classes", async () => {
  await using at = await server();
  const failure = async (method: string, params?: unknown) => {
    const error = await assertRejects(
      () => at.driver.do("request", { method, params }),
      Error,
    );
    return JSON.parse(error.message);
  };
  assertEquals((await failure("none")).class, "JsonRpcMethodNotFound");
  assertEquals((await failure("fail")).class, "JsonRpcInternalError");
  assertEquals(await failure("custom"), {
    class: "JsonRpcCustomException",
    errno: 402,
    message: "Not enough money",
  });
  passed(theirs, ours, "errors");
});

Deno.test("wsjsonrpc sends us batches by scope and by hand, and notifications", async () => {
  await using at = await server();
  for (const kind of ["batch_scope", "batch_manual"]) {
    const outcome = await at.driver.do(kind, {
      calls: [["math.sum", [1, 2]], ["none", null], ["math.sum", [3, 4]]],
      notifications: [["note", [kind]]],
    });
    const [first, none, last] = outcome as [number, { errno: number }, number];
    assertEquals([first, none.errno, last], [3, -32601, 7]);
  }
  await at.driver.do("notify", { method: "note", params: ["alone"] });
  assertEquals(
    await at.driver.do("request", { method: "math.sum", params: [1, 1] }),
    2,
  );
  assertEquals(at.heard, ["batch_scope", "batch_manual", "alone"]);
  passed(theirs, ours, "batch", "notify");
});

Deno.test("Server calls wsjsonrpc and notifies it over its connection", async () => {
  await using at = await server();
  const [peer] = at.server.peers;
  assertEquals(await peer!.request("math.sum", [1, 2]), 3);
  await peer!.notify("note", ["from the server"]);
  await at.driver.event({ event: "note", text: "from the server" });
  passed(ours, theirs, "server calls client");
});

testMatrix("wsjsonrpc");
