// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { connectWebSocket } from "@wirekit/transport/websocket";
import {
  ClosedError,
  connect,
  type Contract,
  fetchHandler,
  type FetchHandlerOptions,
  HttpClient,
  JsonRpcError,
  LimitError,
  MalformedResponseError,
  MethodNotFoundError,
  Methods,
  Peer,
  serve,
} from "../mod.ts";
import { msgpackCodec } from "../wire/msgpack.ts";
import { exampleMethods } from "../_test_util.ts";

/** Serves by `fetchHandler()`, or on a port of its own. */
async function serving<State = Record<string, unknown>>(
  options: FetchHandlerOptions<Contract, State>,
  own = false,
) {
  const server = own
    ? await serve({ ...options, port: 0 })
    : Deno.serve({ port: 0, onListen() {} }, fetchHandler(options));
  const host = `127.0.0.1:${server.addr.port}`;
  return {
    http: `http://${host}/`,
    ws: `ws://${host}/`,
    host,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const JSON_TYPE = { "content-type": "application/json" };

function post(body: BodyInit, headers: HeadersInit = JSON_TYPE): Request {
  return new Request("http://localhost/", { method: "POST", body, headers });
}

const CALL = '{"jsonrpc":"2.0","method":"sum","params":[1,2],"id":1}';
const ANSWER = '{"jsonrpc":"2.0","id":1,"result":3}';

Deno.test("fetchHandler() serves HTTP as statement 52 has it", async () => {
  const handler = fetchHandler({
    methods: exampleMethods(),
    maxRequestBytes: 200,
  });
  for (
    const type of [
      "json",
      "json; charset=utf-8",
      "json-rpc",
      "jsonrequest",
      "JSON",
    ]
  ) {
    const headers = { "content-type": `application/${type}` };
    const response = await handler(post(CALL, headers));
    assertEquals([response.status, await response.text()], [200, ANSWER]);
    assertEquals(response.headers.get("content-type"), "application/json");
  }
  for (const method of ["GET", "PUT", "DELETE", "HEAD"]) {
    const response = await handler(
      new Request("http://localhost/", { method }),
    );
    assertEquals(response.status, 405);
    assertEquals(response.headers.get("allow"), "POST");
    await response.body?.cancel();
  }
  const statuses: [BodyInit, HeadersInit, number][] = [
    [CALL, { "content-type": "text/plain" }, 415],
    [CALL, {}, 415],
    ["x".repeat(201), JSON_TYPE, 413],
    [new Blob([new Uint8Array(300)]).stream(), JSON_TYPE, 413],
    ["{", JSON_TYPE, 200],
    ['{"jsonrpc":"2.0","method":"fail","id":1}', JSON_TYPE, 200],
    ['{"jsonrpc":"2.0","method":"sum"}', JSON_TYPE, 204],
    ['[{"jsonrpc":"2.0","method":"sum"}]', JSON_TYPE, 204],
    ['{"jsonrpc":"2.0","id":1,"result":1}', JSON_TYPE, 204],
  ];
  for (const [body, headers, status] of statuses) {
    const response = await handler(post(body, headers));
    assertEquals(response.status, status, String(body));
    const text = await response.text();
    if (status === 204) assertEquals(text, "");
  }
  const batch = await handler(post(`[${CALL},1]`));
  assertEquals((await batch.json()).length, 2);
});

Deno.test("fetchHandler() lets in the origins it is told to", async () => {
  const handler = fetchHandler({
    methods: exampleMethods(),
    allowedOrigins: ["https://good.example"],
    path: "/rpc",
  });
  const at = (path: string, init: RequestInit) =>
    handler(new Request(`http://localhost${path}`, init));
  const from = (origin: string) => (
    { method: "POST", body: CALL, headers: { ...JSON_TYPE, origin } }
  );
  assertEquals((await at("/", from("https://good.example"))).status, 404);
  assertEquals((await at("/rpc", from("https://bad.example"))).status, 403);
  const good = await at("/rpc", from("https://good.example"));
  assertEquals(
    good.headers.get("access-control-allow-origin"),
    "https://good.example",
  );
  const preflight = await at("/rpc", {
    method: "OPTIONS",
    headers: {
      origin: "https://good.example",
      "access-control-request-method": "POST",
    },
  });
  assertEquals(preflight.status, 204);
  assertEquals(preflight.headers.get("access-control-allow-methods"), "POST");
});

for (const own of [false, true]) {
  Deno.test(`fetchHandler() refuses a WebSocket of a page that is not allowed, ${own ? "own port" : "Deno.serve"}`, async () => {
    await using server = await serving({}, own);
    const headers = { origin: "https://bad.example" };
    await assertRejects(() => connectWebSocket(server.ws, { headers }));
  });
}

for (const own of [false, true]) {
  Deno.test(`fetchHandler() keeps the cookie and the headers of the upgrade, ${own ? "own port" : "Deno.serve"}`, async () => {
    const methods = new Methods<{ user: string }>().add("who", (call) => {
      const { url, headers, cookies, remoteAddress } = call.peer.handshake!;
      return [
        call.state.user,
        url.search,
        headers.get("x-more"),
        cookies,
        remoteAddress,
      ];
    });
    const peers: Peer[] = [];
    await using server = await serving<{ user: string }>({
      methods,
      authorize: (_request, { cookies }) =>
        cookies.user
          ? { user: cookies.user }
          : new Response("Who are you?", { status: 401 }),
      onPeer: (peer) => peers.push(peer as unknown as Peer),
    }, own);
    await assertRejects(() => connectWebSocket(server.ws));
    const headers = {
      cookie: 'user=%C3%A9va; q="x"; bad=%; flag',
      "x-more": "1",
    };
    await using client = await connect(`${server.ws}?room=5`, { headers });
    assertEquals(await client.request("who"), [
      "éva",
      "?room=5",
      "1",
      { user: "éva", q: "x", bad: "%", "": "flag" },
      "127.0.0.1",
    ]);
    assertEquals(peers.length, 1);
    await using refused = new HttpClient(server.http);
    await assertRejects(
      () => refused.request("who"),
      MalformedResponseError,
      "HTTP status 401",
    );
  });
}

Deno.test("fetchHandler() answers 500 for an authorize that throws, and tells nothing", async () => {
  const errors: unknown[] = [];
  const handler = fetchHandler({
    authorize: () => {
      throw new Error("secret");
    },
    onError: (error) => errors.push(error),
  });
  const response = await handler(post(CALL));
  assertEquals(response.status, 500);
  assert(!(await response.text()).includes("secret"));
  assertEquals(errors.length, 1);
});

for (const own of [false, true]) {
  const name = own ? "serve()" : "fetchHandler()";
  Deno.test(`${name} chooses a subprotocol that both know`, async () => {
    await using server = await serving({
      methods: exampleMethods(),
      protocols: ["jsonrpc"],
      codecs: [msgpackCodec],
    }, own);
    for (const protocols of [[], ["jsonrpc"], ["other", "jsonrpc"]]) {
      await using peer = new Peer(
        await connectWebSocket(server.ws, { protocols }),
      );
      assertEquals(await peer.request("sum", [1, 2]), 3);
    }
    await using text = await connect(server.ws);
    await using client = await connect(server.ws, { codec: msgpackCodec });
    assertEquals(await client.request("sum", [1, 2]), 3);
    assertEquals(await text.request("sum", [1, 2]), 3);
    const bytes = new Uint8Array([1, 2, 3]);
    assertEquals(await client.request("echo", [bytes]), [bytes]);
    assertEquals(await text.request("echo", ["é"]), ["é"]);
    const batch = client.batch();
    for (let i = 0; i < 20; i++) void batch.request("sum", [i]);
    assertEquals((await batch.send()).length, 20);
    const small = client.batch();
    void small.request("sum", [1]);
    assertEquals(await small.send(), [{ status: "fulfilled", value: 1 }]);
    const failure = await assertRejects(
      () => client.request("fail"),
      JsonRpcError,
    );
    assertEquals(failure.code, -32603);
  });
}

/** Bytes in which `_` stands for bytes that are not UTF-8. */
function spoiled(text: string, bytes: readonly number[]): Uint8Array {
  return Uint8Array.from(
    [...new TextEncoder().encode(text)]
      .flatMap((code) => code === 0x5f ? bytes : code),
  );
}

/** What is not UTF-8: a stray byte, a cut and an overlong one, a surrogate. */
const NOT_UTF8 = [[0xff], [0x80], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80]];

for (const own of [false, true]) {
  const name = own ? "serve()" : "fetchHandler()";
  Deno.test(`${name} answers an HTTP body that is not UTF-8 with -32700, and goes on`, async () => {
    await using server = await serving({ methods: exampleMethods() }, own);
    using connection = await Deno.connect({
      hostname: "127.0.0.1",
      port: Number(server.host.split(":")[1]),
    });
    const ask = async (body: Uint8Array) => {
      const head = `POST / HTTP/1.1\r\nHost: ${server.host}\r\n` +
        "Content-Type: application/json; charset=utf-8\r\n" +
        `Content-Length: ${body.length}\r\n\r\n`;
      await connection.write(new TextEncoder().encode(head));
      await connection.write(body);
      let text = "";
      const chunk = new Uint8Array(4_096);
      while (!text.endsWith("}")) {
        const length = await deadline(connection.read(chunk), 5_000);
        assert(length !== null, `closed after: ${text}`);
        text += new TextDecoder().decode(chunk.subarray(0, length));
      }
      const [status] = text.split("\r\n");
      return [status, text.slice(text.indexOf("\r\n\r\n") + 4)];
    };
    const failed = '{"jsonrpc":"2.0","id":null,' +
      '"error":{"code":-32700,"message":"Parse error"}}';
    for (const bytes of NOT_UTF8) {
      for (
        const text of [
          '{"jsonrpc":"2.0","method":"sum","params":["_"],"id":1}',
          '{"jsonrpc":"2.0","method":"_","id":1}',
          `${CALL}_`,
          "_",
        ]
      ) {
        const answer = await ask(spoiled(text, bytes));
        assertEquals(answer, ["HTTP/1.1 200 OK", failed], `${text} ${bytes}`);
      }
      const good = await ask(new TextEncoder().encode(CALL));
      assertEquals(good, ["HTTP/1.1 200 OK", ANSWER]);
    }
  });
}

Deno.test("HttpClient says which limit a response is over", async () => {
  await using client = new HttpClient("http://localhost/", {
    fetch: () => Promise.resolve(new Response("x".repeat(11))),
    maxResponseBytes: 10,
  });
  const error = await assertRejects(
    () => client.request("sum"),
    ClosedError,
    "over 10 bytes (maxResponseBytes)",
  );
  assert(error.cause instanceof LimitError);
});

Deno.test("HttpClient takes an answer that is not UTF-8 for no response", async () => {
  for (const bytes of NOT_UTF8) {
    const body = spoiled('{"jsonrpc":"2.0","id":1,"result":"_"}', bytes);
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      () => new Response(body as BodyInit),
    );
    await using client = new HttpClient(
      `http://127.0.0.1:${server.addr.port}/`,
    );
    await assertRejects(() => client.request("sum"), MalformedResponseError);
  }
});

