// Copyright 2026 the Wirekit authors. MIT license.

/** Calls of a server: our ends and those of wsrpc-aiohttp, in each combination. */

import { Driver } from "../../tests/_driver.ts";
import { installPython } from "../../tests/_python.ts";
import type { Cell, Load, Running, System } from "../harness.ts";

function file(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

function installWsrpc(): Promise<string> {
  return installPython(
    new URL("../../tests/interop/wsrpc/", import.meta.url),
  );
}

async function start(server: string[], client: string[]): Promise<Running> {
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
export async function systems(): Promise<System[]> {
  const python = await installWsrpc();
  const run = [Deno.execPath(), "run", "--allow-net", "--no-check"];
  const servers = {
    "wsrpc-aiohttp": [python, file("wsrpc_server.py")],
    Wirekit: [...run, file("wirekit_server.ts")],
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
    start: () => start([...servers.Wirekit, "tcp"], clients.Wirekit),
  }];
}

/**
 * What is compared.
 *
 * @returns The versions of the foreign programs.
 */
export async function versions(): Promise<string> {
  const { stdout } = await new Deno.Command(await installWsrpc(), {
    args: ["-m", "pip", "list", "--format", "freeze"],
  }).output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => /^(wsrpc-aiohttp|aiohttp)=/.test(line))
    .map((line) => line.replace("==", " ")).join(", ");
}

/** A small call at each depth. */
export const cells: Cell[] = [1, 16, 64].map((depth) => ({
  name: `64 B, ${depth} in flight`,
  size: 64,
  depth,
}));
