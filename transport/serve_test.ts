// Copyright 2026 the Wirekit authors. MIT license.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { revoked } from "@wirekit/internal/testing";
import { deadline } from "@std/async/deadline";
import { connect } from "./connect.ts";
import { serve } from "./serve.ts";
import type { Transport } from "./transport.ts";

function file(name: string): string {
  return Deno.readTextFileSync(new URL(`testdata/${name}`, import.meta.url));
}

/** The next message. */
async function next(transport: Transport): Promise<string | undefined> {
  const { value } = await deadline(
    transport[Symbol.asyncIterator]().next(),
    5_000,
  );
  return value;
}

Deno.test("serve() lets clients in over every carrier, encrypted or not", async () => {
  for (
    const tls of [undefined, {
      cert: file("localhost.crt"),
      key: file("localhost.key"),
    }]
  ) {
    const unixPath = `${await Deno.makeTempDir()}/serve.sock`;
    await using server = await serve({
      hostname: "localhost",
      port: 0,
      tcpPort: 0,
      unixPath,
      ...(tls && { tls }),
      authorize: () => ({ user: "zoë" }),
    }, async ({ transport, carrier, state }) => {
      await transport.send(`${carrier} ${state?.user}`);
    });
    const heard: unknown[] = [];
    for (const url of server.urls) {
      await using client = await connect(url, { tls: { ca: file("ca.crt") } });
      heard.push(await next(client as Transport));
    }
    assertEquals(heard, [
      "WebSocket zoë",
      tls ? "TLS undefined" : "TCP undefined",
      "Unix undefined",
    ]);
    const schemes = server.urls.map((url) => url.split(":")[0]);
    assertEquals(schemes, tls ? ["wss", "tls", "unix"] : ["ws", "tcp", "unix"]);
  }
});

Deno.test("serve() counts the connections of all carriers together", async () => {
  const lines: string[] = [];
  const unixPath = `${await Deno.makeTempDir()}/serve.sock`;
  await using server = await serve({
    port: 0,
    tcpPort: 0,
    unixPath,
    maxConnections: 2,
    logger: { warn: (line) => lines.push(line) },
  }, ({ transport }) => transport.send("welcome"));
  const [ws, tcp, unix] = server.urls as [string, string, string];
  const first = await connect(ws) as Transport;
  const second = await connect(tcp) as Transport;
  assertEquals([await next(first), await next(second)], ["welcome", "welcome"]);
  await assertRejects(() => connect(ws), Error, "503");
  for (const url of [tcp, unix]) {
    await using third = await connect(url) as Transport;
    assertEquals(await next(third), undefined);
  }
  assert(
    lines.every((line) => line.includes("2 connections already")),
    lines.join(),
  );
  assertEquals(lines.length, 3);
  await second.close();
  await first.close();
  for (const url of [unix, ws, tcp]) {
    let heard: string | undefined;
    for (let tries = 0; heard === undefined && tries < 200; tries++) {
      try {
        await using again = await connect(url) as Transport;
        heard = await next(again);
      } catch {
        await new Promise((done) => setTimeout(done, 10)); // Not gone yet.
      }
    }
    assertEquals(heard, "welcome", url);
  }
});

Deno.test("serve() disconnects a client whose callback throws, and says so", async () => {
  const cases: [onClient: () => unknown, said: string][] = [
    [() => Promise.reject(new TypeError("no")), "TypeError: no"],
    [() => Promise.reject(null), "null"],
    [() => Promise.reject(revoked()), "unreadable error"],
    [
      () => revoked(),
      "TypeError: Cannot perform 'get' on a proxy that has been revoked",
    ],
    [() => {
      throw new TypeError("no");
    }, "TypeError: no"],
    [() => {
      throw revoked();
    }, "unreadable error"],
  ];
  for (const [onClient, said] of cases) {
    const lines: string[] = [];
    await using server = await serve({
      port: 0,
      tcpPort: 0,
      logger: { error: (line) => lines.push(line) },
    }, onClient as () => void);
    for (const url of server.urls) {
      await using client = await connect(url) as Transport;
      await next(client).catch(() => {});
    }
    assertEquals(lines, Array(2).fill(`Disconnected a client: ${said}`));
  }
});

