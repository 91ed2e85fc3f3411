// Copyright 2026 the Wirekit authors. MIT license.
// This module is browser compatible.

/**
 * Connects over any carrier by URL.
 *
 * ```ts
 * import { connect } from "@wirekit/transport/connect";
 * import { NewlineFramer } from "@wirekit/transport/framers";
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
import { checkLimits } from "@wirekit/internal/limits";
import { hasSockets, load } from "./opening/_with_sockets.ts";
import type {
  Format,
  MessageOf,
  Transport,
  WebSocketTransport,
} from "./transport.ts";
import type { ConnectOptions } from "./connect_options.ts";
import { openPlatform } from "./websocket/_open_platform.ts";

export type { ConnectOptions };
export {
  HandshakeError,
  type HandshakeErrorOptions,
  NotConnectedError,
  TimeoutError,
} from "@wirekit/internal/errors";

/** The schemes of URLs that {@linkcode connect} takes. */
const SCHEMES: readonly string[] = ["ws:", "wss:", "tcp:", "tls:", "unix:"];

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
 *
 * @category Connecting
 */
export async function connect<F extends Format = "text">(
  url: string | URL,
  options: ConnectOptions<F> = {},
): Promise<Transport<MessageOf<F>>> {
  const target = readUrl(url);
  const { protocol: scheme } = target;
  if (!SCHEMES.includes(scheme)) {
    throw new TypeError(
      `Cannot connect: the scheme must be ws:, wss:, tcp:, tls: or unix:, not ${scheme}`,
    );
  }
  const isWeb = scheme[0] === "w";
  // A bundle lacks them.
  const carriers = hasSockets() && await loadCarriers().catch(() => undefined);
  if (carriers) {
    const { connectLines, connectWebSocket } = carriers;
    return await (isWeb ? connectWebSocket : connectLines)(target, options);
  }
  if (!isWeb) throw needsSockets(scheme);
  return await connectInPage(target, options);
}

/**
 * Connects with the platform's WebSocket, in a page and in a bundle. There, the
 * platform checks the headers and the subprotocols.
 */
function connectInPage<F extends Format>(
  url: URL,
  options: ConnectOptions<F>,
): Promise<WebSocketTransport<MessageOf<F>>> {
  const { format = "text" as F, headers, protocols = [] } = options;
  checkLimits(options);
  if (options.tls) throw needsSockets("tls");
  if (options.implementation === "own") throw needsSockets("Our own WebSocket");
  if (url.username || url.password) {
    throw needsSockets("A URL with credentials");
  }
  url.hash = "";
  const request = { url, headers: new Headers(headers), protocols };
  return openPlatform(request, { ...options, format });
}

/** Makes the error of what neither a page nor a bundle can do. */
function needsSockets(what: string): TypeError {
  return new TypeError(
    `Cannot connect: ${what} needs sockets, which pages and bundles lack. ` +
      "Bundle connectTcp(), connectUnix() or connectWebSocket()",
  );
}

/**
 * Loads all carriers, as this package connects where there are sockets. A bundle
 * has no such file, and one that is no module cannot name it either.
 */
async function loadCarriers(): Promise<
  typeof import("./opening/_carriers.ts")
> {
  // deno-lint-ignore no-constant-condition
  if (false) return await import("./opening/_carriers.ts");
  return await load(import.meta.resolve("./opening/_carriers.ts"));
}
