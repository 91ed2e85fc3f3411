// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { NotConnectedError } from "@wirekit/internal/errors";
import { connectNats } from "../../nats.ts";
import { INFO, letIn, serverOf } from "../../testdata/server.ts";
import { openConnection } from "./_connection.ts";

const PORT = "Give the port of a NATS server for clients: 4222, if not set";

/** What somebody says first, and what is said of that. */
const STRANGERS: [says: string | Uint8Array<ArrayBuffer>, said: string][] = [
  [
    "SSH-2.0-OpenSSH_9.2p1\r\n",
    'is no NATS server: it says "SSH-2.0-OpenSSH_9.2p1"',
  ],
  ["220 mail ESMTP\r\n", 'is no NATS server: it says "220 mail ESMTP"'],
  [
    "HTTP/1.1 400 Bad Request\r\n\r\n",
    'is no NATS server: it says "HTTP/1.1 400 Bad Request"',
  ],
  ["INFO nonsense\r\n", 'is no NATS server: it says "INFO nonsense"'],
  ["INFO {}\r\n", 'is no NATS server: it says "INFO {}"'],
  ["INFO null\r\n", 'is no NATS server: it says "INFO null"'],
  ['INFO {"version":2}\r\n', 'is no NATS server: it says "INFO {"version":2}"'],
  ["IN case of fire", 'is no NATS server: it says "IN case of fire"'],
  ["\x1b[31m\u202ered", 'is no NATS server: it says ".[31m.red"'],
  ["x".repeat(100_000), `is no NATS server: it says "${"x".repeat(60)}"`],
  [
    new Uint8Array([0x15, 3, 3, 0, 2, 2, 50]),
    "is no NATS server, or one with handshake_first, which hubs cannot use: it speaks TLS",
  ],
];

Deno.test("connectNats() says at once that another server is none of NATS, and what it says", async () => {
  for (const [says, said] of STRANGERS) {
    await using server = await serverOf((socket) => socket.write(says));
    const start = performance.now();
    const error = await assertRejects(
      () => connectNats({ servers: server.url }),
      NotConnectedError,
    );
    assertEquals(
      error.message,
      `What listens at 127.0.0.1:${server.port} ${said}. ${PORT}`,
    );
    assert(performance.now() - start < 2_000, said);
  }
});

Deno.test("connectNats() says that a server is too old, or does without headers", async () => {
  const old = [
    'INFO {"version":"1.4.0"}\r\n',
    'INFO {"version":"2.14.8","proto":1,"jetstream":true}\r\n',
  ];
  for (const info of old) {
    await using server = await serverOf((socket) =>
      letIn(socket, () => {}, info)
    );
    const error = await assertRejects(
      () => connectNats({ servers: server.url, connectTimeout: 2_000 }),
      NotConnectedError,
    );
    assertMatch(
      error.message,
      /^NATS at 127\.0\.0\.1:\d+: it does not take messages with headers, which hubs need\. nats-server 2\.9 and newer do, without no_header_support/,
    );
  }
});

Deno.test("connectNats() finds out that a server speaks HTTP or TLS, which says nothing by itself", async () => {
  const folder = new URL("../../../../transport/testdata/", import.meta.url);
  const [cert, key] = ["localhost.crt", "localhost.key"].map((name) =>
    Deno.readTextFileSync(new URL(name, folder))
  );
  const web = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const answer = () => new Response("Hello");
  await using http = Deno.serve(web, answer);
  await using https = Deno.serve({ ...web, cert: cert!, key: key! }, answer);
  for (
    const [{ addr: { port } }, said] of [
      [http, 'is no NATS server: it says "HTTP/1.0 200 OK"'],
      [
        https,
        "is no NATS server, or one with handshake_first, which hubs cannot use: it speaks TLS",
      ],
    ] as const
  ) {
    for (const scheme of ["nats", "tls"]) {
      const start = performance.now();
      const error = await assertRejects(
        () => connectNats({ servers: `${scheme}://127.0.0.1:${port}` }),
        NotConnectedError,
      );
      assertEquals(
        error.message,
        `What listens at 127.0.0.1:${port} ${said}. ${PORT}`,
      );
      assert(performance.now() - start < 4_000);
    }
  }
});

