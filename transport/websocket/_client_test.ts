// Copyright 2026 the Wirekit authors. MIT license.

import {
  assert,
  assertEquals,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { acceptKey } from "./_accept_key.ts";
import {
  HandshakeError,
  NotConnectedError,
  TimeoutError,
} from "@wirekit/internal/errors";
import { CloseError, type Format } from "../transport.ts";
import {
  acceptWebSocket,
  connectWebSocket,
  type ConnectWebSocketOptions,
} from "../websocket.ts";

function open<F extends Format = "text">(
  url: string,
  options: ConnectWebSocketOptions<F> = {},
) {
  return connectWebSocket<F>(url, { implementation: "own", ...options });
}

/** A server that answers one client with what it is told, and keeps silent. */
function answer(
  make: (head: string) => string | Uint8Array | Promise<string | Uint8Array>,
) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const gone = Promise.withResolvers<void>();
  const heads: string[] = [];
  const received: Promise<Uint8Array> = (async () => {
    const conn = await listener.accept();
    const bytes = new Uint8Array(65_536);
    let length = 0;
    let head = "";
    while (!head.endsWith("\r\n\r\n")) {
      length += await conn.read(bytes) ?? 0;
      head += new TextDecoder().decode(bytes.subarray(0, length));
    }
    heads.push(String.fromCharCode(...bytes.subarray(0, length)));
    const reply = await make(head);
    let rest = typeof reply === "string"
      ? new TextEncoder().encode(reply)
      : reply;
    while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
    const chunks: number[] = [];
    const all = (async () => {
      for (;;) {
        const count = await conn.read(bytes).catch(() => null);
        if (count === null) break;
        chunks.push(...bytes.subarray(0, count));
      }
    })();
    await Promise.race([all, gone.promise]);
    conn.close();
    await all;
    return new Uint8Array(chunks);
  })();
  return {
    url: `ws://127.0.0.1:${listener.addr.port}/a?b=c`,
    heads,
    received,
    async [Symbol.asyncDispose]() {
      gone.resolve();
      listener.close();
      await received.catch(() => {});
    },
  };
}

function accepted(head: string, more = ""): string {
  const [, key = ""] = /sec-websocket-key: (\S+)/i.exec(head) ?? [];
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n" +
    `Connection: keep-alive, Upgrade\r\n${more}` +
    `Sec-WebSocket-Accept: ${acceptKey(key)}\r\n\r\n`;
}

Deno.test("connectWebSocket() of our own asks as the RFC wants", async () => {
  await using server = answer((head) =>
    accepted(head, "Sec-WebSocket-Protocol: two\r\n")
  );
  const transport = await open(server.url, {
    protocols: ["one", "two"],
    headers: { "x-test": "1\xe4", "user-agent": "me" },
  });
  const [line, ...rest] = server.heads[0]!.trimEnd().split("\r\n");
  assertEquals(line, "GET /a?b=c HTTP/1.1");
  const headers = new Headers(
    rest.map((each): [string, string] => {
      const [name, value] = each.split(": ");
      return [name!, value!];
    }),
  );
  assertEquals(headers.get("host"), new URL(server.url).host);
  assertEquals(headers.get("sec-websocket-protocol"), "one, two");
  assertEquals(headers.get("sec-websocket-version"), "13");
  assertEquals(headers.get("sec-websocket-extensions"), null);
  assertEquals(headers.get("user-agent"), "me");
  assertEquals(atob(headers.get("sec-websocket-key")!).length, 16);
  assertEquals(headers.get("x-test"), "1\xe4");
  assertEquals(transport.protocol, "two");
  await transport.close();
});

Deno.test("connectWebSocket() of our own masks each frame anew", async () => {
  await using server = answer((head) => accepted(head));
  const transport = await open(server.url);
  for (let i = 0; i < 50; i++) transport.send("aaaa");
  await transport.close(); // It waits for an answer in vain.
  const received = await server.received;
  const masks = new Set<string>();
  for (let i = 0; i < 50; i++) {
    const frame = received.subarray(10 * i, 10 * i + 10);
    assertEquals([...frame.subarray(0, 2)], [0x81, 0x84]);
    const mask = frame.subarray(2, 6);
    masks.add(mask.join());
    assertEquals(
      frame.slice(6).map((byte, j) => byte ^ mask[j]!).join(),
      "97,97,97,97",
    );
  }
  assertEquals(masks.size, 50);
  assertEquals([...received.subarray(500, 502)], [0x88, 0x82]);
});

