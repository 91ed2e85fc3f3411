// Copyright 2026 the Wirekit authors. MIT license.
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { deadline } from "@std/async/deadline";
import { NewlineFramer } from "@wirekit/transport/framers";
import { connect } from "@wirekit/transport/connect";
import { connectTcp } from "@wirekit/transport/tcp";
import { CloseError, type Transport } from "@wirekit/transport/transport";
import { connectUnix } from "@wirekit/transport/unix";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { Client, NotConnectedError } from "./client.ts";
import { serve } from "./serve.ts";

/** Says hello under a name; returns the answer. */
async function verify(
  transport: Transport,
  message: Record<string, unknown>,
): Promise<unknown> {
  await transport.send(JSON.stringify({ type: 1, ...message }));
  return (await read(transport)).data;
}

async function read(transport: Transport): Promise<Record<string, unknown>> {
  for await (const message of transport) return JSON.parse(message);
  throw new Error("Closed");
}

function portOf(url: string | undefined): number {
  return Number(url!.slice(url!.lastIndexOf(":") + 1));
}

Deno.test("serve() lets clients of all carriers talk to each other", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/hub.sock`;
  {
    await using server = await serve({ port: 0, tcpPort: 0, unixPath: path });
    const [ws, tcp, unix] = server.urls;
    assertEquals(unix, `unix:${path}`);
    await using a = await connectWebSocket(ws);
    await using b = await connectTcp(
      { port: portOf(tcp) },
      new NewlineFramer(),
    );
    await using c = await connectUnix({ path }, new NewlineFramer());
    assertEquals(await verify(a, { id: "a" }), "Authorized.");
    assertEquals(await verify(b, { id: "b" }), "Authorized.");
    assertEquals(await verify(c, { id: "c" }), "Authorized.");

    // Written over many lines, it still comes as one line.
    const message = { type: 2, uuid: "1", destination: "b", data: { x: [1] } };
    await a.send(JSON.stringify(message, null, 2));
    assertEquals((await read(b)).data, { x: [1] });
    await b.send('{"type":3,"uuid":"1","destination":"a","data":1.0}');
    assertEquals((await read(a)).id, "b");
    await c.send('{"type":6,"data":"all"}');
    assertEquals([(await read(a)).data, (await read(b)).data], ["all", "all"]);
    assertEquals(server.hub.names, ["a", "b", "c"]);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("serve() asks for the token on every carrier", async () => {
  const token = "s3cret";
  await using server = await serve({ port: 0, tcpPort: 0, token });
  const [ws, tcp] = server.urls;
  await assertRejects(() => connectWebSocket(ws));
  await using a = await connectWebSocket(ws, {
    headers: { authorization: `Bearer ${token}` },
  });
  assertEquals(await verify(a, { id: "a" }), "Authorized.");

  const open = () => connectTcp({ port: portOf(tcp) }, new NewlineFramer());
  await using b = await open();
  assertEquals(await verify(b, { id: "b", token }), "Authorized.");
  for (const wrong of ["wrong", undefined]) {
    await using stranger = await open();
    assertEquals(
      await verify(stranger, { id: "c", token: wrong }),
      "Not authorized.",
    );
    const [farewell, ...more] = await Array.fromAsync(stranger);
    assertEquals([JSON.parse(farewell!).type, more], [6, []]);
  }
});

Deno.test("serve() keeps no more of a stranger's bytes than a verification has", async () => {
  await using server = await serve({ port: 0, tcpPort: 0, token: "s3cret" });
  const port = portOf(server.urls[1]);
  const long = "x".repeat(65_000);
  for (
    const sent of [
      `{"type":1,"id":"${long.repeat(16)}`, // No end of a line.
      `{"type":1,"id":"${long}${long}"}\n`, // An end that comes too late.
      `{"type":1,"id":{}}\n`, // No name, so that it might stay.
    ]
  ) {
    using stranger = await Deno.connect({ port });
    await new Response(sent).body!.pipeTo(stranger.writable, {
      preventClose: true,
    }).catch(() => {}); // It may be cut off before the end.
    // Far below the time that a handshake may take.
    const ended = Array.fromAsync(stranger.readable).catch(() => {});
    await deadline(ended, 5_000);
  }
  await using bot = await connectTcp({ port }, new NewlineFramer());
  const known = { id: long.slice(0, 200), token: "s3cret" };
  assertEquals(await verify(bot, known), "Authorized.");
  await bot.send(`{"type":5,"uuid":"p","data":"${long}${long}"}`);
  assertEquals((await read(bot)).uuid, "p");
});

