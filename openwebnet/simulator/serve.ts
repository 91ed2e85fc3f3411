// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A simulated gateway that listens: over TCP as a real one, and over WebSocket
 * and a Unix socket.
 *
 * ```ts
 * import { connect, serve } from "@wirekit/openwebnet";
 *
 * await using server = await serve({ tcpPort: 0, authentication: "open" });
 * const { port } = new URL(server.urls[1]!);
 * await using gateway = await connect("127.0.0.1", {
 *   port: Number(port),
 *   password: "12345",
 * });
 * await gateway.send("*1*1*11##");
 * ```
 *
 * @module
 */

import {
  Admission,
  type AdmissionOptions,
  type RequestInfo,
} from "@wirekit/transport/admission";
import {
  type NetAddr,
  serve as serveTransports,
} from "@wirekit/transport/serve";
import type { Transport } from "@wirekit/transport/transport";
import { DEFAULT_PORT } from "../tcp.ts";
import { FrameScanner } from "../wire/frame.ts";
import { GatewaySimulator } from "./simulator.ts";
import type { GatewaySimulatorOptions } from "./simulator_options.ts";

/**
 * Options of {@linkcode serve}.
 *
 * @category Simulator
 */
export interface ServeOptions extends
  GatewaySimulatorOptions,
  Pick<
    AdmissionOptions,
    | "allowedOrigins"
    | "authorize"
    | "handshakeTimeout"
    | "logger"
    | "maxConnections"
  > {
  /**
   * The gateway to serve.
   *
   * @default A new one, made with the other options.
   */
  simulator?: GatewaySimulator;
  /**
   * The address to listen on. By default only this machine can connect.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /**
   * The port for WebSocket, one message per frame.
   *
   * @default {0} A free one.
   */
  port?: number;
  /**
   * The port for TCP, as gateways have it; 0 for a free one.
   *
   * @default {20000}
   */
  tcpPort?: number;
  /** A path for a Unix socket, to which only the same user can connect. */
  unixPath?: string;
  /** The certificate chain and its private key, in PEM. */
  tls?: { cert: string; key: string };
}

/**
 * A simulated gateway that listens.
 *
 * @category Simulator
 */
export interface SimulatorServer extends AsyncDisposable {
  /** The gateway. */
  readonly simulator: GatewaySimulator;
  /** Where it listens, as URLs: for WebSocket first, then for TCP. */
  readonly urls: readonly [string, ...string[]];
  /** Where it listens for WebSocket. */
  readonly addr: NetAddr;

  /**
   * Answers an HTTP request of another server: upgrades it to a WebSocket, or
   * refuses it and says why.
   *
   * @param request The request.
   * @param info The sender, as `Deno.serve` gives it to its handler.
   * @returns The response.
   */
  fetch(request: Request, info?: Partial<RequestInfo>): Promise<Response>;

  /**
   * Stops listening, and ends the sessions of those who came here.
   *
   * @returns Resolves when it has, within about a second. Never rejects.
   */
  close(): Promise<void>;
}

/**
 * Serves a simulated gateway. Over TCP and a Unix socket, `authorize` is not
 * called.
 *
 * @param options Where to listen, and what is simulated.
 * @returns The gateway, listening. Rejects with an error that names the address
 * and has the `code` of the system, such as `"EADDRINUSE"`, if it cannot listen.
 *
 * @example Over WebSocket
 * ```ts
 * import { Gateway, serve } from "@wirekit/openwebnet";
 * import { connectWebSocket } from "@wirekit/transport/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await serve({ tcpPort: 0 });
 * await using gateway = new Gateway({
 *   transport: (signal) => connectWebSocket(server.urls[0], { signal }),
 * });
 * await gateway.send("*1*1*11##");
 * assertEquals(server.simulator.executed, ["*1*1*11##"]);
 * ```
 *
 * @category Simulator
 */
export async function serve(
  options: ServeOptions = {},
): Promise<SimulatorServer> {
  const { port = 0, tcpPort = DEFAULT_PORT } = options;
  const simulator = options.simulator ?? new GatewaySimulator(options);
  const admission = new Admission(options);
  const clients = new Set<Transport<string>>();
  const take = (transport: Transport<string>) => {
    clients.add(transport);
    void simulator.accept(transport).then(() => clients.delete(transport));
  };
  const end = async () => {
    await Promise.all([
      ...Array.from(clients, (client) => client.close()),
      ...options.simulator ? [] : [simulator.close()],
    ]);
    admission.flushLog();
  };
  const server = await serveTransports<"text", undefined>({
    ...options,
    port,
    tcpPort,
    admission,
    framer: () => new FrameScanner(),
  }, ({ transport }) => take(transport)).catch(async (error) => {
    await end();
    throw error;
  });
  const close = async () => {
    await Promise.all([server.close(), end()]);
  };
  return {
    simulator,
    urls: server.urls,
    addr: server.addr,
    async fetch(request, info) {
      const accepted = await admission.accept(request, info);
      if (accepted instanceof Response) return accepted;
      take(accepted.transport);
      return accepted.response;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
