// Copyright 2026 the Wirekit authors. MIT license.

/** What is computed for a client that is gone, where a protocol has a word for it. */

import { assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { Client } from "@wirekit/hub";
import { connect, Methods } from "@wirekit/jsonrpc";
import { httpDoor } from "./http.ts";
import { jsonRpcDoor } from "./jsonrpc.ts";
import { serve } from "./serve.ts";

const PATIENCE = 10_000;

/** Asks `wait` of `bot`, and returns what ends the asker without a word. */
const ASKERS: Record<string, (url: URL) => Promise<() => unknown>> = {
  async winerp({ href }) {
    const client = new Client("asker", { url: href, reconnect: false });
    await client.connect();
    client.request("bot", "wait", {}).catch(() => {});
    return () => client.close();
  },
  async "JSON-RPC"({ href }) {
    const socket = new WebSocket(`${href}jsonrpc?name=asker`);
    await new Promise((resolve) => socket.onopen = resolve);
    socket.send('{"jsonrpc":"2.0","id":1,"method":"bot/wait"}');
    return async () => {
      socket.close();
      await new Promise((resolve) => socket.onclose = resolve);
    };
  },
  async HTTP({ host, port }) {
    const conn = await Deno.connect({ port: Number(port) });
    const body = '{"jsonrpc":"2.0","id":1,"method":"bot/wait"}';
    const head = `POST /jsonrpc HTTP/1.1\r\nhost: ${host}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
    await conn.write(new TextEncoder().encode(`${head}\r\n${body}`));
    return () => conn.close();
  },
};

for (const [name, ask] of Object.entries(ASKERS)) {
  Deno.test(`A JSON-RPC program is told that a client by ${name} is gone, which it works for`, async () => {
    await using server = await serve({
      port: 0,
      open: [jsonRpcDoor(), httpDoor()],
    });
    const url = new URL(server.urls[0]!);
    const asked = Promise.withResolvers<AbortSignal>();
    const methods = new Methods().add("wait", ({ signal }) => {
      asked.resolve(signal);
      return new Promise((resolve) =>
        signal.addEventListener("abort", () => resolve(0))
      );
    });
    await using _bot = await connect(`${url.href}jsonrpc?name=bot`, {
      methods,
    });
    const leave = await ask(url);
    const signal = await deadline(asked.promise, PATIENCE);
    assertEquals(signal.aborted, false);
    const aborted = new Promise((resolve) =>
      signal.addEventListener("abort", resolve)
    );
    await leave();
    await deadline(aborted, PATIENCE);
  });
}
