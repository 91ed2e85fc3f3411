// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

import { within } from "@wirekit/internal/clock";
import { readUrl, shownUrl } from "@wirekit/internal/errors";
import { connect } from "@wirekit/transport/connect";
import type { ClientTls, Transport } from "@wirekit/transport/transport";
import { bearer } from "../_bearer.ts";

/** The runtimes whose WebSocket sends headers; browsers send none. */
const HEADERS_REGEXP = /^(Deno|Node\.js|Bun)\//;

/** The part of the client's options that says how to open a connection. */
export interface OpenOptions {
  readonly url: string | URL | (() => string | URL | Promise<string | URL>);
  readonly token: string | (() => string | Promise<string>) | undefined;
  readonly transport:
    | ((signal: AbortSignal) => Transport | Promise<Transport>)
    | undefined;
  readonly tls: ClientTls | undefined;
}

/** A new connection, and the token that has to be in its first message. */
export interface Opened {
  readonly transport: Transport;
  readonly token: string | undefined;
  /** The URL for an error, or `the hub`. */
  readonly place: string;
}

/** Says where the hub is, for an error, as far as that is known. */
export function placeOf({ url }: OpenOptions): string {
  return typeof url === "function" ? "the hub" : shownUrl(readUrl(url));
}

/** Opens a connection to the hub. */
export async function openTransport(
  options: OpenOptions,
  signal: AbortSignal,
): Promise<Opened> {
  const token = typeof options.token === "function"
    ? await options.token()
    : options.token;
  if (options.transport) {
    const transport = await options.transport(signal);
    return { transport, token, place: placeOf(options) };
  }
  const { url: where } = options;
  const url = readUrl(typeof where === "function" ? await where() : where);
  const headers: Record<string, string> = {};
  const protocols: string[] = [];
  const web = url.protocol === "ws:" || url.protocol === "wss:";
  if (web && token !== undefined) {
    if (HEADERS_REGEXP.test(navigator.userAgent)) {
      headers.authorization = `Bearer ${token}`;
    } else protocols.push(...bearer(token));
  }
  const { tls } = options;
  const transport = await connect(url, {
    headers,
    ...(protocols.length > 0 && { protocols }),
    signal,
    ...(tls && { tls }),
  });
  const place = shownUrl(url);
  return { transport, token: web ? undefined : token, place };
}

/** Opens a connection within `connectTimeout`; one that opens later is closed. */
export async function openWithin(
  options: OpenOptions & { readonly connectTimeout: number },
  makeError: () => Error,
  signal: AbortSignal,
): Promise<Opened> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const opening = openTransport(options, either);
  const { connectTimeout } = options;
  try {
    return await within(opening, connectTimeout, makeError, { signal });
  } catch (error) {
    over.abort(error);
    // It may still open.
    opening.then(({ transport }) => transport.close(), () => {});
    throw error;
  }
}
