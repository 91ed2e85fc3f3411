// Copyright 2026 the Wirekit authors. MIT license.

import type { Framer } from "@wirekit/transport/stream";
import { NewlineFramer } from "@wirekit/transport/framers";
import { connectUnix, listenUnix } from "@wirekit/transport/unix";
import {
  accept,
  conformance,
  type Ends,
  ends,
  type Message,
} from "./conformance.ts";

conformance("Unix socket", async (limits): Promise<Ends> => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/test.sock`;
  const framer = () =>
    new NewlineFramer({ format: "utf8", ...limits }) as Framer<Message>;
  await using listener = await listenUnix({ path }, framer);
  const near = await connectUnix({ path }, framer());
  return ends(
    near,
    await accept(listener),
    () => Deno.remove(directory, { recursive: true }),
  );
}, { format: "utf8", seen: { near: 1000, far: 1000 }, backpressure: true });
