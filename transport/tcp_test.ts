// Copyright 2026 the Wirekit authors. MIT license.

import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:tls";
import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { NotConnectedError, TimeoutError } from "@wirekit/internal/errors";
import type { Framer } from "./stream/framer.ts";
import { NewlineFramer } from "./stream/newline_framer.ts";
import { connectTcp, listenTcp } from "./tcp.ts";
import { CloseError } from "./transport.ts";

const testdata = (name: string) =>
  Deno.readTextFileSync(new URL(`./testdata/${name}`, import.meta.url));
const tls = { cert: testdata("localhost.crt"), key: testdata("localhost.key") };
const ca = testdata("ca.crt");
const framer = () => new NewlineFramer();

/** The same certificate and key with other things around them. */
function sameTls() {
  const { cert, key } = tls;
  // What `openssl ecparam -genkey` writes before a key, and `pkcs12` before all.
  const curve = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n" +
    "-----END EC PARAMETERS-----\n";
  const bag = "Bag Attributes\n    friendlyName: a\n";
  const crlf = (text: string) => text.replaceAll("\n", "\r\n");
  return [
    { cert: key + cert, key: key + cert },
    { cert: cert + ca + key, key: cert + ca + key },
    { cert: bag + cert + ca, key: bag + curve + key },
    { cert: crlf(key + cert), key: crlf(cert + key) },
  ];
}

async function first<T>(iterable: AsyncIterable<T>): Promise<T> {
  for await (const value of iterable) return value;
  throw new TypeError("Cannot take first value: there is none");
}

Deno.test("listenTcp() goes on after a client that breaks off", async () => {
  await using listener = await listenTcp({ port: 0, tls }, framer);
  const { port } = listener.addr;
  const stranger = await Deno.connect({ port, hostname: "127.0.0.1" });
  await stranger.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  using _mute = await Deno.connect({ port, hostname: "127.0.0.1" });
  await using client = await connectTcp({
    port,
    tls: { ca },
  }, framer());
  await using server = await first(listener);
  await server.send("hello");
  assertEquals(await first(client), "hello");
  stranger.close();
});

Deno.test("connectTcp() trusts no unknown certificate, and says so", async () => {
  const hostname = "127.0.0.2";
  await using listener = await listenTcp({ hostname, port: 0, tls }, framer);
  const { port } = listener.addr;
  const cases = [[true, "is not trusted"], [{ ca }, "is for another name"]];
  for (const [tls, why] of cases as [boolean, string][]) {
    await assertRejects(
      () => connectTcp({ hostname, port, tls }, framer()),
      NotConnectedError,
      `Cannot connect to 127.0.0.2:${port}: its certificate ${why}`,
    );
  }
});

Deno.test("connectTcp() says that what it is to trust is no certificate", async () => {
  const spoilt = ca.replace(/\n.*\n/, "\nAAAA\n");
  const cut = ca.slice(0, ca.length / 2);
  for (const text of ["", "nonsense", tls.key, spoilt, cut]) {
    await assertRejects(
      () => connectTcp({ port: 1, tls: { ca: text } }, framer()),
      TypeError,
      "Cannot use TLS: tls.ca has no certificate in PEM",
    );
  }
  // One of many that cannot be read harms the others as little as elsewhere.
  await assertRejects(
    () => connectTcp({ port: 1, tls: { ca: spoilt + ca } }, framer()),
    NotConnectedError,
  );
});

Deno.test("connectTcp() says that what it is to show does not fit", async () => {
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const { cert, key } = tls;
  for (
    const [shown, why] of [
      [{ cert }, "tls.cert and tls.key go together"],
      [{ key }, "tls.cert and tls.key go together"],
      [{ cert: "nonsense", key }, "tls.cert is not a certificate in PEM"],
      [{ cert: key, key: cert }, "tls.cert is not a certificate in PEM"],
      [{ cert, key: "nonsense" }, "tls.key is not a private key in PEM"],
      [{ cert, key: privateKey }, "tls.key is not the key of tls.cert"],
      [{
        cert,
        key: "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n" +
          "-----END ENCRYPTED PRIVATE KEY-----\n",
      }, "tls.key is encrypted. Store it without a passphrase"],
    ] as const
  ) {
    await assertRejects(
      () => connectTcp({ port: 1, tls: { ca, ...shown } }, framer()),
      TypeError,
      `Cannot use TLS: ${why}`,
    );
  }
});

