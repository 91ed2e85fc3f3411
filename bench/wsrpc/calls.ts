// Copyright 2026 the Wirekit authors. MIT license.

/** Calls of a server: our ends and those of wsrpc-aiohttp, in each combination. */

import { Driver } from "../../tests/_driver.ts";
import { installPython } from "../../tests/_python.ts";
import type { CallCell, Load, Running, System } from "../harness.ts";

function file(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

function installWsrpc(): Promise<string> {
  return installPython(
    new URL("uvloop/", import.meta.url),
  );
}

async function start(
  server: string[],
  client: string[],
): Promise<Running<CallCell>> {
  await using stack = new AsyncDisposableStack();
  const serving = stack.use(new Driver(server));
  const { address } = await serving.event({ event: "ready" });
  const calling = stack.use(new Driver([...client, `${address}`]));
  await calling.event({ event: "ready" });
  const rest = stack.move();
  return {
    processes: { server: serving.pid, client: calling.pid },
    load: ({ depth, size }, seconds) =>
      calling.do<Load>("load", { depth, size, seconds }),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/**
 * All pairs of a server and a client, the original's own first.
 *
 * @returns The systems.
 */
export async function systems(): Promise<System<CallCell>[]> {
  const python = await installWsrpc();
  const run = [Deno.execPath(), "run", "--allow-net", "--no-check"];
  const servers = {
    "wsrpc-aiohttp": [python, file("wsrpc_server.py")],
    Wirekit: [...run, file("wirekit_server.ts"), "ws"],
    "Wirekit, Deno.serve": [...run, file("wirekit_server.ts"), "fetch"],
  };
  const clients = {
    "wsrpc-aiohttp": [python, file("wsrpc_client.py")],
    Wirekit: [...run, file("wirekit_client.ts")],
  };
  const pairs = Object.entries(servers).flatMap(([server, serve]) =>
    Object.entries(clients).map(([client, call]) => ({
      name: `${server} ← ${client}`,
      start: () => start(serve, call),
    }))
  );
  return [...pairs, {
    name: "Wirekit ← Wirekit, tcp:",
    start: () =>
      start([...run, file("wirekit_server.ts"), "tcp"], clients.Wirekit),
  }];
}

/** A small call at each depth. */
export const cells: CallCell[] = [1, 64].map((depth) => ({
  name: `64 B, ${depth} in flight`,
  size: 64,
  depth,
  quick: depth === 64,
}));
