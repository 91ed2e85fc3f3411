// Copyright 2026 the Wirekit authors. MIT license.

/** The gateways that a user names, and the home that they are in. */

import {
  readFile,
  settings,
  type Terminal,
  UsageError,
} from "@wirekit/internal/command";
import type { DoorMaker } from "../door.ts";

/** Where gateways are written. */
export interface GatewayOptions {
  /** Each `NAME=HOST`, `NAME=HOST:PORT` or `NAME=simulator`. */
  readonly gateways: readonly string[];
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

const GATEWAY_REGEXP = /^([^=]+)=(\[[^\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/;

/** Makes a door of the gateways; none if the user names none. */
export async function gatewaysOf(
  { gateways, home: file }: GatewayOptions,
  terminal: Terminal,
): Promise<Gateways | undefined> {
  if (gateways.length === 0 && file === undefined) return undefined;
  const kit = await import("@wirekit/openwebnet");
  const { gatewayDoor } = await import("../openwebnet.ts");
  const home = file === undefined
    ? undefined
    : await readHome(file, kit.parseHome);
  const { OPENWEBNET_PASSWORD: password } = settings(terminal, {
    OPENWEBNET_PASSWORD: undefined,
  });
  const made: Record<string, InstanceType<typeof kit.Gateway>> = {};
  const simulators: InstanceType<typeof kit.GatewaySimulator>[] = [];
  const close = async () => {
    await Promise.all(simulators.map((each) => each.close()));
  };
  const lines: string[] = [];
  const add = (
    name: string,
    gateway: InstanceType<typeof kit.Gateway>,
    where: string,
  ) => {
    made[name] = gateway;
    lines.push(`OpenWebNet: ${name} is ${where}`);
  };
  const named = gateways.map((text) => {
    const [, name = "", host = "", port] = GATEWAY_REGEXP.exec(text) ?? [];
    if (name === "") {
      throw new UsageError(
        `--gateway has to be NAME=HOST, such as home=192.168.1.35, not "${text}"`,
      );
    }
    return { name, host, port };
  });
  const twice = named.find(({ name }, n) =>
    named.findIndex((other) => other.name === name) < n
  );
  if (twice) throw new UsageError(`--gateway names ${twice.name} twice`);
  for (const { name, host, port } of named) {
    if (host === "simulator") {
      const simulator = new kit.GatewaySimulator();
      simulators.push(simulator);
      const transport = () => simulator.connect();
      add(name, new kit.Gateway({ transport }), "a simulated plant");
      continue;
    }
    const options = {
      ...(port !== undefined && { port: Number(port) }),
      ...(password !== undefined && { password }),
    };
    const hostname = host.replace(/^\[|\]$/g, "");
    add(name, kit.tcpGateway(hostname, options), `the gateway ${host}`);
  }
  const known = gateways.length === 0 ? home?.gateways ?? {} : {};
  for (const [name, gateway] of Object.entries(known)) {
    const { host, port, profile, passwordFile } = gateway;
    const own = passwordFile === undefined ? password : (await readFile(
      new URL(passwordFile, `file://${await Deno.realPath(file!)}`).pathname,
    )).trim();
    add(
      name,
      kit.tcpGateway(host, {
        ...(port !== undefined && { port }),
        ...(own !== undefined && { password: own }),
        ...(profile !== undefined && { profile: kit.profileOf(profile) }),
      }),
      `the gateway ${host}`,
    );
  }
  if (Object.keys(made).length === 0) {
    throw new UsageError(`${file} has no gateways: name one with --gateway`);
  }
  const page = await import("@wirekit/openwebnet/page");
  const door = gatewayDoor(made, { ...(home && { home }), page });
  return { door, lines, close };
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
