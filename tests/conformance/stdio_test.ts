// Copyright 2026 the Wirekit authors. MIT license.

import type { Framer } from "@wirekit/transport/stream";
import { NewlineFramer } from "@wirekit/transport/framers";
import { StreamTransport } from "@wirekit/transport/stream";
import { listenTcp } from "@wirekit/transport/tcp";
import {
  accept,
  conformance,
  type Ends,
  ends,
  type Message,
} from "./conformance.ts";

const framer = (maxMessageBytes = 16_777_216) =>
  new NewlineFramer({ maxMessageBytes }) as Framer<Message>;

function spawn(args: string[], maxMessageBytes?: number) {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const near = new StreamTransport(
    { readable: child.stdout, writable: child.stdin },
    framer(maxMessageBytes),
  );
  return { child, near };
}

conformance("Child process", async ({ maxMessageBytes }): Promise<Ends> => {
  await using listener = await listenTcp(
    { port: 0 },
    () => framer(maxMessageBytes),
  );
  const { child, near } = spawn([
    "run",
    "--quiet",
    "--no-lock",
    "--allow-net=127.0.0.1",
    new URL("./testdata/stdio.ts", import.meta.url).href,
    String(listener.addr.port),
  ], maxMessageBytes);
  return ends(near, await accept(listener), () => child.status);
}, {
  format: "text",
  seen: { near: 1000, far: 1000 },
  backpressure: true,
  // deno-lint-ignore require-await -- the suite wants a promise
  async frozen() {
    const { child, near } = spawn(["eval", "setTimeout(() => {}, 60_000)"]);
    child.kill("SIGSTOP");
    return {
      near,
      async [Symbol.asyncDispose]() {
        child.kill("SIGKILL");
        await child.status;
      },
    };
  },
  // deno-lint-ignore require-await -- the suite wants a promise
  async truncated() {
    const script =
      `Deno.stdout.writeSync(new TextEncoder().encode("whole\\nha"))`;
    const { child, near } = spawn(["eval", script]);
    return {
      near,
      async [Symbol.asyncDispose]() {
        await child.status;
      },
    };
  },
});
