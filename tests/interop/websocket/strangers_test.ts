// Copyright 2026 the Wirekit authors. MIT license.

/** Our own WebSocket with the two libraries that most programs use. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { connectWebSocket } from "@wirekit/transport/websocket";
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import { CloseError, type Transport } from "@wirekit/transport/transport";
import { PATIENCE } from "../../_driver.ts";
import { PEERS_LOCK } from "../../_packages.ts";
import { Program } from "../../_program.ts";
import { pythonOf } from "../../_python.ts";

const MESSAGES = [
  "",
  "größe \u{1f600} \u0000 \ufeff",
  ...[5, 125, 126, 127, 65_535, 65_536, 1_048_576].map((n) => "x".repeat(n)),
  ...Array.from({ length: 1_000 }, (_, i) => `message ${i}`),
];

const STRANGERS: Record<string, (...args: string[]) => Program> = {
  ws: (...args) =>
    new Program(Deno.execPath(), {
      args: ["run", "-A", "--quiet", PEERS_LOCK, fileOf("ws_peer.ts"), ...args],
    }),
  websockets: (...args) =>
    new Program(pythonOf("websocket"), { args: [fileOf("peer.py"), ...args] }),
};

function fileOf(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

function connect(url: string): Promise<Transport> {
  return connectWebSocket(url, {
    format: "text",
  });
}

/** Sends all, and expects all back. */
async function exchange(transport: Transport): Promise<void> {
  const sending = (async () => {
    for (const each of MESSAGES) await transport.send(each);
  })();
  let count = 0;
  for await (const message of transport) {
    assert(message === MESSAGES[count], `Message ${count}`);
    if (++count === MESSAGES.length) break;
  }
  await sending;
}

for (const [name, start] of Object.entries(STRANGERS)) {
  Deno.test(`connectWebSocket() talks to a server of ${name}`, async () => {
    await using program = start();
    const [, port] = await program.says(/port (\d+)/);
    const url = `ws://127.0.0.1:${port}`;
    const first = await connect(url);
    await deadline(exchange(first), PATIENCE);
    await first.close(new CloseError(3012, { reason: "grüße" }));
    await program.says(/closed 3012 grüße/);
    const second = await connect(url);
    await second.send("goodbye");
    await expectGoodbye(second);
  });

  Deno.test(`listenWebSocket() talks to a client of ${name}`, async () => {
    await using listener = await listenWebSocket({ port: 0 });
    const url = `ws://127.0.0.1:${listener.addr.port}`;
    await using program = start(url);
    await using other = start(url);
    const transports: Transport[] = [];
    for await (const { transport } of listener) {
      if (transports.push(transport) === 2) break;
    }
    const [first, second] = transports as [Transport, Transport];
    await deadline(
      Promise.all([exchange(first), exchange(second)]),
      PATIENCE,
    );
    await first.close(new CloseError(1012, { reason: "grüße" }));
    await Promise.race([
      program.says(/closed 1012 grüße/),
      other.says(/closed 1012 grüße/),
    ]);
    await second.send("goodbye");
    await expectGoodbye(second);
  });
}

async function expectGoodbye(transport: Transport): Promise<void> {
  const error = await assertRejects(
    () => deadline(Array.fromAsync(transport), PATIENCE),
    CloseError,
  );
  assertEquals([error.code, error.reason], [4000, "grüße"]);
  await transport.close();
}