Deno.test("fetchHandler() understands offers without a space", async () => {
  await using server = await serving({
    methods: exampleMethods(),
    protocols: ["b"],
  });
  await using connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(server.host.split(":")[1]),
  });
  await connection.write(new TextEncoder().encode(
    `GET / HTTP/1.1\r\nHost: ${server.host}\r\nUpgrade: websocket\r\n` +
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
      "Sec-WebSocket-Protocol: a,b\r\n\r\n",
  ));
  const bytes = new Uint8Array(1_000);
  const length = await connection.read(bytes);
  const text = new TextDecoder().decode(bytes.subarray(0, length!));
  assert(text.startsWith("HTTP/1.1 101"), text);
  assert(/sec-websocket-protocol: b/i.test(text), text);
});

Deno.test("fetchHandler() fires the signal of a handler whose client has left", async () => {
  const started = Promise.withResolvers<AbortSignal>();
  const methods = new Methods().add("wait", (call) => {
    const { signal } = call;
    started.resolve(signal);
    return new Promise((resolve) =>
      signal.addEventListener("abort", () => resolve("stopped"))
    );
  });
  await using server = await serving({ methods });
  await using client = new HttpClient(server.http);
  const controller = new AbortController();
  const call = client.request("wait", [], { signal: controller.signal });
  const signal = await started.promise;
  const stopped = new Promise((resolve) => signal.onabort = resolve);
  controller.abort();
  await assertRejects(() => call, DOMException);
  await stopped;
});

