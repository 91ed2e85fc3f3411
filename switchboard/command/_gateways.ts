// Copyright 2026 the Wirekit authors. MIT license.

/** The gateways that a user names, and the home that they are in. */

import {
  readBeside,
  readFile,
  settings,
  UsageError,
} from "@wirekit/internal/command";
import type { ServeContext } from "@wirekit/hub/cli";
import type { Logger } from "@wirekit/hub/hub";
import type { Gateway, TcpGatewayOptions } from "@wirekit/openwebnet";
import type { DoorMaker } from "../door.ts";

/** A gateway: its name, and `HOST`, `HOST:PORT` or `simulator`. */
export type NamedGateway = readonly [name: string, where: string];

/** Where gateways are written. */
export interface GatewayOptions {
  readonly gateways: readonly NamedGateway[];
  /** The file of the home. */
  readonly home: string | undefined;
}

/** What the user is told of them, and what opens them. */
export interface Gateways {
  readonly door: DoorMaker;
  readonly lines: readonly string[];
  /** Ends the simulators, once the door is closed. */
  close(): Promise<void>;
}

const HOST_REGEXP = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/;

/** Reads `NAME=HOST`. */
export function gatewayOf(text: string): NamedGateway {
  const [, name, where] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  const [isHost, , port = "20000"] = HOST_REGEXP.exec(where ?? "") ?? [];
  const isPort = Number(port) >= 1 && Number(port) <= 65_535;
  if (name === undefined || isHost === undefined || !isPort) {
    throw new UsageError(
      "--gateway has to be NAME=HOST or NAME=HOST:PORT, such as " +
        `home=192.168.1.35, not "${text}"`,
    );
  }
  return [name, where!];
}

/** Makes a door of the gateways; none if the user names none. */
export async function gatewaysOf(
  { gateways, home: file }: GatewayOptions,
  { terminal, logger }: Pick<ServeContext, "terminal" | "logger">,
): Promise<Gateways | undefined> {
  if (gateways.length === 0 && file === undefined) return undefined;
  const kit = await import("@wirekit/openwebnet");
  const { gatewayDoor } = await import("../openwebnet.ts");
  const home = file === undefined
    ? undefined
    : await readHome(file, kit.parseHome);
  // A simulated plant asks for none.
  const isReal = home !== undefined ||
    gateways.some(([, where]) => where !== "simulator");
  const password = isReal
    ? settings(terminal, { OPENWEBNET_PASSWORD: undefined }).OPENWEBNET_PASSWORD
    : undefined;
  const made: Record<string, InstanceType<typeof kit.Gateway>> = {};
  const simulators: InstanceType<typeof kit.GatewaySimulator>[] = [];
  const close = async () => {
    await Promise.all(simulators.map((each) => each.close()));
  };
  const lines: string[] = [];
  const add = (
    name: string,
    host: string,
    options: TcpGatewayOptions,
  ) => {
    const { port = kit.DEFAULT_PORT } = options;
    const hostname = host.replace(/^\[|\]$/g, "");
    const gateway = kit.tcpGateway(hostname, options);
    made[name] = gateway;
    lines.push(`OpenWebNet: ${name} is the gateway ${host}:${port}`);
    logSessions(name, gateway, logger);
  };
  const names = gateways.map(([name]) => name);
  const twice = names.find((name, n) => names.indexOf(name) < n);
  if (twice !== undefined) {
    throw new UsageError(`--gateway names ${twice} twice`);
  }
  for (const [name, where] of gateways) {
    const [, host = "", port] = HOST_REGEXP.exec(where) ?? [];
    if (host === "simulator") {
      const simulator = new kit.GatewaySimulator();
      simulators.push(simulator);
      const transport = () => simulator.connect();
      made[name] = new kit.Gateway({ transport });
      lines.push(`OpenWebNet: ${name} is a simulated plant`);
      continue;
    }
    add(name, host, {
      ...(port !== undefined && { port: Number(port) }),
      ...(password !== undefined && { password }),
    });
  }
  const known = gateways.length === 0 ? home?.gateways ?? {} : {};
  for (const [name, gateway] of Object.entries(known)) {
    const { host, port, profile, passwordFile } = gateway;
    const own = passwordFile === undefined
      ? password
      : await readBeside(file!, "passwordFile", passwordFile);
    add(name, host, {
      ...(port !== undefined && { port }),
      ...(own !== undefined && { password: own }),
      ...(profile !== undefined && { profile: kit.profileOf(profile) }),
    });
  }
  if (Object.keys(made).length === 0) {
    throw new UsageError(`${file} has no gateways: name one with --gateway`);
  }
  const page = await import("@wirekit/openwebnet/page");
  const door = gatewayDoor(made, { ...(home && { home }), page });
  return { door, lines, close };
}

/**
 * Logs why a session of a gateway is not open, once, and when it is open again.
 * Its events are followed from now on, so that it shows at once who cannot be
 * reached, and not when somebody first asks for a light.
 */
function logSessions(
  name: string,
  gateway: Gateway,
  logger: Logger,
): void {
  const told = new Map<string, string>();
  gateway.watch(({ session, state, error }) => {
    const what = `${name}: the ${session} session`;
    if (state === "open" && told.delete(session)) {
      logger.info?.(`${what} is open now`);
    }
    if (!(error instanceof Error) || told.get(session) === error.message) {
      return;
    }
    told.set(session, error.message);
    logger.warn?.(`${what} is not open: ${error.message}`);
  });
  gateway.ready({ timeout: Infinity }).catch(() => {});
}

async function readHome<T>(
  file: string,
  parse: (text: string) => T,
): Promise<T> {
  try {
    return parse(await readFile(file));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`${file}: ${error.message}`);
  }
}
