// Copyright 2026 the Wirekit authors. MIT license.

/** A server of ours that speaks the Model Context Protocol on its streams. */

import { Methods, Peer, stdioTransport } from "@wirekit/jsonrpc";

let stopped = 0;
const text = (text: string) => ({ content: [{ type: "text", text }] });

const methods = new Methods()
  .add("initialize", (_call, { protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "ours", version: "1.0.0" },
  }))
  .add("notifications/initialized", () => {})
  .add("tools/call", async (call, { name }) => {
    if (name === "stopped") return text(`${stopped}`);
    if (name === "wait") {
      const aborted = Promise.withResolvers<void>();
      // At once: the question how many may come with the cancellation.
      call.signal.onabort = () => {
        stopped++;
        aborted.resolve();
      };
      await aborted.promise;
      return text("nobody reads this");
    }
    await call.report({ progress: 1, total: 2, message: "half" });
    await call.report({ progress: 2, total: 2 });
    // The SDK drops progress that it reads in one go with the answer.
    await call.peer.request("ping");
    return text("done");
  });
await using peer = new Peer(stdioTransport("newline"), {
  methods,
  conventions: "mcp",
});
await peer.closed;
