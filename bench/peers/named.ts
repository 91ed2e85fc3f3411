// Copyright 2026 the Wirekit authors. MIT license.

/** Systems in which one client calls another by name, through a server. */

import { Driver } from "../../tests/_driver.ts";
import {
  busyCalls,
  type CallCell,
  HERE,
  type Load,
  ourProgram,
  type Running,
  type System,
} from "../harness.ts";
import {
  installNatsServer,
  installNpm,
  installRedisServer,
  type ServerProgram,
} from "./install.ts";

/** A server in a process of its own. */
interface Server extends AsyncDisposable {
  pid: number;
  address: string;
}

/** What a system is made of. */
export interface Parts {
  /** Starts the server. */
  server(): Promise<Server>;
  /** The command of a client; it gets its role and the server's address. */
  client: string[];
}

/**
 * The path of a file beside this one, or relative to it.
 *
 * @param name The file.
 * @returns Its path.
 */
export function file(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

/** The command that runs a script in Deno. */
export const DENO = [
  Deno.execPath(),
  "run",
  "-A",
  "--no-check",
];

/**
 * A server that tells where it listens.
 *
 * @param command The program and its arguments.
 * @returns The server, listening.
 */
export async function told(command: string[]): Promise<Server> {
  const driver = new Driver(command);
  try {
    const { address } = await driver.event({ event: "ready" });
    return {
      pid: driver.pid,
      address: String(address),
      [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
    };
  } catch (error) {
    await driver.kill();
    throw error;
  }
}

/** A server that is a program of its own, on a free port. */
async function started(
  { path, env }: ServerProgram,
  args: (port: number) => string[],
): Promise<Server> {
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr;
  probe.close();
  const child = new Deno.Command(path, {
    args: args(port),
    env,
    stdout: "null",
    stderr: "null",
  }).spawn();
  const end = async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await child.status;
  };
  try {
    await listening(port);
  } catch (error) {
    await end();
    throw error;
  }
  return { pid: child.pid, address: `${port}`, [Symbol.asyncDispose]: end };
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    try {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port });
      conn.close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  throw new Error(`Nobody listens on ${port}`);
}

/**
 * A system of a server, a client that asks, and one that answers.
 *
 * @param name How it is called.
 * @param parts What it is made of.
 * @returns The system.
 */
export function named(name: string, parts: Parts): System<CallCell> {
  return {
    name,
    busy: busyCalls,
    async start(): Promise<Running<CallCell>> {
      await using stack = new AsyncDisposableStack();
      const server = stack.use(await parts.server());
      const client = async (role: string) => {
        const driver = stack.use(
          new Driver([...parts.client, role, server.address]),
        );
        await driver.event({ event: "ready" });
        return driver;
      };
      const responder = await client("responder");
      const requester = await client("requester");
      const rest = stack.move();
      return {
        processes: {
          server: server.pid,
          requester: requester.pid,
          responder: responder.pid,
        },
        load: (cell, seconds) =>
          requester.do<Load>("load", { ...cell, seconds }),
        [Symbol.asyncDispose]: () => rest.disposeAsync(),
      };
    },
  };
}

/** NATS; its clients run in Deno, where they are fastest. */
export const nats: System<CallCell> = named("NATS", {
  async server() {
    await installNpm();
    return await started(
      await installNatsServer(),
      (port) => ["-a", "127.0.0.1", "-p", `${port}`],
    );
  },
  client: [...DENO, "--no-lock", file("nats.mjs")],
});

/** Redis; its clients run in Deno, where they are fastest. */
export const redis: System<CallCell> = named("Redis", {
  async server() {
    await installNpm();
    return await started(await installRedisServer(), (port) => [
      ..."--bind 127.0.0.1 --save  --appendonly no --port".split(" "),
      `${port}`,
    ]);
  },
  client: [...DENO, "--no-lock", file("redis.mjs")],
});

/** socket.io, in Node. */
export const socketio: System<CallCell> = named("socket.io", {
  async server() {
    await installNpm();
    const { address, ...rest } = await told([
      "node",
      file("socketio_server.mjs"),
    ]);
    return { ...rest, address: address.split(":").at(-1)! };
  },
  client: ["node", file("socketio.mjs")],
});

/**
 * Our hub and our clients.
 *
 * @param scheme How the clients connect.
 * @param root The checkout that they are of.
 * @returns The system.
 */
export function wirekit(
  scheme: "ws" | "tcp",
  root = HERE,
): System<CallCell> {
  return named(`Wirekit, ${scheme}:`, {
    server: () => told([...ourProgram("hub/wirekit_server.ts", root), scheme]),
    client: ourProgram("hub/wirekit_client.ts", root),
  });
}

/** The same over each carrier, of a checkout. */
export const WIREKIT: ((root?: URL) => System<CallCell>)[] = [
  (root) => wirekit("ws", root),
  (root) => wirekit("tcp", root),
];

/** No hub and no library: a relay and clients on sockets alone, in Deno. */
export const bare: System<CallCell> = named("bare sockets", {
  server: () => told([...DENO, file("bare.ts"), "relay"]),
  client: [...DENO, file("bare.ts")],
});
