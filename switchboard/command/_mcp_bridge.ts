// Copyright 2026 the Wirekit authors. MIT license.

// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { later } from "@wirekit/internal/clock";
import {
  fetchFailure,
  type Terminal,
  UsageError,
} from "@wirekit/internal/command";
import {
  HandshakeError,
  NotConnectedError,
  shownUrl,
} from "@wirekit/internal/errors";
// @ts-types="@modelcontextprotocol/sdk/server/stdio"
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import type { RequestId } from "@modelcontextprotocol/sdk/types.js";
import { HubSession } from "./_mcp_session.ts";

/** The part of Node by which the SDK reads and writes. */
interface Process {
  readonly stdin: {
    on(event: "data", action: (chunk: Uint8Array) => void): void;
    once(event: "end", action: () => void): void;
    emit(event: "data", chunk: Uint8Array): void;
  };
  readonly stdout: { on(event: "error", action: () => void): void };
}

/** What the bridge shows the hub, and asks of it. */
interface BridgeOptions {
  readonly token: string | undefined;
  /** Certificates to trust, in PEM. */
  readonly ca: string | undefined;
}

const NEWLINE = 0x0a;

/** How long answers may take once nobody asks more, in milliseconds. */
const LAST_ANSWERS = 60_000;

/** What says that a call is no longer wanted, and will have no answer. */
const CANCELLED = "notifications/cancelled";

/** Passes messages on, until one of the ends ends. */
export async function bridge(
  url: URL,
  { token, ca }: BridgeOptions,
  terminal: Pick<Terminal, "error" | "signal">,
): Promise<void> {
  using trusting = ca === undefined
    ? undefined
    : Deno.createHttpClient({ caCerts: [ca] });
  const headers = token === undefined ? undefined : bearer(token);
  const near = new StdioServerTransport();
  const connect = () =>
    new StreamableHTTPClientTransport(url, {
      ...(headers && { requestInit: { headers } }),
      ...(trusting && {
        fetch: (url: string | URL, init?: RequestInit) =>
          fetch(url, { ...init, client: trusting }),
      }),
    });
  const ended = Promise.withResolvers<void>();
  const end = () => ended.resolve();
  const { signal } = terminal;
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  near.onclose = end;
  near.onerror = ({ name, message }) => {
    // Errors of what a line says have names of their own.
    if (name !== "Error") {
      return terminal.error("Passed over a line that is no message of MCP");
    }
    ended.reject(new Error(`Cannot read the standard input: ${message}`));
  };
  const { process } = globalThis as unknown as { process: Process };
  // The assistant does not read any more.
  process.stdout.on("error", end);
  /** What was asked and is not answered yet. */
  const open = new Set<RequestId>();
  let isOver = false;
  const close = (id?: RequestId) => {
    if (id !== undefined) open.delete(id);
    if (isOver && open.size === 0) void last.then(end);
  };
  let lastByte = NEWLINE;
  process.stdin.on("data", (chunk) => lastByte = chunk.at(-1) ?? lastByte);
  process.stdin.once("end", () => {
    // The SDK passes over a last line that lacks its newline.
    if (lastByte !== NEWLINE) {
      process.stdin.emit("data", new Uint8Array([NEWLINE]));
    }
    // What was asked before is answered first.
    isOver = true;
    later(LAST_ANSWERS, end);
    close();
  });
  const session = new HubSession(connect, (message) => {
    near.send(message).then(() => {
      if (!("method" in message)) close(message.id);
    }, ended.reject);
  });
  const refuse = (id: RequestId, message: string) => {
    open.delete(id);
    return near.send({ jsonrpc: "2.0", id, error: { code: -32000, message } })
      .catch(() => {});
  };
  let hasBegun = false;
  let last: Promise<void> = Promise.resolve();
  near.onmessage = (message) => {
    if ("id" in message && "method" in message) open.add(message.id);
    else if ("method" in message && message.method === CANCELLED) {
      open.delete(message.params?.requestId as RequestId);
    }
    if (!hasBegun) {
      hasBegun = true;
      last = session.begin(message).catch(async (error) => {
        const failure = failureOf(url, error);
        // An assistant shows its user what is answered, not what is logged.
        await Promise.all([...open].map((id) => refuse(id, failure.message)));
        ended.reject(failure);
      });
      return;
    }
    last = session.send(message).catch((error: Error) => {
      if (!("id" in message) || !("method" in message)) return;
      const { id } = message;
      if (!open.has(id)) return;
      const { message: why } = failureOf(url, error);
      return refuse(id, `The hub does not answer: ${why}`)
        .then(() => close(id));
    });
  };
  await near.start();
  try {
    await ended.promise;
  } finally {
    await session.close();
    await near.close();
  }
}

/** Returns the header that shows a token. */
function bearer(token: string): Headers {
  try {
    return new Headers({ authorization: `Bearer ${token}` });
  } catch {
    // The error of the runtime has the token in it.
    throw new UsageError("No header carries the token. Is it several lines?");
  }
}

/** Makes the error of a hub that cannot be reached, or lets nobody in. */
function failureOf(url: URL, error: Error): Error {
  const place = shownUrl(`${url}`);
  const { code: status } = error as { code?: unknown };
  if (typeof status !== "number" || status < 0) {
    const failure = fetchFailure(place, error);
    if (!failure.message.includes("nobody listens there")) return failure;
    const advice =
      "switchboard serve --mcp PATTERN starts a hub; --url names " +
      "another address";
    return new NotConnectedError(`${failure.message} ${advice}`, {
      cause: error,
    });
  }
  const said = oneLine(error.message.replace(/^.*endpoint[^:]*: /s, ""));
  const isOther = status !== 401 && !said.includes("--mcp");
  return new HandshakeError(
    `Cannot connect to ${place}: the server answered ${status}` +
      (said && `: "${said}"`) + (isOther ? ". Is that a hub with --mcp?" : ""),
    { url: place, status },
  );
}

/** Returns the start of a text or a page as one line, without its full stop. */
function oneLine(text: string): string {
  const line = text.replaceAll(/<style.*?<\/style>|<[^>]*(>|$)/gs, " ")
    .replaceAll(/\s+/g, " ").trim().replace(/\.$/, "");
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