Deno.test("connectWebSocket() of our own takes frames that come with the answer", async () => {
  const frames = "\x81\x02hi\x82\x00\x88\x02\x0f\xa0";
  await using server = answer(async (head) =>
    Uint8Array.from(
      await accepted(head) + frames.replace("\x82\x00", ""),
      (char) => char.charCodeAt(0),
    )
  );
  const transport = await open(server.url);
  const received: string[] = [];
  const error = await assertRejects(async () => {
    for await (const message of transport) received.push(message);
  }, CloseError);
  assertEquals([received, error.code], [["hi"], 4000]);
});

/** An answer that is no upgrade, and what the error says of it. */
const REFUSALS: [string, number, string][] = [
  [
    "HTTP/1.1 401 Unauthorized\r\ncontent-length: 15\r\n\r\nWhere is a key?more",
    401,
    'the server answered 401 Unauthorized: "Where is a key?". Give it the credentials',
  ],
  [
    "HTTP/1.1 403 Forbidden\r\ntransfer-encoding: chunked\r\n\r\n3\r\nNot\r\n6\r\n here.\r\n0\r\n\r\n",
    403,
    'the server answered 403 Forbidden: "Not here". It does not let this client in',
  ],
  [
    "HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\n\r\n",
    503,
    "the server answered 503 Service Unavailable. Try again later",
  ],
  [
    "HTTP/1.1 302 Found\r\nlocation: wss://example.org/\r\ncontent-length: 0\r\n\r\n",
    302,
    'the server answered 302 Found. It sends to "wss://example.org": connect there',
  ],
  [
    "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n<html><body><h1>Hello,\n\x1b[31m you</h1></body></html>",
    200,
    'the server answered 200 OK: "Hello, [31m you". There is an HTTP server, but no WebSocket',
  ],
  ["HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n", 200, "answered 200."],
  [
    "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
    404,
    "the server answered 404 Not Found. Is the path right?",
  ],
];

for (const [reply, status, why] of REFUSALS) {
  Deno.test(`connectWebSocket() of our own tells of a refusal: ${why}`, async () => {
    await using server = answer(() => reply);
    const { host } = new URL(server.url);
    const error = await assertRejects(
      () => open(`ws://me:secret@${host}/a?token=secret`),
      HandshakeError,
      why,
    );
    assertEquals([error.status, error.url], [status, `ws://${host}/…`]);
    assert(error.message.startsWith(`Cannot connect to ws://${host}/…: `));
    if (status === 503) assertEquals(error.headers.get("retry-after"), "5");
    if (status === 401) assertEquals(error.body, "Where is a key?");
    if (status === 403) assertEquals(error.body, "Not here.");
  });
}

Deno.test("connectWebSocket() of our own says where a redirect leads, and shows no secret", async () => {
  const slash = 'to the same address with "/" at the end of its path:';
  // The path that was used, the redirect, and what is said.
  const redirects: [string, string, string][] = [
    ["/hub", "/hub/", slash],
    ["/hub?token=s3cret", "http://HOST/hub/?token=s3cret", slash],
    ["/hub", "https://HOST/hub", 'to the same path at "wss://HOST":'],
    [
      "/hub",
      "//other.example/hub",
      'to the same path at "ws://other.example":',
    ],
    ["/", "/login/hub", 'to "ws://HOST/login/hub":'],
    [
      "/",
      "https://example.org:99/v2/hub?next=s3cret",
      '"wss://example.org:99/v2/hub":',
    ],
    ["/s3cret", "/hub/s3cret", 'to "ws://HOST/hub/…":'],
    ["/correct", "/battery/correct", 'to "ws://HOST/battery/…":'],
    ["/", "/5hVX-9Qq/ABCDEF/\x1b[31m/hub", 'to "ws://HOST/…/…/…/hub":'],
    ["/", "mailto:me@example.org", 'to "mailto:…":'],
    ["/", "http://[", 'to "http://…":'],
  ];
  for (const [path, location, said] of redirects) {
    await using server = answer(() => {
      const to = location.replace("HOST", new URL(server.url).host);
      return `HTTP/1.1 301 Moved\r\nlocation: ${to}\r\ncontent-length: 0\r\n\r\n`;
    });
    const { host } = new URL(server.url);
    const { message } = await assertRejects(
      () => open(`ws://${host}${path}`),
      HandshakeError,
    );
    assertStringIncludes(message.replaceAll(host, "HOST"), said);
    for (const secret of ["s3cret", "correct", "5hVX", "ABC", "me@"]) {
      assert(!message.includes(secret), message);
    }
  }
});

