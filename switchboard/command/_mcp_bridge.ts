// Copyright 2026 the Wirekit authors. MIT license.

// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { later } from "@wirekit/internal/clock";
import { fetchFailure } from "@wirekit/internal/command";
import { HandshakeError, shownUrl } from "@wirekit/internal/errors";
// @ts-types="@modelcontextprotocol/sdk/server/stdio"
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

/** The part of Node that the SDK reads its input from. */
interface Process {
  readonly stdin: { once(event: "end", action: () => void): void };
}

/** What the bridge shows the hub, and asks of it. */
interface BridgeOptions {
  readonly token: string | undefined;
  /** Certificates to trust, in PEM. */
  readonly ca: string | undefined;
}

/** How long the last answer may take once nobody asks more, in milliseconds. */
const LAST_ANSWER = 1_000;

/** Passes messages on, until one of the ends ends. */
export async function bridge(
  url: URL,
  { token, ca }: BridgeOptions,
  signal: AbortSignal,
): Promise<void> {
  using trusting = ca === undefined
    ? undefined
    : Deno.createHttpClient({ caCerts: [ca] });
  const headers = token === undefined
    ? undefined
    : { authorization: `Bearer ${token}` };
  const near = new StdioServerTransport();
  const far = new StreamableHTTPClientTransport(url, {
    ...(headers && { requestInit: { headers } }),
    ...(trusting && {
      fetch: (url: string | URL, init?: RequestInit) =>
        fetch(url, { ...init, client: trusting }),
    }),
  });
  const ended = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => ended.resolve(), { once: true });
  if (signal.aborted) ended.resolve();
  near.onclose = far.onclose = () => ended.resolve();
  const { process } = globalThis as unknown as { process: Process };
  process.stdin.once("end", () => {
    // What was asked just before is answered first, if that is quick.
    later(LAST_ANSWER, () => ended.resolve());
    void last.then(() => ended.resolve());
  });
  far.onmessage = (message) => {
    const version = "result" in message && message.result.protocolVersion;
    if (typeof version === "string") far.setProtocolVersion(version);
    near.send(message).catch(ended.reject);
  };
  /** The first message gives the session that the others need. */
  let begun: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();
  near.onmessage = (message) => {
    if (begun === undefined) {
      const sent: Promise<void> = far.send(message);
      sent.catch((error) => ended.reject(failureOf(url, error)));
      begun = sent;
      last = sent.catch(() => {});
      return;
    }
    last = begun.then(() => far.send(message)).catch((error: Error) => {
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

/** Makes the error of a hub that cannot be reached, or lets nobody in. */
function failureOf(url: URL, error: Error): Error {
  const place = shownUrl(`${url}`);
  const { code: status } = error as { code?: unknown };
  if (typeof status !== "number") return fetchFailure(place, error);
  const said = error.message.replace(/^.*endpoint[^:]*: /s, "").trim();
  return new HandshakeError(
    `Cannot connect to ${place}: the server answered ${status}: "${said}"`,
    { url: place, status },
  );
}