Deno.test("serve() runs no line of what a web page sends", async () => {
  const lines: string[] = [];
  await using server = await serve({
    port: 0,
    tcpPort: 0,
    logger: { warn: (line) => lines.push(line) },
  });
  await using bot = await connectWebSocket(server.urls[0]);
  assertEquals(await verify(bot, { id: "bot" }), "Authorized.");
  const url = `http://127.0.0.1:${portOf(server.urls[1])}/`;
  const body = [
    { type: 1, id: "page" },
    { type: 2, route: "shutdown", uuid: "1", destination: "bot", data: {} },
    { type: 6, data: "told" },
  ].map((line) => `${JSON.stringify(line)}\n`).join("");
  const headers = { "content-type": "text/plain" };
  await assertRejects(() => fetch(url, { method: "POST", headers, body }));

  await bot.send('{"type":5,"uuid":"p"}');
  assertEquals((await read(bot)).uuid, "p");
  assertEquals(server.hub.names, ["bot"]);
  assertEquals(lines, [
    "a client without a name (TCP) left: protocol error: it spoke HTTP, as a " +
    "web page or a browser does (code 1002)",
  ]);
});

Deno.test("serve() answers a line that is not UTF-8, and keeps the bot", async () => {
  await using server = await serve({ port: 0, tcpPort: 0 });
  const port = portOf(server.urls[1]);
  // A framer of other bytes, to send what is no text.
  await using bot = await connectTcp({ port }, {
    pending: 0,
    encode: (text: string) =>
      Uint8Array.from(text + "\n", (c) => c.charCodeAt(0)),
    decode: (bytes: Uint8Array) =>
      new TextDecoder().decode(bytes).trimEnd().split("\n"),
  });
  assertEquals(await verify(bot, { id: "a" }), "Authorized.");
  for (const bad of ["\xff", '{"type":5,"uuid":"\xc3"}', "\xed\xa0\x80"]) {
    await bot.send(bad);
    const { type, data } = await read(bot);
    assertEquals(type, 4);
    assertMatch(String(data), /^Cannot read message/);
    await bot.send('{"type":5,"uuid":"p"}');
    assertEquals((await read(bot)).uuid, "p");
  }
});

Deno.test("serve() lets one information of many megabytes cost little", async () => {
  const lines: string[] = [];
  await using server = await serve({
    port: 0,
    logger: { warn: (line) => lines.push(line) },
  });
  const names = Array.from({ length: 150 }, (_, n) => `bot-${n}`);
  const bots = await Promise.all(names.map(async (id) => {
    const bot = await connectWebSocket(server.urls[0]);
    assertEquals(await verify(bot, { id }), "Authorized.");
    return bot;
  }));
  await using sender = await connectWebSocket(server.urls[0]);
  await verify(sender, { id: "sender" });
  // Of this test file alone: others run in the same process.
  const held = () => {
    const { heapUsed, external } = Deno.memoryUsage();
    return heapUsed + external;
  };
  const before = held();
  for (const [size, route] of [[7e6, names], [2.2e6, []]] as const) {
    await sender.send(
      JSON.stringify({ type: 6, route, data: "x".repeat(size) }),
    );
    const answer = await read(sender);
    assertEquals(answer.type, 4);
    assert(JSON.stringify(answer).length < 1_000);
    await sender.send('{"type":5}');
    assertEquals((await read(sender)).type, 5);
  }
  // It was a gigabyte when each receiver had its own copy, and its own error.
  assert(held() - before < 3e8);
  // That a limit was reached is said some time later, and once.
  const others = lines.filter((line) => !/maxMessageBytes/.test(line));
  assertEquals(others, []);
  assert(lines.length <= 1);
  await Promise.all(bots.map((bot) => bot.close()));
});

