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

import { connectTcp } from "@wirekit/transport/tcp";
import type { Transport } from "@wirekit/transport/transport";
import { FrameScanner } from "./wire/frame.ts";
import { Gateway, type GatewayOptions } from "./gateway.ts";
import { NotConnectedError } from "./session/errors.ts";

/**
 * The port of gateways, unless they are told another.
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
  /** Records what goes over the connections: see `record()`. */
  wrap?: (transport: Transport<string>) => Transport<string>;
}

/**
 * Makes a gateway that is reached over TCP, with keepalive of the connections.
 * It needs `--allow-net` for the host and the port.
 *
 * @category Gateway
 * @param hostname Its name or address.
 * @param options The port, and as of {@linkcode Gateway}.
 * @returns The gateway. Nothing is connected yet.
 * @throws {TypeError} If the host is none, such as one with a port in it.
 *
 * @example Over a socket
 * ```ts
 * import { tcpGateway } from "@wirekit/openwebnet/tcp";
 * import { FrameScanner } from "@wirekit/openwebnet/frame";
 * import { GatewaySimulator } from "@wirekit/openwebnet/simulator";
 * import { listenTcp } from "@wirekit/transport/tcp";
 * import { assertEquals } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator({ authentication: "open" });
 * await using listener = await listenTcp({ port: 0 }, () => new FrameScanner());
 * simulator.serve(listener);
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
        // It names the host and the port already.
        if (cause instanceof NotConnectedError) throw cause;
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new NotConnectedError(
          `No gateway can be reached at ${host}:${port}: ${why}`,
          { cause },
        );
      }
    },
  });
}

/** A name or an address goes to the resolver, which says nothing of ports. */
function checkHostname(hostname: string): void {
  const [, host, port] = /^([^:]+):(\d+)$/.exec(hostname) ?? [];
  if (port !== undefined) {
    throw new TypeError(
      `The host "${hostname}" has a port in it: name ${host} as the host, and ` +
        `${port} as the port`,
    );
  }
  if (typeof hostname === "string" && /^[^\s/[\]]+$/.test(hostname)) return;
  throw new TypeError(
    "The host has to be a name or an address such as 192.168.1.35, " +
      `not "${hostname}"`,
  );
}
