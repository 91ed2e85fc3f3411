// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Connects over any carrier by URL.
 *
 * ```ts
 * import { connect } from "@wirekit/transport/connect";
 * import { NewlineFramer } from "@wirekit/transport/newline-framer";
 * import { listenTcp } from "@wirekit/transport/tcp";
 *
 * await using listener = await listenTcp({ port: 0 }, () => new NewlineFramer());
 * const { port } = listener.addr;
 * await using transport = await connect(`tcp://127.0.0.1:${port}`);
 * await transport.send("hello");
 * ```
 *
 * @module
 */

import { readUrl } from "@wirekit/internal/errors";
import { hasSockets, loadLines } from "./_with_sockets.ts";
import type { Format, MessageOf, Transport } from "./transport.ts";
import type { ConnectOptions } from "./connect_options.ts";
import { connectWebSocket } from "./websocket.ts";

export type { ConnectOptions };
export {
  HandshakeError,
  type HandshakeErrorOptions,
  NotConnectedError,
  TimeoutError,
} from "@wirekit/internal/errors";

/**
 * Connects to a URL:
 *
 * | URL | carrier |
 * | --- | --- |
 * | `ws://host`, `wss://host` | WebSocket, with credentials as HTTP Basic |
 * | `tcp://host:port` | TCP, one message a line |
 * | `tls://host:port` | the same over TLS |
 * | `unix:/path` | the same over a Unix domain socket |
 *
 * @typeParam F What a message is.
 * @param url The URL to connect to.
 * @param options The format, the limits and the deadline.
 * @returns The open transport. Rejects as {@linkcode connectWebSocket},
 * `connectTcp()` and `connectUnix()` do.
 * @throws {TypeError} If the URL has another scheme, or if the carrier cannot
 * carry the format or the credentials.
 *
 * @example Another scheme
 * ```ts
 * import { connect } from "@wirekit/transport/connect";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(
 *   () => connect("http://127.0.0.1"),
 *   TypeError,
 *   "the scheme must be ws:, wss:, tcp:, tls: or unix:, not http:",
 * );
 * ```
 */
export async function connect<F extends Format = "text">(
  url: string | URL,
  options: ConnectOptions<F> = {},
): Promise<Transport<MessageOf<F>>> {
  const target = readUrl(url);
  const { protocol: scheme } = target;
  switch (scheme) {
    case "ws:":
    case "wss:":
      return await connectWebSocket(target, options);
    case "tcp:":
    case "tls:":
    case "unix:": {
      const connectLines = await lineCarriers(scheme);
      return await connectLines(target, options);
    }
    default:
      throw new TypeError(
        `Cannot connect: the scheme must be ws:, wss:, tcp:, tls: or unix:, not ${scheme}`,
      );
  }
}

/** The functions that connect to these URLs, where there are sockets. */
async function lineCarriers(
  scheme: string,
): Promise<typeof import("./_connect_lines.ts").connectLines> {
  if (!hasSockets()) {
    throw new TypeError(
      `Cannot connect: ${scheme} needs sockets, which a page does not have`,
    );
  }
  try {
    return (await loadLines()).connectLines;
  } catch (cause) {
    throw new TypeError(
      `Cannot connect: this bundle lacks ${scheme}. Connect by connectTcp() or connectUnix()`,
      { cause },
    );
  }
}