Deno.test("serve() frees the name of a client that stands still, on every carrier", async () => {
  const folder = await Deno.makeTempDir();
  const unixPath = `${folder}/hub.sock`;
  const lines: string[] = [];
  {
    await using server = await serve({
      port: 0,
      tcpPort: 0,
      unixPath,
      idleTimeout: 600,
      logger: { warn: (line) => lines.push(line) },
    });
    const [ws, tcp] = server.urls;
    const hello = (id: string) =>
      new TextEncoder().encode(`{"type":1,"id":"${id}"}\n`);
    // Nobody reads these, and nobody answers for them.
    using first = await Deno.connect({ port: portOf(tcp) });
    await first.write(hello("tcp"));
    using second = await Deno.connect({ transport: "unix", path: unixPath });
    await second.write(hello("unix"));
    const clients = await Promise.all(server.urls.map(async (url, n) => {
      const heartbeat = { interval: Infinity };
      const client = new Client(`alive ${n}`, { url, heartbeat });
      await client.connect();
      return client;
    }));
    await using waiting = new Client("tcp", { url: ws });
    await waiting.connect({ timeout: 30_000 });
    const names = () => server.hub.names.sort();
    const alive = ["alive 0", "alive 1", "alive 2", "tcp"];
    while (names().join() !== alive.join()) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assertEquals(names(), alive);
    await Promise.all(clients.map((client) => client.close()));
    const dropped = lines.filter((line) => line.startsWith("Dropped"));
    assertEquals(dropped.sort(), [
      'Dropped "tcp" (TCP): it gave no sign of life in time',
      'Dropped "unix" (Unix): it gave no sign of life in time',
    ]);
    const idle = server.hub.limits.find(({ option }) =>
      option === "idleTimeout"
    );
    assertEquals([idle?.limit, idle?.hits], [600, 2]);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("serve() refuses to listen elsewhere without a token", async () => {
  for (const hostname of ["0.0.0.0", "::", "192.0.2.1", "example.org"]) {
    await assertRejects(
      () => serve({ hostname, port: 0 }),
      TypeError,
      `Cannot listen on ${hostname} without a token`,
    );
  }
  await using server = await serve({
    hostname: "0.0.0.0",
    port: 0,
    token: "t",
  });
  assertEquals(server.urls.length, 1);
});

Deno.test("serve() says which address is taken, and leaves nothing open", async () => {
  await using first = await serve({ port: 0 });
  const port = portOf(first.urls[0]);
  for (const options of [{ port }, { port: 0, tcpPort: port }]) {
    await assertRejects(
      () => serve(options),
      Deno.errors.AddrInUse,
      `Cannot listen on 127.0.0.1:${port}: this program listens there already`,
    );
  }
});

Deno.test("serve() ends a handshake that takes too long", async () => {
  await using server = await serve({ port: 0, handshakeTimeout: 200 });
  const port = portOf(server.urls[0]);
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: h\r\n"));
  const answer = await deadline(new Response(conn.readable).text(), 5000);
  assert(answer === "" || answer.startsWith("HTTP/1.1 408 "), answer);
});

Deno.test("serve() encrypts with a certificate", async () => {
  const pem = (name: string) =>
    Deno.readTextFile(
      new URL(`../transport/testdata/${name}`, import.meta.url),
    );
  const cert = await pem("localhost.crt");
  const key = await pem("localhost.key");
  await using server = await serve({ port: 0, tcpPort: 0, tls: { cert, key } });
  assert(server.urls[0].startsWith("wss://"));
  const port = portOf(server.urls[1]);
  const tls = { ca: await pem("ca.crt") };
  await using client = await connectTcp({ port, tls }, new NewlineFramer());
  assertEquals(await verify(client, { id: "a" }), "Authorized.");
  const ports = server.urls.map(portOf);
  for (
    const url of [`wss://localhost:${ports[0]}`, `tls://localhost:${port}`]
  ) {
    await using trusting = new Client("b", { url, tls });
    await trusting.connect();
    assert(await trusting.ping("a"));
    await using strict = new Client("c", { url });
    await assertRejects(() => strict.connect(), NotConnectedError, "localhost");
  }
});

Deno.test("HubServer.close ends clients of all carriers within a second", async () => {
  const server = await serve({ port: 0, tcpPort: 0 });
  await using a = await connectWebSocket(server.urls[0]);
  await using b = await connectTcp(
    { port: portOf(server.urls[1]) },
    new NewlineFramer(),
  );
  await verify(a, { id: "a" });
  await verify(b, { id: "b" });
  const started = performance.now();
  const ends = Promise.allSettled([Array.fromAsync(a), Array.fromAsync(b)]);
  await server.close();
  await server.close();
  const [first, second] = await ends;
  assert(performance.now() - started < 1500);
  assert(first.status === "rejected" && first.reason instanceof CloseError);
  assertEquals(first.reason.code, 1012);
  assertEquals(second.status, "fulfilled");
});

Deno.test("HubServer.renewTls takes another certificate, and keeps the one before a bad one", async () => {
  const pem = (name: string) =>
    Deno.readTextFile(
      new URL(`../transport/testdata/${name}`, import.meta.url),
    );
  const pair = async (name: string) => ({
    cert: await pem(`${name}.crt`),
    key: await pem(`${name}.key`),
  });
  const first = await pair("localhost");
  const second = await pair("renewed");
  await using server = await serve({ port: 0, tcpPort: 0, tls: first });
  const old = { ca: await pem("ca.crt") };
  const renewed = { ca: await pem("renewed_ca.crt") };
  const urls = [
    `wss://localhost:${portOf(server.urls[0])}`,
    `tls://localhost:${portOf(server.urls[1])}`,
  ];
  const trusts = async (tls: { ca: string }) => {
    const found: boolean[] = [];
    for (const url of urls) {
      await using client = new Client("c", { url, tls, reconnect: false });
      found.push(await client.connect().then(() => true, () => false));
    }
    return found;
  };
  await using before = new Client("before", { url: urls[0]!, tls: old });
  await before.connect();
  assertEquals([await trusts(old), await trusts(renewed)], [
    [true, true],
    [false, false],
  ]);
  for (
    const bad of [
      { ...second, key: first.key },
      { ...second, cert: "nothing" },
      { cert: second.cert, key: "" },
    ]
  ) assertThrows(() => server.renewTls(bad), TypeError, "Cannot use TLS");
  assertEquals(await trusts(old), [true, true]);
  server.renewTls(second);
  assertEquals([await trusts(old), await trusts(renewed)], [
    [false, false],
    [true, true],
  ]);
  assert(await before.ping());
  await using plain = await serve({ port: 0, tcpPort: 0 });
  assertThrows(() => plain.renewTls(second), TypeError, "without TLS");
});

Deno.test("HubServer.close answers the open requests of all carriers first", async () => {
  const server = await serve({ port: 0, tcpPort: 0 });
  const [ws, tcp] = server.urls;
  const line = () => connectTcp({ port: portOf(tcp) }, new NewlineFramer());
  // Some ask those who came before them, and some those who came after.
  const clients = [
    await connectWebSocket(ws),
    await line(),
    await connectWebSocket(ws),
    await line(),
  ];
  for (const [i, client] of clients.entries()) {
    assertEquals(await verify(client, { id: `c${i}` }), "Authorized.");
  }
  for (const [i, client] of clients.entries()) {
    for (const [j, other] of clients.entries()) {
      if (i === j) continue;
      const uuid = `${i} asks ${j}`;
      const message = { type: 2, uuid, route: "r", destination: `c${j}` };
      await client.send(JSON.stringify({ ...message, data: {} }));
      assertEquals((await read(other)).uuid, uuid);
    }
  }
  const closed = server.close();
  for (const [i, client] of clients.entries()) {
    const texts: string[] = [];
    try {
      for await (const text of client) texts.push(text);
    } catch (error) {
      assertEquals((error as CloseError).code, 1012);
    }
    const messages = texts.map((text) => JSON.parse(text));
    // The last one does no harm when a stock client handles it twice.
    assertEquals(messages.pop(), FAREWELL);
    assertEquals(
      messages.map(({ type, uuid, data, id }) => ({ type, uuid, data, id }))
        .sort((a, b) => a.uuid < b.uuid ? -1 : 1),
      [0, 1, 2, 3].filter((j) => j !== i).map((j) => ({
        type: 4,
        uuid: `${i} asks ${j}`,
        data: "The hub is closing.",
        id: `c${i}`,
      })),
    );
  }
  await deadline(closed, 2_000);
});

/** The message after which a stock client can come back. */
const FAREWELL = {
  id: null,
  type: 6,
  route: null,
  data: null,
  traceback: null,
  uuid: null,
  destination: null,
  pseudo_object: null,
};

for (const carrier of ["TCP", "WebSocket"]) {
  Deno.test(`serve() writes a few lines about a thousand bad clients, over ${carrier}`, async () => {
    const lines: string[] = [];
    const server = await serve({
      port: 0,
      tcpPort: 0,
      token: "s3cret",
      logger: { info: (l) => lines.push(l), warn: (l) => lines.push(l) },
    });
    const http = server.urls[0].replace("ws:", "http:");
    const headers = { upgrade: "websocket" };
    const bad = carrier === "TCP"
      ? async () => {
        const client = await connectTcp(
          { port: portOf(server.urls[1]) },
          new NewlineFramer(),
        );
        await client.send('{"type":1,"id":"me","token":"wrong"}');
        await Array.fromAsync(client);
        await client.close();
      }
      : async () => {
        const response = await fetch(http, { headers });
        await response.body?.cancel();
      };
    for (let i = 0; i < 50; i++) {
      await Promise.all(Array.from({ length: 20 }, bad));
    }
    await server.close();
    const seconds = lines.filter((line) => /^And \d+ more/.test(line));
    assert(seconds.length > 0, lines.join("\n"));
    // At most so many in each second, besides that line.
    assert(
      lines.length <= 22 * (seconds.length + 1),
      `${lines.length} lines:\n${lines.join("\n")}`,
    );
    const all = lines.length - seconds.length +
      seconds.reduce((sum, line) => sum + parseInt(line.slice(4)), 0);
    assertEquals(all, 1_000);
  });
}

for (const at of [1, 2]) {
  Deno.test(`serve() keeps no bot out for those who take no name, over ${["", "TCP", "a Unix socket"][at]}`, async () => {
    const unixPath = `${await Deno.makeTempDir()}/hub.sock`;
    const lines: string[] = [];
    const server = await serve({
      port: 0,
      tcpPort: 0,
      unixPath,
      maxConnections: 10,
      handshakeTimeout: 600_000,
      logger: { warn: (line) => lines.push(line) },
    });
    const url = server.urls[at]!;
    await using known = await connect(url);
    assertEquals(await verify(known, { id: "known" }), "Authorized.");
    const begin = performance.now();
    const flood: Transport[] = [];
    for (let i = 0; i < 40; i++) flood.push(await connect(url));
    for (const name of ["a", "b"]) {
      await using client = await deadline(connect(url), 20_000);
      const answer = deadline(verify(client, { id: name }), 20_000);
      assertEquals(await answer, "Authorized.");
      // A client with a name keeps its place.
      for (let i = 0; i < 20; i++) flood.push(await connect(url));
      await client.send('{"type":5,"uuid":"1"}');
      assertEquals((await deadline(read(client), 20_000)).uuid, "1");
      await known.send('{"type":5,"uuid":"2"}');
      assertEquals((await deadline(read(known), 20_000)).uuid, "2");
    }
    assert(
      lines.every((line) => line.includes("it has no name yet")),
      `${lines}`,
    );
    // Each second has its share.
    const seconds = Math.ceil((performance.now() - begin) / 1_000);
    assert(lines.length > 0 && lines.length <= 21 * seconds, `${lines}`);
    for (const transport of flood) await transport.close();
    await server.close();
  });
}

Deno.test("serve() takes a client that ends its own direction for one that has left", async () => {
  const unixPath = `${await Deno.makeTempDir()}/hub.sock`;
  await using server = await serve({ port: 0, tcpPort: 0, unixPath });
  const [ws, tcp] = server.urls;
  await using bot = await connectWebSocket(ws);
  await verify(bot, { id: "bot" });
  let asked = 0;
  for (
    const open of [
      () => Deno.connect({ port: portOf(tcp) }),
      () => Deno.connect({ transport: "unix", path: unixPath }),
    ]
  ) {
    const asker: Deno.Conn = await open();
    const say = (...lines: string[]) =>
      asker.write(new TextEncoder().encode(`${lines.join("\n")}\n`));
    await say('{"type":1,"id":"asker"}');
    const answer = new Uint8Array(1_000);
    await deadline(asker.read(answer), 5_000);
    await say(
      '{"type":5,"uuid":"p"}',
      '{"type":2,"uuid":"1","destination":"bot","route":"slow","data":{}}',
    );
    await asker.closeWrite();
    const said = await deadline(new Response(asker.readable).text(), 5_000);
    assertEquals(JSON.parse(said).uuid, "p");
    // Its name is free at once, and nobody waits for the answer any more.
    assertEquals(server.hub.names, ["bot"]);
    assertEquals((await read(bot)).route, "slow");
    assertEquals(server.hub.exchange.totals.abandoned, ++asked);
    await bot.send('{"type":3,"uuid":"1","destination":"asker","data":1}');
    await bot.send('{"type":5,"uuid":"q"}');
    // A late answer harms nobody.
    while ((await read(bot)).uuid !== "q");
  }
});
