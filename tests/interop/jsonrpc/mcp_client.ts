// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A client of the official SDK of the Model Context Protocol. It starts the
 * program of its arguments, calls it, and prints what it saw.
 */

// deno-lint-ignore-file no-console -- A program for a test.

/** Loaded late, so that only those who run this download it. */
const SDK = "npm:@modelcontextprotocol/sdk@1.32.2";

const { Client } = await import(`${SDK}/client/index.js`);
const { StdioClientTransport } = await import(`${SDK}/client/stdio.js`);
const { CallToolResultSchema } = await import(`${SDK}/types.js`);

const [command, ...args] = Deno.args;
const client = new Client({ name: "interop", version: "1.0.0" });
await client.connect(new StdioClientTransport({ command: command!, args }));

const seen: unknown[] = [];
const worked = await client.callTool(
  { name: "work", arguments: {} },
  CallToolResultSchema,
  { onprogress: (progress: unknown) => seen.push(progress) },
);
const stop = new AbortController();
const waiting = client.callTool(
  { name: "wait", arguments: {} },
  CallToolResultSchema,
  { signal: stop.signal },
).then(() => "answered", () => "given up");
await client.callTool({ name: "work", arguments: {} });
stop.abort();
const waited = await waiting;
const stopped = await client.callTool({ name: "stopped", arguments: {} });
const pinged = await client.ping();
console.log(JSON.stringify({ seen, worked, waited, stopped, pinged }));
await client.close();