Deno.test("connectNats() says what it knows of a server that says nothing", async () => {
  const silent = (what: string) =>
    "is no NATS server, hangs, or has handshake_first, which hubs cannot use: " +
    `it ${what}, and a NATS server speaks first. ${PORT}`;
  await using mute = await serverOf(() => {});
  await using half = await serverOf((socket) => socket.write("INF"));
  await using short = await serverOf((socket) => socket.end());
  await using late = await serverOf((socket) => socket.write(INFO));
  for (
    const [{ url, port }, said] of [
      [mute, `What listens at * ${silent("says nothing")}`],
      [half, `What listens at * ${silent("says nothing")}`],
      [
        short,
        `What listens at * ${silent("closes the connection without a word")}`,
      ],
      [late, "NATS at * does not answer: it hangs"],
    ] as const
  ) {
    const error = await assertRejects(
      () => connectNats({ servers: url, connectTimeout: 300 }),
      NotConnectedError,
    );
    assertEquals(error.message, said.replace("*", `127.0.0.1:${port}`));
  }
});

Deno.test("A NATS server that is slow to greet is let greet, in pieces", async () => {
  let asked = 0;
  await using server = await serverOf((socket, count) => {
    if (count > 0) {
      asked++;
      // It greets whoever comes.
      socket.write(INFO);
      return;
    }
    setTimeout(() => {
      socket.write(INFO.slice(0, 3));
      setTimeout(() => letIn(socket, () => {}, INFO.slice(3)), 20);
    }, 1_500);
  });
  const { connection, ready } = openConnection({
    servers: `127.0.0.1:${server.port}`,
  });
  await ready;
  assertEquals(asked, 1);
  await connection.flush();
  await connection.close();
});

Deno.test("connectNats() says of each server why it is of no use, and of those together for which it is the same", async () => {
  const refuse = (words: string) => () =>
    serverOf((socket) => {
      socket.write(INFO);
      socket.once("data", () => socket.end(`-ERR '${words}'\r\n`));
    });
  await using wrong = await refuse("Authorization Violation")();
  await using also = await refuse("Authorization Violation")();
  await using full = await refuse("maximum connections exceeded")();
  await using other = await refuse("Attempted To Connect To Route Port")();
  await using odd = await refuse("No Cookies Left")();
  await using ssh = await serverOf((socket) => socket.write("SSH-2.0-x\r\n"));
  const servers = [wrong, ssh, full, also, other, odd];
  const at = ({ port }: { port: number }) => `127.0.0.1:${port}`;
  const error = await assertRejects(
    () =>
      connectNats({ servers: servers.map(({ url }) => url), token: "s3cret" }),
    NotConnectedError,
  );
  assertEquals(
    error.message,
    [
      `NATS at ${at(wrong)}, ${
        at(also)
      } refuses the secret of this hub, which ` +
      "is from the option token: Authorization Violation. Is it right, and what " +
      "the server asks for? It is given with the option token (a token or " +
      "USER:PASSWORD), or with the option credentials (a .creds file)",
      `What listens at ${
        at(ssh)
      } is no NATS server: it says "SSH-2.0-x". ${PORT}`,
      `NATS at ${
        at(full)
      } lets nobody else in: maximum connections exceeded. ` +
      "Raise max_connections in its settings, or the limit of the account",
      `NATS at ${
        at(other)
      } lets no clients in there: Attempted To Connect To ` +
      `Route Port. ${PORT}`,
      `NATS at ${at(odd)} does not let this hub in: No Cookies Left`,
    ].join(". "),
  );
});

Deno.test("connectNats() asks each server of a cluster once, and says at once that all refuse its secret", async () => {
  const servers: Awaited<ReturnType<typeof serverOf>>[] = [];
  const asked: number[] = [];
  const refuse = (i: number) =>
    serverOf((socket, count) => {
      asked[i] = count + 1;
      const urls = servers.map(({ port }) => `127.0.0.1:${port}`);
      // As servers of one cluster do, it tells of the others.
      const info = `"connect_urls":${JSON.stringify(urls)}`;
      socket.write(INFO.replace("{", `{${info},`));
      socket.once("data", () => {
        socket.end("-ERR 'Authorization Violation'\r\n");
      });
    });
  await using stack = new AsyncDisposableStack();
  for (let i = 0; i < 3; i++) servers.push(stack.use(await refuse(i)));
  const urls = servers.map(({ url }) => url);
  for (const some of [urls, urls.slice(0, 1)]) {
    const start = performance.now();
    const before = asked.slice();
    const error = await assertRejects(
      () => connectNats({ servers: some, token: "wr0ng" }),
      NotConnectedError,
    );
    const at = some.map((url) => url.slice("nats://".length)).join(", ");
    assert(
      error.message.startsWith(`NATS at ${at} refuses the secret`),
      error.message,
    );
    assert(performance.now() - start < 2_000);
    assertEquals(asked.map((n, i) => n - (before[i] ?? 0)), [1, 1, 1]);
  }
});
