// Copyright 2026 the Wirekit authors. MIT license.

// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { NotConnectedError, shownUrl } from "@wirekit/internal/errors";
// @ts-types="@modelcontextprotocol/sdk/server/stdio"
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

/** The part of Node that the SDK reads its input from. */
interface Process {
  readonly stdin: { once(event: "end", action: () => void): void };
}

/** Passes messages on, until one of the ends ends. */
export async function bridge(
  url: URL,
  token: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const headers = token === undefined
    ? undefined
    : { authorization: `Bearer ${token}` };
  const near = new StdioServerTransport();
  const far = new StreamableHTTPClientTransport(url, {
    ...(headers && { requestInit: { headers } }),
  });
  const ended = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => ended.resolve(), { once: true });
  if (signal.aborted) ended.resolve();
  near.onclose = far.onclose = () => ended.resolve();
  const { process } = globalThis as unknown as { process: Process };
  process.stdin.once("end", () => ended.resolve());
  far.onmessage = (message) => {
    const version = "result" in message && message.result.protocolVersion;
    if (typeof version === "string") far.setProtocolVersion(version);
    near.send(message).catch(ended.reject);
  };
  /** The first message gives the session that the others need. */
  let begun: Promise<void> | undefined;
  near.onmessage = (message) => {
    if (begun === undefined) {
      const sent: Promise<void> = far.send(message);
      sent.catch((cause) => {
        const text = `Cannot connect to ${
          shownUrl(`${url}`)
        }: ${cause.message}`;
        ended.reject(new NotConnectedError(text, { cause }));
      });
      begun = sent;
      return;
    }
    begun.then(() => far.send(message)).catch((error: Error) => {
      if (!("id" in message) || !("method" in message)) return;
      // The assistant waits for its answer.
      const { id } = message;
      const text = `The hub does not answer: ${error.message}`;
      near.send({ jsonrpc: "2.0", id, error: { code: -32000, message: text } })
        .catch(() => {});
    });
  };
  await far.start();
  await near.start();
  try {
    await ended.promise;
  } finally {
    await far.terminateSession().catch(() => {});
    await far.close();
    await near.close();
  }
}
