// Copyright 2026 the Wirekit authors. MIT license.

/**
 * `serve(options)` and `connect(…)` are alike in every package: over WebSocket,
 * TCP, a Unix socket, and as a handler of another HTTP server.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { deadline } from "@std/async/deadline";
import * as hub from "@wirekit/hub";
import { HandshakeError, NotConnectedError } from "@wirekit/internal/errors";
import * as jsonrpc from "@wirekit/jsonrpc";
import * as openwebnet from "@wirekit/openwebnet";
import { connectTcp } from "@wirekit/transport/tcp";
import { connectUnix, connectWebSocket } from "@wirekit/transport";
import * as wsrpc from "@wirekit/wsrpc";
import { ROOT } from "./_packages.ts";
import { freePort } from "./_port.ts";

const PATIENCE = 60_000;

/** What every server has. */
interface Served extends AsyncDisposable {
  readonly urls: readonly [string, ...string[]];
  readonly addr: { port: number };
  readonly fetch: (
    request: Request,
    info: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ) => Promise<Response>;
  close(): Promise<void>;
}

interface Place {
  port: number;
  tcpPort: number;
  unixPath: string;
  authorize?: () => Response | false;
}

interface Package {
  serve(place: Place): Promise<Served>;
  /** Calls something at a URL, by a client that is left connected. */
  call(url: string): Promise<AsyncDisposable & { readonly state: string }>;
  /** Connects to where nobody listens. */
  miss(port: number): Promise<unknown>;
}

function openGateway(url: string, signal: AbortSignal) {
  const { protocol, hostname, port, pathname: path } = new URL(url);
  const framer = new openwebnet.FrameScanner();
  if (protocol === "unix:") return connectUnix({ path, signal }, framer);
  if (protocol === "ws:") return connectWebSocket(url, { signal });
  return connectTcp({ hostname, port: Number(port), signal }, framer);
}

const PACKAGES: Record<string, Package> = {
  hub: {
    serve: (place) => hub.serve(place),
    async call(url) {
      const client = await hub.connect(`a ${crypto.randomUUID()}`, {
        url,
        reconnect: false,
      });
      assert(await client.ping());
      return client;
    },
    miss: (port) => hub.connect("a", { url: `ws://127.0.0.1:${port}` }),
  },
  jsonrpc: {
    serve: (place) =>
      jsonrpc.serve({
        ...place,
        methods: new jsonrpc.Methods().add("one", () => 1),
      }),
    async call(url) {
      const client = await jsonrpc.connect(url, { reconnect: false });
      assertEquals(await client.request("one"), 1);
      return client;
    },
    miss: (port) => jsonrpc.connect(`ws://127.0.0.1:${port}`),
  },
  openwebnet: {
    serve: (place) => openwebnet.serve(place),
    async call(url) {
      const gateway = new openwebnet.Gateway({
        transport: (signal) => openGateway(url, signal),
        reconnect: false,
      });
      await gateway.ready();
      await gateway.send("*1*1*11##");
      return gateway;
    },
    miss: (port) => openwebnet.connect("127.0.0.1", { port }),
  },
  wsrpc: {
    serve: (place) => wsrpc.serve({ ...place, routes: { one: () => 1 } }),
    async call(url) {
      const client = await wsrpc.connect(url, { reconnect: false });
      assertEquals(await client.call("one"), 1);
      return client;
    },
    miss: (port) => wsrpc.connect(`ws://127.0.0.1:${port}`),
  },
};

for (const [name, { serve, call, miss }] of Object.entries(PACKAGES)) {
  Deno.test(`${name}.serve() is there on every carrier, and ends all at close()`, async () => {
    const folder = await Deno.makeTempDir();
    const place = { port: 0, tcpPort: 0, unixPath: `${folder}/socket` };
    const server = await serve(place);
    const other = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request, info) => server.fetch(request, info),
    );
    const clients: AsyncDisposable[] = [];
    try {
      assertEquals(
        server.urls.map((url) => new URL(url).protocol),
        ["ws:", "tcp:", "unix:"],
      );
      assertEquals(Number(new URL(server.urls[0]).port), server.addr.port);
      const all = [...server.urls, `ws://127.0.0.1:${other.addr.port}`];
      const called = await Promise.all(all.map((url) => call(url)));
      clients.push(...called);
      await server.close();
      const over = async () => {
        while (called.some(({ state }) => state !== "closed")) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      };
      await deadline(over(), PATIENCE);
      await assertRejects(() => call(server.urls[1]!));
    } finally {
      await Promise.all(clients.map((each) => each[Symbol.asyncDispose]()));
      await other.shutdown();
      await server.close();
      await Deno.remove(folder, { recursive: true });
    }
  });

  Deno.test(`${name}.connect() fails with the first attempt`, async () => {
    const missed = assertRejects(() => miss(freePort()), NotConnectedError);
    await deadline(missed, PATIENCE);
  });

  for (const status of [401, 403]) {
    Deno.test(`${name}.serve() asks authorize, over fetch too: ${status}`, async () => {
      const folder = await Deno.makeTempDir();
      await using server = await serve({
        ...{ port: 0, tcpPort: 0, unixPath: `${folder}/socket` },
        authorize: () =>
          status === 403 ? false : new Response("no", { status }),
      });
      await using other = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        (request, info) => server.fetch(request, info),
      );
      for (const url of [server.urls[0], `ws://127.0.0.1:${other.addr.port}`]) {
        const error = await assertRejects(() => call(url), HandshakeError);
        assertEquals(error.status, status);
      }
      await server.close();
      await Deno.remove(folder, { recursive: true });
    });
  }
}

Deno.test("wsrpc.connect() trusts tls.ca, over WebSocket and TCP", async () => {
  const pem = (name: string) =>
    Deno.readTextFile(new URL(`transport/testdata/${name}`, ROOT));
  const [cert, key, ca] = await Promise.all(
    ["localhost.crt", "localhost.key", "ca.crt"].map(pem),
  );
  await using server = await wsrpc.serve({
    port: 0,
    tcpPort: 0,
    tls: { cert: cert!, key: key! },
    routes: { one: () => 1 },
  });
  for (const url of server.urls) {
    const named = url.replace("127.0.0.1", "localhost");
    await using client = await wsrpc.connect(named, { tls: { ca: ca! } });
    assertEquals(await client.call("one"), 1);
    await assertRejects(() => wsrpc.connect(named), NotConnectedError);
  }
});
