// Copyright 2026 the Wirekit authors. MIT license.

/**
 * The server that the Autobahn test suite connects to, for every runtime. It has
 * no syntax that Node 22 lacks, such as `await using`.
 */

import { listenWebSocket, type Transport } from "@wirekit/transport";

interface Process {
  argv: string[];
  stdout: { write(text: string): void };
}

const { process } = globalThis as unknown as { process: Process };
const listener = await listenWebSocket({
  port: 0,
  format: process.argv[2] === "binary" ? "binary" : "text",
  maxMessageBytes: 2 ** 24,
});
process.stdout.write(`listens on ${listener.addr.port}.\n`);
for await (const { transport } of listener) {
  echo(transport as Transport<string | Uint8Array<ArrayBuffer>>);
}

async function echo<T>(transport: Transport<T>): Promise<void> {
  try {
    for await (const message of transport) await transport.send(message);
  } catch {
    // Most cases end so.
  }
  await transport.close();
}
