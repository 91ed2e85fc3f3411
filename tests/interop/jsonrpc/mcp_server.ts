// Copyright 2026 the Wirekit authors. MIT license.

/** A server of the official SDK of the Model Context Protocol, on its streams. */

// deno-lint-ignore-file no-explicit-any -- A program for a test.

/** Loaded late, so that only those who run this download it. */
const SDK = "npm:@modelcontextprotocol/sdk@1.32.2";

const { Server } = await import(`${SDK}/server/index.js`);
const { StdioServerTransport } = await import(`${SDK}/server/stdio.js`);
const { CallToolRequestSchema } = await import(`${SDK}/types.js`);

const server = new Server(
  { name: "interop", version: "1.0.0" },
  { capabilities: { tools: {} } },
);
let stopped = 0;

server.setRequestHandler(
  CallToolRequestSchema,
  async ({ params }: any, extra: any) => {
    const text = (text: string) => ({ content: [{ type: "text", text }] });
    const { name, _meta } = params;
    if (name === "stopped") return text(`${stopped}`);
    if (name === "wait") {
      const aborted = Promise.withResolvers<void>();
      // At once: the question how many may come with the cancellation.
      extra.signal.onabort = () => {
        stopped++;
        aborted.resolve();
      };
      await aborted.promise;
      return text("nobody reads this");
    }
    for (const progress of [1, 2]) {
      await extra.sendNotification({
        method: "notifications/progress",
        params: { progressToken: _meta!.progressToken!, progress, total: 2 },
      });
    }
    return text("done");
  },
);
await server.connect(new StdioServerTransport());