Deno.test("serve() says that two of its own options are one port, before it listens", async () => {
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr;
  // Still taken: whoever tried to listen would say so.
  await assertRejects(
    () => serve({ port, tcpPort: port }, () => {}),
    RangeError,
    `port and tcpPort are both ${port}: each needs its own`,
  );
  probe.close();
});

Deno.test("serve() says whether this program has the address, or another one", async () => {
  await using server = await serve({ port: 0, tcpPort: 0 }, () => {});
  const [ws, tcp] = server.urls.map((url) => Number(new URL(url).port));
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const cases: [Parameters<typeof serve>[0], place: string, who: string][] = [
    [{ port: ws! }, `127.0.0.1:${ws}`, "this program listens there already"],
    [{ port: tcp! }, `127.0.0.1:${tcp}`, "this program listens there already"],
    [
      { port: 0, tcpPort: ws! },
      `127.0.0.1:${ws}`,
      "this program listens there already",
    ],
    [
      { port: ws!, hostname: "0.0.0.0" },
      `0.0.0.0:${ws}`,
      "this program listens there already",
    ],
    [
      { port: other.addr.port },
      `127.0.0.1:${other.addr.port}`,
      "another program listens there",
    ],
  ];
  for (const [options, place, who] of cases) {
    await assertRejects(
      () => serve(options, () => {}),
      Deno.errors.AddrInUse,
      `Cannot listen on ${place}: ${who} (EADDRINUSE)`,
    );
  }
  // Once it is closed, it is not its own any more.
  await server.close();
  using next = Deno.listen({ hostname: "127.0.0.1", port: tcp! });
  await assertRejects(
    () => serve({ port: next.addr.port }, () => {}),
    Deno.errors.AddrInUse,
    "another program listens there",
  );
});

Deno.test("serve() listens nowhere if it cannot listen everywhere", async () => {
  await using server = await serve({ port: 0, tcpPort: 0 }, () => {});
  const [, tcp] = server.urls;
  const taken = Number(new URL(tcp!).port);
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr;
  probe.close();
  await assertRejects(
    () => serve({ port, tcpPort: taken }, () => {}),
    Deno.errors.AddrInUse,
    `Cannot listen on 127.0.0.1:${taken}: this program listens there already (EADDRINUSE)`,
  );
  await assertRejects(
    () => serve({ port, unixPath: "/no/such/folder/x.sock" }, () => {}),
    Deno.errors.NotFound,
    "Cannot listen on /no/such/folder/x.sock: there is no such folder (ENOENT)",
  );
  await assertRejects(
    () => serve({ port, tcpPort: 0, tls: { cert: "x", key: "y" } }, () => {}),
    TypeError,
    "tls.cert",
  );
  (await serve({ port }, () => {})).close();
});

Deno.test("serve() is not held up by who stalls in a TLS handshake", async () => {
  const tls = { cert: file("localhost.crt"), key: file("localhost.key") };
  await using server = await serve({
    hostname: "localhost",
    port: 0,
    tcpPort: 0,
    tls,
    handshakeTimeout: 2_000,
  }, ({ transport }) => transport.send("welcome"));
  const ends: Promise<unknown>[] = [];
  let ended = 0;
  const conns: Deno.Conn[] = [];
  for (const url of server.urls) {
    const port = Number(new URL(url).port);
    const conn = await Deno.connect({ hostname: "localhost", port });
    conns.push(conn);
    await conn.write(new Uint8Array([22, 3, 1]));
    // Deno 2.9 ends a TlsConn in its handshake only when the client does.
    if (url.startsWith("wss:")) {
      const end = conn.read(new Uint8Array(100)).catch(() => null);
      ends.push(end.then(() => ended++));
    }
    await using client = await connect(url, { tls: { ca: file("ca.crt") } });
    assertEquals(await next(client as Transport), "welcome");
    // It did not wait for the end of those who stall.
    assertEquals(ended, 0);
  }
  await deadline(Promise.all(ends), 10_000);
  for (const conn of conns) conn.close();
});

Deno.test("serve() keeps no request for as long as it serves the client", async () => {
  const program = new URL("testdata/forget_request.ts", import.meta.url);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-net=127.0.0.1",
      "--v8-flags=--expose-gc",
      program.href,
    ],
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "still there, forgotten\n");
});
