// Copyright 2026 the Wirekit authors. MIT license.

/** Where a command calls: a URL, or a program that it starts. */

import { fetchFailure } from "@wirekit/internal/command";
import {
  HandshakeError,
  NotConnectedError,
  shownUrl,
} from "@wirekit/internal/errors";
import { connect } from "@wirekit/transport/connect";
import { connectTcp } from "@wirekit/transport/tcp";
import type { Transport } from "@wirekit/transport/transport";
import { connectUnix } from "@wirekit/transport/unix";
import { exactCodec } from "./_exact_codec.ts";
import { tapped } from "./_tapped.ts";
import {
  type Heard,
  noting,
  startProgram,
  type Target,
  wrote,
} from "./_program.ts";
import { ClosedError, MalformedResponseError } from "../call/call_error.ts";
import { HttpClient } from "../call/http_client.ts";
import type { Methods } from "../answer/methods.ts";
import type { Conventions } from "../peer_options.ts";
import type { LogEntry } from "../wire/log.ts";
import type { Params } from "../wire/message.ts";
import { Peer } from "../peer.ts";
import { framerOf, type Framing } from "../stdio.ts";

/** Options of the connection. */
export interface TargetOptions {
  headers: [string, string][];
  framing: Framing;
  /** Certificates to trust, in PEM. */
  ca: string | undefined;
  timeout: number;
  signal: AbortSignal;
  onNotification(method: string, params: Params | undefined): void;
  /** What the other end may ask. */
  methods?: Methods;
  conventions?: Conventions;
  /** Called with each message. */
  onMessage?(entry: LogEntry): void;
}

/** Connects to a URL, or starts a program. */
export async function openTarget(
  place: string | readonly string[],
  options: TargetOptions,
): Promise<Target> {
  const { methods, conventions } = options;
  const peerOptions = {
    codec: exactCodec,
    onMessage(entry: LogEntry) {
      options.onMessage?.(entry);
      notice(entry, options);
    },
    ...(methods && { methods }),
    ...(conventions && { conventions }),
  };
  if (typeof place !== "string") {
    return startProgram(place, options.framing, peerOptions);
  }
  const url = new URL(place);
  if (url.protocol === "http:" || url.protocol === "https:") {
    return httpTarget(url, options);
  }
  const host = url.host || url.pathname;
  const heard: Heard = { messages: 0 };
  const peer = new Peer(await openTransport(url, options), {
    ...peerOptions,
    codec: noting(heard),
    onMessage(entry) {
      peerOptions.onMessage(entry);
      if (entry.direction !== "in") return;
      // A greeting of another protocol: nothing else is worth waiting for.
      if (heard.messages++ === 0 && heard.strange !== undefined) {
        void peer.close(new Error(wrote(heard.strange)));
      }
    },
  });
  const stranger = () =>
    heard.strange === undefined ? undefined : `${host} ${wrote(heard.strange)}`;
  return {
    caller: peer,
    peer,
    closed: peer.closed.then((error) =>
      stranger() ??
        `${host} has closed the connection` +
          (error ? `: ${error.message}` : "")
    ),
    explain: (error) => {
      const isClosed = error instanceof ClosedError;
      const said = isClosed && stranger();
      if (said) {
        return Promise.resolve(new NotConnectedError(said, { cause: error }));
      }
      if (!isClosed && !(error instanceof MalformedResponseError)) {
        return Promise.resolve(error);
      }
      return Promise.resolve(
        new (isClosed ? NotConnectedError : Error)(
          `${error.message}. Is ${shownUrl(url.href)} a JSON-RPC server?`,
          { cause: error },
        ),
      );
    },
    [Symbol.asyncDispose]: () => peer.close(),
  };
}

function httpTarget(url: URL, options: TargetOptions): Target {
  const { headers, ca, onMessage } = options;
  const trusting = ca === undefined
    ? undefined
    : Deno.createHttpClient({ caCerts: [ca] });
  let last: Response | undefined;
  const post = async (request: Request) =>
    last =
      await (trusting ? fetch(request, { client: trusting }) : fetch(request));
  const caller = new HttpClient(url, {
    headers,
    codec: exactCodec,
    fetch: onMessage ? tapped(post, onMessage) : post,
  });
  return {
    caller,
    explain(error) {
      const { cause } = Object(error) as { cause?: unknown };
      return Promise.resolve(
        // The reason that `fetch()` gives is only in the cause.
        cause instanceof TypeError
          ? fetchFailure(shownHost(url), cause)
          : error instanceof MalformedResponseError && last && !last.ok
          ? refusal(url, last)
          : error,
      );
    },
    async [Symbol.asyncDispose]() {
      await caller.close();
      trusting?.close();
    },
  };
}

/** Writes the host and the port, which a URL leaves out if it is the usual one. */
function shownHost({ protocol, host, port }: URL): string {
  return port === "" ? `${host}:${protocol === "https:" ? 443 : 80}` : host;
}

/** Makes the error of a server that does not answer what it is asked. */
function refusal(url: URL, { status, statusText }: Response): HandshakeError {
  const answer = `the server answered ${status} ${statusText}`.trimEnd();
  const advice = status === 404 || status === 405 || status === 426
    ? ". Is the path right?"
    : "";
  return new HandshakeError(
    `Cannot connect to ${shownUrl(url.href)}: ${answer}${advice}`,
    { url: url.href, status },
  );
}

function openTransport(url: URL, options: TargetOptions): Promise<Transport> {
  const { signal, timeout, headers, framing, ca } = options;
  const waits = { signal, connectTimeout: timeout };
  const tls = ca === undefined ? {} : { ca };
  if (framing === "content-length") {
    const framer = framerOf(framing);
    const { hostname, protocol } = url;
    if (protocol === "unix:") {
      const path = decodeURIComponent(url.pathname);
      return connectUnix({ path, ...waits }, framer);
    }
    if (protocol === "tcp:" || protocol === "tls:") {
      const port = Number(url.port);
      const secure = protocol === "tls:" && tls;
      return connectTcp({ hostname, port, tls: secure, ...waits }, framer);
    }
  }
  return connect(url, { headers, tls, ...waits });
}

function notice(
  { direction, kind, message }: LogEntry,
  { onNotification }: TargetOptions,
): void {
  if (direction !== "in" || kind !== "notification") return;
  const { method, params } = message as { method: string; params?: Params };
  if (/_subscription$|^\$\//.test(method)) return;
  onNotification(method, params);
}