Deno.test("connectWebSocket() of our own reads a refusal without an end, but not for ever", async () => {
  await using server = answer(() => "HTTP/1.1 403 No\r\n\r\nGo away");
  const error = await assertRejects(() => open(server.url), HandshakeError);
  assertEquals([error.status, error.body], [403, "Go away"]);
});

Deno.test("connectWebSocket() of our own says what is wrong with an answer", async () => {
  const cases: [(head: string) => string | Promise<string>, string][] = [
    [() => "SSH-2.0\r\n\r\n", "the server does not speak HTTP/1.1"],
    [() => "\x15\x03\x03\x00\x02\x022", "speaks TLS on this port"],
    [
      () => "HTTP/1.1 101 Yes\r\n: bad\r\n\r\n",
      "the server sent a header that is not valid",
    ],
    [
      () => "HTTP/1.1 101 Yes\r\nupgrade: websocket\r\n\r\n",
      "the server did not upgrade to WebSocket",
    ],
    [
      async (head) =>
        (await accepted(head)).replace("keep-alive, Upgrade", "upgraded"),
      "the server did not upgrade to WebSocket",
    ],
    [
      async (head) => (await accepted(head)).replace(/Accept: ./, "Accept: "),
      "the server did not prove that it speaks WebSocket",
    ],
    [
      (head) =>
        accepted(head, "Sec-WebSocket-Extensions: permessage-deflate\r\n"),
      "the server chose an extension that was not offered",
    ],
    [
      (head) => accepted(head, "Sec-WebSocket-Protocol: two\r\n"),
      "the server chose a subprotocol that was not offered",
    ],
    [
      () => `HTTP/1.1 101 Yes\r\nx: ${"x".repeat(20_000)}`,
      "the server's answer is over 16384 bytes",
    ],
    [
      () => "HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000),
      "the server's answer is over 16384 bytes",
    ],
  ];
  for (const [make, why] of cases) {
    await using server = answer(make);
    await assertRejects(() => open(server.url), HandshakeError, why);
  }
});

Deno.test("connectWebSocket() of our own takes what HTTP allows in an answer", async () => {
  const cases: ((yes: string) => string)[] = [
    (yes) => "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + yes,
    (yes) => "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 P\r\n\r\n" + yes,
    (yes) => yes.replace("keep-alive, Upgrade", "keep-alive,\tUpgrade"),
    (yes) => yes.replace("keep-alive, Upgrade", "keep-alive , upgrade\t,x"),
    (yes) => yes.replace("keep-alive, Upgrade", ",Upgrade,"),
    (yes) => yes.replace("Upgrade: WebSocket", "upgrade:\twebsocket \t"),
    (yes) => yes.replace("Switching Protocols", ""),
  ];
  for (const change of cases) {
    await using server = answer(async (head) => change(await accepted(head)));
    const transport = await open(server.url);
    assertEquals(transport.protocol, "");
    await transport.close();
  }
});

Deno.test("connectWebSocket() of our own says that a server left without an answer", async () => {
  for (const reply of ["", "HTTP/1.1 101 "]) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    (async () => {
      const conn = await listener.accept();
      await conn.read(new Uint8Array(1_024));
      await conn.write(new TextEncoder().encode(reply));
      conn.close();
    })();
    await assertRejects(
      () => open(`ws://127.0.0.1:${listener.addr.port}`),
      NotConnectedError,
      "the server closed the connection",
    );
  }
});

