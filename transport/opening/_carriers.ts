// Copyright 2026 the Wirekit authors. MIT license.

import type { ConnectOptions } from "../connect_options.ts";
import { NewlineFramer } from "../stream/newline_framer.ts";
import { connectTcp } from "../tcp.ts";
import type { Format, MessageOf, Transport } from "../transport.ts";
import { connectUnix } from "../unix.ts";

export { connectWebSocket } from "../websocket.ts";

/** Connects to a URL of TCP, TLS or a Unix socket. */
export async function connectLines<F extends Format>(
  target: URL,
  options: ConnectOptions<F>,
): Promise<Transport<MessageOf<F>>> {
  const { protocol: scheme } = target;
  if (scheme === "unix:") {
    if (!target.pathname || target.host) {
      throw new TypeError("Cannot connect: a unix: URL must be unix:/path");
    }
    const framer = lines(target, options);
    const path = decodeURIComponent(target.pathname);
    return await connectUnix({ ...options, path }, framer);
  }
  const port = Number(target.port);
  if (!target.hostname || !port) {
    throw new TypeError(
      `Cannot connect: a ${scheme} URL must be ${scheme}//host:port`,
    );
  }
  const framer = lines(target, options);
  const hostname = target.hostname.replace(/^\[|\]$/g, "");
  const tls = scheme === "tls:" && (options.tls ?? true);
  return await connectTcp({ ...options, hostname, port, tls }, framer);
}

function lines<F extends Format>(
  url: URL,
  options: ConnectOptions<F>,
): NewlineFramer<Exclude<F, "binary">> {
  const { format = "text" as F, maxMessageBytes, malformed } = options;
  if (format === "binary") {
    throw new TypeError(`Cannot connect: ${url.protocol} carries text only`);
  }
  if (url.username || url.password) {
    throw new TypeError(
      `Cannot connect: ${url.protocol} carries no credentials`,
    );
  }
  return new NewlineFramer({
    format: format as Exclude<F, "binary">,
    malformed: malformed as MessageOf<Exclude<F, "binary">> | undefined,
    ...(maxMessageBytes !== undefined && { maxMessageBytes }),
  });
}