Deno.test("connectTcp() shows its own certificate", async () => {
  const server = createServer(
    { ...tls, ca, requestCert: true },
    (socket) => socket.end(`${socket.authorized}\n`),
  );
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await listening;
  const { port } = server.address() as { port: number };
  for (const own of [tls, ...sameTls()]) {
    await using client = await connectTcp(
      { port, tls: { ca, ...own } },
      framer(),
    );
    assertEquals(await first(client), "true");
  }
  server.close();
});

Deno.test("connectTcp() carries any protocol for which there is a framer, HTTP too", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("hello"),
  );
  const whole: Framer<Uint8Array> = {
    decode: (chunk) => [chunk.slice()],
    encode: (message) => message.slice(),
    pending: 0,
  };
  const { port } = server.addr;
  await using client = await connectTcp({ port }, whole);
  await client.send(
    new TextEncoder().encode("GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
  );
  const answer = new TextDecoder().decode(await first(client));
  assertEquals(answer.split("\r\n")[0], "HTTP/1.1 200 OK");
});

Deno.test("listenTcp() takes a certificate and its key as they stand in files", async () => {
  for (const own of sameTls()) {
    await using listener = await listenTcp({ port: 0, tls: own }, framer);
    const { port } = listener.addr;
    await using client = await connectTcp({ port, tls: { ca } }, framer());
    await using server = await first(listener);
    await server.send("hello");
    assertEquals(await first(client), "hello");
  }
});

Deno.test("connectTcp() says why there is no connection", async () => {
  using plain = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const conn of plain) {
      await conn.read(new Uint8Array(1_024));
      await conn.write(new TextEncoder().encode("HTTP/1.1 400 No\r\n\r\n"));
      conn.close();
    }
  })();
  const { port } = plain.addr;
  const cases: [Parameters<typeof connectTcp>[0], string][] = [
    [{ port: 1 }, "127.0.0.1:1: nobody listens there"],
    [{ hostname: "::1", port: 1 }, "[::1]:1: nobody listens there"],
    [
      { hostname: "no-such-host.invalid", port: 1 },
      "no-such-host.invalid:1: the name of the host is unknown",
    ],
    [{ port, tls: true }, `127.0.0.1:${port}: the server does not speak TLS`],
  ];
  for (const [options, why] of cases) {
    const error = await assertRejects(
      () => connectTcp(options, framer()),
      NotConnectedError,
      `Cannot connect to ${why}`,
    );
    assert(error.cause instanceof Error);
  }
});

for (const connectTimeout of [NaN, -1, 0]) {
  Deno.test(`connectTcp() refuses a connectTimeout of ${connectTimeout}`, async () => {
    await assertRejects(
      () => connectTcp({ port: 1, connectTimeout }, framer()),
      RangeError,
      "connectTimeout",
    );
  });
}

Deno.test("connectTcp() gives up at its timeout and at its signal", async () => {
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = mute.addr;
  await assertRejects(
    () => connectTcp({ port, tls: true, connectTimeout: 20 }, framer()),
    TimeoutError,
    `Cannot connect to 127.0.0.1:${port}: no connection within 20 ms`,
  );
  const controller = new AbortController();
  const { signal } = controller;
  const connecting = connectTcp({ port, tls: true, signal }, framer());
  controller.abort(new RangeError("enough"));
  await assertRejects(() => connecting, RangeError, "enough");
  await assertRejects(() => connectTcp({ port, signal }, framer()), RangeError);
});

