// Copyright 2026 the Wirekit authors. MIT license.

// deno-lint-ignore-file no-console -- it is a program

/** A server on every carrier that echoes, and says where it is and what it logs. */

import { serve } from "@wirekit/transport/serve";
import type { Transport } from "@wirekit/transport/transport";

const [folder = "", encrypted] = Deno.args;
const read = (name: string) =>
  Deno.readTextFileSync(
    new URL(`../../../transport/testdata/${name}`, import.meta.url),
  );
const server = await serve({
  hostname: "localhost",
  port: 0,
  tcpPort: 0,
  unixPath: `${folder}/${encrypted ?? "plain"}.sock`,
  handshakeTimeout: 60_000,
  logger: {
    info: (line) => console.log(`info ${line}`),
    warn: (line) => console.log(`warn ${line}`),
  },
  ...(encrypted && {
    tls: { cert: read("localhost.crt"), key: read("localhost.key") },
  }),
}, ({ transport }) => echo(transport));
for (const url of server.urls) console.log(`listens on ${url} .`);
console.log("ready");

async function echo(transport: Transport): Promise<void> {
  try {
    for await (const message of transport) await transport.send(message);
  } catch {
    // It was only here to be in the way.
  }
}