Deno.test("fetchHandler() answers a stream or a call back with an error that says why, over HTTP", async () => {
  const errors: unknown[] = [];
  let ended = 0;
  const methods = new Methods()
    .add("count", () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false, value: 1 }),
        return: () => Promise.resolve({ done: true, value: ++ended }),
      }),
    }))
    .add("generate", async function* () {
      yield 1;
    })
    .add("back", (call) => call.peer.request("x"));
  await using client = new HttpClient("http://localhost/", {
    fetch: fetchHandler({ methods, onError: (error) => errors.push(error) }),
  });
  for (const method of ["count", "generate"]) {
    const failure = await assertRejects(
      () => client.request(method),
      JsonRpcError,
      "The result is a stream: call over WebSocket, TCP or a Unix socket",
    );
    assertEquals(failure.code, -32012);
  }
  assertEquals(ended, 1);
  assertEquals(errors.length, 0);
  const failure = await assertRejects(
    () => client.request("back"),
    JsonRpcError,
  );
  assertEquals(failure.code, -32603);
  assertEquals(errors.length, 1);
});

for (const own of [false, true]) {
  Deno.test(`HttpClient calls a real server, one by one and in batches, ${own ? "own port" : "Deno.serve"}`, async () => {
    await using server = await serving({ methods: exampleMethods() }, own);
    await using client = new HttpClient(server.http, { autoBatch: true });
    const [sum, echo] = await Promise.all([
      client.remote.sum(1, 2),
      client.request("echo", { x: 1 }),
    ]);
    assertEquals([sum, echo], [3, { x: 1 }]);
    await client.notify("update");
    await assertRejects(() => client.request("none"), JsonRpcError);
  });
}