Deno.test("listenTcp() ends its loop at its close, and closes who waits", async () => {
  const listener = await listenTcp({ port: 0 }, framer);
  const { port } = listener.addr;
  await using taken = await connectTcp({ port }, framer());
  const server = await first(listener);
  await using waiting = await connectTcp({ port }, framer());
  await new Promise((resolve) => setTimeout(resolve)); // Lets it be accepted.
  const loop = Array.fromAsync(listener);
  await Promise.all([listener.close(), listener.close()]);
  await Promise.all((await loop).map((transport) => transport.close()));
  // A connection that the kernel had not handed over is reset.
  await Array.fromAsync(waiting).catch(() => {});
  await assertRejects(
    () => connectTcp({ port }, framer()),
    NotConnectedError,
  );
  await server.send("still here");
  assertEquals(await first(taken), "still here");
  await server.close();
});

Deno.test("listenTcp() sends a second small message without Nagle's delay", async () => {
  for (const secure of [false, true]) {
    await using listener = await listenTcp(
      { port: 0, ...(secure && { tls }) },
      framer,
    );
    const { port } = listener.addr;
    await using client = await connectTcp(
      { port, ...(secure && { tls: { ca } }) },
      framer(),
    );
    await using server = await first(listener);
    for (const [from, to] of [[client, server], [server, client]] as const) {
      const reader = to[Symbol.asyncIterator]();
      const times: number[] = [];
      for (let i = 0; i < 9; i++) {
        const start = performance.now();
        await from.send("first");
        await new Promise((resolve) => setTimeout(resolve, 1));
        await from.send("second");
        await reader.next();
        await reader.next();
        times.push(performance.now() - start);
      }
      const median = times.sort((a, b) => a - b)[4]!;
      assertLess(median, 30, `secure ${secure}, ${from === client}`);
    }
  }
});

Deno.test("StreamTransport delivers what was sent before a close to a sender", async () => {
  await using listener = await listenTcp({ port: 0 }, framer);
  const client = await connectTcp({ port: listener.addr.port }, framer());
  const server = await first(listener);
  // Unread bytes at a close would make the kernel reset the connection, and
  // the farewell be lost.
  for (let i = 0; i < 100; i++) client.send("x".repeat(10_000));
  server.send("farewell");
  await server.close();
  assertEquals(await Array.fromAsync(client), ["farewell"]);
});

Deno.test("StreamTransport yields what the peer said before a write fails", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = await connectTcp({ port: listener.addr.port }, framer());
  const peer = await listener.accept();
  await peer.write(new TextEncoder().encode("no entry\n"));
  peer.close();
  const received: string[] = [];
  const came = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const message of client) {
      received.push(message);
      came.resolve();
    }
  })();
  await came.promise;
  for (let i = 0; i < 20; i++) client.send("x".repeat(100_000));
  await reading.catch((error) => {
    assert(error instanceof CloseError);
    assertEquals(error.code, 1006);
  });
  assertEquals(received, ["no entry"]);
  await client.close();
});

for (
  const start of ["POST / HTTP/1.1", "GET /?x HTTP/1.1", "OPTIONS * HTTP/1.1"]
) {
  Deno.test(`listenTcp() gives no line after ${start} to the program`, async () => {
    await using listener = await listenTcp({ port: 0 }, framer);
    const { port } = listener.addr;
    await using page = await connectTcp({ port }, framer());
    await using server = await first(listener);
    for (const line of [start, "Host: a", "", "{}"]) await page.send(line);
    const error = await assertRejects(() => first(server), CloseError);
    assertEquals([error.code, error.reason], [1002, "HTTP, expected lines"]);
  });
}

Deno.test("listenTcp() takes lines that only look like HTTP at their start", async () => {
  await using listener = await listenTcp({ port: 0 }, framer);
  await using client = await connectTcp({ port: listener.addr.port }, framer());
  await using server = await first(listener);
  await client.send("GET key");
  assertEquals(await first(server), "GET key");
});
