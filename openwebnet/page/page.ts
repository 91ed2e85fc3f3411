// Copyright 2026 the Wirekit authors. MIT license.

/**
 * A page of a plant for telephones and screens: its rooms, with a tile for each
 * light, shutter, zone, meter, contact and scene. The tiles move with the bus,
 * and show what was asked for until the bus confirms it.
 *
 * ```ts no-assert
 * import { servePage } from "@wirekit/openwebnet/page";
 * import { tcpGateway } from "@wirekit/openwebnet/tcp";
 *
 * async function main() {
 *   await using gateway = tcpGateway("192.168.1.35", { password: "12345" });
 *   await using server = await servePage({ home: gateway }, { port: 20080 });
 *   console.log(server.urls[0]); // http://127.0.0.1:20080/
 *   await server.closed;
 * }
 * ```
 *
 * @module
 */

import type { Logger } from "@wirekit/internal/logger";
import type { RequestInfo } from "@wirekit/transport/admission";
import { listenWebSocket } from "@wirekit/transport/listen-websocket";
import { isLoopback } from "@wirekit/transport/pages";
import type { NetAddr, RenewableTls } from "@wirekit/transport/serve";
import type { Gateway } from "../gateway.ts";
import type { Home } from "../home.ts";
import { PlantPage, type PlantPageOptions } from "./_plant_page.ts";

export type { Logger, NetAddr, RenewableTls, RequestInfo };
export { OrderError } from "../plant/_orders.ts";
export {
  answerAsset,
  answerPage,
  type PageStay,
  type PlantSource,
} from "./_page_answer.ts";
export { PlantPage, type PlantPageOptions } from "./_plant_page.ts";
export { PlantView, type PlantViewOptions } from "./_plant_view.ts";
export type {
  DeviceReport,
  PageOrder,
  PageReport,
  PlantReport,
  ShownKind,
  State,
} from "../plant/_report.ts";

/** The shortest token of a page that other machines can reach. */
const MIN_TOKEN_CHARS = 8;

/**
 * Options of {@linkcode servePage}.
 *
 * @category Page
 */
export interface ServePageOptions extends PlantPageOptions {
  /**
   * The address to listen on. Any address other than this machine's own needs a
   * `token`.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /**
   * The port; 0 for a free one.
   *
   * @default {20080}
   */
  port?: number;
  /** Certificate chain and private key in PEM, for `https:`. */
  tls?: { cert: string; key: string };
}

/**
 * A page that listens.
 *
 * @category Page
 */
export interface PageServer extends AsyncDisposable, RenewableTls {
  /** Where it listens. */
  readonly addr: NetAddr;
  /** Its addresses for a browser. */
  readonly urls: readonly [string, ...string[]];
  /** Settles as {@linkcode PlantPage.closed} does. */
  readonly closed: Promise<void>;
  /** Shows the devices as another home names them, from now on. */
  renewHome(home: Home): void;
  /**
   * Stops listening, and ends the page.
   *
   * @returns Resolves when it has ended.
   */
  close(): Promise<void>;
}

/**
 * Serves the page of plants.
 *
 * @param gateways The gateways, by the names of their plants: those that they
 * have in the home. They stay open when the page is closed.
 * @param options Where to listen, what to show, and who may see it.
 * @returns The page, listening.
 * @throws {TypeError} If it is to listen on other addresses than this machine's
 * own without a token, or with one of less than 8 characters.
 * @throws {Error} If it cannot listen: it names the address, and has the `code`
 * of the system, such as `"EADDRINUSE"`.
 *
 * @example The page of a simulated plant
 * ```ts
 * import { Gateway, GatewaySimulator } from "@wirekit/openwebnet";
 * import { servePage } from "@wirekit/openwebnet/page";
 * import { assertMatch } from "@std/assert";
 *
 * await using simulator = new GatewaySimulator();
 * await using gateway = new Gateway({ transport: () => simulator.connect() });
 * await using server = await servePage({ home: gateway }, { port: 0 });
 * assertMatch(server.urls[0], /^http:\/\/127\.0\.0\.1:\d+\/$/);
 * ```
 *
 * @category Page
 */
export async function servePage(
  gateways: Readonly<Record<string, Gateway>>,
  options: ServePageOptions = {},
): Promise<PageServer> {
  const { hostname = "127.0.0.1", port = 20080, tls, token, logger } = options;
  if (!isLoopback(hostname) && token === undefined) {
    throw new TypeError(
      `Cannot listen on ${hostname} without a token: anybody who reaches it ` +
        "could switch what is in the home. Set one with --token-file or " +
        "OPENWEBNET_TOKEN, or listen on 127.0.0.1",
    );
  }
  if (!isLoopback(hostname) && token!.trim().length < MIN_TOKEN_CHARS) {
    throw new TypeError(
      `The token is too short for a page that others can reach: it needs ` +
        `${MIN_TOKEN_CHARS} characters`,
    );
  }
  const page = new PlantPage(gateways, options);
  try {
    const listener = await listenWebSocket({
      hostname,
      port,
      ...(tls && { tls }),
      ...(logger && { logger }),
      admission: page.admission,
      handler: page.fetch,
    });
    const { addr } = listener;
    const close = async () => {
      await page.close();
      await listener.close();
    };
    const host = hostname.includes(":")
      ? `[${hostname.replace(/[[\]]/g, "")}]`
      : hostname;
    const urls: [string] = [
      `${tls ? "https" : "http"}://${host}:${addr.port}/`,
    ];
    const renewTls: RenewableTls["renewTls"] = (tls) => listener.renewTls(tls);
    const { closed } = page;
    return {
      addr,
      urls,
      closed,
      close,
      renewTls,
      renewHome: (home) => page.renewHome(home),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await page.close();
    throw error;
  }
}
