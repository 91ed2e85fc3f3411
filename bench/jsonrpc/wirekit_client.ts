// Copyright 2026 the Wirekit authors. MIT license.

/** A client of ours that makes calls as it is told. */

import { connect } from "@wirekit/jsonrpc";
import { load, obey } from "./_load.ts";

const client = await connect(Deno.args[0]!);
const peer = await client.ready();

await obey((command) => {
  const { depth, size } = command;
  if (depth > 64) {
    return load(command, async () => {
      const batch = peer.batch();
      for (let i = 0; i < depth; i++) batch.request("math.sum", [i, 1]);
      const [last] = (await batch.send()).slice(-1);
      if (last?.status !== "fulfilled") throw new Error("Wrong answer");
    }, depth);
  }
  const text = "x".repeat(size);
  return size > 0
    ? load(command, () => peer.request("echo", [text]))
    : load(command, () => peer.request("math.sum", [1, 2]));
});
