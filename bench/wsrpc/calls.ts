// Copyright 2026 the Wirekit authors. MIT license.

/** Calls of a server: our ends and those of wsrpc-aiohttp, in each combination. */

import { Driver } from "../../tests/_driver.ts";
import { installPython } from "../../tests/_python.ts";
import {
  busyCalls,
  type CallCell,
  HERE,
  type Load,
  ourProgram,
  type Running,
  type System,
} from "../harness.ts";
import { isAlone, put } from "../places.ts";

/** For how long ours are warmed up, in seconds: a million calls, 64 at a time. */
const WARM_SECONDS = 2;

function file(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

function installWsrpc(): Promise<string> {
  return installPython(
    new URL("uvloop/", import.meta.url),
  );
}

async function start(
  cell: CallCell,
  server: string[],
  client: string[],
): Promise<Running<CallCell>> {
  await using stack = new AsyncDisposableStack();
  const serving = stack.use(new Driver(server));
  const { address } = await serving.event({ event: "ready" });
  const calling = stack.use(new Driver([...client, `${address}`]));
  await calling.event({ event: "ready" });
  if (!isAlone(cell)) await put([[serving.pid], [calling.pid]]);
  const load: Running<CallCell>["load"] = ({ depth, size }, seconds) =>
    calling.do<Load>("load", { depth, size, seconds });
  const rest = stack.move();
  return {
    processes: { server: serving.pid, client: calling.pid },
    load,
    warmUp: async () => void await load(cell, WARM_SECONDS),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/**
 * Our client at our server.
 *
 * @param kind How they are connected.
 * @param root The checkout that they are of.
 * @returns The system.
 */
export function wirekit(
  kind: "ws" | "fetch" | "tcp",
  root = HERE,
): System<CallCell> {
  const how = { ws: "", fetch: ", Deno.serve", tcp: ", tcp:" }[kind];
  return {
    name: `Wirekit${how} ← Wirekit`,
    busy: busyCalls,
    start: (cell) =>
      start(
        cell,
        [...ourProgram("wsrpc/wirekit_server.ts", root), kind],
        ourProgram("wsrpc/wirekit_client.ts", root),
      ),
  };
}

/**
 * All pairs of a server and a client, the original's own first.
 *
 * @returns The systems.
 */
export async function systems(): Promise<System<CallCell>[]> {
  const python = await installWsrpc();
  const theirServer = [python, file("wsrpc_server.py")];
  const theirClient = [python, file("wsrpc_client.py")];
  const ourServer = ourProgram("wsrpc/wirekit_server.ts");
  const foreign = (
    name: string,
    server: string[],
    client: string[],
  ): System<CallCell> => ({
    name,
    busy: busyCalls,
    isWarm: server === theirServer && client === theirClient,
    start: (cell) => start(cell, server, client),
  });
  return [
    foreign("wsrpc-aiohttp ← wsrpc-aiohttp", theirServer, theirClient),
    foreign(
      "wsrpc-aiohttp ← Wirekit",
      theirServer,
      ourProgram("wsrpc/wirekit_client.ts"),
    ),
    foreign("Wirekit ← wsrpc-aiohttp", [...ourServer, "ws"], theirClient),
    wirekit("ws"),
    foreign(
      "Wirekit, Deno.serve ← wsrpc-aiohttp",
      [...ourServer, "fetch"],
      theirClient,
    ),
    wirekit("fetch"),
    wirekit("tcp"),
  ];
}

/** A small call at each depth. */
export const cells: CallCell[] = [1, 64].map((depth) => ({
  name: `64 B, ${depth} in flight`,
  size: 64,
  depth,
  quick: depth === 64,
}));