for (const implementation of ["own", "platform"] as const) {
  Deno.test(`connectWebSocket() sends nothing that is no handshake (${implementation})`, async () => {
    const url = "ws://127.0.0.1:1"; // Whatever is sent would be refused.
    const cases: [string, ConnectWebSocketOptions, typeof Error, string][] = [
      [url, { protocols: [""] }, SyntaxError, 'the subprotocol ""'],
      [url, { protocols: ["a b"] }, SyntaxError, 'the subprotocol "a b"'],
      [url, { protocols: ["a\r\nb"] }, SyntaxError, String.raw`"a\r\nb"`],
      [url, { protocols: ["a,b"] }, SyntaxError, '"a,b"'],
      [url, { protocols: ["a", "b", "a"] }, SyntaxError, '"a" is given twice'],
      [url.replace("//", "//u%zz:p@"), {}, TypeError, "the user name"],
      [url.replace("//", "//u:%ff@"), {}, TypeError, "the password"],
      [url.replace("//", "//u%3a:p@"), {}, TypeError, "a colon"],
      [url, { headers: { "x-a": "1\r\nx-b: 2" } }, TypeError, '"x-a"'],
      [url, { headers: [["x", "ok"], ["a b", "1"]] }, TypeError, '"a b"'],
      [url, { headers: { "x-a": "\u20ac" } }, TypeError, '"x-a"'],
      [
        url,
        { headers: { "Sec-WebSocket-Protocol": "a" } },
        TypeError,
        "option protocols",
      ],
      ...[
        "Host",
        "Connection",
        "upgrade",
        "content-length",
        "Transfer-Encoding",
        "sec-websocket-key",
        "sec-websocket-version",
        "sec-websocket-extensions",
      ].map((name): [string, ConnectWebSocketOptions, typeof Error, string] => [
        url,
        { headers: { [name]: "1" } },
        TypeError,
        `the header "${name.toLowerCase()}" belongs to the handshake`,
      ]),
      ...[NaN, -1, 0].flatMap((ms): [
        string,
        ConnectWebSocketOptions,
        typeof Error,
        string,
      ][] => [
        [url, { connectTimeout: ms }, RangeError, "connectTimeout"],
        [url, { idleTimeout: ms }, RangeError, "idleTimeout"],
      ]),
    ];
    for (const [to, options, type, why] of cases) {
      await assertRejects(
        () => connectWebSocket(to, { implementation, ...options }),
        type,
        why,
      );
    }
  });
}

Deno.test("connectWebSocket() of our own gives up when nobody is there, or answers", async () => {
  const nobody = await assertRejects(
    () => open("ws://127.0.0.1:1"),
    NotConnectedError,
    "Cannot connect to 127.0.0.1:1: nobody listens there",
  );
  assertEquals((nobody.cause as { code?: string }).code, "ECONNREFUSED");
  await assertRejects(
    () => open("ws://no-such-host.invalid"),
    NotConnectedError,
    "Cannot connect to no-such-host.invalid:80: the name of the host is unknown",
  );
  await using mute = answer(() => "HTTP/1.1 101 ");
  await assertRejects(
    () => open(mute.url, { connectTimeout: 50 }),
    TimeoutError,
    "no connection within 50 ms",
  );
  const signal = AbortSignal.abort(new RangeError("enough"));
  await assertRejects(() => open(mute.url, { signal }), RangeError, "enough");
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const controller = new AbortController();
  const opening = open(`wss://127.0.0.1:${listener.addr.port}`, {
    signal: controller.signal,
  });
  const conn = await listener.accept();
  controller.abort(new RangeError("enough"));
  await assertRejects(() => opening, RangeError, "enough");
  conn.close();
});

Deno.test("connectWebSocket() of our own sends a burst without Nagle's 40 ms", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { response, transport } = acceptWebSocket(request);
      (async () => {
        let count = 0;
        for await (const _ of transport) {
          if (++count % 3 === 0) transport.send("three");
        }
      })();
      return response;
    },
  );
  await using client = await open(`ws://127.0.0.1:${server.addr.port}`);
  const reader = client[Symbol.asyncIterator]();
  const times: number[] = [];
  for (let i = 0; i < 15; i++) {
    const start = performance.now();
    for (let j = 0; j < 3; j++) {
      await client.send("x");
      await new Promise((done) => setTimeout(done));
    }
    await reader.next();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  assertLess(times[7]!, 25);
});

Deno.test("connectWebSocket() of our own notices a server that is gone", async () => {
  await using server = answer((head) => accepted(head));
  const transport = await open(server.url, { idleTimeout: 200 });
  const error = await assertRejects(
    () => Array.fromAsync(transport),
    CloseError,
  );
  assertEquals(error.code, 1006);
  assertEquals((error.cause as Error).message, "No answer to a ping");
  assertEquals([...(await server.received).subarray(0, 2)], [0x89, 0x80]);
});

Deno.test("connectWebSocket() of our own stays open while a living server is silent", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { response, transport } = acceptWebSocket(request);
      (async () => {
        for await (const message of transport) transport.send(message);
      })();
      return response;
    },
  );
  await using client = await open(`ws://127.0.0.1:${server.addr.port}`, {
    idleTimeout: 400,
  });
  await new Promise((done) => setTimeout(done, 1_500));
  await client.send("hello");
  const { value } = await client[Symbol.asyncIterator]().next();
  assertEquals(value, "hello");
});
