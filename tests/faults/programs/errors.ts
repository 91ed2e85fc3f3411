// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The error paths of the servers on a runtime that is not Deno: each line that
 * it prints is one that went well. It has no syntax that Node 22 lacks.
 */

import { Client as HubClient, serve as serveHub } from "@wirekit/hub";
import {
  connect as connectJsonRpc,
  Methods,
  serve as serveJsonRpc,
} from "@wirekit/jsonrpc";
import { connectWebSocket, listenWebSocket } from "@wirekit/transport";
import {
  connect as connectWsrpc,
  serve as serveWsrpc,
  Server as WsrpcServer,
} from "@wirekit/wsrpc";

interface Process {
  stdout: { write(text: string): void };
  stdin: { once(event: "data", callback: () => void): void };
  exit(code: number): never;
}

const { process } = globalThis as unknown as { process: Process };
const say = (line: string) => process.stdout.write(`${line}\n`);
const never = new Promise<never>(() => {});
const pathOf = ({ url }: Request) => new URL(url).pathname;

function check(condition: boolean, what: string, more: unknown): void {
  if (!condition) throw new Error(`${what}: ${more}`);
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("It did not fail");
}

// A taken port is an error of one sentence that names it.
const listener = await listenWebSocket({
  port: 0,
  maxConnections: 5,
  handshakeTimeout: 1_000,
  authorize(request) {
    if (pathOf(request) === "/hang") return never;
    if (pathOf(request) !== "/403") return undefined;
    return new Response("Not you", { status: 403 });
  },
  handler: (request) => pathOf(request) === "/hang" ? never : new Response("."),
});
(async () => {
  for await (const { transport } of listener) {
    (async () => {
      for await (const message of transport) await transport.send(message);
    })().catch(() => {});
  }
})();
const { port } = listener.addr;
const base = `ws://127.0.0.1:${port}`;
const methods = new Methods().add("sum", (_call, ...terms: number[]) => {
  return terms.reduce((sum, term) => sum + term, 0);
});
const wsrpc = new WsrpcServer({ routes: { hello: () => "world" } });
for (
  const [name, start] of Object.entries({
    transport: () => listenWebSocket({ port }),
    hub: () => serveHub({ port }),
    jsonrpc: () => serveJsonRpc({ port, methods }),
    wsrpc: () => serveWsrpc(wsrpc, { port }),
  })
) {
  const error = await failure(start());
  const { code } = error as { code?: string };
  const known = /EADDRINUSE|in use|taken/i.test(`${code} ${error.message}`);
  check(known && error.name !== "ReferenceError", name, error);
  say(`${name}: taken port`);
}

// A refused upgrade tells its status, where the WebSocket is our own.
const refused = await failure(
  connectWebSocket(`${base}/403`, { implementation: "own" }),
) as Error & { status?: number };
check(
  refused.name === "HandshakeError" && refused.status === 403,
  "403",
  refused,
);
say("refused upgrade");

// Nobody there is told from that.
const nobody = await failure(connectWebSocket("ws://127.0.0.1:1"));
check(/127\.0\.0\.1:1\b/.test(nobody.message), "nobody", nobody);
say("nobody there");

// Hooks that never settle hold no place.
const hanging = await Promise.all(
  Array.from({ length: 5 }, () => failure(connectWebSocket(`${base}/hang`))),
);
check(hanging.length === 5, "hang", hanging);
const stop = new AbortController();
fetch(`${base.replace("ws", "http")}/hang`, { signal: stop.signal })
  .catch(() => {});
const five = await Promise.all(
  Array.from({ length: 5 }, () => connectWebSocket(base)),
);
await Promise.all(five.map((transport) => transport.close()));
stop.abort();
say("hooks that hang");

// Bodies that nobody reads.
const hub = await serveHub({ port: 0 });
const jsonrpc = await serveJsonRpc({ port: 0, methods });
const listening = await serveWsrpc(wsrpc, { port: 0 });
const [hubUrl] = hub.urls;
const jsonrpcUrl = `ws://127.0.0.1:${jsonrpc.addr.port}`;
const [wsrpcUrl] = listening.urls;
const large = "x".repeat(11 * 2 ** 20);
for (const url of [base, hubUrl, jsonrpcUrl, wsrpcUrl]) {
  const http = url!.replace("ws", "http");
  for (let i = 0; i < 100; i++) {
    const response = await fetch(http, { method: "POST", body: "hello" });
    await response.arrayBuffer();
  }
  for (const type of ["text/plain", "application/json"]) {
    const headers = { "content-type": type };
    await fetch(http, { method: "POST", body: large, headers })
      .then((response) => response.arrayBuffer()).catch(() => {});
  }
}
say("bodies given up");

// And all of them live.
const me = new HubClient("me", { url: hubUrl });
await me.connect();
check(Boolean(await me.ping()), "ping", "");
await me.close();
const caller = await connectJsonRpc(jsonrpcUrl);
check(await caller.request("sum", [1, 2]) === 3, "sum", "");
await caller.close();
const other = await connectWsrpc(wsrpcUrl);
check(await other.call("hello") === "world", "hello", "");
await other.close();
const echo = await connectWebSocket(base);
await echo.send("hello");
for await (const message of echo) {
  check(message === "hello", "echo", message);
  break;
}
await echo.close();
say("all alive");
say(`The server listens on ${base}`);
