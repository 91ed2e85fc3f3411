// Copyright 2026 the Wirekit authors. MIT license.

// Carries messages between its standard input and output and a TCP port.
import { NewlineFramer } from "@wirekit/transport/framers";
import { StreamTransport } from "@wirekit/transport/stream";
import { connectTcp } from "@wirekit/transport/tcp";
import { bridge } from "./bridge.ts";

const stdio = new StreamTransport(
  { readable: Deno.stdin.readable, writable: Deno.stdout.writable },
  new NewlineFramer(),
);
const port = Number(Deno.args[0]);
await bridge(stdio, await connectTcp({ port }, new NewlineFramer()));
