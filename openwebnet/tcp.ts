// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A gateway over TCP.
 *
 * ```ts
 * import { tcpGateway } from "@wirekit/openwebnet/tcp";
 *
 * await using gateway = tcpGateway("192.168.1.35", { password: "12345" });
 * ```
 *
 * @module
 */

import { shownUrl } from "@wirekit/internal/errors";
import { checkPort } from "@wirekit/internal/limits";
import { connectTcp } from "@wirekit/transport/tcp";
import type { Transport } from "@wirekit/transport/transport";
import { FrameScanner } from "./wire/frame.ts";
import { Gateway, type GatewayOptions } from "./gateway.ts";
import { NotConnectedError } from "./session/errors.ts";

/**
 * The default port of gateways.
 *
 * @category Gateway
 */
export const DEFAULT_PORT = 20_000;

/**
 * Options of {@linkcode tcpGateway}.
 *
 * @category Gateway
 */
export interface TcpGatewayOptions extends Omit<GatewayOptions, "transport"> {
  /**
   * The port.
   *
   * @default {20000}
   */
  port?: number;
  /** Wraps the transport of each connection, for example with `record()`. */
  wrap?: (transport: Transport<string>) => Transport<string>;
}

/**
 * Creates a gateway that is reached over TCP, with keepalive on its
 * connections. Needs `--allow-net` for the host and the port.
 *
 * @category Gateway
 * @param hostname Its name or address.
 * @param options The port, and the options of {@linkcode Gateway}.
 * @returns The gateway, not connected yet.
 * @throws {TypeError} If the host is not valid, for example contains a port.
 * @throws {RangeError} If the port, a time or a limit is not valid.
 *
 * @example Over a socket
 * ```ts
 * import { tcpGateway } from "@wirekit/openwebnet/tcp";
 * import { FrameScanner } from "@wirekit/openwebnet";
 * import { GatewaySimulator } from "@wirekit/openwebnet/simulator";
 * import { listenTcp } from "@wirekit/transport/tcp";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator({ authentication: "open" });
 * await using listener = await listenTcp({ port: 0 }, () => new FrameScanner());
 * simulator.acceptAll(listener);
 *
 * const { port } = listener.addr;
 * await using gateway = tcpGateway("127.0.0.1", { port, password: "12345" });
 * await gateway.send("*1*1*11##");
 * assertEquals(simulator.executed, ["*1*1*11##"]);
 * ```
 */
export function tcpGateway(
  hostname: string,
  options: TcpGatewayOptions = {},
): Gateway {
  const { port = DEFAULT_PORT, wrap, ...rest } = options;
  checkPort("port", port, 1);
  checkHostname(hostname);
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return new Gateway({
    url: `tcp://${host}:${port}`,
    ...rest,
    async transport(signal) {
      const where = { hostname, port, signal };
      try {
        const transport = await connectTcp(where, new FrameScanner());
        return wrap ? wrap(transport) : transport;
      } catch (cause) {
        if (signal.aborted) throw signal.reason;
        // Its message already names the host and the port.
        if (cause instanceof NotConnectedError) throw cause;
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new NotConnectedError(
          `Cannot reach a gateway at ${host}:${port}: ${why}`,
          { cause },
        );
      }
    },
  });
}

/**
 * Options of {@linkcode connect}.
 *
 * @category Gateway
 */
export interface ConnectOptions extends TcpGatewayOptions {
  /** Aborts connecting. It does not affect a connected gateway. */
  signal?: AbortSignal;
}

/**
 * Connects to a gateway over TCP, and waits until its events can be read. From
 * then on lost sessions are opened again until {@linkcode Gateway.close}.
 *
 * @category Gateway
 * @param hostname Its name or address.
 * @param options The port, and the options of {@linkcode Gateway}.
 * @returns The gateway, whose event session is open.
 * @throws {NotConnectedError} If the first attempt fails. To keep trying, make
 * a {@linkcode tcpGateway} and wait until it is ready.
 * @throws {AuthenticationError} If the gateway refuses the password.
 * @throws {TimeoutError} If it takes longer than `connectTimeout`.
 *
 * @example A gateway that is there
 * ```ts
 * import { connect, serve } from "@wirekit/openwebnet";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulated = await serve({ tcpPort: 0 });
 * const { port } = new URL(simulated.urls[1]!);
 * await using gateway = await connect("127.0.0.1", { port: Number(port) });
 * assertEquals(gateway.state, "open");
 * ```
 */
export async function connect(
  hostname: string,
  options: ConnectOptions = {},
): Promise<Gateway> {
  const { signal, ...rest } = options;
  signal?.throwIfAborted();
  const gateway = tcpGateway(hostname, rest);
  const failed = Promise.withResolvers<never>();
  const unwatch = gateway.watch(({ session, state, error }) => {
    if (session === "event" && error !== undefined) failed.reject(error);
    if (state === "open") unwatch();
  });
  try {
    const ready = gateway.ready({
      timeout: Infinity, // Each attempt has its `connectTimeout`.
      ...(signal && { signal }),
    });
    await Promise.race([ready, failed.promise]);
    return gateway;
  } catch (error) {
    void gateway.close(); // Whatever it does about it.
    throw error;
  } finally {
    unwatch();
  }
}

/** Checks a host: the errors of the resolver would not mention a port in it. */
function checkHostname(hostname: string): void {
  const [, host, port] = /^([^:]+):(\d+)$/.exec(hostname) ?? [];
  if (port !== undefined) {
    throw new TypeError(
      `The host "${hostname}" has a port in it: give ${host} as the host and ` +
        `${port} as the port`,
    );
  }
  if (typeof hostname === "string" && /^[^\s/[\]]+$/.test(hostname)) return;
  throw new TypeError(
    "The host has to be a name or an address such as 192.168.1.35, " +
      `not "${shownUrl(hostname)}"`,
  );
}
