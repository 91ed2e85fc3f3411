// Copyright 2026 the Wirekit authors. MIT license.

import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { connectSocket, isIP, nodeTls } from "./_node_net.ts";
import { checkClientTls } from "../_tls.ts";
import { hostAndPort, LEFT, notConnected } from "./_not_connected.ts";
import { opening, type OpeningOptions } from "./_opening.ts";
import type { ClientTls } from "../transport.ts";

/** Where to connect a socket, and how. */
export interface DialOptions extends OpeningOptions {
  /** The host and the port. */
  host?: string;
  port?: number;
  /** The path of a Unix socket instead. */
  path?: string;
  /** Which certificates to trust and to present; by default there is no TLS. */
  tls?: ClientTls & { alpn?: string[] } | undefined;
  /** Whether we may still send after the peer has ended. */
  allowHalfOpen?: boolean;
}

/**
 * Connects a socket of `node:net`, whose writes finish at once. Each write of
 * `Deno.connect()` is a promise, which makes a busy client a fifth slower.
 *
 * @param options Where, how, and until when.
 * @param use Takes the socket that is being connected; `lost` rejects when it
 * is lost meanwhile. The deadline covers this too.
 */
export async function dial<R>(
  options: DialOptions,
  use: (socket: Socket, lost: Promise<never>) => Promise<R>,
): Promise<R> {
  const { host = "127.0.0.1", port = 0, path, tls } = options;
  const { allowHalfOpen = false } = options;
  const target = path === undefined ? hostAndPort(host, port) : `unix:${path}`;
  return await opening(
    async (signal) => {
      const socket = path !== undefined
        ? connectSocket({ path, allowHalfOpen })
        : tls
        ? encrypted(host, port, tls, allowHalfOpen)
        : connectSocket({ host, port, allowHalfOpen });
      const { promise: lost, reject } = Promise.withResolvers<never>();
      lost.catch(() => {});
      const abort = () => socket.destroy();
      let hint = tls ? ". Does it speak TLS on this port?" : "";
      const onClose = () => reject(new Error(LEFT));
      socket.once("secureConnect", () => hint = "");
      socket.on("error", reject).on("close", onClose);
      signal.addEventListener("abort", abort);
      if (path === undefined) socket.setNoDelay(true).setKeepAlive(true);
      try {
        return await use(socket, lost);
      } catch (cause) {
        socket.destroy();
        throw notConnected(target, cause, hint);
      } finally {
        socket.off("close", onClose);
        signal.removeEventListener("abort", abort);
      }
    },
    options,
    target,
  );
}

/** Waits until a socket is connected, its TLS handshake included. */
export async function connected(
  socket: Socket,
  lost: Promise<never>,
): Promise<void> {
  const event = "encrypted" in socket ? "secureConnect" : "connect";
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once(event, resolve);
  await Promise.race([promise, lost]);
}

function encrypted(
  host: string,
  port: number,
  tls: NonNullable<DialOptions["tls"]>,
  allowHalfOpen: boolean,
): Socket {
  checkClientTls(tls);
  const { ca, cert, key, alpn } = tls;
  const options: ConnectionOptions & { allowHalfOpen: boolean } = {
    host,
    port,
    allowHalfOpen,
    ...(alpn && { ALPNProtocols: alpn }),
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca: [...usualCertificates(), ca] }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
  return nodeTls().connect(options);
}

/** The certificates that `ca` replaces in Node; in Deno `ca` adds to them. */
function usualCertificates(): readonly string[] {
  return "Deno" in globalThis ? [] : nodeTls().rootCertificates;
}
