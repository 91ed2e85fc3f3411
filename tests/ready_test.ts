// Copyright 2026 the Wirekit authors. MIT license.

/**
 * `ready()` of every client, full and small: what it does when it is open, when
 * it is closed, when its signal has aborted, and while nobody listens.
 */

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import * as hub from "@wirekit/hub";
import { Client as MiniHub } from "@wirekit/hub/mini";
import { NotConnectedError, TimeoutError } from "@wirekit/internal/errors";
import * as jsonrpc from "@wirekit/jsonrpc";
import { Client as MiniJsonRpc } from "@wirekit/jsonrpc/mini";
import * as openwebnet from "@wirekit/openwebnet";
import * as wsrpc from "@wirekit/wsrpc";
import { Client as MiniWsrpc } from "@wirekit/wsrpc/mini";

interface Client {
  ready(options?: { timeout?: number; signal?: AbortSignal }): Promise<unknown>;
  close(): Promise<void>;
}

/** Each client, how it is called, and a server for it. */
const CLIENTS: [
  string,
  (port: number) => Client,
  () => Promise<{ urls: readonly string[]; close(): Promise<void> }>,
  (client: never) => Promise<unknown>,
][] = [
  [
    "hub",
    (port) => new hub.Client("a", { url: `ws://127.0.0.1:${port}` }),
    () => hub.serve({ port: 0 }),
    (client: hub.Client) => client.request("b", "route"),
  ],
  [
    "hub/mini",
    (port) => new MiniHub(`ws://127.0.0.1:${port}`, { name: "a" }),
    () => hub.serve({ port: 0 }),
    (client: MiniHub) => client.request("b", "route"),
  ],
  [
    "jsonrpc",
    (port) => new jsonrpc.Client(`ws://127.0.0.1:${port}`),
    () => jsonrpc.serve({ port: 0, methods: new jsonrpc.Methods() }),
    (client: jsonrpc.Client) => client.request("method"),
  ],
  [
    "jsonrpc/mini",
    (port) => new MiniJsonRpc(`ws://127.0.0.1:${port}`),
    () => jsonrpc.serve({ port: 0, methods: new jsonrpc.Methods() }),
    (client: MiniJsonRpc) => client.request("method"),
  ],
  [
    "wsrpc",
    (port) => new wsrpc.Client(`ws://127.0.0.1:${port}`),
    () => wsrpc.serve(new wsrpc.Server(), { port: 0 }),
    (client: wsrpc.Client) => client.call("route"),
  ],
  [
    "wsrpc/mini",
    (port) => new MiniWsrpc(`ws://127.0.0.1:${port}`),
    () => wsrpc.serve(new wsrpc.Server(), { port: 0 }),
    (client: MiniWsrpc) => client.call("route"),
  ],
  [
    "openwebnet",
    (port) => openwebnet.tcpGateway("127.0.0.1", { port }),
    () => openwebnet.serve({ tcpPort: 0 }),
    (client: openwebnet.Gateway) => client.send("*1*1*11##"),
  ],
];

const reason = new Error("no longer wanted");
const aborted = () => ({ signal: AbortSignal.abort(reason) });

for (const [name, make, serve, call] of CLIENTS) {
  const rejectsWithReason = async (client: Client) =>
    assertEquals(await client.ready(aborted()).catch((e) => e), reason);
  const refusesTimes = async (client: Client) => {
    for (const timeout of [NaN, -1, 0]) {
      await assertRejects(() => client.ready({ timeout }), RangeError);
    }
  };

  Deno.test(`ready() of ${name}: its signal and its time count in every state, and after the end it says so`, async () => {
    const server = await serve();
    const url = server.urls.at(-1)!;
    const client = make(Number(new URL(url).port));
    await rejectsWithReason(client);
    await client.ready({ timeout: 30_000 });
    await rejectsWithReason(client);
    await refusesTimes(client);
    await client.close();
    await rejectsWithReason(client);
    await refusesTimes(client);
    for (const act of [() => client.ready(), () => call(client as never)]) {
      const { message } = await assertRejects(act, NotConnectedError);
      assertMatch(message, / is closed$/);
    }
    await server.close();
  });

  Deno.test(`ready() of ${name}: a wait for a server that is absent ends in time, and by close()`, async () => {
    const client = make(9);
    await rejectsWithReason(client);
    await assertRejects(() => client.ready({ timeout: 50 }), TimeoutError);
    const waiting = assertRejects(
      () => client.ready({ timeout: Infinity }),
      NotConnectedError,
      "is closed",
    );
    await client.close();
    await waiting;
    await assertRejects(() => client.ready(), NotConnectedError, "is closed");
  });
}