Deno.test("HttpClient ends calls that get no answer, each by its own class", async () => {
  const answers: Record<string, () => Response | Promise<Response>> = {
    empty: () => new Response(null, { status: 204 }),
    html: () => new Response("<html>", { status: 502 }),
    other: () => new Response('{"jsonrpc":"2.0","id":99,"result":1}'),
    large: () => new Response("x".repeat(300)),
    network: () => Promise.reject(new Error("no route")),
  };
  let current = "";
  await using client = new HttpClient("http://localhost/", {
    maxResponseBytes: 200,
    fetch: () => Promise.resolve().then(() => answers[current]!()),
  });
  for (current of ["empty", "html", "other"]) {
    await assertRejects(() => client.request("x"), MalformedResponseError);
  }
  for (current of ["large", "network"]) {
    await assertRejects(() => client.request("x"), ClosedError);
  }
  await assertRejects(() => client.notify("x"), ClosedError);
  current = "html";
  await assertRejects(() => client.notify("x"), ClosedError);
});

Deno.test("HttpClient gives the request up whose call is no longer wanted", async () => {
  const signal = Promise.withResolvers<AbortSignal>();
  const controller = new AbortController();
  await using client = new HttpClient("http://localhost/", {
    fetch: (request) => {
      signal.resolve(request.signal);
      return new Promise((_, reject) =>
        request.signal.addEventListener(
          "abort",
          () => reject(request.signal.reason),
        )
      );
    },
  });
  const call = client.request("x", [], { signal: controller.signal });
  assert(!(await signal.promise).aborted);
  controller.abort();
  await assertRejects(() => call, DOMException);
  assert((await signal.promise).aborted);
});

Deno.test("serve() answers over WebSocket, HTTP, TCP and a Unix socket, and counts all peers", async () => {
  const unixPath = `${await Deno.makeTempDir()}/jsonrpc.sock`;
  const methods = new Methods().add("one", () => 1);
  await using server = await serve({ port: 0, tcpPort: 0, unixPath, methods });
  await using cleanup = new AsyncDisposableStack();
  for (const url of server.urls) {
    const client = cleanup.use(await connect(url));
    assertEquals(await client.request("one"), 1);
  }
  assertEquals(server.peers.size, 3);
  await using client = new HttpClient(
    server.urls[0].replace("ws:", "http:"),
  );
  assertEquals(await client.request("one"), 1);
});

Deno.test("serve() lives when what is posted is none of its business", async () => {
  const methods = new Methods().add("one", () => 1);
  await using server = await serve({ port: 0, methods });
  const url = server.urls[0].replace("ws:", "http:");
  const json = { "content-type": "application/json" };
  const cases: [RequestInit, number][] = [
    [{ method: "POST", body: "hello" }, 415],
    [{ method: "PUT", body: "hello" }, 405],
    [{ method: "POST", body: "x".repeat(11_000_000), headers: json }, 413],
    [{ method: "POST", body: "hello", headers: json }, 200],
    [{ method: "HEAD" }, 405],
  ];
  for (let i = 0; i < 20; i++) {
    for (const [init, status] of i < 2 ? cases : cases.slice(0, 2)) {
      const response = await fetch(url, init);
      await response.body?.cancel();
      assertEquals(response.status, status);
    }
  }
  await using client = await connect(server.urls[0]);
  assertEquals(await client.request("one"), 1);
});

Deno.test("serve() without methods answers alike over HTTP and WebSocket", async () => {
  await using server = await serve({ port: 0 });
  const [url] = server.urls;
  await using http = new HttpClient(url.replace(/^ws/, "http"));
  await using peer = await connect(url);
  for (const client of [http, peer]) {
    const { methods } = await client.request<{ methods: unknown[] }>(
      "rpc.discover",
    );
    assertEquals(methods, []);
    await assertRejects(() => client.request("sum"), MethodNotFoundError);
  }
});
