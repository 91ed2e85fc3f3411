// Copyright 2026 the Wirekit authors. MIT license.

import type { Framer } from "@wirekit/transport/framer";
import { NewlineFramer } from "@wirekit/transport/newline-framer";
import type { Transport } from "@wirekit/transport/transport";
import { connectUnix, listenUnix } from "@wirekit/transport/unix";
import { conformance, type Ends } from "./conformance.ts";

type Message = string | Uint8Array<ArrayBuffer>;

conformance("Unix socket", async (limits): Promise<Ends> => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/test.sock`;
  const framer = () =>
    new NewlineFramer({ format: "utf8", ...limits }) as Framer<Message>;
  await using listener = await listenUnix({ path }, framer);
  const near = await connectUnix({ path }, framer());
  let far!: Transport<Message>;
  for await (far of listener) break;
  return {
    near,
    far,
    async [Symbol.asyncDispose]() {
      await Promise.all([near.close(), far.close()]);
      await Deno.remove(directory, { recursive: true });
    },
  };
}, { format: "utf8", seen: { near: 1000, far: 1000 }, backpressure: true });
