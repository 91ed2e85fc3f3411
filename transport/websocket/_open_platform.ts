// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { checkTime, within } from "@wirekit/internal/clock";
import {
  HandshakeError,
  NotConnectedError,
  shownUrl,
  withoutUrls,
} from "@wirekit/internal/errors";
import {
  OPEN_TIMEOUT,
  type OpeningOptions,
  tooLate,
} from "../opening/_opening.ts";
import {
  CloseError,
  type Format,
  type MessageOf,
  type WebSocketTransport,
} from "../transport.ts";
import {
  failureOf,
  type PlatformOptions,
  platformTransport,
} from "./_platform_transport.ts";

/** The runtimes whose WebSocket sends headers; browsers send none. */
const HEADERS_REGEXP = /^(Deno|Node\.js|Bun)\//;

/** What {@linkcode openPlatform} needs, checked. */
export interface PlatformRequest {
  /** The URL to connect to, without credentials. */
  url: URL;
  /** Headers to add to the handshake. */
  headers: Headers;
  /** The subprotocols to offer. */
  protocols: readonly string[];
}

/** Connects with the platform's client. */
export async function openPlatform<F extends Format>(
  request: PlatformRequest,
  options: PlatformOptions<F> & OpeningOptions,
): Promise<WebSocketTransport<MessageOf<F>>> {
  const { connectTimeout = OPEN_TIMEOUT, signal } = options;
  checkTime("connectTimeout", connectTimeout);
  signal?.throwIfAborted();
  const { url } = request;
  const socket = start(request);
  const opened = Promise.withResolvers<WebSocketTransport<MessageOf<F>>>();
  const fail = (said: unknown) => opened.reject(platformError(url, said));
  // At once: in the same turn there may be a message.
  socket.onopen = () => opened.resolve(platformTransport<F>(socket, options));
  socket.onerror = (event) => fail(failureOf(event));
  socket.onclose = ({ reason }) => fail(reason && new Error(reason));
  try {
    const late = () => tooLate(url.host, connectTimeout);
    return await within(opened.promise, connectTimeout, late, { signal });
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Starts the platform's client. */
function start({ url, headers, protocols }: PlatformRequest): WebSocket {
  const fields = Object.fromEntries(headers);
  const hasFields = Object.keys(fields).length > 0;
  if (hasFields && !HEADERS_REGEXP.test(globalThis.navigator?.userAgent)) {
    throw mistake("browsers cannot send headers or credentials");
  }
  try {
    return new WebSocket(
      url,
      hasFields
        ? { protocols, headers: fields } as never
        : protocols as string[],
    );
  } catch (cause) {
    // A subprotocol is not valid, or a page of https: may not use ws:.
    const { name, message } = cause as Error;
    const error = mistake(withoutUrls(message), { cause });
    throw name === "SyntaxError"
      ? new SyntaxError(error.message, error)
      : error;
  }
}

/** Makes an error of what the platform says about a failure. */
function platformError(url: URL, said: unknown): NotConnectedError {
  // Bun tells which status it was, and nothing else of the answer.
  const [, code] = /101 status code: (\d+)$/.exec(`${said}`) ?? [];
  if (code) {
    return new HandshakeError(
      `Cannot connect to ${shownUrl(url)}: the server answered ${code}`,
      { url: url.href, status: Number(code), cause: said },
    );
  }
  const more = said ? ` (${withoutUrls((said as Error).message)})` : "";
  return new NotConnectedError(
    `Cannot connect to ${shownUrl(url)}: nobody listens there, or the server ` +
      `refused; this platform does not tell which${more}`,
    { cause: said || new CloseError(1006) },
  );
}

/** Makes the error of an option that is not valid or not supported here. */
export function mistake(text: string, options?: ErrorOptions): TypeError {
  return new TypeError(`Cannot connect WebSocket: ${text}`, options);
}
